// A box's modem and a district's in one network: two emulators, two workers with the real libGammu, and the
// process behind each played by a test.
#include "wire/sms_frame.hpp"
#include "worker_world.hpp"

using namespace kentongan;
using namespace kentongan::system_test;

namespace {

const std::string kVillage = "+6280000000090";
const std::string kDistrict = "+6280000000091";

Bytes counted(std::size_t size, unsigned first) {
    Bytes out(size);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(first + i);
    return out;
}

} // namespace

TEST_CASE("frames travel by SMS between two workers, in both forms and both directions") {
    emulator::TemporaryFolder network;
    World village(30, {"--network", network.path(), "--number", kVillage});
    World district(30, {"--network", network.path(), "--number", kDistrict});
    village.box.keep = district.box.keep = true;
    auto& at_district = district.box.arrived;
    auto& at_village = village.box.arrived;

    INFO("data up: every octet, from the village's number");
    auto up = counted(140, 0x20);
    CHECK(outcome_of(village.order(local::SendData{1, kDistrict, up})) == SendOutcome::kAccepted);
    REQUIRE(district.box.until([&] { return at_district.size() == 1; }));
    CHECK(at_district[0].sender == kVillage);
    CHECK(at_district[0].binary);
    CHECK(at_district[0].data == up);
    CHECK(at_district[0].text.empty());
    REQUIRE(district.drained());

    INFO("data down");
    auto down = counted(140, 0x90);
    CHECK(outcome_of(district.order(local::SendData{1, kVillage, down})) == SendOutcome::kAccepted);
    REQUIRE(village.box.until([&] { return at_village.size() == 1; }));
    CHECK(at_village[0].sender == kDistrict);
    CHECK(at_village[0].data == down);
    REQUIRE(village.drained());

    INFO("the 7-bit form, up and down");
    auto longest = counted(wire::kSmsTextRoom, 0x30);
    auto text = *wire::frame_as_text(longest);
    CHECK(outcome_of(village.order(local::SendSms{2, kDistrict, text})) == SendOutcome::kAccepted);
    CHECK(outcome_of(district.order(local::SendSms{2, kVillage, text})) == SendOutcome::kAccepted);
    REQUIRE(district.box.until([&] { return at_district.size() == 2; }));
    REQUIRE(village.box.until([&] { return at_village.size() == 2; }));
    for (const auto* sms : {&at_district[1], &at_village[1]}) {
        CHECK_FALSE(sms->binary);
        CHECK(wire::frame_of_text(sms->text) == longest);
    }

    INFO("a resident's number is not in the network: on air, and nowhere else");
    CHECK(outcome_of(village.send(3, "Kode Anda 4821 7739")) == SendOutcome::kAccepted);

    INFO("lost on the way: the sender cannot know, and the next one arrives");
    village.modem.order({{"do", "path"}, {"lose", 1}});
    CHECK(outcome_of(village.order(local::SendData{4, kDistrict, counted(20, 1)})) == SendOutcome::kAccepted);
    CHECK(outcome_of(village.order(local::SendData{5, kDistrict, counted(20, 2)})) == SendOutcome::kAccepted);
    REQUIRE(district.box.until([&] { return at_district.size() == 3; }));
    CHECK(at_district[2].data == counted(20, 2));
    REQUIRE(district.drained());

    INFO("doubled on the way: both come, under one fingerprint");
    village.modem.order({{"do", "path"}, {"double", 1}});
    CHECK(outcome_of(village.order(local::SendData{6, kDistrict, counted(20, 3)})) == SendOutcome::kAccepted);
    REQUIRE(district.box.until([&] { return at_district.size() == 5; }));
    CHECK(at_district[3].data == counted(20, 3));
    CHECK(at_district[4].data == counted(20, 3));
    CHECK(at_district[3].fingerprint == at_district[4].fingerprint);
    REQUIRE(district.drained());
    auto path = village.modem.order("path");
    CHECK(path["carried"] == 4);
    CHECK(path["lost"] == 1);
    CHECK(path["doubled"] == 1);

    INFO("refused data is a rejection, and nothing was on air; a lost answer is unknown, and it did arrive");
    village.modem.order({{"do", "fault"}, {"command", "CMGS"}, {"kind", "error"}, {"code", 38}});
    auto refused = village.order(local::SendData{7, kDistrict, counted(20, 4)});
    CHECK(outcome_of(refused) == SendOutcome::kRejected);
    CHECK(refused.cause == 38);
    CHECK(outcome_of(village.order(local::SendData{8, kDistrict, {}})) == SendOutcome::kRejected);
    village.modem.order({{"do", "fault"}, {"command", "CMGS"}, {"kind", "executed_no_reply"}});
    CHECK(outcome_of(village.order(local::SendData{9, kDistrict, counted(20, 5)})) == SendOutcome::kUnknown);
    REQUIRE(district.box.until([&] { return at_district.size() == 6; }));
    CHECK(at_district[5].data == counted(20, 5));

    INFO("data behind a user data header comes whole, as nobody's frame");
    district.modem.order(
        {{"do", "receive"}, {"from", kVillage}, {"coding", "8bit"}, {"data", to_hex(counted(200, 0))}});
    REQUIRE(district.box.until([&] { return at_district.size() == 8; }));
    for (std::size_t i = 6; i < 8; ++i) {
        CHECK(at_district[i].binary);
        CHECK(at_district[i].data.empty());
        CHECK(at_district[i].raw.size() > 66);
        CHECK_FALSE(at_district[i].corrupt);
    }
    REQUIRE(district.drained());
}
