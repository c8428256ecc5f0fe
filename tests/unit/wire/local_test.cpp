#include "wire/local.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
namespace local = wire::local;

namespace {

template <class M>
void survives(const M& message) {
    auto buffer = local::encode(message);
    auto size = buffer.size();
    buffer.push_back(0xee); // the beginning of the next frame
    auto taken = local::take_frame(buffer);
    REQUIRE(taken);
    REQUIRE(taken->has_value());
    CHECK(std::get<M>(**taken) == message);
    CHECK(buffer.size() == 1);

    auto whole = local::encode(message);
    for (std::size_t cut = 0; cut < size; ++cut) {
        Bytes part(whole.begin(), whole.begin() + static_cast<long>(cut));
        auto early = local::take_frame(part);
        REQUIRE(early);
        REQUIRE_FALSE(early->has_value());
    }
}

} // namespace

TEST_CASE("every message survives the way between two processes") {
    survives(local::Submit{
        1, {}, 1, "domisili", "id", {{"name", "Siti Contoh"}, {"rt", "3"}}, true, false, "", "v1"});
    survives(local::AskStatus{2, 77, "4821 7739"});
    survives(local::AskHealth{3});
    survives(local::Accepted{4, "48217739", "1234567890123456", 2});
    survives(local::Refused{5, 1, 30, {{"identity_number", "identity.error.length"}}});
    survives(local::CaseStatus{6, "letter", "diperiksa", -5, {{"diterima", 9}}, "domisili", "r", "a", true});
    survives(local::Health{7, 3, 1764000000, true, 60});
    survives(local::ModemHello{"modem0"});
    survives(local::ModemState{true, 80, 3, 30});
    survives(local::SmsArrived{8, {1}, "+6280000000012", "SURAT", 9, 4, 3, 2, true, {1, 2}, false, {}});
    survives(local::SmsArrived{8, {1}, "+6280000000012", "", 9, 0, 1, 1, false, {}, true, Bytes(140, 0)});
    survives(local::SmsKept{9});
    survives(local::SendSms{10, "+6280000000012", "Halo"});
    survives(local::SmsOutcome{11, 3, 38});
    survives(local::SendData{12, "+6280000000091", Bytes(140, 0xff)});
    survives(local::AskBox{12});
    survives(local::BoxIs{12, 7, 41});
    survives(local::StickExport{12, 1});
    survives(local::StickRead{13, 15, 0x30000});
    survives(local::StickAnswer{14, Bytes(600, 7)});
    survives(local::StickWrite{15, 2, 8192, Bytes(local::kMaxStickChunk, 1)});
    survives(local::StickExported{16, 3, 0, Bytes(70, 9)});
    survives(local::StickBytes{17, Bytes(local::kMaxStickChunk, 2)});
    survives(local::StickTaken{18, 3, 2, 41});
    survives(local::AskLinks{19});
    survives(local::LinksAre{19,
                             7,
                             3,
                             1,
                             2,
                             1764000000,
                             25200,
                             "IDR",
                             {{1, 3, 2, true, 5, 6, 7, 8, 9, 10, 11, 12}, {3, 1, 1, false}}});
}

TEST_CASE("data is never longer than one message") {
    auto refused = [](const local::Message& message) {
        auto buffer = local::encode(message);
        auto taken = local::take_frame(buffer);
        return !taken && taken.error().code == ErrorCode::kCorrupt;
    };
    CHECK(refused(local::SendData{12, "+6280000000091", Bytes(141, 1)}));
    local::SmsArrived arrived;
    arrived.data = Bytes(141, 1);
    CHECK(refused(arrived));
}

TEST_CASE("the type of a message is its place in the list, for ever") {
    CHECK(local::encode(local::SendSms{})[4] == 12);
    CHECK(local::encode(local::SmsOutcome{})[4] == 13);
    CHECK(local::encode(local::SendData{})[4] == 14);
    CHECK(
        to_hex(local::encode(local::SendData{10, "+6280000000091", {0x40, 0, 7}})) ==
        "0000001c0e000000000000000a0e2b3632383030303030303030393103400007"); // docs/formats/local-protocol.md
}

TEST_CASE("a peer that speaks nonsense is recognised as such") {
    auto refused = [](Bytes bytes) {
        auto taken = local::take_frame(bytes);
        return !taken && taken.error().code == ErrorCode::kCorrupt;
    };
    CHECK(refused({0, 0, 0, 0}));             // an empty frame
    CHECK(refused({0xff, 0xff, 0xff, 0xff})); // longer than any frame
    CHECK(refused({0, 0, 0, 1, 99}));         // an unknown type
    CHECK(refused({0, 0, 0, 2, 3, 0}));       // a body that ends early
    auto trailing = local::encode(local::SmsKept{1});
    trailing[3]++;
    trailing.push_back(0);
    CHECK(refused(trailing)); // and one that does not end
    Bytes flag = local::encode(local::ModemState{});
    flag[5] = 2;
    CHECK(refused(flag));
}
