// A box that reaches its district by SMS alone, in virtual time, over a radio and a path that do what the test
// says.
#include "district/sms_desk.hpp"
#include "tools/small_world.hpp"

#include <algorithm>
#include <random>
#include <set>

using namespace kentongan;
using domain::Carrier;
using test::SmallWorld;
using wire::local::SendOutcome;
namespace local = wire::local;

namespace {

const std::string kPhone = "+6280000000012";
const std::string kDistrict = "+6280000000091";
constexpr std::chrono::hours kPatience{6};
constexpr std::chrono::minutes kMinute{1};

struct SmsWorld : SmallWorld {
    explicit SmsWorld(box::FrameForm form = box::FrameForm::kData) {
        domain::Tariff tariff;
        tariff.cost_per_message = 350;
        tariff.patience = kPatience;
        village.carriers[Carrier::kSms] = tariff;
        sms_setting = {domain::Msisdn{kDistrict}, form};
        restart();
    }
    void restart() {
        reboot();
        plug_modem();
    }
    /// Nothing but SMS, for so long that every limit of patience is over; what calls there were are gone.
    void be_alone(seconds time = kPatience + kMinute) {
        pass(time);
        frames();
    }
    void pass(seconds time, seconds step = seconds(60)) {
        for (auto until = now + time; now < until;) {
            now = std::min(until, now + step);
            tick();
        }
    }
    /// What went to the district since last asked.
    std::vector<Bytes> frames() {
        std::vector<Bytes> out;
        for (; data_seen_ < sent_data.size(); ++data_seen_) {
            CHECK(sent_data[data_seen_].first == kDistrict);
            out.push_back(sent_data[data_seen_].second);
        }
        for (; text_seen_ < sent.size(); ++text_seen_) {
            if (sent[text_seen_].first != kDistrict) continue;
            auto frame = wire::frame_of_text(sent[text_seen_].second);
            REQUIRE(frame);
            out.push_back(*frame);
        }
        for (const auto& frame : out) CHECK(frame.size() <= sms_setting.room());
        return out;
    }
    /// Those among them that are items.
    std::vector<Bytes> items() {
        auto out = frames();
        std::erase_if(out, [](const Bytes& frame) { return wire::kind_of(frame) != wire::FrameKind::kItem; });
        return out;
    }
    /// The district's answer to one frame, if it has one.
    std::optional<Bytes> district(const Bytes& frame) {
        auto answer = intake.exchange(wire::write_parcel(std::vector<Bytes>{frame}), now, 60);
        REQUIRE(answer);
        if (answer->empty()) return std::nullopt;
        auto read = wire::read_parcel(*answer);
        REQUIRE(read);
        return Bytes(read->front().begin(), read->front().end());
    }
    bool bring(const Bytes& answer, const std::string& from = kDistrict) {
        if (sms_setting.form == box::FrameForm::kData) return data(from, answer);
        return text(from, *wire::frame_as_text(answer));
    }
    /// A path without faults: everything that went is answered.
    std::size_t carry() {
        auto went = frames();
        for (const auto& frame : went)
            if (auto answer = district(frame)) CHECK(bring(*answer));
        return went.size();
    }
    std::string submit(std::uint8_t once) { return ask<local::Accepted>(letter(once)).code; }
    std::string report(std::uint8_t once) {
        auto levy = letter(once);
        levy.service = "pungli";
        levy.answers = {
            {"layanan", "surat"}, {"jumlah", "50000"}, {"siapa", "tidak_tahu"}, {"kapan", "hari_ini"}};
        levy.anonymous = levy.confidential = true;
        return ask<local::Accepted>(levy).code;
    }
    std::uint32_t waiting() { return *box_store.waiting(); }

  private:
    std::size_t data_seen_ = 0;
    std::size_t text_seen_ = 0;
};

wire::ItemHeader header(const Bytes& frame) {
    auto read = wire::read_item(frame);
    REQUIRE(read);
    return read->header;
}

} // namespace

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

