// From the touchscreen to the desk and back, in virtual time.
#include "tools/small_world.hpp"

using namespace kentongan;
using test::SmallWorld;
namespace local = wire::local;
using Link = SmallWorld::Link;

TEST_CASE("a letter goes to the desk and its way comes back to the kiosk") {
    SmallWorld world;
    auto accepted = world.ask<local::Accepted>(world.letter());
    CHECK(accepted.call == 5);
    CHECK(accepted.code.size() == 8);
    CHECK(accepted.target_days == 1);
    CHECK(world.ask<local::Health>(local::AskHealth{1}).waiting == 1);

    auto exchanged = world.exchange();
    REQUIRE(exchanged);
    CHECK(exchanged->retired.size() == 1);
    CHECK(world.ask<local::Health>(local::AskHealth{1}).waiting == 0);

    auto at_desk = world.at_desk();
    REQUIRE(at_desk.size() == 1);
    CHECK(at_desk[0].row.code == accepted.code);
    world.now += std::chrono::hours(2);
    REQUIRE(world.move(at_desk[0], "diperiksa"));
    REQUIRE(world.move(at_desk[0], "belum_lengkap", "Kartu keluarga belum ada", "Mohon dibawa."));
    REQUIRE(world.exchange());

    auto plain = world.ask<local::CaseStatus>(local::AskStatus{2, 0, accepted.code});
    CHECK(plain.state == "belum_lengkap");
    CHECK(plain.since == to_unix(world.now));
    CHECK_FALSE(plain.full);
    CHECK(plain.service.empty());
    CHECK(plain.reason.empty());
    CHECK(plain.answer.empty());
    REQUIRE(plain.history.size() == 3);
    CHECK(plain.history[0].state == "diterima");
    CHECK(plain.history[1].state == "diperiksa");

    auto full = world.ask<local::CaseStatus>(local::AskStatus{3, 0, accepted.receipt});
    CHECK(full.full);
    CHECK(full.service == "domisili");
    CHECK(full.reason == "Kartu keluarga belum ada");
    CHECK(full.answer == "Mohon dibawa.");
}

TEST_CASE("the same form twice is one case, also over a restart and after it was forwarded") {
    SmallWorld world;
    auto first = world.ask<local::Accepted>(world.letter());
    CHECK(world.ask<local::Accepted>(world.letter()).code == first.code);
    world.reboot();
    CHECK(world.ask<local::Accepted>(world.letter()).receipt == first.receipt);
    REQUIRE(world.exchange());
    CHECK(world.ask<local::Accepted>(world.letter()).code == first.code);
    REQUIRE(world.exchange());
    CHECK(world.at_desk().size() == 1);
    CHECK(world.ask<local::Accepted>(world.letter(2)).code != first.code);
}

TEST_CASE("a link that loses uploads or answers loses and doubles nothing") {
    SmallWorld world;
    std::vector<std::string> codes;
    for (std::uint8_t n = 1; n <= 100; ++n) codes.push_back(world.ask<local::Accepted>(world.letter(n)).code);
    CHECK_FALSE(world.exchange(Link::kNothingArrives));
    CHECK(world.ask<local::Health>(local::AskHealth{1}).waiting == 100);
    CHECK_FALSE(world.exchange(Link::kAnswerIsLost));
    world.reboot();
    CHECK(world.ask<local::Health>(local::AskHealth{1}).waiting == 100);
    while (world.ask<local::Health>(local::AskHealth{1}).waiting > 0) REQUIRE(world.exchange());
    auto list = world.cases.list(district::Role::kOfficer, {}, 1, world.now);
    CHECK(list->total == 100);
}

TEST_CASE("wrong answers are refused with the field and the text that explains, and nothing is kept") {
    SmallWorld world;
    auto wrong = world.letter();
    wrong.answers[0].value = "3509277203850000"; // day 72
    auto refused = world.ask<local::Refused>(wrong);
    CHECK(refused.code == static_cast<std::uint8_t>(ErrorCode::kInvalid));
    REQUIRE(refused.problems.size() == 1);
    CHECK(refused.problems[0].name == "identity_number");
    CHECK(world.pack.text("id", refused.problems[0].value) != refused.problems[0].value);

    auto twice = world.letter();
    twice.answers.push_back(twice.answers[0]);
    CHECK(world.ask<local::Refused>(twice).code == static_cast<std::uint8_t>(ErrorCode::kInvalid));
    auto unknown = world.letter();
    unknown.service = "no-such";
    CHECK(world.ask<local::Refused>(unknown).code == static_cast<std::uint8_t>(ErrorCode::kInvalid));
    auto unasked = world.letter();
    unasked.consent_version.clear();
    auto without = world.ask<local::Refused>(unasked);
    REQUIRE(without.problems.size() == 1);
    CHECK(without.problems[0].value == "error.consent");
    auto hidden = world.letter();
    hidden.service = "pesan"; // exists, but nobody at the kiosk may choose it
    CHECK(world.ask<local::Refused>(hidden).code == static_cast<std::uint8_t>(ErrorCode::kInvalid));
    auto radio = world.letter();
    radio.channel = 2; // the kiosk may not say that it is a phone
    CHECK(world.ask<local::Refused>(radio).code == static_cast<std::uint8_t>(ErrorCode::kInvalid));
    CHECK(world.ask<local::Health>(local::AskHealth{1}).waiting == 0);
    // The same form, mended, goes through.
    CHECK(world.ask<local::Accepted>(world.letter()).code.size() == 8);
}

