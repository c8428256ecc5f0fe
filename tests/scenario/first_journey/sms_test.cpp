// From a feature phone to the desk and back, in virtual time, over a radio that does what the test says.
#include "base/gsm7.hpp"
#include "tools/small_world.hpp"

using namespace kentongan;
using test::code_in;
using test::SmallWorld;
namespace local = wire::local;

namespace {

const std::string kPhone = "+6280000000012";

struct Radio : SmallWorld {
    explicit Radio(const char* country = "id-jember") : SmallWorld(country) { plug_modem(); }
    /// One SMS and the answer to it.
    std::string talk(const std::string& words, const std::string& phone = kPhone) {
        now += seconds(61); // a person's pace
        auto before = sent.size();
        REQUIRE(text(phone, words));
        return sent.size() == before ? "" : newest_to(phone);
    }
    std::string complain(const std::string& phone = kPhone) {
        talk("lapor", phone);
        talk("1", phone);
        return code_in(talk("B jembatan bambu dusun krajan putus sejak minggu", phone));
    }
};

} // namespace

TEST_CASE("a complaint in digits reaches the desk with its words, and the phone can follow it") {
    Radio world;
    auto code = world.complain();
    REQUIRE(code.size() == 8);
    REQUIRE(world.exchange());
    auto at_desk = world.at_desk();
    REQUIRE(at_desk.size() == 1);
    CHECK(at_desk[0].row.code == code);
    auto detail = world.cases.detail(district::Role::kOfficer, at_desk[0].row.id, "id", world.now);
    REQUIRE(detail);
    bool readable = std::any_of(detail->answers.begin(), detail->answers.end(), [](const auto& answer) {
        return answer.value.find("jembatan bambu") != std::string::npos;
    });
    CHECK(readable);
    CHECK(detail->notify); // who texts wants an answer
    CHECK_FALSE(detail->sender_alias.empty());

    REQUIRE(world.move(at_desk[0], "diverifikasi"));
    auto before = world.sent.size();
    REQUIRE(world.exchange());
    world.tick();
    REQUIRE(world.sent.size() == before + 1);
    auto notice = world.newest_to(kPhone);
    CHECK(code_in(notice) == code);
    CHECK(notice.find("jembatan") == std::string::npos);
    CHECK(notice.find("Pengaduan") == std::string::npos);
    CHECK(world.talk("CEK#" + code).find(code) != std::string::npos);
}

TEST_CASE("without quiet hours a notice goes at once, at any hour") {
    Radio world;
    REQUIRE_FALSE(world.village.quiet_hours);
    auto code = world.complain();
    REQUIRE(world.exchange());
    world.now = from_unix(1795489200) + std::chrono::hours(12); // 22:00 in Jember
    REQUIRE(world.move(world.at_desk()[0], "diverifikasi"));
    REQUIRE(world.exchange());
    world.tick();
    CHECK(code_in(world.newest_to(kPhone)) == code);
}

TEST_CASE("a notice waits for the morning, an answer does not, and STOP ends notices") {
    Radio world;
    world.village.quiet_hours = world.pack.quiet_hours;
    REQUIRE(world.village.quiet_hours == domain::QuietHours{20, 6});
    auto code = world.complain();
    REQUIRE(world.exchange());
    world.now = from_unix(1795489200) + std::chrono::hours(12); // 22:00 in Jember
    auto case_row = world.at_desk()[0];
    REQUIRE(world.move(case_row, "diverifikasi"));
    auto before = world.sent.size();
    REQUIRE(world.exchange());
    world.tick();
    CHECK(world.sent.size() == before);
    CHECK_FALSE(world.talk("CEK#" + code).empty());
    world.now += std::chrono::hours(7);
    world.tick();
    world.now += std::chrono::hours(1) + seconds(1); // 06:00
    before = world.sent.size();
    world.tick();
    CHECK(world.sent.size() == before + 1);

    CHECK_FALSE(world.talk("STOP").empty());
    REQUIRE(world.move(case_row, "ditindaklanjuti"));
    before = world.sent.size();
    REQUIRE(world.exchange());
    world.tick();
    CHECK(world.sent.size() == before);
}

