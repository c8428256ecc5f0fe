// The command line of kentongan-district.
#pragma once

#include "adapters/command_line/command_line.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "district/ports/store.hpp"
#include "wire/bulletin.hpp"

#include <array>
#include <optional>
#include <span>
#include <string>

namespace kentongan::district_app {

using command_line::Endpoint;

enum class Command {
    kHelp,
    kInit,
    kInvite,
    kEnrol,
    kAssign,
    kRevoke,
    kRotateKeys,
    kKeyring,
    kRecoveryKey,
    kEscrow,
    kRestore,
    kPublish,
    kAddOfficer,
    kQuarantine,
    kAccept,
    kUsbImport,
    kBoxes,
    kServe
};

struct Options {
    Command command = Command::kHelp;
    std::string state;
    std::string file; ///< What the command reads or writes; usb-import: where the stick is mounted.
    // invite, assign, revoke, publish
    std::string village;
    BoxId box;
    // keys
    std::string root;        ///< Empty: in the state folder.
    std::string welcome;     ///< Empty: in the state folder.
    std::string fingerprint; ///< Empty: not compared here.
    std::string recovery_key;
    std::array<std::uint8_t, 32> recovery{};
    std::uint32_t above = 0;
    std::optional<std::uint32_t> minimum_software;
    // publish
    wire::BulletinKind kind = wire::BulletinKind::kDocument;
    // add-officer
    std::string name;
    district::Role role = district::Role::kOfficer;
    // accept
    std::array<std::uint8_t, 32> digest{};
    // serve
    std::string pack;
    std::string desk_pages;
    Endpoint box_listen;
    std::optional<Endpoint> box_udp_listen; ///< Nothing: no UDP.
    Endpoint desk_listen;
    std::string tls_certificate;
    std::string tls_key;
    std::string modem_socket;              ///< Empty: no SMS.
    std::optional<std::uint32_t> sms_wait; ///< Seconds.
    std::optional<std::uint32_t> sms_per_box_a_day;
    std::optional<std::uint32_t> sms_a_day;
    std::string holidays;  ///< Empty: none.
    std::string port_file; ///< Empty: none.
    bool desk_plain_http = false;
};

/// Errors: kInvalid - unknown, missing or malformed; `message` says what, in English.
[[nodiscard]] Result<Options> read_options(std::span<const char* const> arguments, std::string& message);

[[nodiscard]] const char* usage();

} // namespace kentongan::district_app
