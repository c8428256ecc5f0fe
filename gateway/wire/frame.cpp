#include "wire/frame.hpp"

#include <algorithm>

namespace kentongan::wire {
namespace {

constexpr std::size_t kVarintStep = 128;

std::size_t varint_size(std::size_t value) {
    std::size_t size = 1;
    for (; value >= kVarintStep; value /= kVarintStep) ++size;
    return size;
}

bool follows(const ReadItem& one, const ReadItem& next) {
    return !one.header.opening() && !next.header.opening() && one.header.box == next.header.box &&
           one.header.epoch == next.header.epoch && one.header.recipient == next.header.recipient &&
           one.header.counter + 1 == next.header.counter;
}

} // namespace

Result<FrameKind> kind_of(BytesView frame) {
    if (frame.empty()) return fail(ErrorCode::kCorrupt, "frame.empty");
    auto kind = static_cast<FrameKind>(frame[0] & 0xF0);
    switch (kind) {
    case FrameKind::kItem:
    case FrameKind::kBatch:
    case FrameKind::kCall:
    case FrameKind::kAnswer:
        return kind;
    }
    return fail(ErrorCode::kUnsupported, "frame.kind", frame[0]);
}

Bytes write_batch(std::span<const BytesView> items) {
    auto first = read_item(items.front());
    if (!first) return {};
    ByteWriter out;
    out.u8(
        static_cast<std::uint8_t>(static_cast<std::uint8_t>(FrameKind::kBatch) | (items.front()[0] & 0x0F)));
    out.u16(static_cast<std::uint16_t>(first->header.box.value));
    out.u16(first->header.epoch);
    out.varint(first->header.counter);
    out.u8(static_cast<std::uint8_t>(items.size()));
    for (auto item : items) {
        auto read = read_item(item);
        if (!read) return {};
        out.block(read->sealed);
    }
    return std::move(out).take();
}

Result<std::vector<Bytes>> items_of(BytesView frame) {
    std::vector<Bytes> out;
    auto kind = TRY(kind_of(frame));
    if (kind == FrameKind::kItem) {
        TRY(read_item(frame));
        out.emplace_back(frame.begin(), frame.end());
        return out;
    }
    if (kind != FrameKind::kBatch) return fail(ErrorCode::kCorrupt, "frame.items");
    ByteReader in(frame);
    auto tag = TRY(in.u8());
    ItemHeader header;
    header.box.value = TRY(in.u16());
    header.epoch = TRY(in.u16());
    auto base = TRY(in.varint());
    auto count = TRY(in.u8());
    if (count == 0 || base == 0 || base + count > kMaxEpochItems)
        return fail(ErrorCode::kCorrupt, "frame.count");
    for (std::uint64_t i = 0; i < count; ++i) {
        auto sealed = TRY(in.block(kMaxItem));
        ByteWriter item;
        item.u8(static_cast<std::uint8_t>(kItemTag | (tag & 0x0F)));
        item.u16(static_cast<std::uint16_t>(header.box.value));
        item.u16(header.epoch);
        item.varint(base + i);
        item.raw(sealed);
        auto bytes = std::move(item).take();
        auto read = TRY(read_item(bytes));
        if (read.header.opening()) return fail(ErrorCode::kCorrupt, "frame.opening");
        out.push_back(std::move(bytes));
    }
    TRY(in.end());
    return out;
}

std::vector<Bytes> compose(std::span<const BytesView> items, std::size_t room, std::size_t& used) {
    std::vector<Bytes> frames;
    used = 0;
    while (used < items.size()) {
        auto first = read_item(items[used]);
        // A stored item that is none cannot be sent; passing it over here would lose it in silence.
        if (!first) break;
        auto sealed_size = [](const ReadItem& item) {
            return item.sealed.size() + varint_size(item.sealed.size());
        };
        std::size_t run = 1;
        auto size = kBatchHeader + sealed_size(*first);
        for (auto last = *first; used + run < items.size() && run < kMaxBatch; ++run) {
            auto next = read_item(items[used + run]);
            if (!next || !follows(last, *next)) break;
            auto larger = size + sealed_size(*next);
            if (larger > kMaxFrame || size_in_parcel(larger) > room) break;
            size = larger;
            last = *next;
        }
        Bytes frame =
            run == 1 ? Bytes(items[used].begin(), items[used].end()) : write_batch(items.subspan(used, run));
        auto cost = size_in_parcel(frame.size());
        if (cost > room) break;
        room -= cost;
        used += run;
        frames.push_back(std::move(frame));
    }
    return frames;
}

Bytes write_parcel(std::span<const Bytes> frames) {
    ByteWriter out;
    for (const auto& frame : frames) out.block(frame);
    return std::move(out).take();
}

Result<std::vector<BytesView>> read_parcel(BytesView parcel) {
    if (parcel.empty() || parcel.size() > kMaxParcel) return fail(ErrorCode::kCorrupt, "parcel.size");
    ByteReader in(parcel);
    std::vector<BytesView> out;
    while (in.remaining() > 0) {
        if (out.size() == kMaxFramesPerParcel) return fail(ErrorCode::kCorrupt, "parcel.frames");
        auto frame = TRY(in.block(kMaxFrame));
        if (frame.empty()) return fail(ErrorCode::kCorrupt, "parcel.frame");
        out.push_back(frame);
    }
    return out;
}

std::size_t size_in_parcel(std::size_t frame) {
    return frame + varint_size(frame);
}

} // namespace kentongan::wire
