// The real kentongan-district with a real modem's worker and libGammu, in one emulated network with a village
// whose box the test plays: what it sends was sealed by a real box's secret.
#include "district/district_server.hpp"
#include "modem/worker_world.hpp"
#include "wire/sms_frame.hpp"

using namespace kentongan;
using namespace kentongan::system_test;
using test::DistrictServer;
using test::SealingBox;

namespace {

const std::string kVillage = "+6280000000090";
const std::string kDistrict = "+6280000000091";
const std::string kElsewhere = "+6280000000066";

struct Network {
    emulator::TemporaryFolder phones;
    emulator::TemporaryFolder folder; // of the district's modem
    DistrictServer server;
    World village{30, {"--network", phones.path(), "--number", kVillage}};
    emulator::EmulatorClient modem{
        KENTONGAN_BIN_DIR "/modem-emulator", folder, 30, {"--network", phones.path(), "--number", kDistrict}};
    emulator::Process worker{{KENTONGAN_BIN_DIR "/kentongan-modem", "--device", modem.device(), "--socket",
                              folder.file("modems"), "--name", "district0", "--send-timeout", "2"}};
    std::uint64_t orders = 0;

    Network() {
        village.box.keep = true;
        server.options = {"--modem-socket", folder.file("modems"), "--sms-wait", "1"};
        server.start();
    }

    void send(const Bytes& frame, bool as_text = false) {
        auto id = ++orders;
        auto outcome = as_text ? village.order(local::SendSms{id, kDistrict, *wire::frame_as_text(frame)})
                               : village.order(local::SendData{id, kDistrict, frame});
        REQUIRE(outcome_of(outcome) == SendOutcome::kAccepted);
    }
    void send(const std::vector<Bytes>& frames, bool as_text = false) {
        for (const auto& frame : frames) send(frame, as_text);
    }
    /// The village's next message from the district, read by the box.
    wire::Answer heard(std::size_t before) {
        INFO(server.log());
        REQUIRE(village.box.until([&] { return village.box.arrived.size() > before; }));
        const auto& sms = village.box.arrived[before];
        CHECK(sms.sender == kDistrict);
        auto frame = sms.binary ? std::optional(sms.data) : wire::frame_of_text(sms.text);
        REQUIRE(frame);
        auto answer = server.sealing().read(wire::write_parcel(std::array{*frame}));
        REQUIRE(answer);
        return *answer;
    }
    std::uint64_t cases() const { return server.store()->list({})->total; }
};

} // namespace

TEST_CASE("a village's requests come by SMS, and the district's word goes back", "[system][district]") {
    Network network;
    auto& server = network.server;
    auto& arrived = network.village.box.arrived;

    INFO("data, a burst of three: one answer");
    std::vector<domain::Request> letters(3);
    for (auto& letter : letters) {
        letter = server.letter();
        network.send(server.sealed(letter));
    }
    auto call = server.sealing().call();
    network.send(server.sealing().frame(call));
    auto answer = network.heard(0);
    // The burst may have been longer than the second that this district waits.
    bool all = false;
    for (std::size_t n = 1; !all; ++n) {
        all = std::all_of(letters.begin(), letters.end(),
                          [&](const auto& one) { return SealingBox::acknowledges(answer, one.id); });
        if (!all || answer.echo != call.echo) answer = network.heard(n);
    }
    CHECK(answer.echo == call.echo);
    CHECK(network.cases() == 3);
    REQUIRE(network.modem.wait_used(0));

    INFO("the 7-bit form is answered in the 7-bit form");
    auto before = arrived.size();
    auto letter = server.letter();
    network.send(server.sealed(letter), true);
    CHECK(SealingBox::acknowledges(network.heard(before), letter.id));
    CHECK_FALSE(arrived.back().binary);

    INFO("doubled on the way: one case, deleted both times");
    before = arrived.size();
    network.village.modem.order({{"do", "path"}, {"double", 1}});
    auto doubled = server.letter();
    auto frames = server.sealed(doubled);
    network.send(frames);
    CHECK(SealingBox::acknowledges(network.heard(before), doubled.id));
    CHECK(network.cases() == 5);
    REQUIRE(network.modem.wait_used(0));

    INFO("a copy from elsewhere and a person's words: deleted, and answered by nothing");
    before = arrived.size();
    network.modem.order(
        {{"do", "receive"}, {"from", kElsewhere}, {"coding", "8bit"}, {"data", to_hex(frames.front())}});
    network.modem.receive(kElsewhere, "Apa kabar?");
    REQUIRE(network.modem.wait_used(0));

    INFO("a case moves: the village is told unasked, and whom to tell");
    test::Desk desk(server);
    REQUIRE(desk.login(test::kOfficer, test::kPassword).status == 200);
    REQUIRE(desk.move(test::hex(letter.id), "diperiksa", 1, "", std::string(500, 'a')).status == 200);
    auto told = network.heard(before);
    CHECK(told.echo == 0);
    CHECK(told.acks.empty());
    REQUIRE(told.updates.size() == 1);
    CHECK(told.updates[0].item == letter.id);
    CHECK(told.updates[0].reply_follows);
    REQUIRE(told.updates[0].to_tell);
    CHECK(told.updates[0].to_tell->to == *letter.notify);
    CHECK(told.updates[0].to_tell->code == letter.code);
    auto sent = network.modem.order("sent")["messages"];
    CHECK_FALSE(sent.empty());
    for (const auto& sms : sent) CHECK(sms["to"] == kVillage);

    INFO("the service is away: the message waits on the SIM, and number and state are still known");
    CHECK(server.stop() == 0);
    before = arrived.size();
    auto late = server.letter();
    network.send(server.sealed(late));
    REQUIRE(network.modem.wait_used(1));
    server.start();
    auto late_answer = network.heard(before);
    CHECK(SealingBox::acknowledges(late_answer, late.id));
    CHECK(late_answer.updates.size() == 1); // not acknowledged yet
    REQUIRE(network.modem.wait_used(0));
    CHECK(network.cases() == 6);
    CHECK(server.log().find("+62") == std::string::npos);
    CHECK(server.stop() == 0);
}
