#include "domain/codes.hpp"

#include <catch2/catch.hpp>

using namespace kentongan::domain;

TEST_CASE("a case code carries its check digit") {
    CHECK(damm_valid("48217739"));
    CHECK_FALSE(damm_valid("48217730"));
    CHECK(damm_valid("73102955"));
    CHECK(damm_valid("73102964"));
    CHECK_FALSE(damm_valid(""));
    CHECK(damm_digit("4821773") == '9');
    CHECK(damm_digit("572") == '4'); // H. M. Damm's own example
}

TEST_CASE("every wrong digit and every swap of neighbours is found") {
    const std::string right = "48217739";
    for (std::size_t at = 0; at < right.size(); ++at)
        for (char digit = '0'; digit <= '9'; ++digit) {
            auto wrong = right;
            wrong[at] = digit;
            CHECK(damm_valid(wrong) == (wrong == right));
        }
    for (std::size_t at = 0; at + 1 < right.size(); ++at) {
        auto wrong = right;
        std::swap(wrong[at], wrong[at + 1]);
        CHECK(damm_valid(wrong) == (wrong == right));
    }
}

TEST_CASE("codes are made from entropy and read as people type them") {
    for (std::uint64_t random : {0ULL, 1ULL, 9'999'999ULL, 10'000'000ULL, 0xffffffffffffffffULL}) {
        auto code = make_case_code(random);
        CHECK(code.digits.size() == 8);
        CHECK(parse_case_code(code.grouped()) == code);
        auto receipt = make_receipt_code(random);
        CHECK(receipt.digits.size() == 16);
        CHECK(parse_receipt_code(receipt.grouped()) == receipt);
    }
    CHECK(make_case_code(4821773).digits == "48217739");
    CHECK(make_case_code(4821773).grouped() == "4821 7739");
    for (const char* typed : {"48217739", "4821 7739", " 4821-7739 ", "4821.7739"})
        CHECK(parse_case_code(typed)->digits == "48217739");
    CHECK(parse_case_code("O000 0OoO")->digits == "00000000");
    CHECK(parse_case_code("73lO2955").has_value() == damm_valid("73102955"));
    for (const char* typed : {"", "4821773", "482177390", "48217730", "4821x7739", "abcdefgh", "٤٨٢١٧٧٣٩"})
        CHECK_FALSE(parse_case_code(typed));
}
