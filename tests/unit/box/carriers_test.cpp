// Budgets of carriers: shares, days, restarts, and a clock that is wrong by years.
#include "box/carriers.hpp"
#include "sim/memory_box_store.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using box::Carrier;
using box::Carriers;
using box::Hindrance;
using box::Share;

namespace {

using std::chrono::hours;

constexpr int kOffset = 7 * 60;
// 2026-11-25 00:00 in the village.
const Instant kMidnight = from_unix(1795539600);
const Instant kNoon = kMidnight + hours(12);
constexpr std::int32_t kDay = 20782;

domain::Tariff bytes(std::uint64_t daily) {
    domain::Tariff out;
    out.daily_bytes = daily;
    return out;
}

struct World {
    sim::MemoryBoxStore store;
    domain::Tariffs tariffs;
    std::optional<Carriers> carriers;

    explicit World(domain::Tariffs rules = {{Carrier::kDatagrams, bytes(1000)}}) : tariffs(std::move(rules)) {
        restart();
    }
    /// What was kept is what it goes on with.
    void restart() {
        carriers.emplace(tariffs, kOffset, store);
        REQUIRE(carriers->recall());
    }
    void keep() {
        REQUIRE(store.begin());
        REQUIRE(carriers->keep());
        REQUIRE(store.commit());
        carriers->committed();
    }
    bool may(Share share, std::uint64_t more, Instant now) {
        return static_cast<bool>(carriers->may(Carrier::kDatagrams, share, more, 0, now));
    }
    void use(std::uint64_t up, Instant now) { carriers->used(Carrier::kDatagrams, up, 0, 0, now); }
    /// As the box does, once a second; here once a quarter of an hour.
    void run(Instant from, std::chrono::seconds how_long) {
        for (auto at = from; at <= from + how_long; at += std::chrono::minutes(15))
            (void)carriers->today(Carrier::kDatagrams, at);
    }
};

} // namespace

TEST_CASE("where a village says nothing, IP and sticks have no limit and SMS is not used") {
    World world{domain::Tariffs{}};
    auto& carriers = *world.carriers;
    constexpr std::uint64_t kMuch = 1'000'000'000'000;
    for (auto carrier : {Carrier::kDatagrams, Carrier::kHttps, Carrier::kStick}) {
        carriers.used(carrier, kMuch, kMuch, 0, kNoon);
        for (auto share : {Share::kUrgent, Share::kOrdinary, Share::kPublications})
            CHECK(carriers.may(carrier, share, kMuch, 0, kNoon));
    }
    CHECK(carriers.may(Carrier::kSms, Share::kUrgent, 0, 1, kNoon).why == Hindrance::kForbidden);
}

TEST_CASE("what is urgent may use all, requests leave a fifth, publications end at half") {
    World world;
    CHECK(world.may(Share::kPublications, 500, kNoon));
    CHECK_FALSE(world.may(Share::kPublications, 501, kNoon));
    CHECK(world.may(Share::kOrdinary, 800, kNoon));
    CHECK_FALSE(world.may(Share::kOrdinary, 801, kNoon));
    CHECK(world.may(Share::kUrgent, 1000, kNoon));
    CHECK_FALSE(world.may(Share::kUrgent, 1001, kNoon));

    world.use(500, kNoon);
    CHECK_FALSE(world.may(Share::kPublications, 0, kNoon));
    CHECK(world.may(Share::kOrdinary, 300, kNoon));
    world.use(300, kNoon);
    CHECK_FALSE(world.may(Share::kOrdinary, 0, kNoon));
    CHECK(world.may(Share::kUrgent, 200, kNoon));
    world.use(200, kNoon);
    auto refused = world.carriers->may(Carrier::kDatagrams, Share::kUrgent, 0, 0, kNoon);
    CHECK(refused.why == Hindrance::kBytes);
    CHECK(refused.again == kMidnight + hours(24));
    CHECK(world.carriers->may(Carrier::kHttps, Share::kUrgent, 0, 0, kNoon)); // each has its own
}

TEST_CASE("both ways count, and money is counted of both bytes and messages") {
    domain::Tariff sms;
    sms.daily_cost = 1000;
    sms.cost_per_message = 350;
    domain::Tariff https;
    https.daily_cost = 10;
    https.cost_per_megabyte = 50;
    World world({{Carrier::kSms, sms}, {Carrier::kHttps, https}});
    auto& carriers = *world.carriers;
    CHECK(carriers.may(Carrier::kSms, Share::kOrdinary, 0, 2, kNoon));
    CHECK_FALSE(carriers.may(Carrier::kSms, Share::kOrdinary, 0, 3, kNoon)); // 1,050 is above 800
    carriers.used(Carrier::kSms, 0, 0, 2, kNoon);
    CHECK(carriers.may(Carrier::kSms, Share::kUrgent, 0, 1, kNoon).why == Hindrance::kCost);
    CHECK(carriers.today(Carrier::kSms, kNoon).cost == 700);

    carriers.used(Carrier::kHttps, 1, 0, 0, kNoon);
    CHECK(carriers.today(Carrier::kHttps, kNoon).cost == 1); // a begun unit counts whole
    carriers.used(Carrier::kHttps, 99'999, 100'000, 0, kNoon);
    CHECK(carriers.today(Carrier::kHttps, kNoon).cost == 10);
    CHECK(carriers.may(Carrier::kHttps, Share::kUrgent, 0, 0, kNoon).why == Hindrance::kCost);
}

