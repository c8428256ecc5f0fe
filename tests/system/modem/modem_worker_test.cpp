#include "worker_world.hpp"

using namespace kentongan;
using namespace kentongan::system_test;

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

    INFO("an answer goes out once; what was certainly not sent may be ordered again");
    auto accepted = world.send(7, "Kode Anda 4821 7739");
    CHECK(accepted.id == 7);
    CHECK(outcome_of(accepted) == SendOutcome::kAccepted);
    CHECK(world.on_air() == 1);
    modem.order({{"do", "fault"}, {"command", "CMGS"}, {"kind", "error"}, {"code", 50}});
    auto rejected = world.send(8, "ditolak");
    CHECK(outcome_of(rejected) == SendOutcome::kRejected);
    CHECK(rejected.cause == 50);
    CHECK(outcome_of(world.send(8, "ditolak")) == SendOutcome::kAccepted);
    modem.order(
        {{"do", "fault"}, {"command", "CMGS"}, {"kind", "error"}, {"code", 302}, {"stage", "prompt"}});
    CHECK(outcome_of(world.send(9, "ditolak")) == SendOutcome::kRejected);
    CHECK(world.on_air() == 2);

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

TEST_CASE("a wrong command line is refused, and help is given") {
    emulator::Process wrong({KENTONGAN_BIN_DIR "/kentongan-modem", "--device", "/dev/null", "--name", "a b"});
    CHECK(wrong.wait() == 2);
    emulator::Process help({KENTONGAN_BIN_DIR "/kentongan-modem", "--help"});
    CHECK(help.read_line().starts_with("Usage: kentongan-modem"));
    CHECK(help.wait() == 0);
}
