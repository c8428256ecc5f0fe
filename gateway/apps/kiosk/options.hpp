// The command line of kentongan-kiosk.
#pragma once

#include "adapters/command_line/command_line.hpp"
#include "base/result.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kentongan::kiosk {

using command_line::Endpoint;

struct Options {
    std::string pages;
    std::string pack;
    std::string village;
    std::string socket;
    Endpoint listen;
    std::optional<Endpoint> wifi;
    std::vector<std::string> wifi_hosts; ///< Names, besides the address, under which phones reach the box.
    std::string port_file;               ///< Empty: none.
    double panel_diagonal_in = 0;
    unsigned panel_width_px = 0;
    unsigned panel_height_px = 0;
    bool help = false;

    /// CSS pixels per millimetre of the panel; 0 if it is not configured.
    [[nodiscard]] double pixels_per_mm() const;
};

/// Errors: kInvalid - unknown, missing or malformed; `message` says what, in English.
[[nodiscard]] Result<Options> read_options(std::span<const char* const> arguments, std::string& message);

[[nodiscard]] const char* usage();

} // namespace kentongan::kiosk
