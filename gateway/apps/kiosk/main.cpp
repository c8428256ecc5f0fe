// kentongan-kiosk: wiring only. Two servers (touchscreen and Wi-Fi) with budgets of their own over one API.
#include "adapters/microhttpd/http_server.hpp"
#include "adapters/posix/ending.hpp"
#include "adapters/unix_socket/channel.hpp"
#include "adapters/yaml/pack_folder.hpp"
#include "apps/kiosk/api.hpp"
#include "apps/kiosk/options.hpp"
#include "base/log.hpp"
#include "wire/keys.hpp"
#include "wire/token.hpp"

#include <sys/resource.h>

#include <cstdio>

using namespace kentongan;
using namespace kentongan::kiosk;

namespace {

constexpr unsigned kTouchscreenThreads = 4;
constexpr unsigned kWifiThreads = 4;

class CallerLink final : public BoxLink {
  public:
    explicit CallerLink(std::string path) : caller_(std::move(path)) {}
    Result<wire::local::Message> ask(wire::local::Message question,
                                     std::chrono::milliseconds deadline) override {
        return caller_.ask(std::move(question), deadline);
    }

  private:
    unix_socket::Caller caller_;
};

int refuse_to_start(const char* what, const Error& error) {
    std::fprintf(stderr, "kentongan-kiosk: %s: %s (%s, %lld)\n", what, name_of(error.code), error.where,
                 static_cast<long long>(error.native));
    return 1;
}

int refuse_to_start(const char* what, const Error& error, const std::vector<domain::PackFault>& faults) {
    for (const auto& fault : faults)
        std::fprintf(stderr, "%s:%d: %s\n", fault.path.c_str(), fault.line, fault.message.c_str());
    return refuse_to_start(what, error);
}

std::string fresh_secret() {
    std::array<std::uint8_t, 32> bytes{};
    wire::random_bytes(bytes);
    return to_hex(bytes);
}

// Tells phones apart for the guess limit without their addresses leaving this process. Never the
// touchscreen's 0.
std::uint64_t client_of(const std::string& address_secret, const std::string& peer) {
    auto hash = wire::digest("kiosk.client", as_bytes(address_secret + peer));
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < sizeof out; ++i) out = out << 8U | hash[i];
    return out | 1U;
}

int serve(const Options& options, const sigset_t& ending) {
    std::vector<domain::PackFault> faults;
    auto pack = yaml::load_pack(options.pack, faults);
    if (!pack) return refuse_to_start("the pack", pack.error(), faults);
    auto village = yaml::load_village(options.pack, options.village, *pack, faults);
    if (!village) return refuse_to_start("the village", village.error(), faults);
    auto pages = http::StaticPages::load(options.pages);
    if (!pages) return refuse_to_start("the pages", pages.error());

    CallerLink link(options.socket);
    // Each server keeps a thread for pages while the box hangs.
    BoxCalls touchscreen_calls(link, kTouchscreenThreads - 1);
    BoxCalls wifi_calls(link, kWifiThreads - 1);
    auto now = [] { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); };
    ApiSettings settings{fresh_secret(), options.pixels_per_mm(), now};
    Api touchscreen_api(*pack, *village, *pages, touchscreen_calls, settings);
    settings.pixels_per_mm = 0; // a phone knows its own size
    Api wifi_api(*pack, *village, *pages, wifi_calls, settings);

    http::ServerOptions at_screen;
    at_screen.bind = options.listen.address;
    at_screen.port = options.listen.port;
    at_screen.threads = kTouchscreenThreads;
    at_screen.max_connections_per_address = at_screen.max_connections; // there is one visitor
    at_screen.allowed_hosts = {"localhost", "127.0.0.1", "::1", options.listen.address};
    at_screen.refusal = [&pack = *pack](const http::Request& request, int status) {
        return refusal_response(pack, request, status);
    };
    auto touchscreen = http::Server::start(
        at_screen, [&api = touchscreen_api](const http::Request& request) { return api.answer(request, 0); });
    if (!touchscreen) return refuse_to_start("the touchscreen's port", touchscreen.error());
    std::vector<std::uint16_t> ports{(*touchscreen)->port()};

    std::unique_ptr<http::Server> wifi;
    if (options.wifi) {
        http::ServerOptions on_air = at_screen;
        on_air.bind = options.wifi->address;
        on_air.port = options.wifi->port;
        on_air.threads = kWifiThreads;
        on_air.max_connections = 64;
        on_air.max_connections_per_address = 8;
        on_air.allowed_hosts = options.wifi_hosts;
        on_air.allowed_hosts.push_back(options.wifi->address);
        auto handler = [&api = wifi_api, secret = fresh_secret()](const http::Request& request) {
            return api.answer(request, client_of(secret, request.peer));
        };
        auto started = http::Server::start(std::move(on_air), std::move(handler));
        if (!started) return refuse_to_start("the Wi-Fi port", started.error());
        wifi = std::move(started).take();
        ports.push_back(wifi->port());
    }
    if (auto written = posix::write_port_file(options.port_file, ports); !written)
        return refuse_to_start("the port file", written.error());
    log(LogLevel::kInfo, "kiosk.serving", {{"port", ports.front()}, {"wifi", wifi != nullptr}});

    int signal = posix::wait_for(ending);
    log(LogLevel::kInfo, "kiosk.ending", {{"signal", signal}});
    if (wifi) wifi->stop();
    (*touchscreen)->stop();
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    std::string message;
    auto options = read_options(command_line::words_of(argc, argv), message);
    if (!options) {
        std::fprintf(stderr, "kentongan-kiosk: %s\n", message.c_str());
        return 2;
    }
    if (options->help) {
        std::fputs(usage(), stdout);
        return 0;
    }
    rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none); // what people are typing goes into no core file
    return serve(*options, posix::block_ending_signals());
}
