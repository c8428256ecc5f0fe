#include "wire/private_rows.hpp"
#include "wire/reply.hpp"
#include "wire/seal.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace kentongan;
using domain::Recipient;

namespace {

struct Keys {
    wire::BoxSecret box = wire::make_box_keys(BoxId{7});
    wire::DistrictSecret district = wire::make_district_keys();
    wire::SealedBoxSealer sealer{box, district.shown};
};

ItemId item_of(std::uint8_t fill) {
    ItemId item;
    item.value.fill(fill);
    return item;
}

const Bytes kRecord = {1, 2, 3, 4, 5, 6, 7, 8, 9};

} // namespace

TEST_CASE("a sealed item opens at the district and says whose it is") {
    Keys keys;
    auto envelope = keys.sealer.seal(Recipient::kDistrict, item_of(9), kRecord);
    REQUIRE(envelope);
    REQUIRE(wire::verify(*envelope, keys.box.shown));
    auto header = wire::read_header(*envelope);
    CHECK(header->box == BoxId{7});
    CHECK(header->item == item_of(9));
    CHECK(header->recipient == Recipient::kDistrict);
    CHECK(*wire::open(*envelope, keys.district) == kRecord);
    CHECK(std::search(envelope->begin(), envelope->end(), kRecord.begin(), kRecord.end()) == envelope->end());
}

TEST_CASE("the same record sealed twice is not recognisable") {
    Keys keys;
    auto first = *keys.sealer.seal(Recipient::kDistrict, item_of(1), kRecord);
    auto second = *keys.sealer.seal(Recipient::kDistrict, item_of(1), kRecord);
    CHECK(first != second);
}

TEST_CASE("every flipped bit of an envelope is refused") {
    Keys keys;
    auto envelope = *keys.sealer.seal(Recipient::kInspectorate, item_of(9), kRecord);
    for (std::size_t bit = 0; bit < envelope.size() * 8; ++bit) {
        auto altered = envelope;
        altered[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        INFO("bit " << bit);
        REQUIRE_FALSE(wire::verify(altered, keys.box.shown));
    }
    for (std::size_t size = 0; size < envelope.size(); ++size)
        REQUIRE_FALSE(wire::verify(BytesView(envelope).first(size), keys.box.shown));
}

TEST_CASE("other keys open nothing: another district's, the other recipient's, another box's signature") {
    Keys keys;
    Keys others;
    auto envelope = *keys.sealer.seal(Recipient::kInspectorate, item_of(9), kRecord);
    CHECK(wire::open(envelope, others.district).error().code == ErrorCode::kDenied);
    CHECK(wire::verify(envelope, others.box.shown).error().code == ErrorCode::kDenied);

    auto without = keys.district;
    without.prekeys[0].inspectorate =
        without.prekeys[0].district; // a server that was not given the inspectorate's key
    CHECK(wire::open(envelope, without).error().code == ErrorCode::kDenied);
}

TEST_CASE("a ciphertext under another item's header does not open, even if the box signed it") {
    Keys keys;
    auto first = *keys.sealer.seal(Recipient::kDistrict, item_of(1), kRecord);
    auto second = *keys.sealer.seal(Recipient::kDistrict, item_of(2), kRecord);
    auto mixed = first;
    std::copy(second.begin() + 6, second.begin() + 22, mixed.begin() + 6);
    CHECK(wire::open(mixed, keys.district).error().code == ErrorCode::kDenied);
}

TEST_CASE("a record that is too long is refused before anything is written") {
    Keys keys;
    CHECK(keys.sealer.seal(Recipient::kDistrict, item_of(1), Bytes(wire::kMaxEnvelope)).error().code ==
          ErrorCode::kNoSpace);
}

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
