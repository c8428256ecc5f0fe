#include "worker_world.hpp"

using namespace kentongan;
using namespace kentongan::system_test;

// libGammu waits minutes for such a reply; the watchdog does not.
TEST_CASE("a modem that does not answer ends the child, not the messages") {
    World world;
    auto& box = world.box;
    auto& modem = world.modem;

    INFO("silent when it is asked how it stands, while a message arrives");
    box.keep = true;
    auto child = world.child();
    auto hellos = box.hellos;
    box.state.reset();
    modem.order({{"do", "fault"}, {"command", "CPMS"}, {"kind", "no_reply"}});
    modem.receive(kPhone, "saat bisu");
    REQUIRE(box.until([&] { return !box.connected(); }));
    CHECK(modem.used() == 1);
    REQUIRE(world.back_after(hellos));
    CHECK(world.child() != child);
    REQUIRE(world.drained());
    CHECK(box.texts() == std::vector<std::string>{"saat bisu"});
    CHECK(modem.executed("CMGD") == 1);

    INFO("silent when a kept message is looked at again before its deletion");
    box.keep = false;
    box.arrived.clear();
    modem.receive(kPhone, "belum dihapus");
    REQUIRE(box.until([&] { return box.arrived.size() == 1; }));
    child = world.child();
    hellos = box.hellos;
    box.state.reset();
    modem.order({{"do", "fault"}, {"command", "CMGR"}, {"kind", "no_reply"}});
    box.keep_it(box.arrived[0]);
    REQUIRE(box.until([&] { return !box.connected(); }));
    CHECK(modem.used() == 1);
    CHECK(modem.executed("CMGD") == 1);
    REQUIRE(world.back_after(hellos));
    CHECK(world.child() != child);
    REQUIRE(box.until([&] { return box.arrived.size() == 2; }));
    CHECK(box.arrived[1].fingerprint == box.arrived[0].fingerprint);
    box.keep_it(box.arrived[1]);
    REQUIRE(world.drained());
    CHECK(modem.executed("CMGD") == 2);

    INFO("and then it sends");
    CHECK(outcome_of(world.send(1, "sudah bicara")) == SendOutcome::kAccepted);
    CHECK(world.on_air() == 1);
    world.worker.signal(SIGTERM);
    CHECK(world.worker.wait() == 0);
}
