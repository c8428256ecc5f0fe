// The MUST rules of box/ports/store.hpp, against the real store and the simulated one.
#include "adapters/sqlite/box_store.hpp"
#include "sim/memory_box_store.hpp"
#include "tools/temporary_folder.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using box::CaseRow;
using box::OutgoingSms;
using box::Pseudonym;

namespace {

const Instant kNow = from_unix(1764000000);

struct InMemory {
    sim::MemoryBoxStore memory;
    box::Store& store = memory;
};

struct InSqlite {
    test::TemporaryFolder folder;
    std::unique_ptr<sqlite::SqliteBoxStore> opened =
        std::move(sqlite::SqliteBoxStore::open(folder / "box.db")).take();
    box::Store& store = *opened;
};

ItemId item(std::uint8_t n) {
    ItemId id;
    id.value.fill(n);
    return id;
}

Pseudonym name(std::uint8_t n) {
    Pseudonym p;
    p.fill(n);
    return p;
}

CaseRow row(std::uint8_t n) {
    CaseRow out;
    out.item = item(n);
    out.code = name(n);
    out.receipt = name(static_cast<std::uint8_t>(n + 100));
    out.once = name(static_cast<std::uint8_t>(n + 50));
    out.codes = {7, n};
    out.service = 3;
    out.state = 1;
    out.since = kNow;
    return out;
}

OutgoingSms sms(box::SmsKind kind, Instant due) {
    OutgoingSms out;
    out.kind = kind;
    out.content = {1, 2, 3};
    out.due = due;
    out.expires = due + std::chrono::hours(1);
    return out;
}

} // namespace

TEMPLATE_TEST_CASE("a store keeps what was committed and nothing else (rules 1, 2)", "", InMemory, InSqlite) {
    TestType world;
    auto& store = world.store;
    REQUIRE(store.begin());
    REQUIRE(store.put_item({item(1), {9, 9}}, kNow));
    REQUIRE(store.commit());
    REQUIRE(store.begin());
    REQUIRE(store.put_item({item(2), {8}}, kNow));
    REQUIRE(store.put_case(row(2)));
    store.rollback();

    auto queued = store.queued_items(10);
    REQUIRE(queued);
    REQUIRE(queued->size() == 1);
    CHECK((*queued)[0].item == item(1));
    CHECK((*queued)[0].sealed == Bytes{9, 9});
    CHECK_FALSE(store.case_of(item(2))->has_value());
    REQUIRE(store.begin());
    REQUIRE(store.commit());
}

TEMPLATE_TEST_CASE("queued items come oldest first and leave when retired (rule 3)", "", InMemory, InSqlite) {
    TestType world;
    auto& store = world.store;
    for (std::uint8_t n : Bytes{7, 3, 5}) REQUIRE(store.put_item({item(n), {n}}, kNow));
    CHECK(*store.waiting() == 3);
    auto two = store.queued_items(2);
    REQUIRE(two->size() == 2);
    CHECK((*two)[0].item == item(7));
    CHECK((*two)[1].item == item(3));

    REQUIRE(store.retire_item(item(7), kNow));
    REQUIRE(store.retire_item(item(7), kNow + seconds(5)));
    REQUIRE(store.retire_item(item(99), kNow));
    CHECK(*store.waiting() == 2);
    CHECK((*store.queued_items(9))[0].item == item(3));
    // A retired item still exists, so its id is still taken, until it is dropped.
    CHECK(store.put_item({item(7), {7}}, kNow).error().code == ErrorCode::kConflict);
    REQUIRE(store.drop_retired_before(kNow + seconds(1)));
    CHECK(store.put_item({item(7), {7}}, kNow));
}

TEMPLATE_TEST_CASE("what is urgent goes first, and items are found by their names (rule 3)", "", InMemory,
                   InSqlite) {
    TestType world;
    auto& store = world.store;
    REQUIRE(store.begin());
    REQUIRE(store.put_item({item(1), {1}, box::Urgency::kBulk}, kNow));
    REQUIRE(store.put_item({item(2), {2}, box::Urgency::kOrdinary}, kNow));
    REQUIRE(store.put_item({item(3), {3}, box::Urgency::kFirst}, kNow));
    REQUIRE(store.put_item({item(4), {4}, box::Urgency::kOrdinary}, kNow));
    REQUIRE(store.commit());
    auto queued = store.queued_items(10);
    REQUIRE(queued);
    std::vector<ItemId> order;
    for (const auto& one : *queued) order.push_back(one.item);
    CHECK(order == std::vector<ItemId>{item(3), item(2), item(4), item(1)});
    CHECK(queued->at(0).urgency == box::Urgency::kFirst);
    CHECK(store.queued_items(1)->at(0).item == item(3));
    REQUIRE(store.begin());
    REQUIRE(store.retire_item(item(2), kNow));
    REQUIRE(store.commit());
    CHECK(store.queued_between(item(1), item(3)).value() == std::vector<ItemId>{item(1), item(3)});
}

