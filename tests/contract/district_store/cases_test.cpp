// Rules 1 to 8 and 12 to 14: deliveries, cases and what is in quarantine.
#include "both_stores.hpp"

#include <string>

using namespace kentongan;
using namespace kentongan::district;

TEMPLATE_TEST_CASE("1. what returned success is there after a restart", "[district_store]", InMemory,
                   InSqlite) {
    TestType world;
    REQUIRE(world.store().register_box(box(1)));
    auto both = delivery();
    both.waiting = 7;
    both.cases = {a_case(1)};
    both.quarantined = {bad(1)};
    REQUIRE(world.store().receive(both));
    REQUIRE(world.store().move(a_move(1, 1)).value() == 1);
    REQUIRE(world.store().add_officer({"Sari", Role::kInspectorate, "hash"}));
    Session session{{1, 2, 3}, "Sari", kNow, kNow};
    REQUIRE(world.store().open_session(session, kNow - seconds(10), kNow - seconds(10)));
    world.restart();

    auto kept = world.store().box(BoxId{1});
    REQUIRE(kept);
    CHECK(kept->waiting == 7);
    CHECK(kept->last_contact == kNow);
    CHECK(kept->issued == 1);
    CHECK(kept->keys.sign == box(1).keys.sign);
    CHECK(kept->keys.agree == box(1).keys.agree);
    CHECK(kept->village == "contoh");
    auto row = world.store().case_row(item(1));
    REQUIRE(row);
    auto expected = a_case(1).row;
    expected.state = "working";
    expected.version = 2;
    expected.changed_at = kNow + seconds(5);
    CHECK(*row == expected);
    CHECK(world.store().record(item(1)).value() == a_case(1).record);
    auto events = world.store().events(item(1));
    REQUIRE(events);
    CHECK(*events == std::vector<Event>{a_move(1, 1).event});
    CHECK(world.store().quarantined_of(BoxId{1}).value() == 1);
    CHECK(world.store().officer("Sari")->role == Role::kInspectorate);
    CHECK(world.store().session(session.token_hash)->officer == "Sari");
}

TEMPLATE_TEST_CASE("1. a call that fails changes nothing", "[district_store]", InMemory, InSqlite) {
    TestType world;
    REQUIRE(world.store().register_box(box(1)));
    auto foreign = delivery(2);
    foreign.cases = {a_case(1, 2)};
    foreign.quarantined = {bad(1, 2)};
    CHECK(code_of(world.store().receive(foreign)) == ErrorCode::kNotFound);
    CHECK(code_of(world.store().case_row(item(1))) == ErrorCode::kNotFound);
    CHECK(code_of(world.store().record(item(1))) == ErrorCode::kNotFound);
    CHECK(world.store().quarantined(0, 10)->empty());
}

TEMPLATE_TEST_CASE("2. the first of two stays", "[district_store]", InMemory, InSqlite) {
    TestType world;
    REQUIRE(world.store().register_box(box(1)));
    put(world.store(), {a_case(1)});
    auto second = a_case(1);
    second.record = Bytes{99};
    second.row.code = "73102955";
    put(world.store(), {second, a_case(2)});
    CHECK(world.store().record(item(1)).value() == a_case(1).record);
    CHECK(world.store().case_row(item(1))->code == "48217739");
    CHECK(world.store().case_row(item(2)));
    CHECK(world.store().list({})->total == 2);

    auto twice = delivery();
    twice.quarantined = {bad(1), bad(1), bad(2)};
    twice.quarantined[1].reason = QuarantineReason::kCopiedBox;
    REQUIRE(world.store().receive(twice));
    REQUIRE(world.store().receive(twice));
    auto kept = world.store().quarantined(0, 10);
    REQUIRE(kept);
    REQUIRE(kept->size() == 2);
    CHECK((*kept)[0].reason == QuarantineReason::kRevokedBox);
    CHECK((*kept)[0].record == bad(1).record);
    CHECK((*kept)[1].digest == bad(2).digest);
    CHECK(world.store().quarantined(1, 10)->size() == 1);
    CHECK(world.store().quarantined_of(BoxId{9}).value() == 0);
}

