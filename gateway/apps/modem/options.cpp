#include "apps/modem/options.hpp"

#include "adapters/command_line/command_line.hpp"

#include <array>
#include <string_view>

namespace kentongan::modem_app {

const char* const kHelp =
    "Usage: kentongan-modem --device PATH --socket PATH --name NAME [options]\n"
    "\n"
    "Carries short messages between one GSM modem and the box. Holds no key and no database; needs the\n"
    "device and the socket, nothing else. A child runs the modem's driver and is started again when it "
    "ends.\n"
    "\n"
    "  --device PATH         the modem's line, e.g. /dev/ttyUSB0\n"
    "  --socket PATH         the box's socket for modems\n"
    "  --name NAME           how the box calls this modem (1-32 letters, digits, '-')\n"
    "  --connection NAME     protocol and speed as libGammu names them (at115200)\n"
    "  --send-timeout SEC    how long the network may take to answer for one message, 1-300 (60)\n"
    "  --help                this text\n"
    "\n"
    "Ends on SIGTERM with 0. Exit status 2: a wrong command line.\n";

std::optional<Options> parse_options(std::span<const char* const> arguments) {
    Options out;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        if (arguments[i] != std::string_view("--help")) continue;
        out.help = true;
        return out;
    }
    static constexpr std::array<std::string_view, 5> kKnown = {"--device", "--socket", "--name",
                                                               "--connection", "--send-timeout"};
    std::string_view wrong; // the whole help is shown instead
    auto given = command_line::named_values(arguments, kKnown, wrong);
    if (!given) return std::nullopt;
    for (auto [name, value] : *given) {
        if (name == "--device") {
            out.device = value;
        } else if (name == "--socket") {
            out.socket = value;
        } else if (name == "--name") {
            out.name = value;
        } else if (name == "--connection") {
            out.connection = value;
        } else {
            auto seconds = command_line::number<int>(value, 1, 300);
            if (!seconds) return std::nullopt;
            out.send_timeout = std::chrono::seconds(*seconds);
        }
    }
    if (out.device.empty() || out.socket.empty() || out.connection.empty()) return std::nullopt;
    if (out.name.empty() || out.name.size() > 32) return std::nullopt;
    for (char c : out.name)
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'))
            return std::nullopt;
    return out;
}

} // namespace kentongan::modem_app
