#include "apps/district/options.hpp"

#include "base/bytes.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

namespace kentongan::district_app {
namespace {

struct Named {
    std::string_view word;
    Command command;
    std::vector<std::string_view> must;
    std::vector<std::string_view> may;
};

const std::vector<Named>& commands() {
    static const std::vector<Named> kCommands = {
        {"init", Command::kInit, {"--state"}, {}},
        {"invite", Command::kInvite, {"--state", "--village"}, {}},
        {"enrol", Command::kEnrol, {"--state", "FILE"}, {"--fingerprint", "--welcome"}},
        {"assign", Command::kAssign, {"--state", "--box", "--village"}, {}},
        {"revoke", Command::kRevoke, {"--state", "--box"}, {"--root"}},
        {"rotate-keys", Command::kRotateKeys, {"--state"}, {"--root"}},
        {"keyring", Command::kKeyring, {"--state"}, {"--root", "--above", "--minimum-software"}},
        {"recovery-key", Command::kRecoveryKey, {"FILE"}, {}},
        {"escrow", Command::kEscrow, {"--state", "--recovery", "FILE"}, {}},
        {"restore", Command::kRestore, {"--state", "--recovery-key", "FILE"}, {}},
        {"publish", Command::kPublish, {"--state", "--kind", "--name", "FILE"}, {"--box"}},
        {"add-officer", Command::kAddOfficer, {"--state", "--name", "--role"}, {}},
        {"quarantine", Command::kQuarantine, {"--state"}, {}},
        {"accept", Command::kAccept, {"--state", "--pack", "DIGEST"}, {"--holidays"}},
        {"boxes", Command::kBoxes, {"--state"}, {"--box"}},
        {"usb-import", Command::kUsbImport, {"--state", "--pack", "FILE"}, {"--holidays"}},
        {"serve",
         Command::kServe,
         {"--state", "--pack", "--desk-pages", "--box-listen", "--desk-listen", "--tls-certificate",
          "--tls-key"},
         {"--desk-plain-http", "--holidays", "--port-file", "--box-udp-listen", "--modem-socket",
          "--sms-wait", "--sms-per-box-a-day", "--sms-a-day"}},
    };
    return kCommands;
}

// "1.2.3", each part a byte.
std::optional<std::uint32_t> software_version(std::string_view text) {
    std::uint32_t out = 0;
    for (int part = 0; part < 3; ++part) {
        auto dot = part < 2 ? text.find('.') : text.size();
        if (dot == std::string_view::npos) return std::nullopt;
        auto value = command_line::number<std::uint32_t>(text.substr(0, dot), 0, 255);
        if (!value) return std::nullopt;
        out = out << 8 | *value;
        text.remove_prefix(std::min(text.size(), dot + 1));
    }
    return out;
}

/// Null: taken. Otherwise what was expected.
const char* take(Options& options, std::string_view name, std::string_view value) {
    if (name == "--state") {
        options.state = value;
    } else if (name == "--village") {
        options.village = value;
    } else if (name == "DIGEST") {
        auto bytes = from_hex(value);
        if (!bytes || bytes->size() != options.digest.size()) return "a digest as quarantine prints it";
        std::copy(bytes->begin(), bytes->end(), options.digest.begin());
    } else if (name == "FILE") {
        options.file = value;
    } else if (name == "--root") {
        options.root = value;
    } else if (name == "--welcome") {
        options.welcome = value;
    } else if (name == "--fingerprint") {
        options.fingerprint = value;
    } else if (name == "--recovery-key") {
        options.recovery_key = value;
    } else if (name == "--recovery") {
        auto bytes = from_hex(value);
        if (!bytes || bytes->size() != options.recovery.size())
            return "a public key as recovery-key prints it";
        std::copy(bytes->begin(), bytes->end(), options.recovery.begin());
    } else if (name == "--above") {
        auto read =
            command_line::number<std::uint32_t>(value, 0, std::numeric_limits<std::uint32_t>::max() - 1);
        if (!read) return "the version of a keyring";
        options.above = *read;
    } else if (name == "--minimum-software") {
        options.minimum_software = software_version(value);
        if (!options.minimum_software) return "a version, as 1.2.3";
    } else if (name == "--kind") {
        if (value != "pack" && value != "document") return "pack or document";
        options.kind = value == "pack" ? wire::BulletinKind::kPack : wire::BulletinKind::kDocument;
    } else if (name == "--box") {
        auto read = command_line::number<std::uint32_t>(value, 1, std::numeric_limits<std::uint32_t>::max());
        if (!read) return "the number of a box";
        options.box.value = *read;
    } else if (name == "--name") {
        options.name = value;
    } else if (name == "--role") {
        if (value != "officer" && value != "inspectorate") return "officer or inspectorate";
        options.role = value == "officer" ? district::Role::kOfficer : district::Role::kInspectorate;
    } else if (name == "--pack") {
        options.pack = value;
    } else if (name == "--desk-pages") {
        options.desk_pages = value;
    } else if (name == "--box-listen" || name == "--desk-listen") {
        auto read = command_line::endpoint(value);
        if (!read) return "a numeric address and a port, as 127.0.0.1:8443";
        (name == "--box-listen" ? options.box_listen : options.desk_listen) = *read;
    } else if (name == "--box-udp-listen") {
        auto read = command_line::endpoint(value);
        if (!read) return "a numeric address and a port, as 0.0.0.0:8444";
        options.box_udp_listen = *read;
    } else if (name == "--modem-socket") {
        options.modem_socket = value;
    } else if (name == "--sms-wait") {
        options.sms_wait = command_line::number<std::uint32_t>(value, 1, 600);
        if (!options.sms_wait) return "a number of seconds, 1 to 600";
    } else if (name == "--sms-per-box-a-day" || name == "--sms-a-day") {
        auto read = command_line::number<std::uint32_t>(value, 0, 1'000'000);
        if (!read) return "a number of messages, 0 to 1000000";
        (name == "--sms-a-day" ? options.sms_a_day : options.sms_per_box_a_day) = *read;
    } else if (name == "--tls-certificate") {
        options.tls_certificate = value;
    } else if (name == "--tls-key") {
        options.tls_key = value;
    } else if (name == "--holidays") {
        options.holidays = value;
    } else {
        options.port_file = value;
    }
    return nullptr;
}

} // namespace

Result<Options> read_options(std::span<const char* const> arguments, std::string& message) {
    auto refuse = [&](std::string why) {
        message = std::move(why);
        return fail(ErrorCode::kInvalid, "district.options");
    };
    Options options;
    if (std::any_of(arguments.begin(), arguments.end(), [](std::string_view one) { return one == "--help"; }))
        return options;
    if (arguments.empty()) return refuse("a command is missing; see --help");
    auto command = std::find_if(commands().begin(), commands().end(),
                                [&](const Named& one) { return one.word == arguments[0]; });
    if (command == commands().end()) return refuse("there is no such command; see --help");
    options.command = command->command;

    std::vector<std::string_view> given;
    auto belongs = [&](std::string_view name) {
        return std::count(command->must.begin(), command->must.end(), name) != 0 ||
               std::count(command->may.begin(), command->may.end(), name) != 0;
    };
    for (std::size_t at = 1; at < arguments.size(); ++at) {
        std::string_view name = arguments[at];
        if (!name.starts_with("--")) name = options.command == Command::kAccept ? "DIGEST" : "FILE";
        if (!belongs(name))
            return refuse(std::string(arguments[at]) + " does not belong to this command; see --help");
        if (std::count(given.begin(), given.end(), name) != 0)
            return refuse(std::string(arguments[at]) + " is given twice");
        given.push_back(name);
        if (name == "--desk-plain-http") {
            options.desk_plain_http = true;
            continue;
        }
        if (name.starts_with("--") && ++at == arguments.size())
            return refuse(std::string(name) + " needs a value; see --help");
        std::string_view value = arguments[at];
        if (value.empty()) return refuse(std::string(name) + " needs a value; see --help");
        if (const char* expected = take(options, name, value))
            return refuse(std::string(name) + ": expected " + expected);
    }
    for (auto name : command->must)
        if (std::count(given.begin(), given.end(), name) == 0)
            return refuse(std::string(name == "FILE"     ? "the file or folder"
                                      : name == "DIGEST" ? "the digest"
                                                         : name) +
                          " is missing; see --help");
    if (options.desk_plain_http && !options.desk_listen.loopback())
        return refuse("--desk-plain-http: only where --desk-listen is a loopback address");
    if (options.modem_socket.empty() && (options.sms_wait || options.sms_per_box_a_day || options.sms_a_day))
        return refuse("options for SMS: only with --modem-socket");
    return options;
}

const char* usage() {
    return R"(kentongan-district: receives what village boxes bring, and serves the officers' desk.

usage: kentongan-district init --state DIR
       kentongan-district invite --state DIR --village ID
       kentongan-district enrol --state DIR [--fingerprint TEXT] [--welcome FILE] FILE
       kentongan-district assign --state DIR --box NUMBER --village ID
       kentongan-district revoke --state DIR --box NUMBER [--root FILE]
       kentongan-district rotate-keys --state DIR [--root FILE]
       kentongan-district keyring --state DIR [--root FILE] [--above VERSION] [--minimum-software N.N.N]
       kentongan-district recovery-key FILE
       kentongan-district escrow --state DIR --recovery HEX FILE
       kentongan-district restore --state DIR --recovery-key FILE FILE
       kentongan-district publish --state DIR --kind pack|document --name NAME [--box NUMBER] FILE
       kentongan-district add-officer --state DIR --name NAME --role officer|inspectorate
       kentongan-district quarantine --state DIR
       kentongan-district accept --state DIR --pack DIR [--holidays FILE] DIGEST
       kentongan-district boxes --state DIR [--box NUMBER]
       kentongan-district usb-import --state DIR --pack DIR [--holidays FILE] FOLDER
       kentongan-district serve --state DIR --pack DIR --desk-pages DIR --box-listen ADDRESS:PORT
                                --desk-listen ADDRESS:PORT --tls-certificate FILE --tls-key FILE [options]

  init         makes DIR with the district's keys and an empty database; writes DIR/district.pub for the boxes.
               Move DIR/district.root to two offline media: revoke, rotate-keys and keyring ask for it, serve never
  invite       prints a code that lets one box enrol within 24 hours, and the fingerprint of district.pub
  enrol        checks the code in FILE, a box's request; registers the box, prints its fingerprint, which must be what
               the box shows, and writes the welcome to bring back. The same request again: the same welcome
  assign       corrects the village of a registered box; what could not be read before is, after a restart of serve
  revoke       withdraws a box: what it still brings is kept aside, and it gets no more news; signs a new keyring
  rotate-keys  makes a new pair of prekeys and signs it into a new keyring; restart serve, which then offers it.
               Older secrets stay for reading what was sealed to them
  keyring      signs a new keyring with the prekeys as they are
  recovery-key makes a key pair for emergencies: FILE is its secret, for a safe; prints the public half
  escrow       writes the district's secrets and the boxes' psks to FILE, sealed to that public half; not the root
  restore      makes DIR from such a FILE; compare the fingerprint that it prints with one on paper
  publish      signs FILE as the next version of NAME for all boxes, or for one; with changes of the versions before
  add-officer  reads the password from the first line of standard input; at least 10 characters
  quarantine   lists what was kept aside: box, reason, time, bytes, digest; no content
  accept       lets one of them become a case although its box is revoked; never without the box's signature
  boxes        lists the boxes: village, last contact (UTC) and by which carrier, items that wait there; and what
               each carrier was used for on the last days that the box told of: a week, two months for one box.
               Costs are in units of the pack's money
  usb-import   takes what boxes have put on the stick that is mounted at FOLDER, and puts the answers there
  serve        runs until SIGTERM or SIGINT

  --state DIR                 keys (mode 0600) and database; the same for all commands
  --root FILE                 the root, where it is not DIR/district.root
  --pack DIR                  the country pack; all its villages are read
  --desk-pages DIR            the desk's built pages
  --box-listen ADDRESS:PORT   where boxes call, HTTPS; port 0: any free one
  --box-udp-listen ADDRESS:PORT  where boxes send datagrams, much cheaper than HTTPS; without it there is no UDP
  --modem-socket PATH         where the workers of modems (kentongan-modem) knock: boxes send SMS too; without it
                              there is none
  --sms-wait SECONDS          how long no message comes until a burst is answered, 20; the other waits follow from it
  --sms-per-box-a-day NUMBER  SMS to one box at most, 24: three an hour through a working day. A stolen box spends no more
  --sms-a-day NUMBER          SMS to all boxes at most, 500: an hour of one modem's time
  --desk-listen ADDRESS:PORT  where officers' browsers call, HTTPS
  --desk-plain-http           HTTP for the desk, behind a proxy on this machine; loopback only
  --tls-certificate FILE      PEM, with the chain
  --tls-key FILE              PEM
  --holidays FILE             days on which no deadline runs, one YYYY-MM-DD a line
  --port-file FILE            write the ports really used: the boxes', the desk's, then that for datagrams
  --help                      this

All but serve and restore work while serve runs. What is signed with the root is offered to boxes after serve
was restarted; everything else takes effect at once.
Exit status: 0 done, 1 failed, 2 wrong options.
)";
}

} // namespace kentongan::district_app
