#include "base/gsm7.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;

TEST_CASE("septets are packed as in 3GPP TS 23.038") {
    // The well-known example of GSM 03.38: "hellohello".
    auto septets = gsm7::encode("hellohello");
    REQUIRE(septets);
    CHECK(to_hex(gsm7::pack(*septets)) == "e8329bfd4697d9ec37");
    CHECK(gsm7::decode(*gsm7::unpack(gsm7::pack(*septets), 10)) == "hellohello");
    // After a user data header of 6 octets one fill bit precedes the text.
    CHECK(gsm7::decode(*gsm7::unpack(gsm7::pack(*septets, 1), 10, 1)) == "hellohello");
    CHECK(gsm7::unpack(Bytes{1, 2}, 10).error().code == ErrorCode::kCorrupt);
}

TEST_CASE("an SMS is counted as the network counts it") {
    CHECK(gsm7::septets("Rp10.000") == 8);
    CHECK(gsm7::septets("{€}") == 6); // extension characters take two
    CHECK(gsm7::septets("é è ù") == 5);
    CHECK_FALSE(gsm7::septets("bhâsa")); // Madurese spelling is outside the alphabet
    CHECK(gsm7::septets("") == 0);
    CHECK(gsm7::fits_one_sms(std::string(160, 'a')));
    CHECK_FALSE(gsm7::fits_one_sms(std::string(161, 'a')));
    CHECK_FALSE(gsm7::fits_one_sms(std::string(159, 'a') + "€"));
    std::string seventy;
    for (int i = 0; i < 70; ++i) seventy += "م";
    CHECK(gsm7::fits_one_sms(seventy, true));
    CHECK_FALSE(gsm7::fits_one_sms(seventy));
    CHECK_FALSE(gsm7::fits_one_sms(seventy + "م", true));
    CHECK(gsm7::ucs2_units("😀") == 2);
}

TEST_CASE("every character of the alphabet comes back") {
    for (std::uint8_t code = 0; code < 128; ++code) {
        if (code == 0x1b) continue;
        auto text = gsm7::decode(Bytes{code});
        CHECK(*gsm7::encode(text) == Bytes{code});
    }
    for (const char* extended : {"^", "{", "}", "\\", "[", "~", "]", "|", "€", "\f"})
        CHECK(gsm7::decode(*gsm7::encode(extended)) == extended);
}

TEST_CASE("malformed UTF-8 is no text") {
    for (const char* bad :
         {"\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\x80", "a\xff", "\xc3"}) {
        CHECK_FALSE(gsm7::septets(bad));
        CHECK_FALSE(gsm7::ucs2_units(bad));
        CHECK_FALSE(gsm7::to_ucs2(bad));
    }
}

TEST_CASE("UCS-2 and back, and folding for the 7-bit alphabet") {
    CHECK(to_hex(*gsm7::to_ucs2("aم😀")) == "00610645d83dde00");
    CHECK(gsm7::from_ucs2(*gsm7::to_ucs2("aم😀")) == "aم😀");
    CHECK(gsm7::from_ucs2(Bytes{0xd8, 0x3d, 0x00, 0x61}) == "\uFFFD"
                                                            "a");
    CHECK(gsm7::fold("Bhâsa – ‘ḍuwâ’") == "Bhasa - 'duwa'");
    CHECK(gsm7::septets(gsm7::fold("Sèttong, ḍuwâ’, È")));
}
