// The MUST rules of district/ports/store.hpp, against the real store and the simulated one.
#include "adapters/sqlite/district_store.hpp"
#include "sim/memory_district_store.hpp"
#include "tools/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace kentongan;
using namespace kentongan::district;

namespace {

const Instant kNow = from_unix(1764000000);

struct InMemory {
    sim::MemoryDistrictStore memory;
    Store& store() { return memory; }
    void restart() {}
};

struct InSqlite {
    test::TemporaryFolder folder;
    std::unique_ptr<sqlite::SqliteDistrictStore> opened;
    InSqlite() { restart(); }
    Store& store() { return *opened; }
    void restart() {
        opened.reset();
        auto again = sqlite::SqliteDistrictStore::open(folder / "district.db");
        REQUIRE(again);
        opened = std::move(*again);
    }
};

ItemId item(unsigned n) {
    ItemId id;
    id.value.fill(0xA0);
    id.value[0] = static_cast<std::uint8_t>(n >> 8);
    id.value[1] = static_cast<std::uint8_t>(n);
    return id;
}

Box box(std::uint32_t n) {
    Box out;
    out.keys.box.value = n;
    out.keys.sign.fill(static_cast<std::uint8_t>(n));
    out.keys.agree.fill(static_cast<std::uint8_t>(n + 100));
    out.village = "contoh";
    return out;
}

NewCase a_case(unsigned n, std::uint32_t of_box = 1) {
    NewCase out;
    out.row.id = item(n);
    out.row.box.value = of_box;
    out.row.code = "48217739";
    out.row.service = "domisili";
    out.row.lifecycle = "letter";
    out.row.state = "received";
    out.row.received_at = kNow;
    out.row.due_at = kNow + seconds(100);
    out.row.changed_at = kNow;
    out.record = Bytes{1, 2, 3, static_cast<std::uint8_t>(n)};
    return out;
}

Delivery delivery(std::uint32_t of_box = 1) {
    Delivery out;
    out.box.value = of_box;
    out.at = kNow;
    return out;
}

Quarantined bad(std::uint8_t n, std::uint32_t of_box = 1) {
    Quarantined out;
    out.box.value = of_box;
    out.digest.fill(n);
    out.reason = QuarantineReason::kRevokedBox;
    out.at = kNow;
    out.item = item(n);
    out.recipient = domain::Recipient::kInspectorate;
    out.record = Bytes{n, n};
    return out;
}

CaseMove a_move(unsigned n, std::uint32_t version, const char* to = "working") {
    CaseMove out;
    out.id = item(n);
    out.expected_version = version;
    out.event = {kNow + seconds(5), "Sari", "received", to, Bytes{7, 8}};
    out.update.item = item(n);
    out.update.state = 2;
    out.update.at = kNow + seconds(5);
    out.update.reply = Bytes{9};
    out.update.notice = Bytes{10};
    return out;
}

void put(Store& store, std::initializer_list<NewCase> cases, std::uint32_t of_box = 1) {
    auto one = delivery(of_box);
    one.cases = cases;
    REQUIRE(store.receive(one));
}

template <class T>
ErrorCode code_of(const Result<T>& result) {
    REQUIRE_FALSE(result);
    return result.error().code;
}

} // namespace

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

TEMPLATE_TEST_CASE("10. an officer's name is taken once", "[district_store]", InMemory, InSqlite) {
    TestType world;
    REQUIRE(world.store().add_officer({"Sari", Role::kOfficer, "one"}));
    CHECK(code_of(world.store().add_officer({"Sari", Role::kInspectorate, "two"})) == ErrorCode::kConflict);
    CHECK(world.store().officer("Sari")->password == "one");
    CHECK(code_of(world.store().officer("sari")) == ErrorCode::kNotFound);
}

