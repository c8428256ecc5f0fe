// kentongan-box: the keys, the store, the queue and the way to the district.
#include "adapters/command_line/command_line.hpp"
#include "adapters/posix/ending.hpp"
#include "adapters/posix/state_files.hpp"
#include "adapters/yaml/pack_folder.hpp"
#include "apps/box/service.hpp"
#include "base/log.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdio>
#include <string>

using namespace kentongan;

namespace {

constexpr const char* kUsage = R"(kentongan-box - keys, store, queue and uplink of one village box

  kentongan-box serve --state DIR --pack DIR --village ID --district URL --ca FILE
                      --kiosk-socket PATH --modem-socket PATH [--poll-seconds N]
                      [--district-udp HOST:PORT] [--console-socket PATH]
                      [--district-phone NUMBER [--sms-form data|text] [--sms-after SECONDS]
                      [--sms-resend SECONDS]]
      Serves the kiosk and the modem workers, and forwards to the district. DIR holds what
      `kentongan enrol` has put there. `kentongan usb` speaks over the console's socket.
      NUMBER is the district's modem: where no other way reaches the district, requests go there by SMS if
      the village's file allows it. --sms-form text is for operators that mangle data (default: data).
      --sms-after: no word by IP for so long means that it does not reach the district (default 120).
      --sms-resend: what was not acknowledged goes again after this, then ever more rarely (default 1800).

Files in the state folder: box.secret (0600), district.pub, box.db.
)";

constexpr std::size_t kMaxKeyFile = 64 * 1024;

int complain(const char* what, const std::string& about = {}) {
    std::fprintf(stderr, "kentongan-box: %s%s%s\n", what, about.empty() ? "" : ": ", about.c_str());
    return 2;
}

int complain(const char* what, const Error& error) {
    std::fprintf(stderr, "kentongan-box: %s: %s (%s, %lld)\n", what, name_of(error.code), error.where,
                 static_cast<long long>(error.native));
    return 1;
}

int refuse(const char* what, const Error& error, const std::vector<domain::PackFault>& faults) {
    for (const auto& fault : faults)
        std::fprintf(stderr, "%s:%d: %s\n", fault.path.c_str(), fault.line, fault.message.c_str());
    return complain(what, error);
}

using Options = command_line::NamedValues;

std::optional<Options> parse(std::span<const char* const> words,
                             std::initializer_list<std::string_view> known) {
    std::string_view wrong;
    auto out = command_line::named_values(words, known, wrong);
    if (!out) complain("unknown, repeated or incomplete option", std::string(wrong));
    return out;
}

// Keys and drafts must reach neither a core file nor swap.
void keep_memory_private() {
    rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    if (mlockall(MCL_CURRENT) != 0) log(LogLevel::kInfo, "box.memory_not_locked");
}

// A name or a number, unlike command_line::endpoint(); IPv6 in brackets.
std::optional<std::pair<std::string, std::uint16_t>> host_and_port(std::string_view text) {
    auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0) return std::nullopt;
    auto port = command_line::number<std::uint16_t>(text.substr(colon + 1), 1, 65535);
    auto host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (!port || host.empty()) return std::nullopt;
    return std::pair(std::string(host), *port);
}

int set_sms(const Options& options, const domain::Pack& pack, const domain::Village& village,
            box::SmsSetting& sms) {
    if (options.contains("--district-phone")) {
        domain::Msisdn number;
        if (domain::check_phone(pack.phone, options.at("--district-phone"), village.synthetic_numbers,
                                &number))
            return complain("--district-phone is no telephone number of this country");
        sms.district = std::move(number);
    }
    if (options.contains("--sms-form")) {
        auto form = options.at("--sms-form");
        if (form != "data" && form != "text") return complain("--sms-form is data or text");
        sms.form = form == "data" ? box::FrameForm::kData : box::FrameForm::kText;
    }
    for (auto [name, time] :
         {std::pair("--sms-after", &sms.pace.ip_silent), std::pair("--sms-resend", &sms.pace.resend)}) {
        if (!options.contains(name)) continue;
        auto given = command_line::number<std::uint32_t>(options.at(name), 1, 86400);
        if (!given) return complain("seconds are 1 to 86400", name);
        *time = seconds(*given);
    }
    return 0;
}