TEST_CASE("what is left is the least of bytes and money") {
    domain::Tariff both = bytes(5000);
    both.daily_cost = 2;
    both.cost_per_megabyte = 1000; // two units pay for 2,000 bytes
    World world({{Carrier::kHttps, both}, {Carrier::kDatagrams, bytes(5000)}});
    auto& carriers = *world.carriers;
    CHECK(carriers.left(Carrier::kHttps, Share::kUrgent, kNoon) == 2000);
    CHECK(carriers.left(Carrier::kDatagrams, Share::kOrdinary, kNoon) == 4000);
    CHECK(carriers.left(Carrier::kStick, Share::kOrdinary, kNoon) == std::nullopt);
    CHECK(carriers.left(Carrier::kSms, Share::kUrgent, kNoon) == 0);
    carriers.used(Carrier::kHttps, 900, 900, 0, kNoon);
    CHECK(carriers.left(Carrier::kHttps, Share::kUrgent, kNoon) == 200);
    CHECK(carriers.may(Carrier::kHttps, Share::kUrgent, 200, 0, kNoon));
    CHECK_FALSE(carriers.may(Carrier::kHttps, Share::kUrgent, 201, 0, kNoon));
    carriers.used(Carrier::kHttps, 900, 900, 0, kNoon);
    CHECK(carriers.left(Carrier::kHttps, Share::kUrgent, kNoon) == 0);
}

TEST_CASE("a day begins at the village's midnight") {
    World world;
    world.use(1000, kMidnight - std::chrono::seconds(1));
    CHECK_FALSE(world.may(Share::kUrgent, 1, kMidnight - std::chrono::seconds(1)));
    CHECK(world.may(Share::kUrgent, 1000, kMidnight));
    CHECK(world.carriers->today(Carrier::kDatagrams, kMidnight).day == kDay);
}

TEST_CASE("counts and contacts go on after a restart; what was not committed is written again") {
    World world;
    world.use(900, kNoon);
    world.carriers->reached(Carrier::kHttps, kNoon);
    REQUIRE(world.store.begin());
    REQUIRE(world.carriers->keep());
    world.store.rollback();
    world.carriers->lost();
    world.keep();
    world.restart();
    CHECK(world.carriers->today(Carrier::kDatagrams, kNoon).up == 900);
    CHECK(world.carriers->last_contact(Carrier::kHttps) == kNoon);
    CHECK_FALSE(world.carriers->last_contact(Carrier::kDatagrams));
    CHECK_FALSE(world.may(Share::kUrgent, 101, kNoon));
}

TEST_CASE("counts press for a commit of their own once a minute, a paid message at once") {
    World world;
    auto& carriers = *world.carriers;
    world.use(1, kNoon);
    CHECK_FALSE(carriers.due());
    world.use(1, kNoon + std::chrono::seconds(59));
    CHECK_FALSE(carriers.due());
    (void)carriers.today(Carrier::kDatagrams, kNoon + std::chrono::seconds(60));
    CHECK(carriers.due());
    world.keep();
    CHECK_FALSE(carriers.due());
    carriers.used(Carrier::kSms, 0, 0, 1, kNoon + std::chrono::seconds(61));
    CHECK(carriers.due());
}

TEST_CASE("the last minute of a day is kept with the next one") {
    World world;
    world.use(70, kMidnight - std::chrono::seconds(1));
    world.use(5, kMidnight);
    world.keep();
    auto rows = *world.store.carrier_days(0, kDay);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].day == kDay - 1);
    CHECK(rows[0].up == 70);
    CHECK(rows[1].up == 5);
}

TEST_CASE("a clock that falls back to 1970 gives no budget twice") {
    World world;
    world.use(1000, kNoon);
    world.keep();
    for (int reboot = 0; reboot < 5; ++reboot) {
        world.restart();
        auto wrong = from_unix(30 + reboot);
        CHECK_FALSE(world.may(Share::kUrgent, 1, wrong));
        REQUIRE(world.carriers->told(kNoon + hours(reboot)));
        CHECK_FALSE(world.may(Share::kUrgent, 1, kNoon + hours(reboot)));
        world.keep();
    }
    CHECK(world.may(Share::kUrgent, 1000, kMidnight + hours(24)));
}

