// What carriers were used for reaches the district and the console; a sparing box gets keys, no documents.
#include "district/publishing.hpp"
#include "tools/small_world.hpp"

using namespace kentongan;
using namespace kentongan::test;
using box::Carrier;
using std::chrono::hours;
using Link = SmallWorld::Link;

namespace {

std::vector<wire::DayOfUse> told(SmallWorld& world) {
    return *world.district_store.use_of(BoxId{7}, 100);
}

} // namespace

TEST_CASE("the day before is told in a call, until an answer to it has come") {
    SmallWorld world;
    REQUIRE(world.exchange()); // the time is known now
    world.box->carriers().used(Carrier::kDatagrams, 100, 50, 0, world.now);
    world.box->carriers().used(Carrier::kSms, 0, 0, 3, world.now);
    REQUIRE(world.exchange());
    CHECK(told(world).empty()); // not finished

    world.now += hours(24);
    auto finished = [&] { return world.box->carriers().unsaid(world.now)->size(); };
    CHECK(finished() == 2);
    CHECK_FALSE(world.exchange(Link::kNothingArrives));
    CHECK(told(world).empty());
    CHECK_FALSE(world.exchange(Link::kAnswerIsLost));
    CHECK(told(world).size() == 1);
    CHECK(finished() == 2); // for all that the box knows
    REQUIRE(world.exchange());
    CHECK(finished() == 0);
    wire::DayOfUse expected{20781, {{Carrier::kDatagrams, {100, 50, 0, 0}}, {Carrier::kSms, {0, 0, 3, 0}}}};
    CHECK(told(world) == std::vector{expected});

    // Two days without a link are told one by one, also after a restart.
    world.box->carriers().used(Carrier::kHttps, 7, 0, 0, world.now);
    REQUIRE(world.exchange());
    world.now += hours(24);
    world.box->carriers().used(Carrier::kHttps, 8, 0, 0, world.now);
    world.now += hours(24);
    (void)world.box->tick(world.now);
    world.box->before_stop();
    world.reboot();
    for (int calls = 0; calls < 3; ++calls) REQUIRE(world.exchange());
    REQUIRE(told(world).size() == 3);
    CHECK(told(world)[0].day == 20783);
    CHECK(told(world)[0].carriers.at(Carrier::kHttps).up == 8);
}

TEST_CASE("a district believes no day that cannot be") {
    SmallWorld world;
    REQUIRE(world.exchange());
    world.box->carriers().used(Carrier::kDatagrams, 1, 1, 0, world.now);
    // The box's clock is right and the district's is not, or a box lies: both are months apart.
    auto at_district = world.now + hours(24 * 100);
    world.now += hours(24);
    auto parcel = world.box->next_parcel(99, 4096, world.now);
    REQUIRE(parcel);
    REQUIRE(world.intake.exchange(*parcel, at_district));
    CHECK(told(world).empty());
}

TEST_CASE("a failed disk forgets no count, and counts are not why a request is refused") {
    SmallWorld world;
    world.box->carriers().used(Carrier::kSms, 0, 0, 1, world.now);
    world.box_store.set_full(true);
    world.tick();
    world.box_store.set_full(false);
    world.tick();
    CHECK(world.box_store.carrier_days(0, 30000)->size() == 1);
}

TEST_CASE("a sparing call brings statuses and no documents") {
    SmallWorld world;
    REQUIRE(world.exchange());
    REQUIRE(district::publish(world.district_store, world.setting.keys,
                              {wire::BulletinKind::kDocument, {}, "aturan", Bytes(2000, 'a')}, world.now));
    auto ask = [&](bool sparing) {
        static std::uint32_t echo = 1000;
        auto parcel = world.box->next_parcel(++echo, 4096, world.now, {}, sparing);
        REQUIRE(parcel);
        auto answer = world.intake.exchange(*parcel, world.now, district::Intake::kMaxRoom, Carrier::kSms);
        REQUIRE(answer);
        auto absorbed = world.box->absorb(*answer, world.now, Carrier::kSms);
        REQUIRE(absorbed);
        return *absorbed;
    };
    (void)ask(true); // tells what it holds
    auto spared = ask(true);
    CHECK_FALSE(spared.pieces);
    CHECK_FALSE(spared.more);
    CHECK(world.district_store.box(BoxId{7})->last_carrier == Carrier::kSms);
    CHECK(world.box->carriers().last_contact(Carrier::kSms) == world.now);
    CHECK(ask(false).pieces);
}

TEST_CASE("where only what is urgent may go, a letter stays and a report of a levy goes") {
    SmallWorld world;
    world.ask<local::Accepted>(world.letter());
    REQUIRE(world.exchange());
    world.ask<local::Accepted>(world.letter(2));
    auto report = world.letter(3);
    report.service = "pungli";
    report.answers = {{"layanan", "surat"}, {"siapa", "tidak_tahu"}, {"kapan", "hari_ini"}};
    world.ask<local::Accepted>(report);
    box::Forward::Cargo urgent;
    urgent.urgent_only = true;
    auto parcel = world.box->next_parcel(500, 64 * 1024, world.now, urgent);
    REQUIRE(parcel);
    auto answer = world.intake.exchange(*parcel, world.now);
    REQUIRE(answer);
    REQUIRE(world.box->absorb(*answer, world.now));
    CHECK(world.at_desk().size() == 1);
    CHECK(world.at_desk(district::Role::kInspectorate).size() == 1);
    CHECK(world.box->has_waiting());
    CHECK_FALSE(world.box->has_waiting(urgent));
    CHECK(world.box->has_waiting_beyond(urgent));
}

TEST_CASE("the console hears of each way, what it used and why it is closed") {
    SmallWorld world;
    domain::Tariff rule;
    rule.daily_bytes = 2'000'000;
    world.village.carriers[Carrier::kDatagrams] = rule;
    world.reboot();
    world.box->carriers().set_link(Carrier::kDatagrams, box::Link::kUp);
    world.box->carriers().used(Carrier::kDatagrams, 1'500'000, 100'000, 0, world.now);
    world.ask<local::Accepted>(world.letter());
    auto reply = world.box->stick({1, local::AskLinks{77}}, 1, world.now);
    const auto* links = std::get_if<local::LinksAre>(&reply.answer);
    REQUIRE(links != nullptr);
    CHECK(links->call == 77);
    CHECK(links->box == 7);
    CHECK(links->waiting >= 1);
    CHECK(links->money == world.pack.money.code);
    REQUIRE(links->rows.size() == 4);
    const auto& row = links->rows[0];
    CHECK(row.link == static_cast<std::uint8_t>(box::Link::kUp));
    CHECK(row.hindrance == static_cast<std::uint8_t>(box::Hindrance::kBytes));
    CHECK(row.urgent);
    CHECK(row.again == 1795539600); // midnight in the village
    CHECK(row.up == 1'500'000);
    CHECK(row.daily_bytes == 2'000'000);
    CHECK(links->rows[2].hindrance == static_cast<std::uint8_t>(box::Hindrance::kForbidden));
}