TEST_CASE("a store that refuses never says received") {
    SmallWorld world;
    world.box_store.set_full(true);
    CHECK(world.ask<local::Refused>(world.letter()).code ==
          static_cast<std::uint8_t>(ErrorCode::kUnavailable));
    world.box_store.set_full(false);
    CHECK(world.ask<local::Health>(local::AskHealth{1}).waiting == 0);
    world.box->set_storage_low(true);
    CHECK(world.ask<local::Refused>(world.letter()).code == static_cast<std::uint8_t>(ErrorCode::kNoSpace));
    world.box->set_storage_low(false);
    CHECK(world.ask<local::Accepted>(world.letter()).code.size() == 8);
}

TEST_CASE("guessing codes is limited, a typing mistake is not a guess") {
    SmallWorld world;
    auto accepted = world.ask<local::Accepted>(world.letter());
    auto ask = [&](std::string digits, std::uint64_t client = 5) {
        return world.say(local::AskStatus{1, client, std::move(digits)}).front().message;
    };
    for (int i = 0; i < 20; ++i) { // a wrong check digit cannot be a code
        auto wrong = accepted.code;
        wrong[7] = static_cast<char>('0' + (wrong[7] - '0' + 1) % 10);
        REQUIRE(std::get<local::Refused>(ask(wrong)).code == static_cast<std::uint8_t>(ErrorCode::kInvalid));
    }
    int denied = 0;
    for (std::uint64_t n = 0; n < 20; ++n) {
        auto refused = std::get<local::Refused>(ask(domain::make_case_code(n * 7919).digits));
        if (refused.code == static_cast<std::uint8_t>(ErrorCode::kDenied)) {
            ++denied;
            CHECK(refused.retry_after_s > 0);
        }
    }
    CHECK(denied >= 14);
    CHECK(std::holds_alternative<local::Refused>(ask(accepted.code)));       // this guesser waits,
    CHECK(std::holds_alternative<local::CaseStatus>(ask(accepted.code, 6))); // nobody else does,
    world.now += std::chrono::hours(2);
    CHECK(std::holds_alternative<local::CaseStatus>(ask(accepted.code))); // and it ends

    // The touchscreen is everybody's: whatever one visitor does there, the next waits a minute at most.
    for (std::uint64_t n = 0; n < 200; ++n) {
        world.now += seconds(61);
        REQUIRE(std::holds_alternative<local::Refused>(ask(domain::make_case_code(n * 7919).digits, 0)));
    }
    world.now += seconds(61);
    CHECK(std::holds_alternative<local::CaseStatus>(ask(accepted.code, 0)));
}

TEST_CASE("a report of a levy reaches the inspectorate and no officer") {
    SmallWorld world;
    auto report = world.letter();
    report.service = "pungli";
    report.answers = {
        {"layanan", "surat"}, {"jumlah", "50000"}, {"siapa", "tidak_tahu"}, {"kapan", "hari_ini"}};
    report.anonymous = report.confidential = true;
    auto accepted = world.ask<local::Accepted>(report);
    REQUIRE(world.exchange());
    CHECK(world.at_desk().empty());
    auto seen = world.at_desk(district::Role::kInspectorate);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].row.code == accepted.code);
    CHECK(world.cases.detail(district::Role::kOfficer, seen[0].row.id, "id", world.now).error().code ==
          ErrorCode::kNotFound);
}

TEST_CASE("an update is carried out once, whoever repeats it") {
    SmallWorld world;
    auto accepted = world.ask<local::Accepted>(world.letter());
    REQUIRE(world.exchange());
    REQUIRE(world.move(world.at_desk()[0], "diperiksa"));
    REQUIRE(world.exchange());
    REQUIRE(world.exchange());
    auto status = world.ask<local::CaseStatus>(local::AskStatus{2, 0, accepted.code});
    CHECK(status.history.size() == 2);
}

TEST_CASE("the second country's letter goes the same way, by other rules") {
    SmallWorld world("xq-qamar");
    auto letter = world.letter();
    letter.service = "residence";
    letter.language = "ar";
    // Region 3, year 85, serial 000 and its Luhn digit, or the nearest that this country's rule takes.
    std::string identity;
    for (char check = '0'; check <= '9' && identity.empty(); ++check) {
        auto tried = std::string("31285000") + check;
        if (!domain::check_identity(world.pack.identity, tried, true)) identity = tried;
    }
    REQUIRE_FALSE(identity.empty());
    letter.answers = {{"identity_number", identity},
                      {"family_name", "Example"},
                      {"given_name", "Nadia"},
                      {"quarter", "spring"},
                      {"purpose", "work"}};
    letter.consent_version = world.pack.consent_version;
    auto accepted = world.ask<local::Accepted>(letter);
    CHECK(accepted.target_days == 3);
    REQUIRE(world.exchange());
    auto at_desk = world.at_desk();
    REQUIRE(at_desk.size() == 1);
    REQUIRE(world.move(at_desk[0], "office"));
    REQUIRE(world.exchange());
    CHECK(world.ask<local::CaseStatus>(local::AskStatus{2, 0, accepted.code}).state == "office");
    CHECK(world.ask<local::Refused>(world.letter(9)).code == static_cast<std::uint8_t>(ErrorCode::kInvalid));
}