TEMPLATE_TEST_CASE("epochs are kept, and their numbers never come twice", "", InMemory, InSqlite) {
    TestType world;
    auto& store = world.store;
    CHECK(store.highest_epoch().value() == 0);
    CHECK_FALSE(store.newest_epoch(domain::Recipient::kDistrict)->has_value());
    box::EpochRow first{1, domain::Recipient::kDistrict, {1, 2, 3, 4}, 1};
    box::EpochRow second{2, domain::Recipient::kInspectorate, {5, 6, 7, 8}, 1};
    REQUIRE(store.begin());
    REQUIRE(store.put_epoch(first));
    REQUIRE(store.put_epoch(second));
    first.items = 9;
    REQUIRE(store.put_epoch(first));
    REQUIRE(store.commit());
    CHECK(store.epoch(1).value() == first);
    CHECK_FALSE(store.epoch(3)->has_value());
    CHECK(store.newest_epoch(domain::Recipient::kDistrict).value() == first);
    CHECK(store.newest_epoch(domain::Recipient::kInspectorate).value() == second);
    CHECK(store.highest_epoch().value() == 2);
    REQUIRE(store.begin());
    REQUIRE(store.skip_epochs(7));
    REQUIRE(store.skip_epochs(4));
    REQUIRE(store.commit());
    CHECK(store.highest_epoch().value() == 7);
    REQUIRE(store.begin());
    REQUIRE(store.put_epoch({9, domain::Recipient::kDistrict, {}, 1}));
    store.rollback();
    CHECK(store.highest_epoch().value() == 7);
}

TEMPLATE_TEST_CASE("a known item or a used code is a conflict, and the first stays (rules 4, 5)", "",
                   InMemory, InSqlite) {
    TestType world;
    auto& store = world.store;
    REQUIRE(store.put_item({item(1), {1}}, kNow));
    CHECK(store.put_item({item(1), {2}}, kNow).error().code == ErrorCode::kConflict);
    CHECK((*store.queued_items(5))[0].sealed == Bytes{1});

    REQUIRE(store.put_case(row(1)));
    CHECK(store.put_case(row(1)).error().code == ErrorCode::kConflict);
    auto same_code = row(2);
    same_code.code = row(1).code;
    CHECK(store.put_case(same_code).error().code == ErrorCode::kConflict);
    CHECK(store.case_by_code(row(1).code)->value().item == item(1));
}

TEMPLATE_TEST_CASE("a case is found by each of its names and remembers its way", "", InMemory, InSqlite) {
    TestType world;
    auto& store = world.store;
    auto first = row(1);
    first.phone = name(50);
    REQUIRE(store.put_case(first));
    REQUIRE(store.set_state(item(1), {4, kNow + seconds(60)}, Bytes{7, 7}));
    REQUIRE(store.set_state(item(1), {5, kNow + seconds(90)}, {}));
    REQUIRE(store.set_state(item(200), {5, kNow}, {}));

    auto found = store.case_by_receipt(first.receipt);
    REQUIRE(found->has_value());
    CHECK((*found)->state == 5);
    CHECK((*found)->since == kNow + seconds(90));
    CHECK((*found)->reply == Bytes{7, 7}); // an empty reply keeps the one before
    CHECK((*found)->codes == row(1).codes);
    CHECK((*found)->phone == name(50));
    auto history = store.history(item(1));
    REQUIRE(history->size() == 3);
    CHECK((*history)[0].state == 1);
    CHECK((*history)[2].state == 5);
    REQUIRE(store.put_reply(item(1), Bytes{6}));
    REQUIRE(store.put_reply(item(77), Bytes{6}));
    CHECK((*store.case_of(item(1)))->reply == Bytes{6});
    CHECK((*store.case_of(item(1)))->state == 5);
    CHECK(store.history(item(1))->size() == 3);
    CHECK(store.cases_of_phone(name(50))->size() == 1);
    CHECK(store.cases_of_phone(name(51))->empty());
    CHECK_FALSE(store.case_by_code(name(9))->has_value());
}