TEST_CASE("an SMS that the store cannot keep stays on the SIM and is taken later, once") {
    Radio world;
    world.talk("lapor");
    world.box_store.set_full(true);
    world.now += seconds(61);
    CHECK_FALSE(world.text(kPhone, "1"));
    auto again = world.last_sms;
    world.box_store.set_full(false);
    CHECK(world.arrives(again));
    auto said = world.sent.size();
    CHECK(world.arrives(again)); // the worker was restarted before it could delete it
    CHECK(world.sent.size() == said);
    // Recognised without keeping what the receipt was derived from.
    CHECK_FALSE(*world.box_store.sms_seen(again.fingerprint));
}

TEST_CASE("an answer whose fate is unknown is sent at most once more and says so; a notice never") {
    Radio world;
    world.outcome = local::SendOutcome::kUnknown;
    world.talk("menu");
    for (int i = 0; i < 5; ++i) {
        world.now += seconds(61);
        world.tick();
    }
    REQUIRE(world.sent.size() == 2);
    CHECK(world.sent[1].second.find(world.sent[0].second) != std::string::npos);
    CHECK(world.sent[1].second != world.sent[0].second);

    world.outcome = local::SendOutcome::kAccepted;
    auto code = world.complain();
    REQUIRE(world.exchange());
    REQUIRE(world.move(world.at_desk()[0], "diverifikasi"));
    world.outcome = local::SendOutcome::kUnknown;
    REQUIRE(world.exchange());
    auto before = world.sent.size();
    for (int i = 0; i < 5; ++i) {
        world.tick();
        world.now += seconds(61);
    }
    CHECK(world.sent.size() == before + 1);
}

TEST_CASE("a worker that dies while sending leaves an unknown outcome, and its successor goes on") {
    Radio world;
    world.outcome = std::nullopt;
    world.talk("menu");
    REQUIRE(world.sent.size() == 1);
    world.tick();
    CHECK(world.sent.size() == 1); // one in flight at a time
    world.box->peer_left(SmallWorld::kModem, world.now);
    world.outcome = local::SendOutcome::kAccepted;
    world.plug_modem();
    world.tick();
    CHECK(world.sent.size() == 2);
    world.tick();
    CHECK(world.sent.size() == 2);

    // The box itself restarts in the middle of a send.
    world.outcome = std::nullopt;
    world.talk("bantuan");
    auto before = world.sent.size();
    world.reboot();
    world.outcome = local::SendOutcome::kAccepted;
    world.plug_modem();
    world.tick();
    CHECK(world.sent.size() == before + 1);
    world.tick();
    CHECK(world.sent.size() == before + 1);
}

TEST_CASE("parts of a long text meet in any order; one that never comes leaves a gap, not silence") {
    Radio world;
    world.talk("lapor");
    world.talk("1");
    world.now += seconds(61);
    CHECK(world.text(kPhone, " dan anak sekolah harus memutar tiga kilometer", 2, 2));
    auto before = world.sent.size();
    CHECK(world.text(kPhone, "B jembatan bambu dusun krajan putus", 1, 2));
    REQUIRE(world.sent.size() == before + 1);
    auto code = code_in(world.newest_to(kPhone));
    REQUIRE(world.exchange());
    auto detail = world.cases.detail(district::Role::kOfficer, world.at_desk()[0].row.id, "id", world.now);
    bool whole = std::any_of(detail->answers.begin(), detail->answers.end(), [](const auto& answer) {
        return answer.value.find("putus dan anak sekolah") != std::string::npos;
    });
    CHECK(whole);

    const std::string other = "+6280000000013";
    world.talk("lapor", other);
    world.talk("5", other);
    CHECK(world.text(other, "B sumur di gumuk kering sudah lama ", 1, 3));
    CHECK(world.text(other, "tolong segera diperiksa", 3, 3));
    world.now += std::chrono::hours(1) + seconds(1);
    before = world.sent.size();
    world.tick();
    CHECK(world.sent.size() == before + 1);
    CHECK(code_in(world.newest_to(other)).size() == 8);
}