TEMPLATE_TEST_CASE("11. strangers' attempts are bounded, officers' are kept", "[district_store]", InMemory,
                   InSqlite) {
    TestType world;
    Attempts mine;
    mine.name.fill(0xFF);
    mine.known = true;
    mine.failures = 4;
    mine.locked_until = kNow;
    mine.last = from_unix(1);
    REQUIRE(world.store().save_attempts(mine));
    auto stranger = [](std::size_t n) {
        Attempts out;
        out.name[0] = static_cast<std::uint8_t>(n >> 8);
        out.name[1] = static_cast<std::uint8_t>(n);
        out.failures = 1;
        out.last = kNow + seconds(n);
        return out;
    };
    // The real store syncs each of these; the bound is the same one wherever the rows come from.
    for (std::size_t n = 0; n < kMaxStrangers + 2; ++n) REQUIRE(world.store().save_attempts(stranger(n)));
    CHECK(code_of(world.store().attempts(stranger(0).name)) == ErrorCode::kNotFound);
    CHECK(code_of(world.store().attempts(stranger(1).name)) == ErrorCode::kNotFound);
    CHECK(world.store().attempts(stranger(2).name));
    CHECK(world.store().attempts(stranger(kMaxStrangers + 1).name)->last == stranger(kMaxStrangers + 1).last);
    auto kept = world.store().attempts(mine.name);
    REQUIRE(kept);
    CHECK(kept->failures == 4);
    CHECK(kept->known);
    CHECK(kept->locked_until == kNow);
    mine.failures = 0;
    REQUIRE(world.store().save_attempts(mine));
    CHECK(world.store().attempts(mine.name)->failures == 0);
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

TEMPLATE_TEST_CASE("sessions end when they are told to or when they are old", "[district_store]", InMemory,
                   InSqlite) {
    TestType world;
    Session first{{1}, "Sari", kNow, kNow};
    Session second{{2}, "Budi", kNow + seconds(50), kNow + seconds(50)};
    Session third{{3}, "Budi", kNow + seconds(90), kNow + seconds(90)};
    REQUIRE(world.store().open_session(first, kNow - seconds(100), kNow - seconds(100)));
    REQUIRE(world.store().open_session(second, kNow - seconds(100), kNow - seconds(100)));
    REQUIRE(world.store().touch_session(first.token_hash, kNow + seconds(80)));
    CHECK(world.store().session(first.token_hash)->seen == kNow + seconds(80));
    CHECK(world.store().session(first.token_hash)->started == kNow);
    REQUIRE(world.store().open_session(third, kNow, kNow + seconds(60)));
    CHECK(world.store().session(first.token_hash));
    CHECK(code_of(world.store().session(second.token_hash)) == ErrorCode::kNotFound);
    REQUIRE(world.store().close_session(first.token_hash));
    CHECK(code_of(world.store().session(first.token_hash)) == ErrorCode::kNotFound);
    CHECK(world.store().session(third.token_hash));
}

namespace {

Invitation invitation(std::uint8_t n) {
    Invitation out;
    out.code.fill(n);
    out.village = "contoh";
    out.issued = kNow;
    out.expires = kNow + seconds(86400);
    return out;
}

Publication publication(const char* name, std::uint32_t version) {
    Publication out;
    out.kind = wire::BulletinKind::kPack;
    out.name = name;
    out.version = version;
    out.at = kNow;
    out.content = Bytes{0, 1, static_cast<std::uint8_t>(version)};
    out.ready = {{0, Bytes{7, static_cast<std::uint8_t>(version)}}};
    if (version > 1) out.ready.push_back({version - 1, Bytes{8}});
    return out;
}

} // namespace

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

TEMPLATE_TEST_CASE("16. versions of a name go upwards and keep their kind", "[district_store]", InMemory,
                   InSqlite) {
    TestType world;
    auto& store = world.store();
    REQUIRE(store.publish(publication("b", 3)));
    CHECK(code_of(store.publish(publication("b", 3))) == ErrorCode::kConflict);
    CHECK(code_of(store.publish(publication("b", 2))) == ErrorCode::kConflict);
    auto other = publication("b", 4);
    other.kind = wire::BulletinKind::kDocument;
    CHECK(code_of(store.publish(other)) == ErrorCode::kConflict);
    CHECK(*store.kept_versions("b") == std::vector<std::uint32_t>{3});
    auto one = publication("a", 1);
    one.box = BoxId{7};
    REQUIRE(store.publish(one));
    REQUIRE(store.publish(publication("b", 9)));
    world.restart();
    auto list = world.store().publications();
    REQUIRE(list);
    REQUIRE(list->size() == 2);
    CHECK(list->at(0).name == "a");
    CHECK(list->at(0).box == BoxId{7});
    CHECK(list->at(0).content.empty());
    CHECK(list->at(1).version == 9);
    CHECK(list->at(1).kind == wire::BulletinKind::kPack);
    auto whole = world.store().publication("b", 3);
    REQUIRE(whole);
    CHECK(whole->content == publication("b", 3).content);
    CHECK(whole->at == kNow);
    CHECK(*world.store().bulletin("b", 9, 0) == Bytes{7, 9});
    CHECK(*world.store().bulletin("b", 9, 8) == Bytes{8});
    CHECK(code_of(world.store().bulletin("b", 9, 3)) == ErrorCode::kNotFound);
    CHECK(code_of(world.store().publication("b", 4)) == ErrorCode::kNotFound);
    CHECK(world.store().kept_versions("c")->empty());
}

TEMPLATE_TEST_CASE("17. the newest versions stay, older ones go with their bulletins", "[district_store]",
                   InMemory, InSqlite) {
    TestType world;
    auto& store = world.store();
    for (std::uint32_t version = 1; version <= kKeptVersions + 2; ++version)
        REQUIRE(store.publish(publication("a", version)));
    REQUIRE(store.publish(publication("b", 1)));
    CHECK(*store.kept_versions("a") == std::vector<std::uint32_t>{6, 5, 4, 3});
    CHECK(code_of(store.publication("a", 2)) == ErrorCode::kNotFound);
    CHECK(code_of(store.bulletin("a", 2, 0)) == ErrorCode::kNotFound);
    CHECK(store.bulletin("a", 3, 0));
    CHECK(store.bulletin("b", 1, 0));
}
