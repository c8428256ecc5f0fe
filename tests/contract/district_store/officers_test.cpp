// Rules 10 and 11 and the sessions: who is at the desk.
#include "both_stores.hpp"

using namespace kentongan;
using namespace kentongan::district;

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
