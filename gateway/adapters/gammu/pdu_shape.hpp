// Whether a PDU is a received message that libGammu may be given to decode.
#pragma once

#include "base/bytes.hpp"

namespace kentongan::gammu {

/// libGammu copies a user data header of up to 256 octets into 140, and unpacks up to 255 septets into 161:
/// the lengths are checked here first. True for an SMS-DELIVER (TS 23.040 §9.2.2.1) with its service centre
/// whose fields fill it exactly; padding with 0xFF, as some modems do, is allowed.
[[nodiscard]] bool is_sound_deliver(BytesView pdu);

} // namespace kentongan::gammu