TEMPLATE_TEST_CASE("3. and 4. acknowledged only grows and takes the notices with it", "[district_store]",
                   InMemory, InSqlite) {
    TestType world;
    REQUIRE(world.store().register_box(box(1)));
    put(world.store(), {a_case(1)});
    REQUIRE(world.store().move(a_move(1, 1)));
    REQUIRE(world.store().move(a_move(1, 2)));
    auto heard = delivery();
    heard.acknowledged = 1;
    REQUIRE(world.store().receive(heard));
    heard.acknowledged = 0;
    REQUIRE(world.store().receive(heard));
    CHECK(world.store().box(BoxId{1})->acknowledged == 1);
    auto all = world.store().updates_after(BoxId{1}, 0, 10);
    REQUIRE(all);
    REQUIRE(all->size() == 2);
    CHECK((*all)[0].notice.empty());
    CHECK((*all)[0].reply == Bytes{9});
    CHECK((*all)[1].notice == Bytes{10});
}

TEMPLATE_TEST_CASE("5. a stale version changes nothing", "[district_store]", InMemory, InSqlite) {
    TestType world;
    REQUIRE(world.store().register_box(box(1)));
    put(world.store(), {a_case(1)});
    REQUIRE(world.store().move(a_move(1, 1)));
    CHECK(code_of(world.store().move(a_move(1, 1, "refused"))) == ErrorCode::kConflict);
    CHECK(code_of(world.store().move(a_move(1, 3, "refused"))) == ErrorCode::kConflict);
    CHECK(code_of(world.store().move(a_move(2, 1))) == ErrorCode::kNotFound);
    CHECK(world.store().case_row(item(1))->state == "working");
    CHECK(world.store().events(item(1))->size() == 1);
    CHECK(world.store().box(BoxId{1})->issued == 1);
    CHECK(world.store().updates_after(BoxId{1}, 0, 10)->size() == 1);
}

TEMPLATE_TEST_CASE("6. and 7. updates are numbered per box, above what it knows", "[district_store]",
                   InMemory, InSqlite) {
    TestType world;
    REQUIRE(world.store().register_box(box(1)));
    REQUIRE(world.store().register_box(box(2)));
    put(world.store(), {a_case(1)});
    put(world.store(), {a_case(2, 2)}, 2);
    CHECK(world.store().move(a_move(1, 1)).value() == 1);
    CHECK(world.store().move(a_move(2, 1)).value() == 1);
    CHECK(world.store().move(a_move(1, 2)).value() == 2);
    auto ahead = delivery();
    ahead.acknowledged = 40; // the district was restored from a backup
    REQUIRE(world.store().receive(ahead));
    CHECK(world.store().move(a_move(1, 3)).value() == 41);

    auto of_one = world.store().updates_after(BoxId{1}, 1, 10);
    REQUIRE(of_one);
    REQUIRE(of_one->size() == 2);
    CHECK((*of_one)[0].sequence == 2);
    CHECK((*of_one)[1].sequence == 41);
    CHECK((*of_one)[0].item == item(1));
    CHECK((*of_one)[0].state == 2);
    CHECK((*of_one)[0].at == kNow + seconds(5));
    CHECK(world.store().updates_after(BoxId{1}, 0, 1)->size() == 1);
    CHECK(world.store().updates_after(BoxId{1}, UINT64_MAX, 10)->empty());
    CHECK(world.store().updates_after(BoxId{3}, 0, 10)->empty());
}

TEMPLATE_TEST_CASE("8. a list is filtered whole, newest first, and counts all", "[district_store]", InMemory,
                   InSqlite) {
    TestType world;
    REQUIRE(world.store().register_box(box(1)));
    REQUIRE(world.store().register_box(box(2)));
    auto secret = a_case(4);
    secret.row.recipient = domain::Recipient::kInspectorate;
    auto later = a_case(2);
    later.row.received_at = kNow + seconds(60);
    later.row.service = "sktm";
    auto closed = a_case(3);
    closed.row.open = false;
    closed.row.state = "done";
    closed.row.code = "73102955";
    put(world.store(), {a_case(1), later, closed, secret});
    put(world.store(), {a_case(5, 2)}, 2);

    auto ids = [&](CaseFilter filter) {
        auto page = world.store().list(filter);
        REQUIRE(page);
        std::vector<int> out;
        for (const auto& row : page->rows) out.push_back(row.id.value[1]);
        CHECK((filter.limit < 25 || filter.offset > 0 || page->total == out.size()));
        return out;
    };
    CHECK(ids({}) == std::vector<int>{2, 5, 3, 1});
    CaseFilter filter;
    filter.recipient = domain::Recipient::kInspectorate;
    CHECK(ids(filter) == std::vector<int>{4});
    filter = {};
    filter.open_only = true;
    CHECK(ids(filter) == std::vector<int>{2, 5, 1});
    filter.service = "domisili";
    filter.box = BoxId{1};
    CHECK(ids(filter) == std::vector<int>{1});
    filter = {};
    filter.state = "done";
    CHECK(ids(filter) == std::vector<int>{3});
    filter = {};
    filter.code = "73102955";
    CHECK(ids(filter) == std::vector<int>{3});
    filter = {};
    filter.limit = 2;
    CHECK(ids(filter) == std::vector<int>{2, 5});
    filter.offset = 2;
    CHECK(ids(filter) == std::vector<int>{3, 1});
    CHECK(world.store().list(filter)->total == 4);
    filter.offset = 100;
    CHECK(ids(filter).empty());

    auto counts = world.store().counts(domain::Recipient::kDistrict, kNow + seconds(101));
    REQUIRE(counts);
    CHECK(*counts == std::vector<StateCount>{{"letter", "done", 1, 0}, {"letter", "received", 3, 3}});
    CHECK(world.store().counts(domain::Recipient::kDistrict, kNow + seconds(100))->at(1).past_due == 0);
}

