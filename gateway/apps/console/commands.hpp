// What `kentongan` can do: one function per command, one file each.
#pragma once

#include <cstdio>
#include <span>
#include <string_view>

namespace kentongan::console {

/// 0: done. 1: the answer is no (a pack has faults, a welcome is refused). 2: called wrongly.
enum class Exit : int { kOk = 0, kFaults = 1, kUsage = 2 };

struct Command {
    std::string_view name;
    std::string_view arguments; ///< "check DIR"
    std::string_view help;      ///< One line.
    Exit (*run)(std::span<const std::string_view> arguments, std::FILE* out, std::FILE* err);
};

/// `kentongan pack check DIR`: every fault as `path:line: message` on `err`, or a summary on `out`.
Exit pack_command(std::span<const std::string_view> arguments, std::FILE* out, std::FILE* err);

/// `kentongan enrol request|accept` (docs/formats/enrolment.md). Replacing keys asks for a word on standard
/// input.
Exit enrol_command(std::span<const std::string_view> arguments, std::FILE* out, std::FILE* err);

/// `kentongan links --socket PATH`: the ways to the district as the box that listens at PATH knows them, and
/// what each was used for today. Times are the village's.
Exit links_command(std::span<const std::string_view> arguments, std::FILE* out, std::FILE* err);

/// `kentongan usb export|import --socket PATH DIR` (docs/formats/stick.md): between the box that listens at
/// PATH and the stick mounted at DIR. Says counts and numbers only.
Exit usb_command(std::span<const std::string_view> arguments, std::FILE* out, std::FILE* err);

} // namespace kentongan::console