TEMPLATE_TEST_CASE("the district's word, conversations and stops are kept", "", InMemory, InSqlite) {
    TestType world;
    auto& store = world.store;
    CHECK(*store.last_update() == 0);
    REQUIRE(store.set_contact(42, 40, kNow));
    CHECK(*store.last_update() == 42);
    CHECK(*store.last_whole() == 40);
    CHECK(*store.last_contact() == kNow);

    CHECK(*store.exports() == 0);
    REQUIRE(store.put_exports(3));
    REQUIRE(store.put_exports(2)); // rule 11
    CHECK(*store.exports() == 3);

    REQUIRE(store.put_conversation(name(1), Bytes{1}, kNow));
    REQUIRE(store.put_conversation(name(1), Bytes{2}, kNow + seconds(10)));
    REQUIRE(store.put_conversation(name(2), Bytes{3}, kNow - seconds(10)));
    CHECK(store.conversation(name(1))->value() == Bytes{2});
    auto old = store.conversations_before(kNow, 10);
    REQUIRE(old->size() == 1);
    CHECK((*old)[0].phone == name(2));
    REQUIRE(store.drop_conversation(name(2)));
    CHECK_FALSE(store.conversation(name(2))->has_value());

    CHECK_FALSE(*store.stopped(name(1)));
    REQUIRE(store.set_stopped(name(1), true));
    REQUIRE(store.set_stopped(name(1), true));
    CHECK(*store.stopped(name(1)));
    REQUIRE(store.set_stopped(name(1), false));
    CHECK_FALSE(*store.stopped(name(1)));
}

TEMPLATE_TEST_CASE("parts of a message meet by sender and reference", "", InMemory, InSqlite) {
    TestType world;
    auto& store = world.store;
    auto part = [&](std::uint8_t sender, std::uint8_t number, Instant at) {
        box::SmsPart out;
        out.fingerprint.fill(number);
        out.sender = name(sender);
        out.reference = 77;
        out.count = 3;
        out.number = number;
        out.content = {number};
        out.at = at;
        return out;
    };
    REQUIRE(store.put_part(part(1, 3, kNow)));
    REQUIRE(store.put_part(part(1, 1, kNow)));
    REQUIRE(store.put_part(part(1, 1, kNow))); // again is no error
    REQUIRE(store.put_part(part(2, 2, kNow - seconds(100))));
    auto mine = store.parts(name(1), 77, 3);
    REQUIRE(mine->size() == 2);
    CHECK((*mine)[0].number == 1);
    CHECK((*mine)[1].number == 3);
    auto stale = store.stale_parts(kNow - seconds(50), 10);
    REQUIRE(stale->size() == 1);
    CHECK((*stale)[0].sender == name(2));
    REQUIRE(store.drop_parts(name(1), 77, 3));
    CHECK(store.parts(name(1), 77, 3)->empty());

    std::array<std::uint8_t, 16> print{};
    CHECK_FALSE(*store.sms_seen(print));
    REQUIRE(store.mark_sms_seen(print, kNow));
    REQUIRE(store.mark_sms_seen(print, kNow + seconds(9)));
    CHECK(*store.sms_seen(print));
    REQUIRE(store.forget_sms_seen_before(kNow + seconds(1)));
    CHECK_FALSE(*store.sms_seen(print));
    REQUIRE(store.quarantine(print, Bytes{1}, kNow));
    REQUIRE(store.quarantine(print, Bytes{1}, kNow));
}

TEMPLATE_TEST_CASE("answers go before notices, never one in flight, early or stale (rules 7, 8)", "",
                   InMemory, InSqlite) {
    TestType world;
    auto& store = world.store;
    auto notice = *store.put_sms(sms(box::SmsKind::kNotice, kNow));
    auto answer = *store.put_sms(sms(box::SmsKind::kAnswer, kNow));
    auto later = *store.put_sms(sms(box::SmsKind::kAnswer, kNow + seconds(30)));
    auto next = store.next_sms(kNow);
    REQUIRE(next->has_value());
    CHECK((*next)->id == answer);
    CHECK((*next)->content == Bytes{1, 2, 3});
    (*next)->submitting = true;
    (*next)->tries = 1;
    REQUIRE(store.update_sms(**next));
    CHECK((*store.next_sms(kNow))->id == notice);
    REQUIRE(store.submitting_sms()->size() == 1);
    CHECK((*store.submitting_sms())[0].id == answer);
    CHECK((*store.sms(answer))->tries == 1);
    CHECK((*store.next_sms(kNow + seconds(30)))->id == later);
    REQUIRE(store.drop_expired_sms(kNow + std::chrono::hours(2)));
    CHECK_FALSE(store.next_sms(kNow)->has_value());
    CHECK(store.sms(answer)->has_value()); // in flight: not forgotten before its outcome
    REQUIRE(store.drop_sms(answer));
    CHECK_FALSE(store.sms(answer)->has_value());
}

