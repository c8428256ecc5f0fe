// Whatever people send, in whatever state: one SMS comes back, and nothing that was handed in is refused.
#include "base/gsm7.hpp"
#include "contract/dialogue/played_dialogue.hpp"
#include "tools/packs.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <vector>

using namespace kentongan;

namespace {

std::vector<std::string> vocabulary(const domain::Pack& pack) {
    std::vector<std::string> words = {"0",
                                      "1",
                                      "2",
                                      "3",
                                      "4",
                                      "5",
                                      "6",
                                      "7",
                                      "8",
                                      "9",
                                      "",
                                      " ",
                                      "#",
                                      "48217739",
                                      "73102964",
                                      "4821 7730",
                                      "50000",
                                      "-1",
                                      "\x01\xff",
                                      "3509275203850000",
                                      "jembatan putus sejak hari minggu di dusun krajan",
                                      "الطريق مقطوع منذ أسبوع عند النبع",
                                      std::string(4500, 'x'),
                                      "{village}",
                                      "A",
                                      "B"};
    for (const auto& keyword : pack.keywords)
        for (const auto& word : keyword.words) words.push_back(word);
    return words;
}

} // namespace

TEST_CASE("every reply is one SMS in the sender's language") {
    for (const char* id : test::kPackIds) {
        auto pack = test::test_pack(id);
        auto village = test::test_village(pack);
        // The longest that a village may bring.
        village.name = std::string(24, 'W');
        village.office_hours = std::string(40, 'W');
        for (int number = 10; number < 40; ++number)
            village.hamlets.push_back(
                {"h" + std::to_string(number), static_cast<std::uint8_t>(number), std::string(24, 'W')});
        auto words = vocabulary(pack);
        test::KnownCases cases;
        cases.pack = &pack;
        std::mt19937 random(20261124);
        int submitted = 0;
        for (int phone = 0; phone < 400; ++phone) {
            dialogue::Conversation conversation;
            conversation.language = pack.languages[random() % pack.languages.size()].tag;
            cases.own = random() % 2 == 0;
            auto now = from_unix(1795500000);
            for (int step = 0; step < 40; ++step) {
                std::string text = words[random() % words.size()];
                if (random() % 4 == 0) text += "#" + words[random() % words.size()];
                if (random() % 50 == 0) now += std::chrono::hours(30);
                if (random() % 3 != 0) text = std::to_string(random() % 6);
                auto turn = dialogue::answer(pack, village, conversation, text, cases, now);
                REQUIRE((turn.submit.has_value() || !turn.reply.empty()));
                for (auto* draft : {turn.submit ? &*turn.submit : nullptr,
                                    turn.keep_unsorted ? &*turn.keep_unsorted : nullptr}) {
                    if (draft == nullptr) continue;
                    auto copy = *draft;
                    auto problems = domain::check_draft(pack, village, copy);
                    for (const auto& problem : problems)
                        UNSCOPED_INFO(problem.field << " " << problem.text_key);
                    REQUIRE(problems.empty());
                    for (const auto& field : pack.applicant) REQUIRE_FALSE(draft->answers.contains(field.id));
                    ++submitted;
                }
                auto reply = test::sent(pack, village, conversation, turn);
                INFO(reply);
                REQUIRE_FALSE(reply.empty());
                REQUIRE(gsm7::fits_one_sms(reply, true));
                auto bytes = conversation.to_bytes();
                REQUIRE(dialogue::Conversation::from_bytes(bytes));
            }
        }
        CHECK(submitted > 100);
    }
}

TEST_CASE("nothing is cut: every reply of the texts' own words is whole") {
    for (const char* id : test::kPackIds) {
        auto pack = test::test_pack(id);
        auto village = test::test_village(pack);
        test::KnownCases cases;
        cases.pack = &pack;
        cases.own = true;
        for (const auto& language : pack.languages) {
            dialogue::Conversation conversation;
            conversation.language = language.tag;
            auto turn =
                dialogue::answer(pack, village, conversation, "48217739", cases, from_unix(1795500000));
            CHECK(turn.reply.find("48217739") != std::string::npos);
            auto code = *domain::parse_case_code("48217739");
            CHECK(dialogue::notice(pack, village, language.tag, code).find("48217739") != std::string::npos);
            CHECK(dialogue::not_accepted(pack, village, conversation) ==
                  pack.text(language.tag, "sms.not_accepted", {{"village", village.name}}));
        }
    }
}

TEST_CASE("a levy report is never named, not even on the phone that sent it") {
    struct LevyCase final : dialogue::Lookups {
        const domain::Pack* pack = nullptr;
        Result<dialogue::CaseView> status(const domain::CaseCode&) override {
            const auto& service = *pack->service_of(domain::ServiceKind::kLevyReport);
            const auto& lifecycle = pack->lifecycle_of(service);
            return dialogue::CaseView{lifecycle.id, lifecycle.initial().id, from_unix(1795460000),
                                      service.id};
        }
        int open_cases() override { return 1; }
    };
    for (const char* id : test::kPackIds) {
        auto pack = test::test_pack(id);
        auto village = test::test_village(pack);
        LevyCase cases;
        cases.pack = &pack;
        dialogue::Conversation conversation;
        auto turn = dialogue::answer(pack, village, conversation, "48217739", cases, from_unix(1795500000));
        auto name = "service." + pack.service_of(domain::ServiceKind::kLevyReport)->id + ".sms";
        CHECK(turn.reply.find("48217739") != std::string::npos);
        CHECK(turn.reply.find(pack.text(pack.default_language, name)) == std::string::npos);
    }
}

TEST_CASE("a conversation of an older pack begins again") {
    auto pack = test::test_pack("id-jember");
    auto village = test::test_village(pack);
    test::KnownCases cases;
    cases.pack = &pack;
    auto now = from_unix(1795500000);
    for (const char* node :
         {"ask", "confirm", "letters", "language", "status", "offer", "menu", "never heard of"})
        for (const char* text : {"1", "0", "9", "x", "a story that is long enough to be one", ""}) {
            dialogue::Conversation conversation;
            conversation.language = "gone";
            conversation.node = node;
            conversation.slots = {{"service", "gone"}, {"field", "gone"}, {"page", "99999999999999"}};
            conversation.touched = now;
            auto turn = dialogue::answer(pack, village, conversation, text, cases, now);
            CHECK((turn.submit || !turn.reply.empty()));
        }
}

TEST_CASE("a clock that jumps ends a conversation, it does not break it") {
    auto pack = test::test_pack("id-jember");
    auto village = test::test_village(pack);
    test::KnownCases cases;
    cases.pack = &pack;
    dialogue::Conversation conversation;
    auto now = from_unix(1795500000);
    (void)dialogue::answer(pack, village, conversation, "LAPOR", cases, now);
    auto turn = dialogue::answer(pack, village, conversation, "1", cases, from_unix(0));
    CHECK(turn.reply.find("1 ") != std::string::npos);
    CHECK(conversation.node == "menu");
}
