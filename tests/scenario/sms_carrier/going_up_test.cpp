// What a box sends by SMS, when, and how often.
#include "scenario/sms_carrier/sms_world.hpp"

#include <random>
#include <set>

using namespace kentongan;
using namespace kentongan::test;
using wire::local::SendOutcome;

TEST_CASE("a letter goes by SMS when its patience is over, once, and is acknowledged by SMS") {
    SmsWorld world;
    auto code = world.submit(1);
    world.pass(kPatience - kMinute);
    CHECK(world.items().empty());
    world.pass(2 * kMinute);
    auto went = world.items();
    REQUIRE(went.size() == 1);
    CHECK(header(went[0]).opening());
    auto answer = world.district(went[0]);
    REQUIRE(answer);
    CHECK(world.at_desk()[0].row.code == code);
    CHECK(world.waiting() == 1); // the network has it, nobody else yet
    CHECK(world.bring(*answer));
    CHECK(world.waiting() == 0);
    CHECK(world.box->heard_by_sms().retired.size() == 1);
    CHECK(world.box->heard_by_sms().retired.empty());
    world.pass(std::chrono::hours(20));
    CHECK(world.items().empty());
    CHECK(world.box_store.quarantined() == 0);
    CHECK(world.sent.empty()); // the district is told nothing in words
}

TEST_CASE("an urgent report does not wait for patience, and nothing goes while IP reaches the district") {
    SmsWorld world;
    REQUIRE(world.exchange());
    world.submit(1);
    world.report(2);
    world.pass(kMinute, seconds(10));
    CHECK(world.frames().empty());
    world.pass(2 * kMinute, seconds(10));
    auto went = world.items();
    REQUIRE_FALSE(went.empty());
    for (const auto& frame : went) CHECK(header(frame).recipient == domain::Recipient::kInspectorate);

    INFO("with a working link neither");
    for (int i = 0; i < 400; ++i) {
        REQUIRE(world.exchange(SmallWorld::Link::kGood));
        world.submit(static_cast<std::uint8_t>(3 + i % 2));
        world.pass(kMinute);
    }
    CHECK(world.frames().empty());
}

TEST_CASE("without a number, or where the village does not pay for it, nothing goes by SMS") {
    SmsWorld world;
    bool number = GENERATE(true, false);
    if (number)
        world.village.carriers.clear();
    else
        world.sms_setting.district.reset();
    world.restart();
    world.report(1);
    world.pass(std::chrono::hours(30));
    CHECK(world.frames().empty());
    CHECK(world.sent_data.empty());
}

TEST_CASE("what is not acknowledged goes again, ever more rarely, over restarts too") {
    SmsWorld world;
    world.submit(1);
    world.be_alone(kPatience + kMinute);
    std::vector<Instant> when;
    bool restarts = GENERATE(false, true);
    auto start = world.now;
    for (int minute = 0; minute < 5 * 24 * 60; ++minute) {
        if (restarts && minute % 45 == 0) world.restart();
        world.pass(kMinute);
        if (!world.items().empty()) when.push_back(world.now);
    }
    // 30 min, 1 h, 2 h, 4 h, 8 h, 16 h, then once a day.
    REQUIRE(when.size() >= 8);
    CHECK(when[0] - start <= std::chrono::minutes(31));
    auto gap = std::chrono::minutes(60);
    for (std::size_t i = 1; i < when.size(); ++i) {
        CHECK(when[i] - when[i - 1] >= gap);
        CHECK(when[i] - when[i - 1] <= gap + std::chrono::minutes(5));
        gap = std::min<std::chrono::minutes>(gap * 2, std::chrono::hours(24));
    }
    CHECK(world.waiting() == 1);
}

TEST_CASE("an opening goes before what it opens, and once more with the next item until it is acknowledged") {
    SmsWorld world;
    for (std::uint8_t i = 1; i <= 3; ++i) world.submit(i);
    world.be_alone(kPatience);
    world.pass(kMinute, seconds(1));
    // be_alone() may have seen the first of them.
    std::vector<std::uint16_t> order;
    for (const auto& [to, frame] : world.sent_data)
        if (wire::kind_of(frame) == wire::FrameKind::kItem) order.push_back(header(frame).counter);
    CHECK(order == std::vector<std::uint16_t>{0, 0, 1, 2});

    INFO("acknowledged: not once more");
    SmsWorld other;
    other.submit(1);
    other.be_alone(kPatience - kMinute);
    other.pass(2 * kMinute);
    REQUIRE(other.carry() == 1);
    REQUIRE(other.waiting() == 0);
    other.submit(2);
    other.pass(kPatience + 2 * kMinute);
    auto went = other.items();
    REQUIRE(went.size() == 1);
    CHECK(header(went[0]).counter == 1);
}

