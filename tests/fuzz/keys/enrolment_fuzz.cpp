// Requests and welcomes, from whoever brings the file: no crash, and what is believed was signed.
//
// The first byte chooses the door: 0 a request as it came; 1 a request whose inside and header are sealed and
// signed as they should be (4 bytes number, then the inside); 2 a welcome as it came; 3 a welcome that the
// district has signed; 4 the texts, and what people type.
#include "wire/enrolment.hpp"
#include "wire/escrow.hpp"
#include "wire/signature.hpp"

#include <sodium.h>

#include <cstdlib>

using namespace kentongan;

namespace {

void must(bool held) {
    if (!held) std::abort();
}

struct World {
    wire::RootSecret root = wire::root_from(Bytes(32, 1));
    wire::DistrictSecret district = wire::district_keys_from(root, Bytes(32, 2));
    wire::BoxSecret box = wire::box_keys_from(BoxId{7}, Bytes(32, 3));
    Bytes request;

    World() {
        box.root = root.shown;
        request = wire::make_request(box, district.shown, wire::invitation_code({1, 2, 3, 4, 5, 6})).value();
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const World world;
    if (size == 0) return 0;
    BytesView rest(data + 1, size - 1);
    switch (data[0] % 5) {
    case 0:
        must(!wire::open_request(rest, world.district) || rest.size() == world.request.size());
        break;
    case 1: {
        if (rest.size() < 4) break;
        Bytes bytes(world.request.begin(), world.request.begin() + 101);
        std::copy(rest.begin(), rest.begin() + 4, bytes.begin() + 1);
        auto inside = rest.subspan(4);
        Bytes sealed(inside.size() + crypto_box_SEALBYTES);
        must(crypto_box_seal(sealed.data(), inside.data(), inside.size(),
                             world.district.shown.enrolment.data()) == 0);
        bytes.insert(bytes.end(), sealed.begin(), sealed.end());
        auto signature = wire::sign("kentongan enrolment request 1", bytes, world.box.sign);
        bytes.insert(bytes.end(), signature.begin(), signature.end());
        auto opened = wire::open_request(bytes, world.district);
        if (opened)
            must(wire::read_invitation_code(opened->code).has_value() && opened->box.box.value <= 65535);
        break;
    }
    case 2:
        must(!wire::open_welcome(rest, world.box, world.request));
        break;
    case 3: {
        Bytes bytes(rest.begin(), rest.end());
        auto signature = wire::sign("kentongan enrolment welcome 1", bytes, world.district.sign);
        bytes.insert(bytes.end(), signature.begin(), signature.end());
        auto opened = wire::open_welcome(bytes, world.box, world.request);
        if (opened)
            must(opened->district.root == world.box.root && opened->village.size() <= wire::kMaxVillageId);
        break;
    }
    default: {
        auto text = as_text(rest);
        if (auto request = wire::read_request_text(text)) must(wire::request_text(*request) == text);
        if (auto welcome = wire::read_welcome_text(text)) must(wire::welcome_text(*welcome) == text);
        if (auto start = wire::read_enrolment_start(text)) must(wire::write_text(*start) == text);
        if (auto code = wire::read_invitation_code(text)) must(*wire::read_invitation_code(*code) == *code);
        must(!wire::open_escrow(text, wire::Key32{4}));
    }
    }
    return 0;
}
