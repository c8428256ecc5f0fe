#include "base/gsm7.hpp"
#include "domain/sms_layout.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace kentongan::domain;

TEST_CASE("a short choice is one page") {
    SmsListWords words{"Head:", "More", "Back", false};
    auto page = sms_page(words, {"A", "B"}, 0);
    REQUIRE(page);
    CHECK(page->text == "Head:\n1 A\n2 B\n0 Back");
    CHECK_FALSE(page->more);
    CHECK_FALSE(sms_page(words, {"A", "B"}, 1));
    CHECK_FALSE(sms_page(words, {}, 0));
}

TEST_CASE("long choices are cut into pages that fit, and every option is on one of them") {
    for (bool ucs2 : {false, true})
        for (std::size_t length : {1, 5, 20, 40}) {
            std::vector<std::string> options;
            for (int at = 0; at < 23; ++at) {
                std::string option;
                for (std::size_t c = 0; c < length; ++c) option += ucs2 ? "ب" : "b";
                options.push_back(option);
            }
            SmsListWords words{"Head", "More", "Back", ucs2};
            REQUIRE(sms_pages_fit(words, options));
            std::size_t next = 0;
            for (std::size_t number = 0; auto page = sms_page(words, options, number); ++number) {
                CHECK(page->first == next);
                CHECK(page->count >= 1);
                CHECK(page->count <= kSmsOptions);
                CHECK(gsm7::fits_one_sms(page->text, ucs2));
                next += page->count;
                CHECK(page->more == (next < options.size()));
            }
            CHECK(next == options.size());
        }
    CHECK_FALSE(sms_pages_fit({"Head", "More", "Back", false}, {std::string(160, 'x')}));
}
