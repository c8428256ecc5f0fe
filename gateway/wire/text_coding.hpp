// The texts of a record as one section, in the shortest of four forms (docs/formats/record.md#text).
#pragma once

#include "wire/bits.hpp"
#include "wire/dictionary.hpp"

#include <span>
#include <string>

namespace kentongan::wire {

/// All texts of one record together.
inline constexpr std::size_t kMaxTexts = 12 * 1024;

enum class TextForm : std::uint8_t { // on the wire: do not change values
    kRaw = 0,
    kSevenBits = 1,
    kFolded = 2, ///< Five bits a letter; case by rule.
    kZstd = 3,
};

/// Writes nothing for no texts. No text may contain NUL.
/// Errors: kNoSpace - above kMaxTexts together.
Status write_texts(BitWriter& out, const Dictionaries& dictionaries, std::span<const std::string> texts);

/// The rest of `in` as `count` texts.
/// Errors: kCorrupt - not such a section, another number of texts, or above kMaxTexts; kUnsupported - a
/// dictionary that is not here.
Result<std::vector<std::string>> read_texts(BitReader& in, const Dictionaries& dictionaries,
                                            std::size_t count);

/// One form by itself, for tests and measurements. Nothing if it cannot say `joined` (texts with a NUL
/// between).
[[nodiscard]] std::optional<BitWriter> in_form(TextForm form, const Dictionaries& dictionaries,
                                               std::string_view joined);

} // namespace kentongan::wire