TEST_CASE("what is too long for one SMS waits for another carrier and stops nothing behind it") {
    auto form = GENERATE(box::FrameForm::kData, box::FrameForm::kText);
    SmsWorld world(form);
    auto complaint = world.letter(1);
    complaint.service = "pengaduan";
    const auto* service = world.pack.service("pengaduan");
    REQUIRE(service != nullptr);
    complaint.answers.clear();
    for (const auto* field : world.pack.fields_of(*service)) {
        if (field->type == domain::FieldType::kChoice)
            complaint.answers.push_back({field->id, field->choices.front().id});
        if (field->type == domain::FieldType::kText) {
            std::string words;
            for (int i = 0; i < 40; ++i) words += "jalan " + std::to_string(i * 7919) + " rusak ";
            complaint.answers.push_back({field->id, words});
        }
        if (field->type == domain::FieldType::kPlace) complaint.answers.push_back({field->id, "krajan"});
    }
    auto accepted = world.ask<local::Accepted>(complaint);
    auto code = world.submit(2);
    world.be_alone(kPatience - kMinute);
    world.pass(5 * kMinute);
    REQUIRE(world.carry() >= 2); // the opening by itself, and the letter
    auto desk = world.at_desk();
    REQUIRE(desk.size() == 1);
    CHECK(desk[0].row.code == code);
    CHECK(world.waiting() == 1);
    world.pass(std::chrono::hours(48));
    CHECK(world.items().empty());
    auto told = world.box->stick({20, local::AskLinks{1}}, 1, world.now).answer;
    REQUIRE(std::holds_alternative<local::LinksAre>(told));
    CHECK(std::get<local::LinksAre>(told).left_out == 1);
    REQUIRE(world.exchange());
    CHECK(world.waiting() == 0);
    desk = world.at_desk();
    CHECK(std::any_of(desk.begin(), desk.end(),
                      [&](const auto& one) { return one.row.code == accepted.code; }));
}

TEST_CASE("loss, doubling and reordering on the path, and restarts: everything comes once") {
    auto form = GENERATE(box::FrameForm::kData, box::FrameForm::kText);
    auto seed = GENERATE(1u, 2u, 3u);
    SmsWorld world(form);
    std::mt19937 dice(seed);
    auto chance = [&](unsigned percent) { return dice() % 100 < percent; };
    std::set<std::string> codes;
    for (std::uint8_t i = 1; i <= 30; ++i) {
        codes.insert(i % 5 == 0 ? world.report(i) : world.submit(i));
        world.pass(kMinute);
    }
    std::vector<Bytes> up;
    std::vector<Bytes> down;
    for (int minute = 0; minute < 20 * 24 * 60 && world.waiting() > 0; ++minute) {
        if (chance(1)) world.restart();
        world.pass(kMinute, seconds(20));
        for (const auto& frame : world.frames()) {
            if (!chance(30)) up.push_back(frame);
            if (chance(20)) up.push_back(frame);
        }
        std::shuffle(up.begin(), up.end(), dice);
        while (!up.empty() && chance(50)) {
            auto answer = world.district(up.back());
            up.pop_back();
            if (answer && !chance(30)) down.push_back(*answer);
            if (answer && chance(20)) down.push_back(*answer);
        }
        std::shuffle(down.begin(), down.end(), dice);
        while (!down.empty() && chance(50)) {
            CHECK(world.bring(down.back()));
            down.pop_back();
        }
    }
    CHECK(world.waiting() == 0);
    std::multiset<std::string> arrived;
    for (auto role : {district::Role::kOfficer, district::Role::kInspectorate})
        for (const auto& one : world.at_desk(role)) arrived.insert(one.row.code);
    CHECK(arrived == std::multiset<std::string>(codes.begin(), codes.end()));
    CHECK(world.box_store.quarantined() == 0);
}