TEST_CASE("a status comes down by SMS, and the notice goes out") {
    auto form = GENERATE(box::FrameForm::kData, box::FrameForm::kText);
    SmsWorld world(form);
    auto asked = world.letter(1);
    asked.notify_phone = kPhone;
    auto code = world.ask<local::Accepted>(asked).code;
    world.be_alone(kPatience - kMinute);
    world.pass(5 * kMinute);
    world.carry();
    REQUIRE(world.at_desk().size() == 1);
    REQUIRE(world.move(world.at_desk()[0], "belum_lengkap", "Mohon bawa kartu keluarga."));

    // The short form that one SMS has room for, without the officer's words.
    auto box = *world.district_store.box(BoxId{7});
    auto rows = world.district_store.updates_after(BoxId{7}, 0, 8);
    REQUIRE(rows);
    REQUIRE(rows->size() == 1);
    wire::Answer answer;
    answer.box = BoxId{7};
    answer.key_id = world.setting.keys.shown.current().id;
    answer.district_time = world.now;
    answer.brief = true;
    answer.updates = *rows;
    auto& update = answer.updates[0];
    auto notice = wire::open_notice(world.keys, update.notice);
    REQUIRE(notice);
    update.to_tell = *notice;
    update.notice.clear();
    update.reply.clear();
    update.reply_follows = true;
    auto keys = wire::link_keys(world.keys.agree, world.setting.keys.shown.current().district, world.keys.psk);
    REQUIRE(keys);
    auto frame = wire::encode(answer, keys->down);
    CHECK(frame.size() <= world.sms_setting.room());
    CHECK(world.bring(frame));
    CHECK(world.bring(frame)); // twice on its way
    world.tick();
    CHECK(world.newest_to(kPhone).find(code.substr(0, 4)) != std::string::npos);
    CHECK(std::count_if(world.sent.begin(), world.sent.end(),
                        [](const auto& one) { return one.first == kPhone; }) == 1);
    CHECK(*world.box_store.last_update() == 1);
    CHECK(*world.box_store.last_whole() == 0);

    INFO("the reply follows over a carrier with room, and nobody is told twice");
    auto reply = world.box->heard_by_sms();
    CHECK(reply.updates == 1);
    REQUIRE(world.exchange());
    world.pass(5 * kMinute);
    CHECK(*world.box_store.last_whole() == 1);
    CHECK(std::count_if(world.sent.begin(), world.sent.end(),
                        [](const auto& one) { return one.first == kPhone; }) == 1);
}

TEST_CASE("who forges the district's number gains nothing, and nothing is answered") {
    SmsWorld world;
    world.submit(1);
    world.be_alone(kPatience - kMinute);
    world.pass(2 * kMinute);
    auto went = world.items();
    REQUIRE(went.size() == 1);
    auto answer = world.district(went[0]);
    REQUIRE(answer);
    std::size_t aside = 0;
    auto refused = [&](bool taken) {
        CHECK(taken);
        CHECK(world.box_store.quarantined() == ++aside);
        CHECK(world.waiting() == 1);
    };
    auto forged = *answer;
    forged.back() ^= 1;
    refused(world.data(kDistrict, forged));
    refused(world.data(kPhone, forged));
    refused(world.data("4444", Bytes{1, 2, 3}));
    refused(world.data(kDistrict, {})); // behind a user data header
    refused(world.data(kDistrict, went[0])); // the box's own words
    refused(world.text(kDistrict, "menu"));
    refused(world.text(kDistrict, "Selamat pagi"));
    refused(world.text("080000000091", *wire::frame_as_text(forged))); // as a network may spell it
    refused(world.text(kDistrict, *wire::frame_as_text(forged), 1, 2));
    CHECK(world.sent.empty());

    INFO("a resident's words are words, even if they look like a frame");
    CHECK(world.text(kPhone, "menu"));
    CHECK(world.sent.size() == 1);
    CHECK(world.text(kPhone, *wire::frame_as_text(*answer)));
    CHECK(world.waiting() == 1);

    INFO("what opens is the district's, whatever number it comes from: a number is no proof either way");
    CHECK(world.data("+6280000000077", *answer));
    CHECK(world.waiting() == 0);
    CHECK(world.box_store.quarantined() == aside);
    CHECK(world.data(kDistrict, *answer)); // again
    CHECK(world.box_store.quarantined() == aside);
}

