#include "district/boxes.hpp"
#include "district/enrolment.hpp"
#include "district/publishing.hpp"
#include "sim/memory_district_store.hpp"
#include "wire/keyring.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace kentongan;
using namespace kentongan::district;

namespace {

struct Office {
    sim::MemoryDistrictStore store;
    wire::RootSecret root = wire::root_from(Bytes(32, 1));
    wire::DistrictSecret keys = wire::district_keys_from(root, Bytes(32, 2));
    wire::Key32 psk_key{5, 5, 5};
    Instant now = from_unix(1795489200);
    std::uint8_t invited = 0;

    std::string code() {
        auto out = invite(store, "hill", psk_key, now, [&](std::span<std::uint8_t> bytes) {
            std::fill(bytes.begin(), bytes.end(), ++invited);
        });
        REQUIRE(out);
        return *out;
    }
    wire::EnrolmentRequest asks(std::uint32_t box, const std::string& code) const {
        auto start = wire::start_enrolment(BoxId{box}, keys.shown, code);
        REQUIRE(start);
        return wire::open_request(start->request, keys).value();
    }
    Result<std::string> enrol(const wire::EnrolmentRequest& request) {
        return district::enrol(store, request, psk_key, now);
    }
};

template <class T>
std::string refused(const Result<T>& result, ErrorCode code = ErrorCode::kDenied) {
    REQUIRE_FALSE(result);
    CHECK(result.error().code == code);
    return result.error().where;
}

} // namespace

TEST_CASE("an invited box is registered for its village, with its psk", "[district][enrolment]") {
    Office office;
    auto request = office.asks(8, office.code());
    CHECK(*office.enrol(request) == "hill");
    CHECK(office.store.box(BoxId{8})->keys == request.box);
    CHECK(office.store.box(BoxId{8})->village == "hill");
    CHECK(*psk_of(office.store, BoxId{8}, office.psk_key) == request.psk);
    // The store alone gives it to nobody, and a row does not serve for another box.
    auto sealed = *office.store.psk(BoxId{8});
    CHECK(std::search(sealed.begin(), sealed.end(), request.psk.begin(), request.psk.end()) == sealed.end());
    CHECK_FALSE(psk_of(office.store, BoxId{8}, wire::Key32{9}));
    REQUIRE(register_box(office.store, wire::make_box_keys(BoxId{9}).shown, "hill"));
    REQUIRE(office.store.put_psk(BoxId{9}, sealed));
    CHECK_FALSE(psk_of(office.store, BoxId{9}, office.psk_key));
    CHECK_FALSE(psk_of(office.store, BoxId{10}, office.psk_key));
}

TEST_CASE("codes are refused when unknown, used or a day old", "[district][enrolment]") {
    Office office;
    auto strange = office.asks(8, wire::invitation_code({9, 9, 9, 9, 9, 9}));
    CHECK(refused(office.enrol(strange)) == "enrolment.unknown_code");

    auto code = office.code();
    auto request = office.asks(8, code);
    office.now += kInvitationLasts;
    CHECK(refused(office.enrol(request)) == "enrolment.expired_code");
    office.now -= seconds(1);
    REQUIRE(office.enrol(request));
    CHECK(refused(office.enrol(office.asks(9, code))) == "enrolment.used_code");
    CHECK(refused(office.enrol(office.asks(8, code))) ==
          "enrolment.used_code"); // the same number, other keys
    // The welcome was lost: the same request is answered again, even days later, until the box is withdrawn.
    office.now += seconds(1'000'000);
    CHECK(*office.enrol(request) == "hill");
    CHECK(office.store.boxes()->size() == 1);
    REQUIRE(revoke_box(office.store, BoxId{8}));
    CHECK(refused(office.enrol(request)) == "enrolment.used_code");

    // A clock set back by years does not make an old code young.
    auto later = office.code();
    office.now -= seconds(100'000'000);
    CHECK(refused(office.enrol(office.asks(10, later))) == "enrolment.expired_code");
    CHECK(refused(invite(office.store, "no village", office.psk_key, office.now, wire::random_bytes),
                  ErrorCode::kInvalid) == "enrolment.village");
}

TEST_CASE("a number or key that is known is an alarm, and keeps the code", "[district][enrolment]") {
    Office office;
    REQUIRE(office.enrol(office.asks(8, office.code())));
    auto code = office.code();
    refused(office.enrol(office.asks(8, code)), ErrorCode::kConflict);
    auto copied = office.asks(9, code);
    copied.box.sign = office.store.box(BoxId{8})->keys.sign;
    refused(office.enrol(copied), ErrorCode::kConflict);
    auto weak = office.asks(9, code);
    weak.box.agree = {};
    refused(office.enrol(weak), ErrorCode::kInvalid);
    CHECK(office.enrol(office.asks(9, code)));
}

