#include "apps/modem/options.hpp"

#include <charconv>
#include <map>
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

std::optional<Options> parse_options(std::span<char* const> arguments) {
    Options out;
    std::map<std::string_view, std::string_view> given;
    for (std::size_t i = 0; i < arguments.size(); i += 2) {
        std::string_view name = arguments[i];
        if (name == "--help") {
            out.help = true;
            return out;
        }
        if (i + 1 == arguments.size() || !given.emplace(name, arguments[i + 1]).second) return std::nullopt;
    }
    for (auto [name, value] : given) {
        if (name == "--device") {
            out.device = value;
        } else if (name == "--socket") {
            out.socket = value;
        } else if (name == "--name") {
            out.name = value;
        } else if (name == "--connection") {
            out.connection = value;
        } else if (name == "--send-timeout") {
            int number = 0;
            auto [end, status] = std::from_chars(value.data(), value.data() + value.size(), number);
            if (status != std::errc() || end != value.data() + value.size() || number < 1 || number > 300)
                return std::nullopt;
            out.send_timeout = std::chrono::seconds(number);
        } else {
            return std::nullopt;
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
