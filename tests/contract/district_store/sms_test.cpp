// Rules 19 and 20: over which carrier a box was heard, and its SMS route.
#include "both_stores.hpp"

using namespace kentongan;
using namespace kentongan::district;

namespace {

Delivery by_sms(Instant at) {
    auto out = delivery();
    out.at = at;
    out.linked = false;
    return out;
}

} // namespace

TEMPLATE_TEST_CASE("19. a contact by SMS or stick is no contact over a link", "[district_store]", InMemory,
                   InSqlite) {
    TestType world;
    REQUIRE(world.store().register_box(box(1)));
    CHECK(world.store().box(BoxId{1})->last_link == Instant{});
    REQUIRE(world.store().receive(by_sms(kNow)));
    CHECK(world.store().box(BoxId{1})->last_link == Instant{});
    CHECK(world.store().box(BoxId{1})->last_contact == kNow);
    auto linked = delivery();
    linked.at = kNow + seconds(5);
    REQUIRE(world.store().receive(linked));
    REQUIRE(world.store().receive(by_sms(kNow + seconds(9))));
    world.restart();
    CHECK(world.store().box(BoxId{1})->last_link == kNow + seconds(5));
    CHECK(world.store().box(BoxId{1})->last_contact == kNow + seconds(9));
    CHECK(world.store().boxes()->front().last_link == kNow + seconds(5));
}

TEMPLATE_TEST_CASE("20. where a box is reached and what was spent do not disturb each other",
                   "[district_store]", InMemory, InSqlite) {
    TestType world;
    auto& store = world.store();
    for (std::uint32_t n : {1U, 2U}) REQUIRE(store.register_box(box(n)));
    CHECK(code_of(store.sms_route(BoxId{1})) == ErrorCode::kNotFound);
    CHECK(store.sms_routes()->empty());

    auto first = by_sms(kNow);
    first.sms = SmsSource{"+6280000000090", true, "modem \"0\""};
    REQUIRE(store.receive(first));
    SmsRoute expected;
    expected.box.value = 1;
    expected.source = *first.sms;
    expected.heard = kNow;
    CHECK(store.sms_route(BoxId{1}).value() == expected);

    SmsRoute spent;
    spent.box.value = 1;
    spent.source.number = "+6280000000099"; // is not taken from here
    spent.heard = kNow + seconds(7);
    spent.sent = kNow + seconds(1);
    spent.pushed = kNow + seconds(2);
    spent.told_to = 12;
    spent.day = 20417;
    spent.sent_today = 3;
    spent.pushed_today = 2;
    REQUIRE(store.count_sms(spent));
    world.restart();
    auto& again = world.store();
    auto both = spent;
    both.source = expected.source;
    both.heard = expected.heard;
    CHECK(again.sms_route(BoxId{1}).value() == both);

    auto moved = by_sms(kNow + seconds(50));
    moved.sms = SmsSource{"+6280000000091", false, "modem1"};
    REQUIRE(again.receive(moved));
    both.source = *moved.sms;
    both.heard = moved.at;
    CHECK(again.sms_route(BoxId{1}).value() == both);
    REQUIRE(again.receive(by_sms(kNow + seconds(60))));
    REQUIRE(again.receive(delivery()));
    CHECK(again.sms_route(BoxId{1}).value() == both);

    // What was spent on a box whose number is not known.
    spent.box.value = 2;
    REQUIRE(again.count_sms(spent));
    spent.source = {};
    spent.heard = {};
    CHECK(again.sms_route(BoxId{2}).value() == spent);
    CHECK(again.sms_routes().value() == std::vector{both, spent});
    spent.box.value = 3;
    CHECK(code_of(again.count_sms(spent)) == ErrorCode::kNotFound);
}