TEST_CASE("a clock that leaps years ahead gives no budget, and none twice when it is put right") {
    World world;
    world.use(1000, kNoon);
    CHECK_FALSE(world.may(Share::kUrgent, 1, kNoon + hours(24 * 365 * 30)));
    REQUIRE(world.carriers->told(kNoon));
    CHECK_FALSE(world.may(Share::kUrgent, 1, kNoon));

    // A few days ahead are believed: the box may have been off. What was used then is today's.
    World other;
    other.use(600, kNoon);
    other.keep();
    auto ahead = kNoon + hours(24 * 9);
    other.use(600, ahead);
    other.keep();
    REQUIRE(other.carriers->told(kNoon));
    CHECK(other.carriers->today(Carrier::kDatagrams, kNoon).up == 1200);
    other.keep();
    REQUIRE(other.store.carrier_days(0, kDay + 100)->size() == 1);
    CHECK_FALSE(other.may(Share::kUrgent, 1, kNoon));
    CHECK(other.may(Share::kUrgent, 1, kMidnight + hours(24)));
}

TEST_CASE("a clock that starts anew each day locks nothing for ever: a day of running ends the day") {
    World world;
    world.use(1000, kNoon);
    world.keep();
    // Eight hours of sun, a battery that forgets the time, and no way to be told it.
    int reboots = 0;
    for (; reboots < 10; ++reboots) {
        world.restart();
        world.run(from_unix(0), hours(8));
        if (world.may(Share::kUrgent, 1000, from_unix(0) + hours(8))) break;
        world.keep();
    }
    CHECK(reboots == 3);
    world.use(1000, from_unix(0) + hours(8));
    world.keep();
    world.restart();
    CHECK_FALSE(world.may(Share::kUrgent, 1, from_unix(0))); // and not at once again
}

TEST_CASE("a first start in 1970 counts as today once the time is known") {
    World world;
    world.use(400, from_unix(60));
    world.keep();
    REQUIRE(world.carriers->told(kNoon));
    CHECK(world.carriers->today(Carrier::kDatagrams, kNoon).day == kDay);
    CHECK(world.carriers->today(Carrier::kDatagrams, kNoon).up == 400);
    world.keep();
    CHECK(world.store.carrier_days(0, kDay + 1)->size() == 1);
}

TEST_CASE("finished days are told to the district oldest first, when the time is known, until it has them") {
    World world;
    auto day = [](int n) { return kNoon + hours(24 * n); };
    world.use(1, day(0));
    world.use(2, day(1));
    world.use(4, day(3));
    world.keep();
    CHECK(world.carriers->unsaid(day(3))->empty()); // the clock is not to be believed yet
    REQUIRE(world.carriers->told(day(3)));
    auto rows = *world.carriers->unsaid(day(3));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].day == kDay);
    CHECK(world.carriers->unsaid(day(3))->size() == 1); // a call may be lost
    world.carriers->said(kDay);
    rows = *world.carriers->unsaid(day(3));
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].up == 2);
    world.carriers->said(kDay + 1);
    CHECK(world.carriers->unsaid(day(3))->empty());
    world.keep();
    world.restart();
    REQUIRE(world.carriers->told(day(3)));
    CHECK(world.carriers->unsaid(day(3))->empty());
}

TEST_CASE("days are kept for two months") {
    World world;
    for (int n = 0; n < 80; ++n) {
        world.use(1, kNoon + hours(24 * n));
        world.keep();
    }
    auto rows = *world.store.carrier_days(0, kDay + 100);
    CHECK(rows.size() == Carriers::kKept + 1);
    CHECK(rows.front().day == kDay + 79 - Carriers::kKept);
}

TEST_CASE("the largest numbers overflow nothing") {
    domain::Tariff dear;
    dear.daily_cost = domain::kMostMoney;
    dear.cost_per_megabyte = domain::kMostMoney;
    dear.cost_per_message = domain::kMostMoney;
    World world({{Carrier::kHttps, dear}});
    auto& carriers = *world.carriers;
    constexpr auto kAll = ~std::uint64_t{0};
    for (int i = 0; i < 3; ++i) carriers.used(Carrier::kHttps, kAll, kAll, kAll, kNoon);
    CHECK(carriers.today(Carrier::kHttps, kNoon).up == domain::kMostCounted);
    CHECK_FALSE(carriers.may(Carrier::kHttps, Share::kUrgent, kAll, kAll, kNoon));
    CHECK(carriers.today(Carrier::kHttps, from_unix(-1)).up == domain::kMostCounted);
    CHECK(carriers.today(Carrier::kHttps, from_unix(std::int64_t{1} << 60)).up == domain::kMostCounted);
}