TEMPLATE_TEST_CASE("12. adopting moves an envelope out of quarantine", "[district_store]", InMemory,
                   InSqlite) {
    TestType world;
    REQUIRE(world.store().register_box(box(1)));
    auto one = delivery();
    one.quarantined = {bad(1), bad(2)};
    REQUIRE(world.store().receive(one));
    REQUIRE(world.store().adopt(bad(1), a_case(1)));
    CHECK(world.store().case_row(item(1)));
    CHECK(world.store().quarantined_of(BoxId{1}).value() == 1);
    CHECK(code_of(world.store().adopt(bad(1), a_case(2))) == ErrorCode::kNotFound);
    CHECK(code_of(world.store().case_row(item(2))) == ErrorCode::kNotFound);
    CHECK(code_of(world.store().adopt(bad(2), a_case(1))) == ErrorCode::kConflict);
    CHECK(world.store().quarantined_of(BoxId{1}).value() == 1);
}

TEMPLATE_TEST_CASE("13. what is not there is kNotFound", "[district_store]", InMemory, InSqlite) {
    TestType world;
    CHECK(code_of(world.store().box(BoxId{1})) == ErrorCode::kNotFound);
    CHECK(code_of(world.store().case_row(item(1))) == ErrorCode::kNotFound);
    CHECK(code_of(world.store().record(item(1))) == ErrorCode::kNotFound);
    CHECK(code_of(world.store().officer("")) == ErrorCode::kNotFound);
    CHECK(code_of(world.store().attempts({})) == ErrorCode::kNotFound);
    CHECK(code_of(world.store().session({})) == ErrorCode::kNotFound);
    CHECK(world.store().events(item(1))->empty());
    CHECK(world.store().boxes()->empty());
    CHECK(world.store().list({})->total == 0);
    CHECK(world.store().counts(domain::Recipient::kDistrict, kNow)->empty());
    CHECK(world.store().touch_session({}, kNow));
    CHECK(world.store().close_session({}));
}

TEMPLATE_TEST_CASE("14. texts and blobs come back as they were", "[district_store]", InMemory, InSqlite) {
    TestType world;
    constexpr char kOdd[] = "Robert'); DROP TABLE \"case\";--\0<b>\xff%_";
    const std::string odd(kOdd, sizeof kOdd - 1);
    REQUIRE(world.store().register_box(box(1)));
    auto strange = a_case(1);
    strange.row.service = odd;
    strange.row.state = odd;
    strange.record = Bytes(16 * 1024, 0);
    put(world.store(), {strange, a_case(2)});
    auto move = a_move(1, 1);
    move.event.officer = odd;
    move.event.words = {};
    REQUIRE(world.store().move(move));
    CHECK(world.store().case_row(item(1))->service == odd);
    CHECK(world.store().record(item(1)).value() == strange.record);
    CHECK(world.store().events(item(1))->at(0) == move.event);
    CaseFilter filter;
    filter.service = odd;
    CHECK(world.store().list(filter)->total == 1);
    filter.service = "' OR 1=1 --";
    CHECK(world.store().list(filter)->total == 0);
    REQUIRE(world.store().add_officer({odd, Role::kOfficer, "x"}));
    CHECK(world.store().officer(odd)->name == odd);
}
