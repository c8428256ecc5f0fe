#include "apps/kiosk/options.hpp"

#include <cmath>
#include <string_view>

namespace kentongan::kiosk {
namespace {

using command_line::endpoint;
using command_line::number;

constexpr double kMillimetresPerInch = 25.4;

/// Null: taken. Otherwise what was expected.
const char* take(Options& options, std::string_view name, std::string_view value) {
    if (name == "--pages") {
        options.pages = value;
    } else if (name == "--pack") {
        options.pack = value;
    } else if (name == "--village") {
        options.village = value;
    } else if (name == "--socket") {
        options.socket = value;
    } else if (name == "--port-file") {
        options.port_file = value;
    } else if (name == "--wifi-host") {
        options.wifi_hosts.emplace_back(value);
    } else if (name == "--listen") {
        auto read = endpoint(value);
        if (!read || !read->loopback()) return "a loopback address and a port, as 127.0.0.1:8080";
        options.listen = std::move(*read);
    } else if (name == "--wifi") {
        options.wifi = endpoint(value);
        if (!options.wifi) return "a numeric address and a port, as 10.0.0.1:80";
    } else if (name == "--panel-diagonal-in") {
        auto read = number<double>(value, 1, 100);
        if (!read) return "inches from 1 to 100, as 7";
        options.panel_diagonal_in = *read;
    } else if (name == "--panel-px") {
        auto cross = value.find('x');
        auto width = number<unsigned>(value.substr(0, cross), 1, 20000);
        auto height = cross == std::string_view::npos ? std::nullopt
                                                      : number<unsigned>(value.substr(cross + 1), 1, 20000);
        if (!width || !height) return "width and height in pixels, as 800x480";
        options.panel_width_px = *width;
        options.panel_height_px = *height;
    } else {
        return "an option that --help names";
    }
    return nullptr;
}

} // namespace

double Options::pixels_per_mm() const {
    if (panel_diagonal_in <= 0 || panel_width_px == 0) return 0;
    return std::hypot(panel_width_px, panel_height_px) / (panel_diagonal_in * kMillimetresPerInch);
}

Result<Options> read_options(std::span<const char* const> arguments, std::string& message) {
    Options options;
    auto refuse = [&](std::string why) {
        message = std::move(why);
        return fail(ErrorCode::kInvalid, "kiosk.options");
    };
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        std::string_view name = arguments[at];
        if (name == "--help") {
            options.help = true;
            return options;
        }
        if (at + 1 == arguments.size()) return refuse(std::string(name) + " needs a value; see --help");
        if (const char* expected = take(options, name, arguments[++at]))
            return refuse(std::string(name) + ": expected " + expected);
    }
    for (const auto& [name, value] : {std::pair<const char*, const std::string&>{"--pages", options.pages},
                                      {"--pack", options.pack},
                                      {"--village", options.village},
                                      {"--socket", options.socket},
                                      {"--listen", options.listen.address}})
        if (value.empty()) return refuse(std::string(name) + " is missing; see --help");
    if ((options.panel_diagonal_in > 0) != (options.panel_width_px > 0))
        return refuse("--panel-diagonal-in and --panel-px go together");
    return options;
}

const char* usage() {
    return R"(kentongan-kiosk: serves the touchscreen's pages and carries what people fill in to kentongan-box.

usage: kentongan-kiosk --pages DIR --pack DIR --village ID --socket PATH --listen 127.0.0.1:PORT [options]

  --pages DIR               the built pages (index.html and what belongs to it)
  --pack DIR                the country pack
  --village ID              which of its villages this is
  --socket PATH             where kentongan-box listens
  --listen ADDRESS:PORT     for the touchscreen; loopback only; port 0: any free one
  --wifi ADDRESS:PORT       also for phones on the hall's own network, with a budget of its own
  --wifi-host NAME          a name under which phones reach that address; may be given several times
  --panel-diagonal-in N     the touchscreen's diagonal in inches, and
  --panel-px WxH            its pixels: so that tiles have the size of a fingertip
  --port-file FILE          write the ports really used, one a line: touchscreen, then Wi-Fi
  --help                    this

It holds no key and no database, and writes no file but FILE. It ends on SIGTERM or SIGINT, after what is being
answered. Exit status: 0 ended, 1 could not start, 2 wrong options.
)";
}

} // namespace kentongan::kiosk
