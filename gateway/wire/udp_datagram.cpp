#include "wire/udp_datagram.hpp"

namespace kentongan::wire {

namespace {

std::size_t varint_size(std::size_t value) {
    std::size_t out = 1;
    for (; value >= 0x80; value >>= 7) ++out;
    return out;
}

} // namespace

std::size_t parcel_cost(std::size_t size) {
    return varint_size(size) + size;
}

Result<Datagram> read_datagram(BytesView bytes) {
    if (bytes.size() > kUdpMaxPayload) return fail(ErrorCode::kCorrupt, "udp.size");
    ByteReader in(bytes);
    Datagram out;
    out.header.tag = TRY(in.u8());
    if (out.header.tag < kUdpData || out.header.tag > kUdpAnswerMap)
        return fail(ErrorCode::kUnsupported, "udp.tag", out.header.tag);
    out.header.box = TRY(in.u16());
    out.header.seq = TRY(in.u16());
    if (out.header.tag == kUdpAnswerMap) out.header.arrived = TRY(in.u32());
    while (in.remaining() > 0) {
        auto frame = TRY(in.block(kUdpMaxPayload));
        if (frame.empty())
            return fail(ErrorCode::kCorrupt, "udp.empty_frame", static_cast<std::int64_t>(in.offset()));
        out.frames.push_back(frame);
    }
    return out;
}

Bytes write_datagram(UdpHeader header, std::span<const Bytes> frames) {
    ByteWriter out;
    out.u8(header.tag);
    out.u16(header.box);
    out.u16(header.seq);
    if (header.tag == kUdpAnswerMap) out.u32(header.arrived);
    for (const auto& frame : frames) out.block(frame);
    return std::move(out).take();
}

} // namespace kentongan::wire
