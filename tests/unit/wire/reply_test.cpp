#include "wire/private_rows.hpp"
#include "wire/reply.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;

namespace {

struct Keys {
    wire::BoxSecret box = wire::make_box_keys(BoxId{7});
    wire::DistrictSecret district = wire::make_district_keys();
};

ItemId item_of(std::uint8_t fill) {
    ItemId item;
    item.value.fill(fill);
    return item;
}

const Bytes kRecord = {1, 2, 3, 4, 5, 6, 7, 8, 9};

} // namespace

TEST_CASE("a reply opens with the receipt only") {
    auto receipt = domain::make_receipt_code(123456789);
    auto sealed = wire::seal_reply(receipt, item_of(3), {"Kurang KK", "Silakan datang"});
    REQUIRE(sealed);
    auto reply = wire::open_reply(receipt, item_of(3), *sealed);
    REQUIRE(reply);
    CHECK(reply->reason == "Kurang KK");
    CHECK(reply->answer == "Silakan datang");
    CHECK(wire::open_reply(domain::make_receipt_code(123456790), item_of(3), *sealed).error().code ==
          ErrorCode::kDenied);
    CHECK(wire::open_reply(receipt, item_of(4), *sealed).error().code == ErrorCode::kDenied);
    sealed->back() ^= 1;
    CHECK(wire::open_reply(receipt, item_of(3), *sealed).error().code == ErrorCode::kDenied);
    CHECK(wire::seal_reply(receipt, item_of(3), {std::string(3000, 'x'), ""}).error().code ==
          ErrorCode::kNoSpace);
}

TEST_CASE("a notice opens at its box only") {
    Keys keys;
    Keys others;
    wire::Notice notice{{"+6280000000012"}, "id", domain::make_case_code(5)};
    auto sealed = wire::seal_notice(keys.box.shown, notice);
    auto opened = wire::open_notice(keys.box, sealed);
    REQUIRE(opened);
    CHECK(opened->to.e164 == notice.to.e164);
    CHECK(opened->code == notice.code);
    CHECK(wire::open_notice(others.box, sealed).error().code == ErrorCode::kDenied);
}

TEST_CASE("private rows open with their key and purpose only") {
    Keys keys;
    auto sealed = wire::seal_row(keys.box.store, "conversation", kRecord);
    CHECK(*wire::open_row(keys.box.store, "conversation", sealed) == kRecord);
    CHECK(wire::open_row(keys.box.store, "sms", sealed).error().code == ErrorCode::kDenied);
    CHECK(wire::open_row(keys.box.agree, "conversation", sealed).error().code == ErrorCode::kDenied);
    CHECK(wire::open_row(keys.box.store, "conversation", Bytes(5)).error().code == ErrorCode::kCorrupt);
    CHECK(wire::pseudonym(keys.box.store, "phone", "+62800") ==
          wire::pseudonym(keys.box.store, "phone", "+62800"));
    CHECK(wire::pseudonym(keys.box.store, "phone", "x") != wire::pseudonym(keys.box.store, "code", "x"));
}
