// The emulator's PDU codec against vectors that others publish, and against itself.
#include "modem_emulator/pdu.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace kentongan::emulator;

namespace {

Bytes hex(const char* text) {
    auto bytes = from_hex(text);
    REQUIRE(bytes.has_value());
    return std::move(bytes).take();
}

Deliver plain(const std::string& text) {
    Deliver out;
    out.from = "+6280000000012";
    out.text = text;
    out.at = from_unix(1'800'000'000);
    return out;
}

} // namespace

TEST_CASE("known PDUs decode to what they say") {
    SECTION("SMS-DELIVER in GSM-7, the example every PDU primer uses") {
        auto sms =
            decode_deliver(hex("07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37"));
        REQUIRE(sms.has_value());
        CHECK(sms->from == "27838890001"); // type 0xC8: no plan that has a plus
        CHECK(sms->text == "hellohello");
        CHECK(sms->coding == Coding::kGsm7);
        CHECK_FALSE(sms->part.has_value());
        CHECK(to_unix(sms->at) == 4'078'473'419); // 2099-03-29 15:16:59 +02:00
    }
    SECTION("SMS-SUBMIT in GSM-7") {
        auto sms = decode_submit(hex("0011000B916407281553F80000AA0AE8329BFD4697D9EC37"));
        REQUIRE(sms.has_value());
        CHECK(sms->to == "+46708251358");
        CHECK(sms->text == "hellohello");
        CHECK_FALSE(sms->report_requested);
    }
    SECTION("a service centre in front does not count") {
        auto pdu = hex("07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37");
        CHECK(tpdu_length(pdu) == pdu.size() - 8);
        CHECK(tpdu_length({}) == 0);
        CHECK(tpdu_length(hex("07")) == 0);
    }
}

TEST_CASE("what is encoded decodes to the same") {
    auto check = [](const Deliver& message) {
        auto pdu = encode_deliver(message);
        REQUIRE(pdu.has_value());
        auto back = decode_deliver(*pdu);
        REQUIRE(back.has_value());
        CHECK(*back == message);
    };
    check(plain("SURAT"));
    check(plain(""));
    check(plain("{[~]}|\\^€ @£$ éà"));
    check(plain(std::string(160, 'x')));
    for (const char* sender : {"+6280000000012", "123", "*99#", "KANTOR", "a/b", "a;touch P", "$@_", ""}) {
        auto message = plain("halo");
        message.from = sender;
        check(message);
    }
    auto arabic = plain("السلام عليكم 😀");
    arabic.coding = Coding::kUcs2;
    check(arabic);
    auto binary = plain(std::string("\x00\xff\x1b", 3));
    binary.coding = Coding::kEightBit;
    check(binary);
    for (bool wide : {false, true})
        for (std::size_t length : {1u, 2u, 3u, 7u, 8u, 150u}) {
            auto part = plain(std::string(length, 'y'));
            part.part = Concatenation{static_cast<std::uint16_t>(wide ? 0x1234 : 0x34), 3, 2, wide};
            check(part);
        }
}

TEST_CASE("what was sent is delivered with the same user data and coding scheme") {
    auto delivered = [](const char* submit) {
        auto pdu = deliver_of_submit(*from_hex(submit), "+6280000000090", from_unix(1'800'000'000));
        REQUIRE(pdu.has_value());
        auto message = decode_deliver(*pdu);
        REQUIRE(message.has_value());
        CHECK(message->from == "+6280000000090");
        CHECK(message->at == from_unix(1'800'000'000));
        return std::move(message).take();
    };
    // To +6280000000091, three days: data, a text, and the second of two parts.
    auto data = delivered("0011000D91260800000090F10004AA03400007");
    CHECK(data.coding == Coding::kEightBit);
    CHECK(data.text == std::string("\x40\x00\x07", 3));
    CHECK(delivered("0011000D91260800000090F10000AA05D3AA344805").text == "SURAT");
    auto part = delivered("0051000D91260800000090F10004AA09050003420202400007");
    CHECK(part.part == Concatenation{0x42, 2, 2, false});
    CHECK(part.text == std::string("\x40\x00\x07", 3));
    CHECK(deliver_of_submit(*from_hex("0011000D91260800000090F10004AA034000"), "+62", {}).error().code ==
          ErrorCode::kCorrupt);
}

TEST_CASE("long texts are cut between characters") {
    auto join = [](const Deliver& message, std::size_t parts) {
        auto pdus = deliver_parts(message, 0x42);
        REQUIRE(pdus.has_value());
        CHECK(pdus->size() == parts);
        std::string all;
        for (std::size_t i = 0; i < pdus->size(); ++i) {
            auto one = decode_deliver((*pdus)[i]);
            REQUIRE(one.has_value());
            if (parts > 1) {
                REQUIRE(one->part.has_value());
                CHECK(one->part->reference == 0x42);
                CHECK(one->part->count == parts);
                CHECK(one->part->number == i + 1);
            }
            all += one->text;
        }
        CHECK(all == message.text);
    };
    join(plain(std::string(160, 'x')), 1);
    join(plain(std::string(161, 'x')), 2);
    join(plain(std::string(306, 'x')), 2);
    join(plain(std::string(307, 'x')), 3);
    // The 153rd septet would be an escape without its character.
    join(plain(std::string(152, 'x') + "€" + std::string(150, 'y')), 2);
    std::string faces;
    for (int i = 0; i < 40; ++i) faces += "😀";
    join(plain("x" + faces), 2);
    CHECK_FALSE(deliver_parts(plain("\xff"), 1).has_value());
    CHECK_FALSE(deliver_parts(plain(std::string(153 * 255 + 1, 'x')), 1).has_value());
}

TEST_CASE("damaged PDUs are refused, whatever is cut off") {
    auto message = plain("di mana-mana");
    message.part = Concatenation{1, 2, 1, false};
    auto pdu = encode_deliver(message);
    REQUIRE(pdu.has_value());
    for (std::size_t size = 0; size < pdu->size(); ++size)
        CHECK_FALSE(decode_deliver(BytesView(*pdu).first(size)).has_value());
    auto longer = *pdu;
    longer.push_back(0);
    CHECK_FALSE(decode_deliver(longer).has_value());
    CHECK_FALSE(decode_submit(*pdu).has_value());
}
