// The real kentongan-modem with the real libGammu, between an emulated modem and a played box.
//
// libGammu's start has 3.3 s of fixed waits, so several scenarios share one worker.
#include "fake_box.hpp"
#include "modem_emulator/client.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>

namespace {

using namespace kentongan;
using namespace kentongan::system_test;
using nlohmann::json;
using SendOutcome = local::SendOutcome;

const std::string kPhone = "+6280000000012";

struct World {
    emulator::TemporaryFolder folder;
    emulator::EmulatorClient modem;
    FakeBox box;
    emulator::Process worker;

    explicit World(std::size_t capacity = 30)
        : modem(KENTONGAN_BIN_DIR "/modem-emulator", folder, capacity), box(folder.file("box")),
          worker({KENTONGAN_BIN_DIR "/kentongan-modem", "--device", modem.device(), "--socket",
                  folder.file("box"), "--name", "modem-1", "--send-timeout", "2"}) {
        REQUIRE(box.until([&] { return box.state.has_value(); }));
    }

    // The process that runs libGammu.
    [[nodiscard]] pid_t child() const {
        auto parent = std::to_string(worker.pid());
        std::ifstream file("/proc/" + parent + "/task/" + parent + "/children");
        pid_t pid = 0;
        file >> pid;
        return pid;
    }
    bool back_after(int hellos) {
        return box.until([&] { return box.hellos > hellos && box.connected() && box.state.has_value(); });
    }
    // Both the SIM and what the worker tells of it.
    bool drained() {
        return box.until([&] { return box.state && box.state->sms_used == 0 && modem.used() == 0; });
    }
    std::size_t on_air() { return modem.order("sent")["next"].get<std::size_t>(); }
    local::SmsOutcome send(std::uint64_t id, const std::string& text) {
        auto before = box.outcomes.size();
        box.say(local::SendSms{id, kPhone, text});
        REQUIRE(box.until([&] { return box.outcomes.size() > before; }));
        return box.outcomes.back();
    }
};

SendOutcome outcome_of(const local::SmsOutcome& outcome) {
    return static_cast<SendOutcome>(outcome.outcome);
}

} // namespace

