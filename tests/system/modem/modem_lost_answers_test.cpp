#include "worker_world.hpp"

using namespace kentongan;
using namespace kentongan::system_test;

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
    REQUIRE(box.until([&] { return box.arrived.size() == 8; }));
    // The box's words for calls of the dead worker mean nothing to this one.
    for (std::size_t i = 0; i < 4; ++i) box.keep_it(box.arrived[i]);
    CHECK(modem.wait_executed("CSQ", modem.executed("CSQ") + 2));
    CHECK(modem.executed("CMGD") == deletions + 1);
    for (std::size_t i = 4; i < 8; ++i) box.keep_it(box.arrived[i]);
    REQUIRE(world.drained());
    REQUIRE(box.until([&] {
        auto all = box.texts();
        return std::set<std::string>(all.begin(), all.end()).size() == 5;
    }));
    CHECK(modem.executed("CMGD") == deletions + 5);
}
