// What one datagram of the UDP carrier looks like (docs/formats/udp.md).
#pragma once

#include "base/bytes.hpp"

namespace kentongan::wire {

// First byte of a datagram. Another one is not ours and is dropped without an answer.
constexpr std::uint8_t kUdpData = 0x60;
constexpr std::uint8_t kUdpAnswer = 0x61;
constexpr std::uint8_t kUdpDataPush = 0x62;  ///< As kUdpData: answer at once, nothing follows for now.
constexpr std::uint8_t kUdpAnswerMap = 0x63; ///< As kUdpAnswer, with UdpHeader::arrived.
constexpr std::size_t kUdpHeader = 5;
constexpr std::size_t kUdpMaxPayload = 1400;

/// What a datagram says outside its parcel. Nothing of it is authenticated.
struct UdpHeader {
    std::uint8_t tag = kUdpData;
    std::uint16_t box = 0;
    std::uint16_t seq = 0;     ///< In an answer: that of the datagram which caused it.
    std::uint32_t arrived = 0; ///< kUdpAnswerMap only: bit n says that seq - 1 - n arrived. Clear: unknown.
};
struct Datagram {
    UdpHeader header;
    std::vector<BytesView> frames; ///< Views into the bytes that were read; none: a keep-alive.
};
/// Errors: kUnsupported - not a datagram of this version; kCorrupt - cut off, an empty frame, more than
/// kUdpMaxPayload bytes.
Result<Datagram> read_datagram(BytesView bytes);
/// An answer or any other datagram of `frames`, each of at least one byte.
[[nodiscard]] Bytes write_datagram(UdpHeader header, std::span<const Bytes> frames);
/// What a frame of `size` bytes takes in a parcel.
[[nodiscard]] std::size_t parcel_cost(std::size_t size);

} // namespace kentongan::wire
