// What the command line of kentongan-modem says.
#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>

namespace kentongan::modem_app {

struct Options {
    std::string device;
    std::string socket;
    std::string name;
    std::string connection = "at115200";
    std::chrono::seconds send_timeout{60};
    bool help = false;
};

extern const char* const kHelp;

/// Nothing if an option is unknown, doubled, out of range or missing.
[[nodiscard]] std::optional<Options> parse_options(std::span<const char* const> arguments);

} // namespace kentongan::modem_app
