// kentongan-district: wiring only. Boxes and officers come through servers of their own to one office.
#include "adapters/microhttpd/http_server.hpp"
#include "adapters/posix/ending.hpp"
#include "adapters/posix/state_files.hpp"
#include "apps/district/box_datagrams.hpp"
#include "apps/district/box_endpoint.hpp"
#include "apps/district/box_sms.hpp"
#include "apps/district/commands.hpp"
#include "apps/district/desk_api.hpp"
#include "apps/district/ground.hpp"
#include "apps/district/options.hpp"
#include "base/log.hpp"
#include "wire/frame.hpp"
#include "wire/password.hpp"

#include <sys/stat.h>

#include <cstdio>

using namespace kentongan;
using namespace kentongan::district_app;

namespace {

constexpr std::size_t kMaxPem = 64 * 1024;
// An officer's thread may wait for a place and for Argon2id; pages of others must not wait with it.
constexpr unsigned kDeskThreads = 8;
constexpr unsigned kBoxThreads = 4;

int serve(const Options& options, const sigset_t& ending) {
    auto read = read_setting(options);
    if (!read) return 1;
    const auto& setting = *read;
    auto store = open_store(options.state);
    if (!store) return failed("the database", store.error());
    auto certificate = posix::read_file(options.tls_certificate, kMaxPem);
    if (!certificate) return failed("the TLS certificate", certificate.error());
    auto tls_key = posix::read_file(options.tls_key, kMaxPem);
    if (!tls_key) return failed("the TLS key", tls_key.error());
    auto pages = http::StaticPages::load(options.desk_pages);
    if (!pages) return failed("the desk's pages", pages.error());
    // What unknown names are compared with: of random bytes that nobody knows.
    std::array<std::uint8_t, 32> secret{};
    wire::random_bytes(secret);
    auto nobody = wire::hash_password(to_hex(secret));
    if (!nobody) return failed("64 MiB of memory for passwords", nobody.error());

    Office office(
        **store, setting, [](std::span<std::uint8_t> out) { wire::random_bytes(out); }, *nobody,
        [] { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); });
    if (auto boxes = (*store)->boxes())
        for (const auto& box : *boxes)
            if (setting.village(box.village) == nullptr)
                log(LogLevel::kWarning, "district.village_missing", {{"box", box.keys.box.value}});
    auto adopted = office.intake.look_again(office.clock());
    if (!adopted) return failed("the quarantine", adopted.error());

    BoxEndpoint endpoint(office);
    http::ServerOptions for_boxes;
    for_boxes.bind = options.box_listen.address;
    for_boxes.port = options.box_listen.port;
    for_boxes.tls_certificate = *certificate;
    for_boxes.tls_key = *tls_key;
    for_boxes.max_body = wire::kMaxParcel;
    for_boxes.max_connections = 512;
    for_boxes.max_connections_per_address = 64;     // many villages behind one operator's address
    for_boxes.deadline = std::chrono::seconds(300); // 256 KiB at 9.6 kbit/s, and time to spare
    for_boxes.threads = kBoxThreads;
    for_boxes.page_headers = false;
    auto boxes = http::Server::start(for_boxes,
                                     [&](const http::Request& request) { return endpoint.answer(request); });
    if (!boxes) return failed("the boxes' port", boxes.error());

    std::unique_ptr<BoxDatagrams> datagrams;
    std::uint16_t datagram_port = 0;
    if (options.box_udp_listen) {
        auto address = udp::Address::numeric(options.box_udp_listen->address, options.box_udp_listen->port);
        if (!address) return failed("the boxes' UDP address", address.error());
        auto socket = udp::Socket::bind(*address);
        if (!socket) return failed("the boxes' UDP port", socket.error());
        auto local = socket->local();
        if (!local) return failed("the boxes' UDP port", local.error());
        datagram_port = local->port();
        datagrams = std::make_unique<BoxDatagrams>(std::move(*socket), office);
    }

    std::unique_ptr<BoxSms> messages;
    if (!options.modem_socket.empty()) {
        auto listener = unix_socket::Listener::open(options.modem_socket);
        if (!listener) return failed("the modems' socket", listener.error());
        district::SmsLimits limits;
        limits.per_box_a_day = options.sms_per_box_a_day.value_or(limits.per_box_a_day);
        limits.a_day = options.sms_a_day.value_or(limits.a_day);
        messages = std::make_unique<BoxSms>(std::move(*listener), office, limits,
                                            district::SmsPace(seconds(options.sms_wait.value_or(20))));
    }

    DeskApi desk(office, *pages, {options.desk_plain_http});
    http::ServerOptions for_desk;
    for_desk.bind = options.desk_listen.address;
    for_desk.port = options.desk_listen.port;
    if (options.desk_plain_http) {
        // Without TLS no certificate says who we are: against DNS rebinding only our own names are answered.
        for_desk.allowed_hosts = {"localhost", "127.0.0.1", "::1", options.desk_listen.address};
    } else {
        for_desk.tls_certificate = *certificate;
        for_desk.tls_key = *tls_key;
    }
    wipe(*tls_key);
    for_desk.max_body = DeskApi::kMaxBody;
    for_desk.max_connections = 256;
    for_desk.max_connections_per_address = 64; // a whole office behind one address, or a proxy
    for_desk.threads = kDeskThreads;
    for_desk.refusal = [&](const http::Request& request, int status) {
        return desk.refusal(request, status);
    };
    auto desks =
        http::Server::start(for_desk, [&](const http::Request& request) { return desk.answer(request); });
    if (!desks) return failed("the desk's port", desks.error());

    std::vector<std::uint16_t> ports{(*boxes)->port(), (*desks)->port()};
    if (datagrams) ports.push_back(datagram_port);
    if (auto written = posix::write_port_file(options.port_file, ports); !written)
        return failed("the port file", written.error());
    log(LogLevel::kInfo, "district.serving",
        {{"box_port", (*boxes)->port()}, {"desk_port", (*desks)->port()}, {"left_quarantine", *adopted}});

    int signal = posix::wait_for(ending);
    log(LogLevel::kInfo, "district.ending", {{"signal", signal}});
    messages.reset();
    datagrams.reset();
    (*boxes)->stop();
    (*desks)->stop();
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    std::string message;
    auto options = read_options(command_line::words_of(argc, argv), message);
    if (!options) {
        std::fprintf(stderr, "kentongan-district: %s\n", message.c_str());
        return 2;
    }
    if (options->command == Command::kHelp) {
        std::fputs(usage(), stdout);
        return 0;
    }
    ::umask(077); // database, WAL and whatever else is made here: its owner's only
    if (options->command != Command::kServe) return run_command(*options);

    return serve(*options, posix::block_ending_signals());
}
