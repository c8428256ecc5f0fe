// The real kentongan-modem with the real libGammu, between an emulated modem and a played box.
//
// libGammu's start has 3.3 s of fixed waits, so several scenarios share one worker; the programs run side by
// side.
#pragma once

#include "fake_box.hpp"
#include "modem_emulator/client.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <set>
#include <string>

namespace kentongan::system_test {

using nlohmann::json;
using SendOutcome = local::SendOutcome;

inline const std::string kPhone = "+6280000000012";

struct World {
    emulator::TemporaryFolder folder;
    emulator::EmulatorClient modem;
    FakeBox box;
    emulator::Process worker;

    /// `more`: options of the emulator.
    explicit World(std::size_t capacity = 30, const std::vector<std::string>& more = {})
        : modem(KENTONGAN_BIN_DIR "/modem-emulator", folder, capacity, more), box(folder.file("box")),
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
        return order(local::SendSms{id, kPhone, text});
    }
    /// SendSms or SendData, and the outcome.
    local::SmsOutcome order(const local::Message& message) {
        auto before = box.outcomes.size();
        box.say(message);
        REQUIRE(box.until([&] { return box.outcomes.size() > before; }));
        return box.outcomes.back();
    }
};

inline SendOutcome outcome_of(const local::SmsOutcome& outcome) {
    return static_cast<SendOutcome>(outcome.outcome);
}

} // namespace kentongan::system_test
