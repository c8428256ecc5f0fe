#include "worker_world.hpp"

using namespace kentongan;
using namespace kentongan::system_test;

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