TEST_CASE("a frame of unknown fate counts as sent: the acknowledgement decides") {
    SmsWorld world;
    auto how = GENERATE(1, 2, 3);
    world.submit(1);
    world.be_alone(kPatience - 2 * kMinute);
    if (how == 1)
        world.outcome = SendOutcome::kUnknown;
    else
        world.outcome = std::nullopt; // the worker says nothing
    world.pass(5 * kMinute);
    REQUIRE(world.items().size() == 1);
    if (how == 2) world.box->peer_left(SmallWorld::kModem, world.now);
    world.outcome = SendOutcome::kAccepted;
    if (how == 3) world.reboot();
    world.plug_modem();
    world.pass(20 * kMinute);
    CHECK(world.items().empty());
    CHECK(world.box->carriers().today(Carrier::kSms, world.now).messages >= 1); // paid, as far as we know
    world.pass(20 * kMinute);
    CHECK(world.items().size() == 1);
}

TEST_CASE("what the network certainly did not take is not counted, and is tried ever more rarely") {
    SmsWorld world;
    world.submit(1);
    world.be_alone(kPatience - kMinute);
    auto paid = world.box->carriers().today(Carrier::kSms, world.now).messages;
    world.outcome = SendOutcome::kRejected;
    world.pass(std::chrono::hours(6));
    auto tried = world.frames().size();
    CHECK(tried >= 8);
    CHECK(tried <= 15);
    CHECK(world.box->carriers().today(Carrier::kSms, world.now).messages == paid);
    world.outcome = SendOutcome::kAccepted;
    std::size_t went = 0;
    for (int minute = 0; minute < 61 && went == 0; ++minute) {
        world.pass(kMinute);
        went = world.items().size();
    }
    CHECK(went == 1);
    CHECK((*world.box_store.queued_items(1))[0].by_sms.tries == 1);
}

TEST_CASE("an answer to a person goes before frames, and frames before notices, by night too") {
    SmsWorld world;
    world.village.quiet_hours = world.pack.quiet_hours;
    world.now = from_unix(1795489200) + std::chrono::hours(8); // 18:00 in Jember
    world.restart();
    world.submit(1);
    world.be_alone(kPatience - kMinute);
    world.outcome = std::nullopt; // the modem is busy
    CHECK(world.text(kPhone, "menu"));
    REQUIRE(world.sent.size() == 1);
    world.pass(2 * kMinute);
    CHECK(world.frames().empty());
    CHECK(world.text("+6280000000013", "menu"));
    world.outcome = SendOutcome::kAccepted;
    world.plug_modem();
    REQUIRE(world.sent.size() >= 2);
    REQUIRE(world.items().size() == 1); // close to midnight
    CHECK(world.newest_to("+6280000000013") != "");
}

TEST_CASE("the day's budget ends it, urgent reports have what is kept for them, and the next day goes on") {
    SmsWorld world;
    world.village.carriers[Carrier::kSms].daily_cost = 3500; // ten
    world.restart();
    for (std::uint8_t i = 1; i <= 20; ++i) world.submit(i);
    world.now = from_unix(1795489200) + std::chrono::hours(16); // 02:00 of the next day
    world.pass(std::chrono::hours(8));
    auto ordinary = world.items().size();
    CHECK(ordinary >= 6);
    CHECK(ordinary <= 8);
    world.report(30);
    world.pass(kMinute * 5);
    auto urgent = world.items();
    REQUIRE_FALSE(urgent.empty());
    CHECK(header(urgent[0]).recipient == domain::Recipient::kInspectorate);
    world.pass(std::chrono::hours(6));
    CHECK(world.box->carriers().today(Carrier::kSms, world.now).cost <= 3500);
    world.frames();
    world.pass(std::chrono::hours(8)); // past midnight
    CHECK(world.items().size() >= 6);
}

TEST_CASE("a clock that was wrong by years neither sends without end nor stops for ever") {
    SmsWorld world;
    auto right = world.now;
    world.submit(1);
    world.now = right + std::chrono::hours(24 * 365 * 30);
    world.pass(5 * kMinute);
    auto first = world.items().size();
    CHECK(first == 1);
    world.now = right;
    world.pass(kPatience);
    CHECK(world.items().size() <= 5);
    world.pass(std::chrono::hours(48));
    CHECK(world.items().size() >= 1);

    INFO("put right by seconds, backwards, while the link works: nothing goes");
    SmsWorld other;
    other.submit(1);
    for (int i = 0; i < 60; ++i) {
        REQUIRE(other.exchange(SmallWorld::Link::kGood));
        other.now -= seconds(2);
        other.tick();
        other.now += seconds(20);
        other.tick();
    }
    CHECK(other.frames().empty());
}