TEST_CASE("a worker carries messages both ways and lets nothing stand in the way") {
    World world;
    auto& box = world.box;
    auto& modem = world.modem;
    CHECK(box.name == "modem-1");
    CHECK(box.state->registered);
    CHECK(box.state->sms_capacity == 30);
    auto first_child = world.child();

    INFO("arrived is not deleted before it is kept");
    modem.receive(kPhone, "SURAT");
    REQUIRE(box.until([&] { return box.arrived.size() == 1; }));
    CHECK(box.arrived[0].sender == kPhone);
    CHECK(box.arrived[0].text == "SURAT");
    CHECK(box.arrived[0].part_count == 1);
    // Two more rounds of polling, seen by the commands they make, and it is still there.
    CHECK(modem.wait_executed("CSQ", modem.executed("CSQ") + 2));
    CHECK(modem.used() == 1);
    CHECK(modem.executed("CMGD") == 0);
    box.keep_it(box.arrived[0]);
    REQUIRE(world.drained());
    CHECK(modem.executed("CMGD") == 1);

    INFO("an answer goes out once, and the same order again is answered, not sent");
    auto accepted = world.send(7, "Kode Anda 4821 7739");
    CHECK(accepted.id == 7);
    CHECK(outcome_of(accepted) == SendOutcome::kAccepted);
    CHECK(outcome_of(world.send(7, "Kode Anda 4821 7739")) == SendOutcome::kAccepted);
    CHECK(world.on_air() == 1);
    modem.order({{"do", "fault"}, {"command", "CMGS"}, {"kind", "error"}, {"code", 50}});
    auto rejected = world.send(8, "ditolak");
    CHECK(outcome_of(rejected) == SendOutcome::kRejected);
    CHECK(rejected.cause == 50);
    modem.order(
        {{"do", "fault"}, {"command", "CMGS"}, {"kind", "error"}, {"code", 302}, {"stage", "prompt"}});
    CHECK(outcome_of(world.send(9, "ditolak")) == SendOutcome::kRejected);
    CHECK(world.on_air() == 1);

    INFO("corrupt messages hide nothing, come as quarantine, and leave the SIM");
    box.arrived.clear();
    box.keep = true;
    for (const char* pdu : {"0791", "NOT HEX AT ALL", "07912608000000F003", "0004FF9126",
                            "07912608000000F04404D0C1E30000000000000000FF00FF"})
        modem.order({{"do", "deliver_pdu"}, {"pdu", pdu}});
    modem.receive(kPhone, "di belakang");
    REQUIRE(world.drained());
    REQUIRE(box.until([&] { return box.arrived.size() == 6; }));
    CHECK(std::count_if(box.arrived.begin(), box.arrived.end(), [](auto& sms) { return sms.corrupt; }) == 5);
    CHECK(std::all_of(box.arrived.begin(), box.arrived.end(),
                      [](auto& sms) { return sms.corrupt != sms.raw.empty(); }));
    auto texts = box.texts();
    CHECK(std::count(texts.begin(), texts.end(), "di belakang") == 1);

    INFO("hostile senders are text and nothing else");
    box.arrived.clear();
    const std::vector<std::string> hostile = {"a/b", "a;touch P", "", std::string(40, '7')};
    for (const auto& sender : hostile) modem.receive(sender, "halo");
    REQUIRE(box.until([&] { return box.arrived.size() == hostile.size(); }));
    for (std::size_t i = 0; i < hostile.size(); ++i) CHECK(box.arrived[i].sender == hostile[i]);
    REQUIRE(world.drained());

    INFO("a long text comes in parts with one reference");
    box.arrived.clear();
    modem.receive(kPhone, std::string(400, 'b'));
    REQUIRE(box.until([&] { return box.arrived.size() == 3; }));
    std::set<int> numbers;
    for (const auto& sms : box.arrived) {
        CHECK(sms.part_count == 3);
        CHECK(sms.part_reference == box.arrived[0].part_reference);
        numbers.insert(sms.part_number);
    }
    CHECK(numbers == std::set<int>{1, 2, 3});
    REQUIRE(world.drained());

    INFO("a status report far longer than libGammu's buffer does no harm");
    box.arrived.clear();
    modem.order({{"do", "urc"}, {"line", "+CDS: 600\r\n" + std::string(1200, 'F')}});
    modem.order({{"do", "urc"}, {"line", "+CMT: ,600\r\n" + std::string(1200, 'F')}});
    modem.receive(kPhone, "sesudah laporan");
    REQUIRE(box.until([&] { return box.arrived.size() == 1; }));
    CHECK(box.arrived[0].text == "sesudah laporan");
    REQUIRE(world.drained());
    CHECK(world.child() == first_child);
    CHECK(box.losses == 0);

    INFO("noise on the line, in pieces and between answers, loses nothing");
    box.arrived.clear();
    modem.order({{"do", "garbage"}, {"bytes", 3000}});
    modem.receive(kPhone, "sesudah derau");
    modem.order({{"do", "fault"}, {"command", "CMGL"}, {"kind", "split"}, {"delay_ms", 1}});
    REQUIRE(box.until([&] { return !box.arrived.empty(); }));
    CHECK(box.arrived.back().text == "sesudah derau");
    REQUIRE(world.drained());

    INFO("a resident's phone reaches the box and sees its answer");
    box.arrived.clear();
    emulator::Process phone({KENTONGAN_SOURCE_DIR "/scripts/phone", "+6280000000034", "STATUS 48217739",
                             "--wait", "30", "--control", world.folder.file("control")});
    REQUIRE(box.until([&] { return !box.arrived.empty(); }));
    CHECK(box.arrived[0].sender == "+6280000000034");
    CHECK(box.arrived[0].text == "STATUS 48217739");
    box.say(local::SendSms{50, "+6280000000034", "Surat Anda siap diambil."});
    CHECK(phone.read_line() == "Surat Anda siap diambil.");
    CHECK(phone.wait() == 0);
    emulator::Process lost({KENTONGAN_SOURCE_DIR "/scripts/phone", "+6280000000034", "x", "--control",
                            world.folder.file("nothing-here")});
    CHECK(lost.wait() == 2);
    REQUIRE(world.drained());

    INFO("asked to end, it ends");
    world.worker.signal(SIGTERM);
    CHECK(world.worker.wait() == 0);
}

