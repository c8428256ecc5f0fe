// Whatever comes to a district: no crash, and what is acknowledged is kept.
//
// The first byte says at which door the rest knocks: 0 the whole parcel; 1 one frame of a parcel, behind a
// call of the box; 2 the record in an item that the box has sealed; 3 the same in an item that follows
// others; 4 an SMS, as data and as text, from a stranger, beside one of the box.
#include "district/sms_desk.hpp"
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

// Nothing is left on the SIM, and a stranger is told nothing: one answer goes to the box, and only there.
void knock_by_sms(test::DistrictWorld& world, BytesView rest) {
    const std::string own = "+6280000000090";
    district::SmsDesk desk(world.store, world.setting, world.intake, {});
    wire::local::ModemState state;
    state.registered = true;
    std::vector<district::ModemMessage> messages{{1, wire::local::ModemHello{"modem0"}}, {1, state}};
    auto letter = world.letter();
    for (const auto& frame : world.sealed(letter)) {
        wire::local::SmsArrived sms;
        sms.sender = own;
        sms.binary = true;
        sms.data = frame;
        messages.push_back({1, sms});
    }
    wire::local::SmsArrived strange;
    strange.sender = "+6280000000066";
    strange.text = std::string(as_text(rest));
    messages.push_back({1, strange});
    strange.binary = true;
    strange.data.assign(rest.begin(), rest.end());
    messages.push_back({1, strange});
    must(desk.handle(messages, world.now).size() == messages.size() - 2);
    std::size_t sent = 0;
    for (int n = 0; n < 100; ++n)
        for (const auto& [modem, message] : desk.tick(world.now += seconds(1))) {
            const auto* data = std::get_if<wire::local::SendData>(&message);
            must(data != nullptr && data->to == own && data->data.size() <= wire::kSmsDataRoom);
            ++sent;
        }
    must(sent == 1 && world.store.case_row(letter.id).has_value());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    test::DistrictWorld world;
    BytesView rest(data + 1, size - 1);
    switch (data[0] % 5) {
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
    case 4:
        knock_by_sms(world, rest);
        break;
    default: {
        if (rest.empty() || rest.back() == 0 || rest.size() > wire::kMaxRecord) break;
        if (data[0] % 5 == 3) world.bring(world.letter());
        bring(world, world.box.seal_record(rest, domain::Recipient::kDistrict));
    }
    }
    return 0;
}
