#include "domain/request.hpp"
#include "tools/packs.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace kentongan::domain;

namespace {

Draft letter(const Pack& pack) {
    Draft draft;
    draft.consent_version = pack.consent_version;
    draft.service = "domisili";
    draft.language = "id";
    draft.answers = {{"identity_number", "3509 2752 0385 0000"},
                     {"name", " Siti Contoh \n"},
                     {"hamlet", "krajan"},
                     {"rt", "003"},
                     {"rw", "1"},
                     {"keperluan", "bank"}};
    draft.notify_phone = "0800 0000 0001";
    return draft;
}

std::vector<std::string> keys(const std::vector<Problem>& problems) {
    std::vector<std::string> out;
    for (const auto& problem : problems) out.push_back(problem.field + ":" + problem.text_key);
    return out;
}

using Keys = std::vector<std::string>;

} // namespace

TEST_CASE("a right draft becomes canonical") {
    auto pack = test::test_pack("id-jember");
    auto village = test::test_village(pack);
    auto draft = letter(pack);
    CHECK(keys(check_draft(pack, village, draft)).empty());
    CHECK(draft.answers == Answers{{"identity_number", "3509275203850000"},
                                   {"name", "Siti Contoh"},
                                   {"hamlet", "krajan"},
                                   {"rt", "3"},
                                   {"rw", "1"},
                                   {"keperluan", "bank"}});
    CHECK(draft.notify_phone == "+6280000000001");
}

TEST_CASE("every fault of a draft is named") {
    auto pack = test::test_pack("id-jember");
    auto village = test::test_village(pack);
    auto draft = letter(pack);
    draft.answers = {
        {"identity_number", "12"}, {"name", "x"}, {"hamlet", "nowhere"}, {"rt", "100"}, {"zz", "1"}};
    draft.notify_phone = "12";
    draft.anonymous = true;
    draft.confidential = true;
    draft.consent_version = "old";
    draft.language = "xx";
    CHECK(keys(check_draft(pack, village, draft)) ==
          Keys{":error.language", ":error.anonymous", ":error.confidential", ":error.consent",
               ":error.unknown_field", "identity_number:identity.error.length", "name:error.text_short",
               "hamlet:error.choice", "rt:error.number", "rw:error.required", "keperluan:error.required",
               "notify_phone:phone.error"});
    draft = letter(pack);
    draft.service = "nothing";
    CHECK(keys(check_draft(pack, village, draft)) == Keys{":error.service"});
    draft = letter(pack);
    for (int at = 0; at < 70; ++at) draft.answers["f" + std::to_string(at)] = "1";
    CHECK(keys(check_draft(pack, village, draft)) == Keys{":error.unknown_field"});
}

TEST_CASE("conditional questions") {
    auto pack = test::test_pack("id-jember");
    auto village = test::test_village(pack);
    auto draft = letter(pack);
    draft.answers["keperluan"] = "lainnya";
    CHECK(keys(check_draft(pack, village, draft)) == Keys{"keperluan_lain:error.required"});
    draft.answers["keperluan_lain"] = "paspor";
    CHECK(keys(check_draft(pack, village, draft)).empty());
    CHECK(draft.answers.contains("keperluan_lain"));
    draft.answers["keperluan"] =
        "bank"; // the person went back: the answer to a question no longer shown is dropped
    CHECK(keys(check_draft(pack, village, draft)).empty());
    CHECK_FALSE(draft.answers.contains("keperluan_lain"));
}

TEST_CASE("by SMS a letter is a pre-request and a report may be one text") {
    auto pack = test::test_pack("id-jember");
    auto village = test::test_village(pack);
    Draft draft;
    draft.service = "domisili";
    draft.language = "id";
    draft.channel = Channel::kSms;
    CHECK(keys(check_draft(pack, village, draft)) == Keys{"keperluan:error.required"});
    draft.answers = {{"keperluan", "bank"}};
    CHECK(keys(check_draft(pack, village, draft)).empty());
    draft.service = "pengaduan";
    draft.answers = {};
    CHECK(keys(check_draft(pack, village, draft)) == Keys{":error.required"});
    draft.answers = {{"cerita", "jembatan putus di krajan"}};
    CHECK(keys(check_draft(pack, village, draft)).empty());
    // From a screen it needs the category, and the consent that was shown.
    draft.channel = Channel::kKiosk;
    CHECK(keys(check_draft(pack, village, draft)) == Keys{":error.consent", "kategori:error.required"});
    draft.consent_version = pack.consent_version;
    CHECK(keys(check_draft(pack, village, draft)) == Keys{"kategori:error.required"});
}

