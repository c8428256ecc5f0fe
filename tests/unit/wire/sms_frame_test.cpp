#include "base/gsm7.hpp"
#include "wire/sms_frame.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace kentongan;
using wire::frame_as_text;
using wire::frame_of_text;

namespace {

Bytes counted(std::size_t size, unsigned first) {
    Bytes out(size);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(first + i * 37);
    return out;
}

} // namespace

TEST_CASE("every size of frame survives the 7-bit form and fits one message") {
    for (std::size_t size = 1; size <= wire::kSmsTextRoom; ++size) {
        for (unsigned first : {0x00, 0x20, 0x40, 0x50, 0xff}) {
            auto frame = counted(size, first);
            auto text = frame_as_text(frame);
            REQUIRE(text.has_value());
            CHECK(gsm7::septets(*text) == text->size()); // no character that takes two septets
            CHECK(gsm7::fits_one_sms(*text));
            CHECK(frame_of_text(*text) == frame);
        }
    }
    CHECK(frame_as_text(Bytes(wire::kSmsTextRoom, 0))->size() == gsm7::kSeptetsPerSms);
}

TEST_CASE("the form is base64 without padding") {
    CHECK(*frame_as_text(as_bytes("f")) == "Zg");
    CHECK(*frame_as_text(as_bytes("fo")) == "Zm8");
    CHECK(*frame_as_text(as_bytes("foo")) == "Zm9v");
    CHECK(*frame_as_text(as_bytes("foobar")) == "Zm9vYmFy");
    CHECK(*frame_as_text(Bytes{0xfb, 0xff, 0xbf}) == "+/+/");
    // docs/formats/sms-frame.md
    CHECK(*frame_as_text(*from_hex("40000700112233445566778899aabbccddeeff")) ==
          "QAAHABEiM0RVZneImaq7zN3u/w");
}

TEST_CASE("what is too long or empty has no form") {
    CHECK(frame_as_text({}).error().code == ErrorCode::kInvalid);
    CHECK(frame_as_text(Bytes(wire::kSmsTextRoom + 1, 1)).error().code == ErrorCode::kInvalid);
}

TEST_CASE("only the one text of a frame is read as it") {
    for (const char* text : {"", "Z", "Zg==", "Zg=", "Zh", "Zm9", "Zm9vY", " Zm9v", "Zm9v ", "Zm9v\n", "Zm-v",
                             "Zm_v", "Zm9v.", "\xc3\xa9\xc3\xa9", "SURAT", "lapor!", "cek 4821 7739"})
        CHECK_FALSE(frame_of_text(text).has_value());
    CHECK_FALSE(frame_of_text(std::string(161, 'A')).has_value());
    CHECK_FALSE(frame_of_text(std::string(164, 'A')).has_value());
    CHECK_FALSE(frame_of_text(std::string("Zm\0v", 4)).has_value());
    CHECK(frame_of_text(std::string(160, 'A')) == Bytes(120, 0));
    // A short word can be the form of some bytes: that is for whoever opens the frame to refuse.
    CHECK(frame_of_text("menu").has_value());
}

TEST_CASE("an alphabet that changes letters leaves no frame, or another one: never the same") {
    auto text = *frame_as_text(counted(90, 0x31));
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto changed = text;
        changed[at] = changed[at] == 'a' ? 'b' : 'a';
        CHECK(frame_of_text(changed) != frame_of_text(text));
    }
}
