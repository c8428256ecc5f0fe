// What a USB stick carries between a box and its district: files of frames, and a manifest that says which
// (docs/formats/stick.md).
//
// A courier reads sizes and numbers, and can destroy; nothing can be added, left out, mixed or altered
// unseen. The manifest is written last, so without it there is no export.
#pragma once

#include "base/time.hpp"
#include "wire/frame.hpp"
#include "wire/siv.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::wire {

enum class StickWay : std::uint8_t { // on sticks: do not change values
    kUp = 1,                         ///< Box → district: parcels of items, a call in the first.
    kDown = 2,                       ///< District → box: parcels of answers.
};

inline constexpr std::size_t kMaxStickFiles = 16;
inline constexpr std::size_t kMaxStickFile = kMaxParcel;
inline constexpr std::size_t kMaxManifest = 1024;
/// The one folder of a stick that is ours.
inline constexpr const char* kStickFolder = "KENTONGA";

struct StickFile {
    std::uint32_t size = 0;
    Key32 digest{}; ///< stick_digest() of its bytes
    bool operator==(const StickFile&) const = default;
};

struct StickManifest {
    StickWay way = StickWay::kUp;
    BoxId box;
    std::uint8_t key_id = 0;    ///< Prekey whose agreement authenticates this.
    std::uint8_t slot = 0;      ///< 0 or 1: which of two sets of names the files have.
    std::uint32_t sequence = 0; ///< Up: number of the export, grows by one. Down: the export it answers.
    Instant at{};               ///< The writer's clock; for people, decides nothing.
    std::vector<StickFile> files;
    bool operator==(const StickManifest&) const = default;
};

[[nodiscard]] Key32 stick_digest(BytesView file);
[[nodiscard]] StickFile stick_file(BytesView file);

/// `key`: up or down, as `manifest.way` says.
[[nodiscard]] Bytes write_manifest(const StickManifest& manifest, const SivKey& key);
/// Its words, not yet to be believed: which key check_manifest() needs stands in them.
/// Errors: kCorrupt - cut off, above a limit, a byte too many; kUnsupported - of another version.
[[nodiscard]] Result<StickManifest> read_manifest(BytesView bytes);
/// Errors: kDenied - not written by who has this key, or altered; kCorrupt - too short.
[[nodiscard]] Status check_manifest(BytesView bytes, const SivKey& key);

// --- names: eight characters and three, which every file system of a stick can hold ---

/// "B0007.KTM", "D0007.KTM"; the number is hexadecimal.
[[nodiscard]] std::string manifest_name(StickWay way, BoxId box);
/// "B0007A01.KTN": `index` from 0, below kMaxStickFiles; slot 1 is B.
[[nodiscard]] std::string stick_file_name(StickWay way, BoxId box, std::uint8_t slot, std::size_t index);
/// The name while it is written: "B0007A01.TMP".
[[nodiscard]] std::string temporary_name(std::string_view name);
/// Whose upward manifest has this name; nothing: it is none. Upper and lower case alike.
[[nodiscard]] std::optional<BoxId> box_of_manifest(std::string_view name);

} // namespace kentongan::wire