TEST_CASE("answers by type, in the second country") {
    auto pack = test::test_pack("xq-qamar");
    auto village = test::test_village(pack);
    const auto& well = *pack.service("well_permit");
    auto check = [&](const Service& service, std::string_view field, std::string_view typed) {
        auto checked = check_answer(pack, village, service, *service.field(field), typed);
        return checked.problem ? checked.problem->text_key : checked.canonical;
    };
    CHECK(check(well, "begin", "2026-11-24") == "2026-11-24");
    CHECK(check(well, "begin", "24/11/2026") == "2026-11-24");
    CHECK(check(well, "begin", "4.3.2026") == "2026-03-04");
    for (const char* typed :
         {"2026-02-29", "31-04-2026", "1-1-1899", "2026", "--", "2026-11-", "1-2-3-4", "99999-1-1"})
        CHECK(check(well, "begin", typed) == "error.date");
    CHECK(check(well, "new_well", "yes") == "yes");
    CHECK(check(well, "new_well", "maybe") == "error.choice");
    CHECK(check(well, "depth_m", "١٢") == "12");
    for (const char* typed : {"0", "301", "-1", "+1", "1.5", "", "99999999999999999999"})
        CHECK(check(well, "depth_m", typed) == "error.number");
    const auto& toll = *pack.service("toll");
    CHECK(check(toll, "sum", "12,500 QD") == "12500");
    CHECK(check(toll, "sum", "50 000") == "50000");
    CHECK(check(toll, "sum", "-5000") == "error.money");
    CHECK(check(toll, "account", "abc") == "error.text_short");
    CHECK(check(toll, "account", std::string(1501, 'a')) == "error.text_long");
    CHECK(check(toll, "account", "ab\x01zz") == "error.characters");
    CHECK(check(toll, "account", "ab\xff\xfezz") == "error.characters");
    CHECK(check(toll, "account", "line\r\nline") == "line\nline");
}

TEST_CASE("characters are code points of well-formed text") {
    CHECK(characters("") == 0);
    CHECK(characters("désa\n") == 5);
    CHECK(characters("ḍ😀") == 2);
    for (std::string_view bad : {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                 "\xf0\x9f", "\x07", "\x7f", "\xc2\x85"})
        CHECK_FALSE(characters(bad));
}

TEST_CASE("life cycles") {
    auto pack = test::test_pack("id-jember");
    const auto& cycle = pack.lifecycle_of(*pack.service("sktm"));
    CHECK(cycle.initial().id == "diterima");
    CHECK(cycle.allows(*cycle.state("diterima"), *cycle.state("diperiksa")));
    CHECK_FALSE(cycle.allows(*cycle.state("diterima"), *cycle.state("siap_diambil")));
    CHECK_FALSE(cycle.allows(*cycle.state("sudah_diambil"), *cycle.state("diperiksa")));
    CHECK(cycle.state(std::uint8_t{9})->reason_required);
    CHECK(cycle.state("nothing") == nullptr);
}

TEST_CASE("texts fall back and fill their placeholders once") {
    auto pack = test::test_pack("id-jember");
    CHECK(pack.text("en", "sms.yes") == "Yes");
    CHECK(pack.text("zz", "sms.yes") == "Ya");
    CHECK(pack.text("en", "no.such.key") == "no.such.key");
    CHECK(pack.text("en", "error.text_short", {{"min", "{min}"}}) == "Too short: at least {min} letters.");
    CHECK(pack.text("en", "error.text_short", {{"max", "3"}}) == "Too short: at least {min} letters.");
    CHECK(amount(pack.money, 0) == "Rp0");
    CHECK(amount(pack.money, 999) == "Rp999");
    CHECK(amount(pack.money, 1234567) == "Rp1.234.567");
    CHECK(amount(test::test_pack("xq-qamar").money, 12500) == "12,500 QD");
}
