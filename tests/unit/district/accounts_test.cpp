#include "district/accounts.hpp"
#include "sim/memory_district_store.hpp"
#include "wire/password.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace kentongan;
using namespace kentongan::district;

namespace {

struct Door {
    Instant now = from_unix(1764036000);
    sim::MemoryDistrictStore store;
    std::uint8_t drawn = 0;
    Accounts accounts{
        store, [this](std::span<std::uint8_t> out) { std::fill(out.begin(), out.end(), ++drawn); }, "nobody"};

    Door() {
        REQUIRE(store.add_officer({"Sari", Role::kOfficer, "hash of Sari"}));
        REQUIRE(store.add_officer({"Inspector", Role::kInspectorate, "hash of Inspector"}));
    }

    Result<Accounts::Started> login(const char* name, bool right) {
        auto attempt = TRY(accounts.begin_login(name, now));
        return accounts.finish_login(attempt, right, now);
    }
    /// Seconds of the lock, 0 if the try was let through.
    std::int64_t locked(const char* name) {
        auto attempt = accounts.begin_login(name, now);
        if (attempt) return 0;
        CHECK(attempt.error().code == ErrorCode::kDenied);
        return attempt.error().native;
    }
};

} // namespace

TEST_CASE("the right password opens a session", "[district][accounts]") {
    Door door;
    auto started = door.login("Sari", true);
    REQUIRE(started);
    CHECK(started->who.name == "Sari");
    CHECK(started->who.role == Role::kOfficer);
    auto who = door.accounts.signed_in(started->token, door.now);
    REQUIRE(who);
    CHECK(who->name == "Sari");
    CHECK(who->page_token == started->who.page_token);
    CHECK(who->page_token != started->token);
    // The store holds neither token.
    CHECK_FALSE(door.store.session(started->token));
    CHECK_FALSE(door.store.session(started->who.page_token));
    CHECK(door.store.session(wire::token_hash(started->token)));

    auto inspector = door.login("Inspector", true);
    REQUIRE(inspector);
    CHECK(inspector->who.role == Role::kInspectorate);
    CHECK(inspector->who.page_token != started->who.page_token);
    wire::Token forged = started->token;
    forged[31] ^= 1;
    CHECK_FALSE(door.accounts.signed_in(forged, door.now));
}

TEST_CASE("unknown names look like wrong passwords", "[district][accounts]") {
    Door door;
    auto known = door.accounts.begin_login("Sari", door.now);
    auto unknown = door.accounts.begin_login("Nobody", door.now);
    REQUIRE(known);
    REQUIRE(unknown);
    CHECK(known->kept == "hash of Sari");
    CHECK(unknown->kept == "nobody");
    auto one = door.accounts.finish_login(*known, false, door.now);
    auto two = door.accounts.finish_login(*unknown, true, door.now); // even if it matched
    REQUIRE_FALSE(one);
    REQUIRE_FALSE(two);
    CHECK(one.error().code == two.error().code);
    CHECK(std::string(one.error().where) == two.error().where);
}

TEST_CASE("five tries, then a lock that doubles up to an hour", "[district][accounts]") {
    for (const char* name : {"Sari", "Nobody"}) {
        Door door;
        for (int n = 0; n < 5; ++n) CHECK(door.locked(name) == 0);
        for (std::int64_t lock : {30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600}) {
            CAPTURE(name, lock);
            CHECK(door.locked(name) == lock);
            door.now += seconds(lock - 1);
            CHECK(door.locked(name) == 1); // asking does not lengthen it
            door.now += seconds(1);
            CHECK(door.locked(name) == 0);
        }
    }
}

TEST_CASE("the try is counted before the answer is known", "[district][accounts]") {
    Door door;
    // Five at once: all of them count although none was answered.
    for (int n = 0; n < 5; ++n) REQUIRE(door.accounts.begin_login("Sari", door.now));
    CHECK(door.locked("Sari") == 30);
    CHECK(door.locked("Inspector") == 0);
    // A new process over the same store is as strict.
    Accounts restarted(
        door.store, [](std::span<std::uint8_t>) {}, "nobody");
    CHECK_FALSE(restarted.begin_login("Sari", door.now));
}

TEST_CASE("if the try cannot be counted nobody gets in", "[district][accounts]") {
    Door door;
    door.store.refuse_writes(1);
    auto attempt = door.accounts.begin_login("Sari", door.now);
    REQUIRE_FALSE(attempt);
    CHECK(attempt.error().code == ErrorCode::kNoSpace);
}