int serve(const Options& options) {
    for (const char* needed :
         {"--state", "--pack", "--village", "--district", "--ca", "--kiosk-socket", "--modem-socket"})
        if (!options.contains(needed)) return complain("serve needs", needed);
    keep_memory_private();

    apps::BoxServiceOptions service;
    service.state = options.at("--state");
    service.kiosk_socket = options.at("--kiosk-socket");
    service.modem_socket = options.at("--modem-socket");
    if (options.contains("--console-socket")) service.console_socket = options.at("--console-socket");
    service.links.uplink.url = std::string(options.at("--district")) + "/v2/exchange";
    service.links.uplink.ca_file = options.at("--ca");
    if (!service.links.uplink.url.starts_with("https://"))
        return complain("--district must be an https:// address");
    if (options.contains("--district-udp")) {
        auto where = host_and_port(options.at("--district-udp"));
        if (!where) return complain("--district-udp is HOST:PORT");
        service.links.datagrams = *where;
    }
    if (options.contains("--poll-seconds")) {
        auto poll = command_line::number<std::uint32_t>(options.at("--poll-seconds"), 1, 86400);
        if (!poll) return complain("--poll-seconds is 1 to 86400");
        service.links.poll_every = std::chrono::seconds(*poll);
    }

    const std::string folder(options.at("--pack"));
    std::vector<domain::PackFault> faults;
    auto pack = yaml::load_pack(folder, faults);
    if (!pack) return refuse("the pack is not usable", pack.error(), faults);
    auto village = yaml::load_village(folder, std::string(options.at("--village")), *pack, faults);
    if (!village) return refuse("the village is not usable", village.error(), faults);
    if (auto wrong = set_sms(options, *pack, *village, service.sms); wrong != 0) return wrong;

    auto secret = posix::read_file(service.state + "/box.secret", kMaxKeyFile);
    if (!secret) return complain("cannot read box.secret", secret.error());
    auto keys = wire::read_box_secret(*secret);
    wipe(*secret);
    if (!keys) return complain("box.secret is damaged", keys.error());
    auto shown = posix::read_file(service.state + "/district.pub", kMaxKeyFile);
    if (!shown) return complain("cannot read district.pub", shown.error());
    auto district = wire::read_district_public(*shown);
    if (!district) return complain("district.pub is damaged", district.error());
    if (district->root != keys->root)
        return complain(
            "district.pub is of another district than box.secret; repeat `kentongan enrol accept`",
            Error{ErrorCode::kDenied, "box.root", 0});

    auto signals = posix::block_ending_signals();
    int stop = signalfd(-1, &signals, SFD_CLOEXEC);

    apps::BoxService box(std::move(service), std::move(*pack), std::move(*village), *keys, *district);
    auto done = box.run(stop);
    ::close(stop);
    if (!done) return complain("stopped", done.error());
    log(LogLevel::kInfo, "box.stopped");
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    auto words = command_line::words_of(argc, argv);
    std::string_view command = words.empty() ? "" : words.front();
    if (command == "--help" || command == "help") {
        std::fputs(kUsage, stdout);
        return 0;
    }
    if (command == "serve") {
        auto options =
            parse(words.subspan(1), {"--state", "--pack", "--village", "--district", "--ca", "--kiosk-socket",
                                     "--modem-socket", "--poll-seconds", "--district-udp", "--console-socket",
                                     "--district-phone", "--sms-form", "--sms-after", "--sms-resend"});
        return options ? serve(*options) : 2;
    }
    std::fputs(kUsage, stderr);
    return 2;
}