TEMPLATE_TEST_CASE("the newest version of a bulletin is held, and no older one (rule 9)", "", InMemory,
                   InSqlite) {
    TestType world;
    box::Store& store = world.store;
    CHECK_FALSE(*store.bulletin("paket"));
    REQUIRE(store.begin());
    REQUIRE(store.put_bulletin({wire::BulletinKind::kPack, "paket", 3, {0, 1, 2}}));
    REQUIRE(store.put_bulletin({wire::BulletinKind::kDocument, "aturan", 1, {}}));
    REQUIRE(store.commit());
    for (std::uint32_t version : {2U, 3U})
        CHECK(store.put_bulletin({wire::BulletinKind::kPack, "paket", version, {9}}).error().code ==
              ErrorCode::kConflict);
    auto held = *store.bulletin("paket");
    REQUIRE(held);
    CHECK(held->version == 3);
    CHECK(held->content == Bytes{0, 1, 2});
    CHECK(held->kind == wire::BulletinKind::kPack);
    REQUIRE(store.begin());
    REQUIRE(store.put_bulletin({wire::BulletinKind::kPack, "paket", 4, {7}}));
    store.rollback();
    REQUIRE(store.put_bulletin({wire::BulletinKind::kPack, "paket", 9, {8}}));
    auto all = *store.bulletins();
    REQUIRE(all.size() == 2);
    CHECK(all[0].name == "aturan");
    CHECK(all[1].version == 9);
    CHECK(all[1].content.empty());
    CHECK((*store.bulletin("paket"))->content == Bytes{8});
}

TEMPLATE_TEST_CASE("assemblies come back, the least recently put goes first (rule 10)", "", InMemory,
                   InSqlite) {
    TestType world;
    box::Store& store = world.store;
    for (std::uint32_t mark = 0xfffffff0; mark < 0xfffffff0 + box::Store::kMostAssemblies; ++mark)
        REQUIRE(store.put_assembly({mark, {1}}));
    REQUIRE(store.put_assembly({0xfffffff0, {2}})); // again: now the most recent
    REQUIRE(store.put_assembly({7, {3}}));
    auto all = *store.assemblies();
    REQUIRE(all.size() == box::Store::kMostAssemblies);
    CHECK(all.front().mark == 0xfffffff2);
    CHECK(all[all.size() - 2].mark == 0xfffffff0);
    CHECK(all[all.size() - 2].saved == Bytes{2});
    CHECK(all.back().mark == 7);
    REQUIRE(store.drop_assembly(7));
    REQUIRE(store.drop_assembly(7));
    CHECK(store.assemblies()->size() == box::Store::kMostAssemblies - 1);
}

TEMPLATE_TEST_CASE("what went by SMS is known of an item until it retires (rule 13)", "", InMemory,
                   InSqlite) {
    TestType world;
    auto& store = world.store;
    box::QueuedItem small{item(1), {1, 2}};
    small.by_sms = {9, kNow}; // begins with none, whatever is said
    REQUIRE(store.put_item(small, kNow - seconds(9)));
    REQUIRE(store.put_item({item(2), {1, 2, 3}, box::Urgency::kFirst}, kNow));
    REQUIRE(store.put_item({item(3), {1, 2, 3, 4}}, kNow));
    auto items = store.queued_up_to(3, 9);
    REQUIRE(items->size() == 2);
    CHECK((*items)[0].item == item(2));
    CHECK((*items)[1].item == item(1));
    CHECK((*items)[1].queued_at == kNow - seconds(9));
    CHECK((*items)[1].by_sms == box::Resend{});
    CHECK(store.queued_up_to(3, 1)->size() == 1);
    CHECK(store.queued_up_to(1, 9)->empty());
    CHECK(*store.waiting_above(2) == 2);
    CHECK(*store.waiting_above(4) == 0);

    REQUIRE(store.put_by_sms(item(1), {2, kNow + seconds(5)}));
    REQUIRE(store.put_by_sms(item(77), {2, kNow}));
    CHECK((*store.queued_up_to(3, 9))[1].by_sms == box::Resend{2, kNow + seconds(5)});
    CHECK((*store.queued_items(9))[1].by_sms == box::Resend{2, kNow + seconds(5)});
    REQUIRE(store.retire_item(item(1), kNow));
    REQUIRE(store.put_by_sms(item(1), {3, kNow}));
    CHECK(store.queued_up_to(3, 9)->size() == 1);
    CHECK(*store.waiting_above(1) == 2);

    CHECK(*store.sms_call() == box::Resend{});
    REQUIRE(store.put_sms_call({4, kNow}));
    CHECK(*store.sms_call() == box::Resend{4, kNow});
    REQUIRE(store.begin());
    REQUIRE(store.put_sms_call({5, kNow}));
    REQUIRE(store.put_by_sms(item(2), {6, kNow}));
    REQUIRE(store.put_exports(8));
    store.rollback();
    CHECK(*store.sms_call() == box::Resend{4, kNow});
    CHECK((*store.queued_up_to(3, 9))[0].by_sms == box::Resend{});
    CHECK(*store.exports() == 0);
}

