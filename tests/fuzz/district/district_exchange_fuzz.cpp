// Whatever a box brings: no crash, and what gets a receipt is kept.
//
// The first byte says at which door the rest knocks: 0 the whole upload; 1 an upload that the box has signed,
// with the rest as its envelope; 2 an envelope that the box has signed and sealed, with the rest as its
// record.
#include "tools/district_world.hpp"

#include <cstdlib>

using namespace kentongan;

namespace {

void must(bool held) {
    if (!held) std::abort();
}

void bring(test::DistrictWorld& world, const Bytes& envelope) {
    auto answer = world.intake.take(world.upload({envelope}), world.now);
    must(answer.has_value() && answer->receipts.size() <= 1);
    for (const auto& receipt : answer->receipts) {
        bool is_case = world.store.case_row(receipt.item).has_value();
        bool aside = *world.store.quarantined_of(world.box.shown.box) > 0;
        must(receipt.level == wire::ItemReceipt::Level::kReceived ? is_case : aside);
    }
    auto again = world.intake.take(world.upload({envelope}), world.now);
    must(again.has_value() && again->receipts == answer->receipts);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto keys = wire::make_district_keys();
    static const auto box_keys = wire::make_box_keys(BoxId{7});
    if (size == 0) return 0;
    test::DistrictWorld world;
    world.memory = {};
    world.setting.keys = keys;
    world.box = box_keys;
    must(district::register_box(world.store, box_keys.shown, "hill").has_value());
    BytesView rest(data + 1, size - 1);
    switch (data[0] % 3) {
    case 0: {
        auto answer = world.intake.exchange(rest, world.now);
        must(!answer || answer->size() <= wire::kMaxDownload);
        break;
    }
    case 1:
        if (rest.size() <= wire::kMaxEnvelope) bring(world, Bytes(rest.begin(), rest.end()));
        break;
    default: {
        wire::SealedBoxSealer sealer(world.box, world.setting.keys.shown);
        ItemId id;
        id.value.fill(9);
        auto envelope = sealer.seal(domain::Recipient::kDistrict, id, rest);
        if (envelope) bring(world, *envelope);
    }
    }
    return 0;
}
