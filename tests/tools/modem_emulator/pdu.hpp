// SMS PDUs as an AT modem shows them (3GPP TS 23.040 §9.2.2, TS 27.005 §3.1): service centre, then TPDU.
#pragma once

#include "base/bytes.hpp"
#include "base/time.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::emulator {

enum class Coding : std::uint8_t { kGsm7, kUcs2, kEightBit };

/// Place of one part of a long message (TS 23.040 §9.2.3.24.1 and .8).
struct Concatenation {
    std::uint16_t reference = 0;
    std::uint8_t count = 1;
    std::uint8_t number = 1;
    bool wide = false; ///< 16-bit reference
    bool operator==(const Concatenation&) const = default;
};

/// What the network delivers (SMS-DELIVER).
struct Deliver {
    std::string from; ///< "+62800…", "123", "KANTOR" (alphanumeric), or anything hostile
    std::string text; ///< UTF-8; for kEightBit: the octets
    Coding coding = Coding::kGsm7;
    std::optional<Concatenation> part;
    Instant at{};
    bool operator==(const Deliver&) const = default;
};

/// What the box hands to the network (SMS-SUBMIT).
struct Submit {
    std::string to;
    std::string text;
    Coding coding = Coding::kGsm7;
    std::optional<Concatenation> part;
    bool report_requested = false;
    bool header = false;     ///< A user data header, of whatever kind
    std::uint8_t scheme = 0; ///< TP-DCS
    bool operator==(const Submit&) const = default;
};

/// Errors: kInvalid - the text does not fit one part, or has characters outside the coding.
[[nodiscard]] Result<Bytes> encode_deliver(const Deliver& message);
/// `text` in as many parts as it needs, GSM-7 where it fits, else UCS-2; data stays 8-bit.
/// Errors: kInvalid - malformed UTF-8, or more than 255 parts.
[[nodiscard]] Result<std::vector<Bytes>> deliver_parts(const Deliver& message, std::uint16_t reference);

/// Errors: kCorrupt - the PDU ends early, has bytes left over, or is of another type.
[[nodiscard]] Result<Deliver> decode_deliver(BytesView pdu);
[[nodiscard]] Result<Submit> decode_submit(BytesView pdu);

/// What the receiver of a sent message gets: the same user data, header and coding scheme, octet by octet.
/// Errors: kCorrupt - as decode_submit(); kInvalid - `from` cannot be an address.
[[nodiscard]] Result<Bytes> deliver_of_submit(BytesView submit, std::string_view from, Instant at);

/// Octets of the TPDU in `pdu`, what +CMGS, +CMGL and +CMGR count: without the service centre.
[[nodiscard]] std::size_t tpdu_length(BytesView pdu);

} // namespace kentongan::emulator
