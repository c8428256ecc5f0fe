// Between libGammu's structures and ours.
#pragma once

#include "box/ports/modem.hpp"

#include <string>
#include <string_view>

namespace kentongan::gammu {

/// One listed message, decoded by libGammu if it is sound; else `corrupt`.
[[nodiscard]] box::StoredSms to_stored(std::uint32_t slot, std::string_view pdu_as_listed);

/// The octets of a PDU as listed; if it is not hexadecimal, its characters.
[[nodiscard]] Bytes content_of(std::string_view pdu_as_listed);

} // namespace kentongan::gammu