TEST_CASE("lost answers: nothing is sent twice, and no other message is deleted") {
    World world(4);
    auto& box = world.box;
    auto& modem = world.modem;
    box.keep = true;

    INFO("a full store drains: ten messages through four slots, each once");
    for (int i = 0; i < 10; ++i) modem.receive(kPhone, "pesan " + std::to_string(i));
    REQUIRE(world.drained());
    REQUIRE(box.until([&] { return box.arrived.size() >= 10; }));
    auto texts = box.texts();
    CHECK(std::set<std::string>(texts.begin(), texts.end()).size() == 10);
    CHECK(modem.executed("CMGD") == 10);

    INFO("sent, and the answer lost: unknown; the worker starts again and does not send it again");
    modem.order({{"do", "fault"}, {"command", "CMGS"}, {"kind", "executed_no_reply"}});
    auto hellos = box.hellos;
    CHECK(outcome_of(world.send(1, "sekali saja")) == SendOutcome::kUnknown);
    box.state.reset();
    REQUIRE(world.back_after(hellos));
    CHECK(world.on_air() == 1);

    INFO("deleted, and the answer lost: the message that took the slot arrives, and each deletion was asked "
         "once");
    box.arrived.clear();
    box.keep = false;
    for (int i = 0; i < 5; ++i) modem.receive(kPhone, "kedua " + std::to_string(i));
    REQUIRE(box.until([&] { return box.arrived.size() == 4; }));
    auto deletions = modem.executed("CMGD");
    modem.order({{"do", "fault"}, {"command", "CMGD"}, {"kind", "executed_no_reply"}});
    hellos = box.hellos;
    box.state.reset();
    box.keep_it(box.arrived[0]);
    REQUIRE(modem.wait_executed("CMGD", deletions + 1));
    // The fifth has taken the slot of the first.
    CHECK(modem.used() == 4);
    REQUIRE(world.back_after(hellos));
    CHECK(modem.executed("CMGD") == deletions + 1);
    box.keep = true;
    for (const auto& sms : box.arrived)
        box.keep_it(sms); // words for calls of the dead worker do no harm either
    REQUIRE(world.drained());
    REQUIRE(box.until([&] {
        auto all = box.texts();
        return std::set<std::string>(all.begin(), all.end()).size() == 5;
    }));
    CHECK(modem.executed("CMGD") == deletions + 5);
}

TEST_CASE("a worker survives its device, its box and its own death") {
    World world;
    auto& box = world.box;
    auto& modem = world.modem;

    INFO("killed between arrival and the box's word: it comes again under the same fingerprint, then it is "
         "deleted");
    modem.receive(kPhone, "PENTING");
    REQUIRE(box.until([&] { return box.arrived.size() == 1; }));
    auto fingerprint = box.arrived[0].fingerprint;
    auto hellos = box.hellos;
    box.state.reset();
    REQUIRE(world.child() > 0);
    ::kill(world.child(), SIGKILL);
    REQUIRE(world.back_after(hellos));
    REQUIRE(box.until([&] { return box.arrived.size() == 2; }));
    CHECK(box.arrived[1].fingerprint == fingerprint);
    CHECK(modem.used() == 1);

    INFO("the box dies and comes back: told again, without a new worker");
    auto child = world.child();
    box.close();
    box.open();
    REQUIRE(box.until([&] { return box.arrived.size() == 3; }));
    CHECK(box.arrived[2].fingerprint == fingerprint);
    CHECK(world.child() == child);
    box.keep_it(box.arrived[2]);
    REQUIRE(world.drained());
    box.keep = true;

    INFO("unplugged in the middle of a list, plugged in under a new name: nothing is lost");
    box.arrived.clear();
    hellos = box.hellos;
    box.state.reset();
    modem.order({{"do", "fault"}, {"command", "CMGL"}, {"kind", "hang_up"}});
    modem.receive(kPhone, "saat dicabut");
    REQUIRE(box.until([&] { return !box.connected(); }));
    CHECK(modem.order("replug")["ok"] == true);
    REQUIRE(world.back_after(hellos));
    REQUIRE(box.until([&] { return box.arrived.size() == 1; }));
    CHECK(box.arrived[0].text == "saat dicabut");
    REQUIRE(world.drained());

    INFO("unplugged while idle");
    hellos = box.hellos;
    box.state.reset();
    modem.order("hang_up");
    REQUIRE(box.until([&] { return !box.connected(); }));
    modem.order("replug");
    REQUIRE(world.back_after(hellos));
    CHECK(outcome_of(world.send(3, "kembali")) == SendOutcome::kAccepted);

    world.worker.signal(SIGTERM);
    CHECK(world.worker.wait() == 0);
}

TEST_CASE("a wrong command line is refused, and help is given") {
    emulator::Process wrong({KENTONGAN_BIN_DIR "/kentongan-modem", "--device", "/dev/null", "--name", "a b"});
    CHECK(wrong.wait() == 2);
    emulator::Process help({KENTONGAN_BIN_DIR "/kentongan-modem", "--help"});
    CHECK(help.read_line().starts_with("Usage: kentongan-modem"));
    CHECK(help.wait() == 0);
}
