// Whatever an SMS brings to a box that takes frames: it is kept, nobody is answered, and what the district
// really says counts all the same.
//
// The first byte says how the rest comes: 0 as data from a stranger, as data and as a text from the
// district's number; 1 as what an answer has behind its seal, the next byte being its flags: only the
// district can make it, but a box outlives a district's mistakes.
#include "box/box.hpp"
#include "sim/memory_box_store.hpp"
#include "tools/district_world.hpp"

#include <cstdlib>

using namespace kentongan;
namespace local = wire::local;

namespace {

const std::string kDistrict = "+6280000000091";

void must(bool held) {
    if (!held) std::abort();
}

struct Village {
    domain::Pack pack = test::small_pack();
    domain::Village village = sim::small_village();
    wire::DistrictSecret district = wire::make_district_keys(test::DistrictWorld::small_root());
    wire::BoxSecret keys = wire::make_box_keys(BoxId{7});
    sim::MemoryBoxStore store;
    wire::Sealer sealer{keys, district.shown.current()};
    Instant now = from_unix(1764036000);
    std::uint8_t calls = 0;
    box::Box box;

    Village()
        : box({pack, with_sms(village), keys, district.shown, store, sealer, {}},
              {domain::Msisdn{kDistrict}, box::FrameForm::kData, {}}) {
        local::ModemState state;
        state.registered = true;
        must(box.handle({{1, local::ModemHello{"modem0"}}, {1, state}}, now).empty());
    }
    static domain::Village& with_sms(domain::Village& village) {
        village.carriers[domain::Carrier::kSms] = {};
        return village;
    }

    wire::LinkKeys link() {
        auto made = wire::link_keys(keys.agree, district.shown.current().district, keys.psk);
        must(made.has_value());
        return *made;
    }
    std::vector<box::Outbound> arrives(local::SmsArrived sms) {
        sms.call = ++calls;
        sms.fingerprint[0] = calls;
        return box.handle({{1, sms}}, now);
    }
    std::vector<box::Outbound> data(const std::string& from, BytesView bytes) {
        local::SmsArrived sms;
        sms.sender = from;
        sms.binary = true;
        sms.data.assign(bytes.begin(), bytes.end());
        return arrives(sms);
    }
    std::vector<box::Outbound> text(BytesView bytes) {
        local::SmsArrived sms;
        sms.sender = kDistrict;
        sms.text = std::string(as_text(bytes));
        return arrives(sms);
    }
    static bool kept_alone(const std::vector<box::Outbound>& out) {
        return out.size() == 1 && std::holds_alternative<local::SmsKept>(out[0].message);
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    Village world;
    BytesView rest(data + 1, size - 1);
    if (data[0] % 2 == 0) {
        rest = rest.first(std::min(rest.size(), wire::kSmsDataRoom));
        must(Village::kept_alone(world.data("+6280000000066", rest)));
        must(Village::kept_alone(world.data(kDistrict, rest)));
        must(Village::kept_alone(world.text(rest)));
        must(world.store.quarantined() == 3);
        must(*world.store.last_update() == 0);
    } else {
        Bytes frame{0x50, 0, 7, world.district.shown.current().id, rest[0], 0};
        auto sealed = wire::siv_seal(world.link().down, frame, rest.subspan(1));
        frame.insert(frame.end(), sealed.begin(), sealed.end());
        auto out = world.data(kDistrict, frame);
        must(!out.empty() && std::holds_alternative<local::SmsKept>(out[0].message));
    }
    wire::Answer answer;
    answer.box = BoxId{7};
    answer.key_id = world.district.shown.current().id;
    answer.district_time = world.now;
    answer.newest_epoch = 1000;
    must(!world.data(kDistrict, wire::encode(answer, world.link().down)).empty());
    must(*world.store.highest_epoch() >= 1000);
    return 0;
}