TEST_CASE("an answer that the store cannot keep stays on the SIM and counts later") {
    SmsWorld world;
    world.submit(1);
    world.be_alone(kPatience - kMinute);
    world.pass(2 * kMinute);
    auto went = world.items();
    REQUIRE(went.size() == 1);
    auto answer = *world.district(went[0]);
    world.box_store.set_full(true);
    CHECK_FALSE(world.bring(answer));
    CHECK(world.box->heard_by_sms().retired.empty());
    auto again = world.last_sms;
    world.box_store.set_full(false);
    CHECK(world.waiting() == 1);
    CHECK(world.arrives(again));
    CHECK(world.waiting() == 0);
    CHECK(world.box->heard_by_sms().retired.size() == 1);
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

TEST_CASE("a call asks once a day where only SMS answers, and tells the time if it is prompt") {
    SmsWorld world;
    world.pass(kMinute);
    CHECK(world.frames().empty()); // the box has just started
    world.pass(5 * kMinute);
    auto first = world.frames();
    REQUIRE(first.size() == 1);
    CHECK(wire::kind_of(first[0]) == wire::FrameKind::kCall);
    CHECK(first[0].size() <= wire::kSmsTextRoom);
    CHECK(world.bring(*world.district(first[0])));
    auto heard = world.box->heard_by_sms();
    CHECK(heard.district_time == world.now);
    world.pass(std::chrono::hours(24) - 2 * kMinute);
    CHECK(world.frames().empty());
    world.pass(5 * kMinute);
    auto second = world.frames();
    REQUIRE(second.size() == 1);
    auto late = *world.district(second[0]);
    world.pass(20 * kMinute);
    CHECK(world.bring(late));
    CHECK_FALSE(world.box->heard_by_sms().district_time);
    CHECK(world.bring(late)); // played again
    CHECK_FALSE(world.box->heard_by_sms().district_time);

    INFO("one that is lost goes again");
    world.pass(std::chrono::hours(24));
    CHECK(world.frames().size() == 1);
    world.pass(std::chrono::minutes(29));
    CHECK(world.frames().empty());
    world.pass(std::chrono::minutes(3));
    CHECK(world.frames().size() == 1);

    INFO("with a link nobody calls by SMS");
    for (int i = 0; i < 30; ++i) {
        REQUIRE(world.exchange());
        world.pass(std::chrono::hours(1));
        REQUIRE(world.exchange());
    }
    CHECK(world.frames().empty());
}

TEST_CASE("the longest call by SMS fits either form") {
    SmsWorld world;
    wire::Call call;
    call.box = BoxId{0xFFFF};
    call.key_id = 255;
    call.echo = call.keyring = call.held = call.waiting = 0xFFFFFFFF;
    call.last_update = 0xFFFFFFFFFFFFFFFF;
    call.newest = {0xFFFF, 1024};
    call.sparing = true;
    auto keys = wire::link_keys(world.keys.agree, world.setting.keys.shown.current().district, world.keys.psk);
    auto longest = wire::encode(call, keys->up);
    CHECK(longest.size() <= 55);
    REQUIRE(world.box_store.set_contact(0xFFFFFFFFFFFF, 1, world.now));
    world.pass(5 * kMinute);
    auto went = world.frames();
    REQUIRE(went.size() == 1);
    auto read = wire::decode_call(went[0], keys->up);
    REQUIRE(read);
    CHECK(read->last_update == 0xFFFFFFFFFFFF); // seen, whole or not
    CHECK(read->wants.empty());
    CHECK(read->holdings.empty());
    CHECK_FALSE(read->used);
    CHECK(read->sparing);
}

TEST_CASE("more news by SMS is called for at once, but only as long as it brings something") {
    SmsWorld world;
    world.pass(5 * kMinute);
    world.carry();
    for (std::uint8_t i = 1; i <= 3; ++i) world.submit(i);
    world.pass(kPatience + 5 * kMinute);
    world.carry();
    REQUIRE(world.waiting() == 0);
    for (const auto& one : world.at_desk()) REQUIRE(world.move(one, "diperiksa"));
    auto keys = wire::link_keys(world.keys.agree, world.setting.keys.shown.current().district, world.keys.psk);
    auto rows = *world.district_store.updates_after(BoxId{7}, 0, 8);
    REQUIRE(rows.size() == 3);
    wire::Answer answer;
    answer.box = BoxId{7};
    answer.key_id = world.setting.keys.shown.current().id;
    answer.district_time = world.now;
    answer.updates = {rows[0]};
    answer.more = true;
    auto frame = wire::encode(answer, keys->down);
    CHECK(world.bring(frame));
    world.tick();
    auto call = world.frames();
    REQUIRE(call.size() == 1);
    CHECK(wire::decode_call(call[0], keys->up)->last_update == 1);
    CHECK(world.bring(frame));
    world.pass(kMinute, seconds(10));
    CHECK(world.frames().empty());
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

namespace {

/// The district's own SMS desk at the other end of the path, and luck on the way.
struct TwoDesks : SmsWorld {
    TwoDesks(box::FrameForm form, unsigned seed, unsigned lost, unsigned doubled)
        : SmsWorld(form), desk(district_store, setting, intake, {}), dice(seed), lost_(lost), doubled_(doubled) {
        local::ModemState state;
        state.registered = true;
        (void)desk.handle({{1, local::ModemHello{"modem0"}}, {1, state}}, now);
    }
    void live(seconds time, seconds step = seconds(10)) {
        for (auto until = now + time; now < until;) {
            now += step;
            tick();
            for (const auto& frame : frames()) on_the_way(up, frame);
            for (; !up.empty(); up.pop_back()) to_district(up.back());
            from_district(desk.tick(now));
            for (; !down.empty(); down.pop_back()) CHECK(bring(down.back()));
        }
    }
    void to_district(const Bytes& frame) {
        local::SmsArrived sms;
        sms.call = ++calls;
        sms.sender = kVillage;
        sms.binary = sms_setting.form == box::FrameForm::kData;
        if (sms.binary)
            sms.data = frame;
        else
            sms.text = *wire::frame_as_text(frame);
        from_district(desk.handle({{1, sms}}, now));
    }
    void from_district(const std::vector<district::ModemMessage>& out) {
        for (const auto& [modem, message] : out) {
            std::uint64_t id = 0;
            std::optional<Bytes> frame;
            if (const auto* data = std::get_if<local::SendData>(&message)) {
                CHECK(data->to == kVillage);
                id = data->id;
                frame = data->data;
            } else if (const auto* text = std::get_if<local::SendSms>(&message)) {
                CHECK(text->to == kVillage);
                id = text->id;
                frame = wire::frame_of_text(text->text);
                REQUIRE(frame);
            }
            if (!frame) continue;
            ++answers;
            CHECK(frame->size() <= sms_setting.room());
            on_the_way(down, *frame);
            from_district(desk.handle({{1, local::SmsOutcome{id, 1, 0}}}, now));
        }
    }
    void on_the_way(std::vector<Bytes>& way, const Bytes& frame) {
        if (dice() % 100 >= lost_) way.push_back(frame);
        if (dice() % 100 < doubled_) way.push_back(frame);
        std::shuffle(way.begin(), way.end(), dice);
    }
    std::size_t notices() const {
        return static_cast<std::size_t>(
            std::count_if(sent.begin(), sent.end(), [](const auto& one) { return one.first == kPhone; }));
    }

    const std::string kVillage = "+6280000000090";
    district::SmsDesk desk;
    std::mt19937 dice;
    std::vector<Bytes> up;
    std::vector<Bytes> down;
    std::uint64_t calls = 0;
    std::size_t answers = 0;

  private:
    unsigned lost_;
    unsigned doubled_;
};

} // namespace

TEST_CASE("both desks, nothing but SMS: requests up, states and notices down, through loss and doubling") {
    auto form = GENERATE(box::FrameForm::kData, box::FrameForm::kText);
    auto seed = GENERATE(0u, 1u, 2u);
    TwoDesks world(form, seed, seed == 0 ? 0 : 25, seed == 0 ? 0 : 25);
    std::vector<std::string> codes;
    for (std::uint8_t i = 1; i <= 8; ++i) {
        auto one = world.letter(i);
        one.notify_phone = kPhone;
        codes.push_back(world.ask<local::Accepted>(one).code);
    }
    for (int hour = 0; hour < 24 * 20 && world.waiting() > 0; ++hour) world.live(std::chrono::hours(1));
    REQUIRE(world.waiting() == 0);
    REQUIRE(world.at_desk().size() == 8);
    if (seed == 0) CHECK(world.answers <= 5); // one for a burst, and what moves later

    for (const auto& one : world.at_desk()) REQUIRE(world.move(one, "belum_lengkap", "Mohon bawa KK."));
    for (int hour = 0; hour < 24 * 20 && *world.box_store.last_update() < 8; ++hour)
        world.live(std::chrono::hours(1));
    CHECK(*world.box_store.last_update() == 8);
    world.live(std::chrono::hours(1));
    CHECK(world.notices() == 8);

    INFO("the district hears that the box has them, and falls silent");
    for (int hour = 0; hour < 24 * 20 && (*world.district_store.box(BoxId{7})).acknowledged < 8; ++hour)
        world.live(std::chrono::hours(1));
    CHECK((*world.district_store.box(BoxId{7})).acknowledged == 8);
    CHECK(world.notices() == 8);
    CHECK(world.box_store.quarantined() == 0);
    CHECK(world.desk.counts().refused == 0);

    INFO("over a link the words follow, once");
    REQUIRE(world.exchange());
    CHECK(*world.box_store.last_whole() == 8);
    world.live(std::chrono::hours(1));
    CHECK(world.notices() == 8);
}