TEST_CASE("a text nobody understood reaches an officer: made a report, or read as it is after a day") {
    Radio world;
    CHECK_FALSE(world.talk("pak lurah sumur di gumuk kering sudah dua bulan").empty());
    CHECK(code_in(world.talk("1")).size() == 8);
    REQUIRE(world.exchange());
    CHECK(world.at_desk().size() == 1);

    const std::string other = "+6280000000013";
    CHECK_FALSE(world.talk("pak lurah sumur di tegal juga kering sudah lama", other).empty());
    world.now += std::chrono::hours(25);
    world.tick();
    REQUIRE(world.exchange());
    CHECK(world.at_desk().size() == 2);
    world.now += std::chrono::hours(25);
    world.tick();
    REQUIRE(world.exchange());
    CHECK(world.at_desk().size() == 2);

    const std::string third = "+6280000000014";
    world.talk("pak lurah lampu jalan di krajan mati sudah lama", third);
    world.talk("0", third); // the person withdrew it
    world.now += std::chrono::hours(25);
    world.tick();
    REQUIRE(world.exchange());
    CHECK(world.at_desk().size() == 2);
}

TEST_CASE("machines, rubbish and floods are kept from the people's queue") {
    Radio world;
    auto before = world.sent.size();
    for (const auto* sender :
         {"4444", "BANK", "", "a/b", "a;touch P", "+6281234567890123456789012345678901234567"})
        CHECK(world.text(sender, "PROMO SURAT"));
    local::SmsArrived corrupt;
    corrupt.call = 900;
    corrupt.fingerprint[5] = 9;
    corrupt.corrupt = true;
    corrupt.raw = {0xde, 0xad};
    CHECK(world.arrives(corrupt));
    CHECK(world.sent.size() == before);
    CHECK(world.ask<local::Health>(local::AskHealth{1}).waiting == 0);

    for (int n = 0; n < 200; ++n) {
        world.now += seconds(1);
        CHECK(world.text(kPhone, "SURAT " + std::to_string(n)));
    }
    CHECK(world.sent.size() - before <= 22); // 20 served, one "too many", none for the rest
    CHECK_FALSE(world.talk("menu", "+6280000000013").empty());
}

TEST_CASE("8-bit data is kept and never answered") {
    Radio world;
    auto before = world.sent.size();
    local::SmsArrived sms;
    sms.call = 900;
    sms.fingerprint.fill(9);
    sms.sender = "+6280000000012";
    sms.binary = true;
    sms.data = {0x20, 0, 7, 0, 1, 1};
    CHECK(world.arrives(sms));
    CHECK(world.arrives(sms)); // twice is once
    CHECK(world.sent.size() == before);
    CHECK(world.talk("halo") != "");
}

TEST_CASE("the same text twice within a minute is one message") {
    Radio world;
    CHECK(world.text(kPhone, "MENU"));
    CHECK(world.text(kPhone, "MENU"));
    CHECK(world.sent.size() == 1);
    // A digit said twice is two answers: menu, letters, the first letter.
    world.now += seconds(2);
    CHECK(world.text(kPhone, "1"));
    world.now += seconds(2);
    CHECK(world.text(kPhone, "1"));
    CHECK(world.sent.size() == 3);
}

TEST_CASE("a letter begun by SMS is a request without identity, finished at the hall") {
    Radio world;
    world.talk("surat");
    auto reply = world.talk("1");
    for (int i = 0; i < 4 && code_in(reply).empty(); ++i) reply = world.talk("1");
    REQUIRE(code_in(reply).size() == 8);
    REQUIRE(world.exchange());
    auto at_desk = world.at_desk();
    REQUIRE(at_desk.size() == 1);
    CHECK(at_desk[0].row.service == "domisili");
}

TEST_CASE("every answer of every dialogue is one SMS, in both countries") {
    for (const char* country : {"id-jember", "xq-qamar"}) {
        Radio world(country);
        const std::string phone = std::string(country) == "id-jember" ? kPhone : "+9997000012";
        for (const char* words : {"menu", "1", "1", "1", "1", "2", "3", "0", "4", "5", "9", "help", "data",
                                  "?", "#", "xxxxxxxxxxxxxxxxxxxxxx"}) {
            world.now += std::chrono::minutes(61);
            REQUIRE(world.text(phone, words));
            auto reply = world.newest_to(phone);
            INFO(country << ": " << words << " -> " << reply);
            CHECK_FALSE(reply.empty());
            CHECK(gsm7::fits_one_sms(reply, true));
        }
    }
}