TEST_CASE("a store that is full registers nobody", "[district][enrolment]") {
    Office office;
    auto request = office.asks(8, office.code());
    office.store.refuse_writes(1);
    refused(office.enrol(request), ErrorCode::kNoSpace);
    CHECK(office.store.boxes()->empty());
    CHECK(office.enrol(request));
}

TEST_CASE("boxes get their keyring first, then packs, then documents, as changes where they can",
          "[district][publishing]") {
    Office office;
    BoxId box{7};
    std::vector<wire::Holding> held;
    Bytes content(20'000);
    for (std::size_t i = 0; i < content.size(); ++i) content[i] = static_cast<std::uint8_t>(i * i >> 3);
    auto publish_as = [&](wire::BulletinKind kind, const char* name, BoxId to = {}) {
        content[content.size() / 2] ^= 1;
        auto version = publish(office.store, office.keys, {kind, to, name, content}, office.now);
        REQUIRE(version);
        return *version;
    };
    auto next = [&]() -> std::optional<wire::BulletinHeader> {
        auto found = next_bulletin(office.store, office.keys, box, held);
        REQUIRE(found);
        if (!*found) return std::nullopt;
        return wire::read_bulletin_header(**found).value();
    };
    auto take = [&](const wire::BulletinHeader& header) {
        std::erase_if(held, [&](const auto& one) { return one.name == header.name; });
        held.push_back({header.name, header.version});
    };
    CHECK_FALSE(next());
    CHECK(publish_as(wire::BulletinKind::kDocument, "aturan") == 1);
    CHECK(publish_as(wire::BulletinKind::kDocument, "lain", BoxId{8}) == 1);
    CHECK(publish_as(wire::BulletinKind::kPack, "paket") == 1);
    REQUIRE(publish_keyring(office.store, office.keys, office.root, office.now));
    REQUIRE(publish_keyring(office.store, office.keys, office.root, office.now));
    for (const char* name : {"keyring", "paket", "aturan"}) {
        auto one = next();
        REQUIRE(one);
        CHECK(one->name == name);
        take(*one);
    }
    CHECK_FALSE(next());

    CHECK(publish_as(wire::BulletinKind::kPack, "paket") == 2);
    auto delta = next();
    REQUIRE(delta);
    CHECK(delta->packing == wire::Packing::kDelta);
    CHECK(delta->packed < 200);
    for (int i = 0; i < 5; ++i) publish_as(wire::BulletinKind::kPack, "paket");
    CHECK(next()->packing != wire::Packing::kDelta); // too far behind
    take(*next());
    // The same again is no new version.
    CHECK(*publish(office.store, office.keys, {wire::BulletinKind::kPack, {}, "paket", content},
                   office.now) == 7);
    CHECK_FALSE(next());
    refused(publish(office.store, office.keys, {wire::BulletinKind::kDocument, {}, "paket", Bytes{1}},
                    office.now),
            ErrorCode::kConflict);
    refused(publish(office.store, office.keys, {wire::BulletinKind::kKeyring, {}, "keyring", Bytes{1}},
                    office.now),
            ErrorCode::kInvalid);
}

TEST_CASE("a service that has not read a new prekey's secret does not offer its keyring",
          "[district][publishing]") {
    Office office;
    REQUIRE(publish_keyring(office.store, office.keys, office.root, office.now));
    auto running = office.keys; // what serve read at its start
    REQUIRE(wire::rotate_prekey(office.keys, office.root, Bytes(32, 3), {}, *newest_keyring(office.store)));
    REQUIRE(publish_keyring(office.store, office.keys, office.root, office.now));
    std::vector<wire::Holding> none;
    std::vector<wire::Holding> first = {{"keyring", 1}};
    CHECK(wire::read_bulletin_header(**next_bulletin(office.store, running, BoxId{7}, none))->version == 1);
    CHECK_FALSE(*next_bulletin(office.store, running, BoxId{7}, first));
    CHECK(wire::read_bulletin_header(**next_bulletin(office.store, office.keys, BoxId{7}, first))->version ==
          2);
    auto stranger = wire::root_from(Bytes(32, 9));
    refused(publish_keyring(office.store, office.keys, stranger, office.now));
    refused(publish_keyring(office.store, running, office.root, office.now), ErrorCode::kConflict);
}