TEMPLATE_TEST_CASE("days of carriers: one row of each, by day and carrier (rule 12)", "", InMemory,
                   InSqlite) {
    TestType world;
    auto& store = world.store;
    using domain::Carrier;
    CHECK_FALSE(*store.carrier_book());
    box::CarrierBook book;
    book.day = 20782;
    book.ran = 90000;
    book.said = 20780;
    book.contacts = {{Carrier::kDatagrams, kNow}};
    REQUIRE(store.put_carrier_book(book));
    CHECK(*store.carrier_book() == book);
    auto later = book;
    later.day = 20783;
    later.contacts = {{Carrier::kSms, kNow}};
    REQUIRE(store.put_carrier_book(later));
    later.contacts[Carrier::kDatagrams] = kNow;
    CHECK(*store.carrier_book() == later);

    box::CarrierDay first{20782, Carrier::kHttps, 1'000'000'000'000'000, 2, 3, 4};
    box::CarrierDay second{20782, Carrier::kSms, 0, 0, 5, 1750};
    box::CarrierDay third{20783, Carrier::kDatagrams, 7, 8, 0, 9};
    for (const auto& row : {third, second, first}) REQUIRE(store.put_carrier_day(row));
    CHECK(*store.carrier_days(0, 30000) == std::vector{first, second, third});
    first.up = 6;
    REQUIRE(store.put_carrier_day(first));
    CHECK(*store.carrier_days(20782, 20782) == std::vector{first, second});
    REQUIRE(store.keep_carrier_days(20783, 20783));
    CHECK(*store.carrier_days(0, 30000) == std::vector{third});
}

TEST_CASE("what is committed is there after opening again, and a newer program's file is refused") {
    test::TemporaryFolder folder;
    {
        auto store = std::move(sqlite::SqliteBoxStore::open(folder / "box.db")).take();
        REQUIRE(store->begin());
        REQUIRE(store->put_item({item(1), {1}}, kNow));
        REQUIRE(store->commit());
    }
    {
        auto store = std::move(sqlite::SqliteBoxStore::open(folder / "box.db")).take();
        CHECK(*store->waiting() == 1);
    }
    auto database = std::move(sqlite::Database::open(folder / "box.db", {})).error();
    CHECK(database.code == ErrorCode::kUnsupported);
}

TEST_CASE("a full disk is told as such and keeps nothing (rule 6)") {
    sim::MemoryBoxStore memory;
    memory.set_full(true);
    REQUIRE(memory.begin());
    CHECK(memory.put_item({item(1), {1}}, kNow).error().code == ErrorCode::kNoSpace);
    memory.rollback();
    memory.set_full(false);
    CHECK(*memory.waiting() == 0);

    test::TemporaryFolder folder;
    auto database = std::move(sqlite::Database::open(folder / "full.db", {})).take();
    REQUIRE(database.execute("CREATE TABLE t(x BLOB)"));
    REQUIRE(database.execute("PRAGMA max_page_count=8"));
    auto insert = std::move(database.prepare("INSERT INTO t VALUES(zeroblob(100000))")).take();
    CHECK(insert.run().error().code == ErrorCode::kNoSpace);
    auto count = std::move(database.prepare("SELECT count(*) FROM t")).take();
    REQUIRE(*count.step());
    CHECK(count.integer(0) == 0);
}
