// A modem with short messages in numbered slots. Port: GammuModem on a box, SimModem in the simulated world.
//
// Rules that every implementation keeps; each is a case in tests/contract/modem:
//  1. stored() MUST give every received message that is stored, also those behind one that it cannot decode;
//     such a one has `corrupt` set and `pdu` holds what there is.
//  2. stored() and read() MUST NOT remove or change what is stored, but for the read mark.
//  3. read(slot) MUST give the same bytes as stored() gave in `pdu`, as long as the slot holds the same
//  message.
//  4. erase(slot) MUST ask the device once at most: after a lost answer the slot may hold another message.
//  5. send() MUST submit once at most. kAccepted only on the device's word, kRejected only if it is certain
//     that nothing was sent, kUnknown otherwise.
//  6. send() MUST carry every character: GSM-7 where the text fits it, else UCS-2, never a replacement.
//  7. send() MUST reject what is not one part or not an E.164 number without touching the device.
//  8. status() MUST tell a full store from one with room.
//  9. After kUnavailable the modem MUST answer kUnavailable (send(): kRejected) to everything, until it is
//  made anew.
// 10. Sender and text MUST be well-formed UTF-8, whatever came by radio.
// 11. stored() MUST give 8-bit data without a user data header octet by octet in `data`, with `binary` set
// and no
//     text. With such a header (a part of longer data, a port of another application) `binary` is set and
//     both are empty: it is nobody's frame, and `pdu` has it all.
// 12. send_data() MUST carry every octet unchanged, as 8-bit data (TP-DCS 0x04) in one message without a user
//     data header; rules 5 and 9 hold for it as for send().
// 13. send_data() MUST reject what is empty, longer than wire::kSmsDataRoom or not to an E.164 number without
//     touching the device.
#pragma once

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "wire/local.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::box {

struct ModemStatus {
    bool registered = false; ///< Home or roaming
    std::uint8_t signal_percent = 0;
    std::uint32_t used = 0;
    std::uint32_t capacity = 0;
    bool operator==(const ModemStatus&) const = default;
};

/// One part as it lies in a slot.
struct StoredSms {
    std::uint32_t slot = 0;
    Bytes pdu; ///< Service centre and TPDU; if it was not hexadecimal, the characters as they came
    bool corrupt = false;
    std::string sender;  ///< As the network gave it; hostile
    std::string text;    ///< UTF-8; empty for corrupt and for 8-bit data
    bool binary = false; ///< 8-bit data, not text
    Bytes data;          ///< Its octets, at most wire::kSmsDataRoom; see rule 11
    Instant sent_at{};   ///< The service centre's time stamp; 0 if it is no date
    std::uint16_t part_reference = 0;
    std::uint8_t part_count = 1;
    std::uint8_t part_number = 1;
};

struct SendResult {
    wire::local::SendOutcome outcome = wire::local::SendOutcome::kUnknown;
    /// CMS error of the network or modem (TS 27.005 §3.2.5), 0 if it gave none.
    std::uint32_t cause = 0;
};

/// Threads: one. Every call may block for seconds, none for ever: a device that does not answer ends in
/// kUnavailable, or ends the process where that is the implementation's way.
class Modem {
  public:
    virtual ~Modem() = default;

    /// Errors: kUnavailable - the device does not answer.
    virtual Result<ModemStatus> status() = 0;
    /// Every received message, in the order of the slots.
    /// Errors: kUnavailable.
    virtual Result<std::vector<StoredSms>> stored() = 0;
    /// What the slot holds now.
    /// Errors: kNotFound - nothing; kUnavailable.
    virtual Result<Bytes> read(std::uint32_t slot) = 0;
    /// Frees the slot, whatever it holds: read() it first.
    /// Errors: kNotFound - it was free; kDenied - the device refused; kUnavailable - the answer was lost: it
    /// may have been done.
    virtual Status erase(std::uint32_t slot) = 0;
    /// Hands one text to the network. `to`: E.164 with "+"; `text`: UTF-8, one part (160 septets or 70 UCS-2
    /// units).
    virtual SendResult send(std::string_view to, std::string_view text) = 0;
    /// Hands one message of 8-bit data to the network. `to`: E.164 with "+"; `data`: 1 to wire::kSmsDataRoom
    /// octets.
    virtual SendResult send_data(std::string_view to, BytesView data) = 0;
    /// Returns when the device has something to say, at the latest after `longest`. True: it had.
    /// Errors: kUnavailable - it is gone.
    virtual Result<bool> wait(std::chrono::milliseconds longest) = 0;
};

/// What rule 7 asks: "+" and 5 to 15 digits, and one part of text.
[[nodiscard]] bool can_be_sent(std::string_view to, std::string_view text);
/// What rule 13 asks.
[[nodiscard]] bool data_can_be_sent(std::string_view to, BytesView data);

} // namespace kentongan::box
