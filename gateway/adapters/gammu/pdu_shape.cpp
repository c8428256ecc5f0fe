#include "adapters/gammu/pdu_shape.hpp"

#include <algorithm>

namespace kentongan::gammu {
namespace {

constexpr std::size_t kMaxCentre =
    12; // TS 23.040 §9.1.2.5: address of at most 10 octets, type, and room to spare
constexpr std::size_t kMaxUserData = 140; // octets
// TS 23.040 allows 20; a false network may write more, and libGammu takes 200.
constexpr std::size_t kMaxSenderDigits = 80;

Result<bool> walk(BytesView pdu) {
    ByteReader reader(pdu);
    auto centre = TRY(reader.u8());
    if (centre > kMaxCentre) return false;
    (void)TRY(reader.raw(centre));
    auto first = TRY(reader.u8());
    if ((first & 3) != 0) return false;
    auto digits = TRY(reader.u8());
    if (digits > kMaxSenderDigits) return false;
    (void)TRY(reader.raw(1u + (digits + 1u) / 2u));
    (void)TRY(reader.u8()); // protocol
    auto scheme = TRY(reader.u8());
    (void)TRY(reader.raw(7)); // time stamp
    std::size_t length = TRY(reader.u8());
    // Compressed text (TS 23.038 §4, bit 5 of the general groups) is spoken by no phone.
    if ((scheme & 0x80) == 0 && (scheme & 0x20) != 0) return false;
    bool septets =
        (scheme & 0xf0) == 0xf0 ? (scheme & 4) == 0 : (scheme & 0x0c) == 0 || (scheme & 0x0c) == 0x0c;
    std::size_t octets = septets ? (length * 7 + 7) / 8 : length;
    if (octets > kMaxUserData) return false;
    auto data = TRY(reader.raw(octets));
    if ((first & 0x40) != 0 && (data.empty() || data[0] + 1u > data.size())) return false;
    auto rest = TRY(reader.raw(reader.remaining()));
    return std::all_of(rest.begin(), rest.end(), [](std::uint8_t byte) { return byte == 0xff; });
}

} // namespace

bool is_sound_deliver(BytesView pdu) {
    auto walked = walk(pdu);
    return walked.has_value() && *walked;
}

} // namespace kentongan::gammu
