// A frame in one short message: as 8-bit data, or as text where an operator mangles data
// (docs/formats/sms-frame.md).
#pragma once

#include "base/bytes.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kentongan::wire {

/// Octets of 8-bit user data in one message without a user data header (TS 23.040 §9.2.3.24).
inline constexpr std::size_t kSmsDataRoom = 140;
/// The longest frame whose text form fits one message of 160 septets.
inline constexpr std::size_t kSmsTextRoom = 120;

/// The 7-bit form: base64 (RFC 4648 §4) without padding. Its 64 characters are in the GSM-7 default alphabet
/// and look the same in ASCII, so no gateway between two alphabets changes them.
/// Errors: kInvalid - empty, or longer than kSmsTextRoom.
[[nodiscard]] Result<std::string> frame_as_text(BytesView frame);

/// The frame whose 7-bit form `text` is, character by character; nothing for any other text. Whether the
/// bytes mean something is for whoever opens the frame: many a short word is the form of some bytes.
[[nodiscard]] std::optional<Bytes> frame_of_text(std::string_view text);

} // namespace kentongan::wire
