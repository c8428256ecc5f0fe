// What a test orders and asks: one JSON object a line in, one a line out (docs/formats/modem-emulator.md).
#pragma once

#include "modem.hpp"
#include "network.hpp"
#include "terminal.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace kentongan::emulator {

using Clock = std::chrono::steady_clock;

/// An answer that is not ready yet: asked again after every event, until it has one or the time is over.
struct Pending {
    std::function<std::optional<nlohmann::json>(bool time_is_over)> answer;
    Clock::time_point deadline;
};

class Control {
  public:
    /// `network`: null for a modem that is alone.
    Control(Modem& modem, Terminal& terminal, Network* network)
        : modem_(modem), terminal_(terminal), network_(network) {}

    struct Outcome {
        nlohmann::json answer; ///< Null when pending.
        std::optional<Pending> pending;
    };
    [[nodiscard]] Outcome handle(const std::string& line);
    [[nodiscard]] bool quit() const { return quit_; }

  private:
    using Json = nlohmann::json;
    Json receive(const Json& order);
    Json deliver_pdu(const Json& order);
    Json store(const Json& order);
    Json fault(const Json& order);
    Json path(const Json& order);
    Json sim() const;
    [[nodiscard]] Json sent(std::size_t after) const;

    Modem& modem_;
    Terminal& terminal_;
    Network* network_;
    std::uint16_t next_reference_ = 1;
    bool quit_ = false;
};

} // namespace kentongan::emulator
