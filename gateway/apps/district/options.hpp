// The command line of kentongan-district.
#pragma once

#include "adapters/command_line/command_line.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "district/ports/store.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>

namespace kentongan::district_app {

using command_line::Endpoint;

enum class Command { kHelp, kInit, kRegister, kAssign, kRevoke, kAddOfficer, kQuarantine, kAccept, kServe };

struct Options {
    Command command = Command::kHelp;
    std::string state;
    // register, assign, revoke
    std::string village;
    std::string box_file;
    BoxId box;
    // add-officer
    std::string name;
    district::Role role = district::Role::kOfficer;
    // accept
    std::array<std::uint8_t, 32> digest{};
    // serve
    std::string pack;
    std::string desk_pages;
    Endpoint box_listen;
    Endpoint desk_listen;
    std::string tls_certificate;
    std::string tls_key;
    std::string holidays;  ///< Empty: none.
    std::string port_file; ///< Empty: none.
    bool desk_plain_http = false;
};

/// Errors: kInvalid - unknown, missing or malformed; `message` says what, in English.
[[nodiscard]] Result<Options> read_options(std::span<const char* const> arguments, std::string& message);

[[nodiscard]] const char* usage();

} // namespace kentongan::district_app
