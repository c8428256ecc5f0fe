// Rules 9, 15 and 18: boxes, how one is let in, and its epochs.
#include "both_stores.hpp"

#include <vector>

using namespace kentongan;
using namespace kentongan::district;

namespace {

Invitation invitation(std::uint8_t n) {
    Invitation out;
    out.code.fill(n);
    out.village = "contoh";
    out.issued = kNow;
    out.expires = kNow + seconds(86400);
    return out;
}

} // namespace

TEMPLATE_TEST_CASE("9. a box number or key is registered once", "[district_store]", InMemory, InSqlite) {
    TestType world;
    REQUIRE(world.store().register_box(box(1)));
    CHECK(code_of(world.store().register_box(box(1))) == ErrorCode::kConflict);
    auto copy = box(2);
    copy.keys.sign = box(1).keys.sign;
    CHECK(code_of(world.store().register_box(copy)) == ErrorCode::kConflict);
    copy = box(2);
    copy.keys.agree = box(1).keys.agree;
    CHECK(code_of(world.store().register_box(copy)) == ErrorCode::kConflict);
    REQUIRE(world.store().register_box(box(2)));
    CHECK(world.store().boxes()->size() == 2);
    REQUIRE(world.store().revoke_box(BoxId{2}));
    REQUIRE(world.store().revoke_box(BoxId{2}));
    CHECK(world.store().box(BoxId{2})->revoked);
    CHECK_FALSE(world.store().box(BoxId{1})->revoked);
    CHECK(code_of(world.store().revoke_box(BoxId{3})) == ErrorCode::kNotFound);
    REQUIRE(world.store().assign_village(BoxId{2}, "lain"));
    CHECK(world.store().box(BoxId{2})->village == "lain");
    CHECK(world.store().box(BoxId{2})->revoked);
    CHECK(world.store().box(BoxId{1})->village == "contoh");
    CHECK(code_of(world.store().assign_village(BoxId{3}, "lain")) == ErrorCode::kNotFound);
}

TEMPLATE_TEST_CASE("15. an invitation lets one box in, whole or not at all", "[district_store]", InMemory,
                   InSqlite) {
    TestType world;
    auto& store = world.store();
    const Bytes sealed = {1, 0, 3};
    REQUIRE(store.register_box(box(1)));
    REQUIRE(store.add_invitation(invitation(5)));
    CHECK(code_of(store.add_invitation(invitation(5))) == ErrorCode::kConflict);
    CHECK(code_of(store.enrol(invitation(6).code, box(2), sealed)) == ErrorCode::kNotFound);
    // A known box, a copied key: the invitation stays good.
    CHECK(code_of(store.enrol(invitation(5).code, box(1), sealed)) == ErrorCode::kConflict);
    auto copied = box(3);
    copied.keys.agree = box(1).keys.agree;
    CHECK(code_of(store.enrol(invitation(5).code, copied, sealed)) == ErrorCode::kConflict);
    CHECK(store.invitation(invitation(5).code)->used_by == BoxId{});
    CHECK(code_of(store.psk(BoxId{1})) == ErrorCode::kNotFound);

    REQUIRE(store.enrol(invitation(5).code, box(2), sealed));
    world.restart();
    auto& again = world.store();
    auto used = again.invitation(invitation(5).code);
    REQUIRE(used);
    CHECK(used->used_by == BoxId{2});
    CHECK(used->village == "contoh");
    CHECK(used->issued == kNow);
    CHECK(used->expires == kNow + seconds(86400));
    CHECK(again.box(BoxId{2})->keys == box(2).keys);
    CHECK(*again.psk(BoxId{2}) == sealed);
    CHECK(code_of(again.enrol(invitation(5).code, box(3), sealed)) == ErrorCode::kConflict);
    CHECK(code_of(again.box(BoxId{3})) == ErrorCode::kNotFound);
    CHECK(code_of(again.invitation(invitation(9).code)) == ErrorCode::kNotFound);

    REQUIRE(again.put_psk(BoxId{1}, Bytes{4}));
    REQUIRE(again.put_psk(BoxId{1}, Bytes{5}));
    CHECK(*again.psk(BoxId{1}) == Bytes{5});
    CHECK(code_of(again.put_psk(BoxId{9}, Bytes{4})) == ErrorCode::kNotFound);
}