TEST_CASE("success clears the count", "[district][accounts]") {
    Door door;
    for (int n = 0; n < 4; ++n) CHECK_FALSE(door.login("Sari", false));
    REQUIRE(door.login("Sari", true));
    for (int n = 0; n < 5; ++n) CHECK(door.locked("Sari") == 0);
    CHECK(door.locked("Sari") == 30);
    door.now += seconds(30);
    REQUIRE(door.login("Sari", true));
    CHECK(door.locked("Sari") == 0);
}

TEST_CASE("a clock that was set back locks for an hour at most", "[district][accounts]") {
    Door door;
    for (int n = 0; n < 5; ++n) CHECK(door.locked("Sari") == 0);
    door.now -= std::chrono::hours(24 * 365);
    CHECK(door.locked("Sari") == 3600);
}

TEST_CASE("sessions end: idle, old, by logout, with a clock set back", "[district][accounts]") {
    Door door;
    auto token = door.login("Sari", true)->token;
    SECTION("idle") {
        door.now += kSessionIdle - seconds(1);
        CHECK(door.accounts.signed_in(token, door.now));
        door.now += kSessionIdle - seconds(1);
        CHECK(door.accounts.signed_in(token, door.now));
        door.now += kSessionIdle;
        CHECK_FALSE(door.accounts.signed_in(token, door.now));
        CHECK_FALSE(door.store.session(wire::token_hash(token)));
        door.now -= kSessionIdle;
        CHECK_FALSE(door.accounts.signed_in(token, door.now));
    }
    SECTION("idle, although a page looks for news by itself") {
        for (auto end = door.now + kSessionIdle - seconds(30); door.now < end; door.now += seconds(30))
            CHECK(door.accounts.signed_in(token, door.now, false));
        door.now += seconds(30);
        CHECK_FALSE(door.accounts.signed_in(token, door.now, false));
    }
    SECTION("old") {
        auto end = door.now + kSessionLength;
        while (door.now + std::chrono::minutes(10) < end) {
            door.now += std::chrono::minutes(10);
            REQUIRE(door.accounts.signed_in(token, door.now));
        }
        door.now = end;
        CHECK_FALSE(door.accounts.signed_in(token, door.now));
    }
    SECTION("by logout") {
        auto other = door.login("Sari", true)->token;
        REQUIRE(door.accounts.logout(token));
        REQUIRE(door.accounts.logout(token));
        CHECK_FALSE(door.accounts.signed_in(token, door.now));
        CHECK(door.accounts.signed_in(other, door.now));
    }
    SECTION("clock set back") {
        door.now -= std::chrono::hours(9);
        CHECK_FALSE(door.accounts.signed_in(token, door.now));
    }
}

TEST_CASE("officers are added with a name and a password that will do", "[district][accounts]") {
    Door door;
    auto code = [&](std::string_view name, std::string_view password) {
        auto status = add_officer(door.store, name, Role::kOfficer, password);
        REQUIRE_FALSE(status);
        return status.error().code;
    };
    CHECK(code("", "long enough") == ErrorCode::kInvalid);
    CHECK(code(" Budi", "long enough") == ErrorCode::kInvalid);
    CHECK(code("Bu\ndi", "long enough") == ErrorCode::kInvalid);
    CHECK(code(std::string(65, 'x'), "long enough") == ErrorCode::kInvalid);
    CHECK(code("Budi", "nine char") == ErrorCode::kInvalid);
    CHECK(code("Budi", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff") == ErrorCode::kInvalid);
    CHECK(code("Budi", std::string(257, 'x')) == ErrorCode::kInvalid);
    REQUIRE(add_officer(door.store, "Budi", Role::kInspectorate, "ten chars!"));
    CHECK(code("Budi", "long enough") == ErrorCode::kConflict);
    auto kept = door.store.officer("Budi")->password;
    CHECK(kept.starts_with("$argon2id$v=19$m=65536,t=2,p=1$"));
    CHECK(kept.find("ten chars!") == std::string::npos);
    CHECK(wire::password_matches(kept, "ten chars!").value());
    CHECK_FALSE(wire::password_matches(kept, "ten chars?").value());
    CHECK_FALSE(wire::password_matches(kept, "").value());
    CHECK_FALSE(wire::password_matches("not a hash", "ten chars!").value());
    CHECK_FALSE(wire::password_matches(std::string(500, 'x'), "ten chars!").value());
}
