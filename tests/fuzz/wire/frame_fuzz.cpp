// Frames and parcels from anybody: no crash, and what is read can be written again and is the same.
//
// The first byte chooses the door: 0 one frame; 1 a parcel; 2 a parcel whose items are batched anew.
#include "wire/answer.hpp"

#include <algorithm>
#include <cstdlib>

using namespace kentongan;

namespace {

void must(bool held) {
    if (!held) std::abort();
}

void frame(BytesView bytes) {
    auto kind = wire::kind_of(bytes);
    auto items = wire::items_of(bytes);
    if (!items) return;
    must(kind && (*kind == wire::FrameKind::kItem || *kind == wire::FrameKind::kBatch));
    must(!items->empty() && items->size() <= wire::kMaxBatch);
    for (const auto& item : *items) must(wire::read_item(item).has_value());
    if (*kind == wire::FrameKind::kItem) {
        must(std::equal(bytes.begin(), bytes.end(), items->front().begin(), items->front().end()));
    } else {
        std::vector<BytesView> views(items->begin(), items->end());
        auto again = wire::write_batch(views);
        must(std::equal(bytes.begin(), bytes.end(), again.begin(), again.end()));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    BytesView rest(data + 1, size - 1);
    if (data[0] % 3 == 0) {
        frame(rest);
        return 0;
    }
    auto frames = wire::read_parcel(rest);
    if (!frames) return 0;
    must(!frames->empty() && frames->size() <= wire::kMaxFramesPerParcel);
    std::vector<Bytes> copies(frames->size());
    std::transform(frames->begin(), frames->end(), copies.begin(),
                   [](BytesView one) { return Bytes(one.begin(), one.end()); });
    auto again = wire::write_parcel(copies);
    must(std::equal(rest.begin(), rest.end(), again.begin(), again.end()));
    std::vector<Bytes> items;
    for (auto one : *frames) {
        frame(one);
        (void)wire::read_sealed_for(one);
        auto some = wire::items_of(one);
        if (some) items.insert(items.end(), some->begin(), some->end());
    }
    if (data[0] % 3 == 1) return 0;
    std::vector<BytesView> views(items.begin(), items.end());
    std::size_t used = 0;
    auto room = std::size_t{data[0]} * 8;
    auto composed = wire::compose(views, room, used);
    must(used <= items.size());
    must(wire::write_parcel(composed).size() <= room);
    std::size_t at = 0;
    for (const auto& one : composed) {
        must(one.size() <= wire::kMaxFrame);
        auto some = wire::items_of(one);
        must(some.has_value());
        for (const auto& item : *some) must(at < used && item == items[at++]);
    }
    must(at == used);
    return 0;
}