TEMPLATE_TEST_CASE("18. epochs are added once and tell what is here and what is missing", "[district_store]",
                   InMemory, InSqlite) {
    TestType world;
    REQUIRE(world.store().register_box(box(1)));
    REQUIRE(world.store().register_box(box(2)));
    auto epoch = [](std::uint16_t number, std::uint8_t mark, std::uint16_t items) {
        EpochRow out;
        out.box.value = 1;
        out.number = number;
        out.mark.fill(mark);
        out.recipient = domain::Recipient::kInspectorate;
        out.opening = Bytes{1, 2, mark};
        out.received = Bytes{0xFF};
        out.items = items;
        return out;
    };
    auto put = [&](std::vector<EpochRow> rows) {
        auto one = delivery();
        one.epochs = std::move(rows);
        REQUIRE(world.store().receive(one));
    };
    CHECK(world.store().newest_epoch(BoxId{1}).value() == 0);
    auto first = epoch(3, 7, 5);
    put({first});
    world.restart();
    CHECK(world.store().epochs(BoxId{1}, 3).value() == std::vector<EpochRow>{first});
    CHECK(world.store().epochs(BoxId{2}, 3)->empty());
    CHECK(world.store().newest_epoch(BoxId{1}).value() == 3);

    auto later = first;
    later.opening.clear();
    later.received = Bytes{0xFF, 1};
    later.items = 9;
    auto copy = epoch(3, 8, 1);
    copy.copied = true;
    auto unknown = epoch(4, 9, 1);
    unknown.opening.clear();
    put({later, copy, unknown});
    auto known = world.store().epochs(BoxId{1}, 3);
    REQUIRE(known);
    REQUIRE(known->size() == 2);
    CHECK(known->at(0).opening == first.opening);
    CHECK(known->at(0).received == later.received);
    CHECK(known->at(1) == copy);
    CHECK(world.store().epochs(BoxId{1}, 4)->empty());

    // A second program that has not heard of the first one's items takes nothing back.
    auto elsewhere = later;
    elsewhere.received = Bytes{0x0F, 2};
    elsewhere.items = 5;
    put({elsewhere});
    CHECK(world.store().epochs(BoxId{1}, 3)->at(0).received == Bytes{0xFF, 3});
    CHECK(world.store().epochs(BoxId{1}, 3)->at(0).items == 10);
    put({later});
    CHECK(world.store().epochs(BoxId{1}, 3)->at(0).items == 10);

    CHECK(world.store().missing_of(BoxId{1}).value() == 0);
    auto next = epoch(5, 1, 1);
    next.previous = {3, 12};
    auto after = epoch(6, 1, 1);
    after.previous = {4, 2};
    put({next, after});
    CHECK(world.store().missing_of(BoxId{1}).value() == 2 + 2);
    CHECK(world.store().missing_of(BoxId{2}).value() == 0);
}

TEMPLATE_TEST_CASE("19. days of use: replaced, the newest kept, of that box only", "[district_store]",
                   InMemory, InSqlite) {
    TestType world;
    using domain::Carrier;
    REQUIRE(world.store().register_box(box(1)));
    REQUIRE(world.store().register_box(box(2)));
    CHECK_FALSE(world.store().box(BoxId{1})->last_carrier);
    Delivery delivery;
    delivery.box = BoxId{1};
    delivery.at = kNow;
    delivery.by = Carrier::kSms;
    delivery.used = {20782, {{Carrier::kDatagrams, {1, 2, 0, 3}}, {Carrier::kSms, {0, 0, 4, 1400}}}};
    REQUIRE(world.store().receive(delivery));
    auto again = delivery;
    again.by = Carrier::kStick;
    again.used->carriers = {{Carrier::kHttps, {9'000'000'000, 2, 0, 3}}};
    REQUIRE(world.store().receive(again));
    auto before = delivery;
    before.by = std::nullopt;
    before.used->day = 20781;
    REQUIRE(world.store().receive(before));
    world.restart();
    CHECK_FALSE(world.store().box(BoxId{1})->last_carrier);
    CHECK(*world.store().use_of(BoxId{1}, 5) == std::vector{*again.used, *before.used});
    CHECK(*world.store().use_of(BoxId{1}, 1) == std::vector{*again.used});
    CHECK(world.store().use_of(BoxId{2}, 5)->empty());
    CHECK(world.store().use_of(BoxId{3}, 5)->empty());

    delivery.by = Carrier::kHttps;
    for (std::uint32_t day = 1; day <= kKeptDaysOfUse + 3; ++day) {
        delivery.used->day = day;
        REQUIRE(world.store().receive(delivery));
    }
    CHECK(world.store().box(BoxId{1})->last_carrier == Carrier::kHttps);
    auto kept = *world.store().use_of(BoxId{1}, 1000);
    REQUIRE(kept.size() == kKeptDaysOfUse);
    CHECK(kept.front() == *again.used);
    CHECK(kept.back().day == 6);
}
