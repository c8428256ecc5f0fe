// Whatever comes to a district: no crash, and what is acknowledged is kept.
//
// The first byte says at which door the rest knocks: 0 the whole parcel; 1 one frame of a parcel, behind a
// call of the box; 2 the record in an item that the box has sealed; 3 the same in an item that follows
// others.
#include "tools/district_world.hpp"

#include <cstdlib>

using namespace kentongan;

namespace {

void must(bool held) {
    if (!held) std::abort();
}

void bring(test::DistrictWorld& world, const test::SealingBox::Sealed& sealed) {
    auto answer = world.exchange(sealed.frames);
    must(answer.has_value());
    if (test::SealingBox::acknowledges(*answer, sealed.id))
        must(world.store.case_row(sealed.id) || *world.store.quarantined_of(world.box.keys.shown.box) > 0);
    auto again = world.exchange(sealed.frames);
    must(again.has_value() && again->acks == answer->acks);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    test::DistrictWorld world;
    BytesView rest(data + 1, size - 1);
    switch (data[0] % 4) {
    case 0: {
        auto answer = world.intake.exchange(rest, world.now);
        must(!answer || answer->size() <= 64 * 1024);
        break;
    }
    case 1: {
        if (rest.empty() || rest.size() > wire::kMaxFrame) break;
        auto letter = world.letter();
        world.bring(letter);
        (void)world.exchange({Bytes(rest.begin(), rest.end())});
        must(world.store.case_row(letter.id).has_value());
        break;
    }
    default: {
        if (rest.empty() || rest.back() == 0 || rest.size() > wire::kMaxRecord) break;
        if (data[0] % 4 == 3) world.bring(world.letter());
        bring(world, world.box.seal_record(rest, domain::Recipient::kDistrict));
    }
    }
    return 0;
}
