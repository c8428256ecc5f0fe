// The GSM 7-bit default alphabet (3GPP TS 23.038 §6.2.1) and how text is counted in an SMS.
#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kentongan::gsm7 {

inline constexpr std::size_t kSeptetsPerSms = 160;
inline constexpr std::size_t kUcs2PerSms = 70;

/// Septets that UTF-8 `text` takes, extension characters ({ } [ ] ~ | \ ^ €) counted twice;
/// nothing if a character is outside the alphabet or the UTF-8 is malformed.
[[nodiscard]] std::optional<std::size_t> septets(std::string_view text);

/// UTF-16 code units that UTF-8 `text` takes; nothing if the UTF-8 is malformed.
[[nodiscard]] std::optional<std::size_t> ucs2_units(std::string_view text);

/// Whether `text` fits one SMS: 160 septets, or 70 UCS-2 units where `allow_ucs2`.
[[nodiscard]] bool fits_one_sms(std::string_view text, bool allow_ucs2 = false);

/// UTF-8 to one septet per byte (escape 0x1B before an extension character).
/// Errors: kInvalid - a character outside the alphabet; `native` is the byte offset.
[[nodiscard]] Result<Bytes> encode(std::string_view text);
/// Septets, one per byte, to UTF-8. An unknown escape reads as the character without it (TS 23.038).
[[nodiscard]] std::string decode(BytesView septet_bytes);

/// Packs septets into octets, `fill_bits` (0–6) of padding first, as after a user data header.
[[nodiscard]] Bytes pack(BytesView septet_bytes, unsigned fill_bits = 0);
/// Errors: kCorrupt - fewer octets than `count` septets need.
[[nodiscard]] Result<Bytes> unpack(BytesView octets, std::size_t count, unsigned fill_bits = 0);

/// UTF-8 to UTF-16 big-endian, as UCS2 user data; and back (unpaired surrogates become U+FFFD).
[[nodiscard]] Result<Bytes> to_ucs2(std::string_view text);
[[nodiscard]] std::string from_ucs2(BytesView octets);

/// Spelling for the 7-bit alphabet: â→a, ḍ→d, ṭ→t, È→E, typographic quotes and dashes to plain ones.
/// Characters without a fold stay as they are.
[[nodiscard]] std::string fold(std::string_view text);

} // namespace kentongan::gsm7
