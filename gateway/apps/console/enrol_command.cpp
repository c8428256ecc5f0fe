#include "adapters/command_line/command_line.hpp"
#include "adapters/posix/state_files.hpp"
#include "apps/console/commands.hpp"
#include "wire/enrolment.hpp"

#include <unistd.h>

#include <string>
#include <vector>

namespace kentongan::console {
namespace {

constexpr std::size_t kMaxFile = 64 * 1024;
constexpr std::string_view kWord = "replace";

Exit complain(std::FILE* err, const char* what, const Error& error) {
    std::fprintf(err, "kentongan: %s (%s, %s, %lld)\n", what, name_of(error.code), error.where,
                 static_cast<long long>(error.native));
    return Exit::kFaults;
}

// What cannot be undone wants a word, typed at that moment.
bool typed_word(std::FILE* err, const char* warning) {
    std::fprintf(err, "%s\nType \"%.*s\" to go on: ", warning, static_cast<int>(kWord.size()), kWord.data());
    std::fflush(err);
    char line[32] = {};
    if (std::fgets(line, sizeof line, stdin) == nullptr) return false;
    std::string_view word = line;
    while (word.ends_with('\n') || word.ends_with('\r')) word.remove_suffix(1);
    return word == kWord;
}

struct Paths {
    explicit Paths(std::string_view state)
        : started(std::string(state) + "/enrolment.secret"),
          request(std::string(state) + "/enrolment.request"), secret(std::string(state) + "/box.secret"),
          district(std::string(state) + "/district.pub") {}
    std::string started; ///< Between request and welcome.
    std::string request;
    std::string secret;
    std::string district;
};

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

Exit request(const command_line::NamedValues& options, std::FILE* out, std::FILE* err) {
    auto number = command_line::number<std::uint32_t>(options.at("--box"), 1, wire::kMaxBoxNumber);
    if (!number) {
        std::fputs("kentongan: --box is a number from 1 to 65535\n", err);
        return Exit::kUsage;
    }
    auto code = wire::read_invitation_code(options.at("--code"));
    if (!code) return complain(err, "the code is mistyped", code.error());
    auto text = posix::read_file(std::string(options.at("--district")), kMaxFile);
    if (!text) return complain(err, "the district's public file cannot be read", text.error());
    auto district = wire::read_district_public(*text);
    if (!district)
        return complain(err, "this is not a district's public file, or it was altered", district.error());
    Paths paths(options.at("--state"));
    if (auto made = posix::make_private_folder(std::string(options.at("--state"))); !made)
        return complain(err, "the state folder cannot be made", made.error());
    if (exists(paths.started) &&
        !typed_word(err, "A request is waiting for its welcome. A new one makes that welcome useless."))
        return Exit::kFaults;
    auto start = wire::start_enrolment(BoxId{*number}, *district, *code);
    if (!start) return complain(err, "no request can be made", start.error());
    auto secret = wire::write_text(*start);
    auto kept = posix::write_file(paths.started, secret, 0600);
    wipe(secret);
    if (!kept) return complain(err, "the keys cannot be written", kept.error());
    if (auto written = posix::write_file(paths.request, wire::request_text(start->request), 0644); !written)
        return complain(err, "the request cannot be written", written.error());
    std::fprintf(out, "%s\ndistrict    %s\nbox         %s\n", paths.request.c_str(),
                 wire::fingerprint(*district).c_str(), wire::fingerprint(start->keys.shown).c_str());
    return Exit::kOk;
}

Exit accept(const command_line::NamedValues& options, const std::string& file, std::FILE* out,
            std::FILE* err) {
    Paths paths(options.at("--state"));
    auto started = posix::read_file(paths.started, kMaxFile);
    if (!started) return complain(err, "no request was made here; begin with enrol request", started.error());
    auto start = wire::read_enrolment_start(*started);
    wipe(*started);
    if (!start) return complain(err, "enrolment.secret is damaged; make a new request", start.error());
    auto text = posix::read_file(file, kMaxFile);
    if (!text) return complain(err, "the welcome cannot be read", text.error());
    auto bytes = wire::read_welcome_text(*text);
    if (!bytes) return complain(err, "this is not a welcome", bytes.error());
    auto welcome = wire::open_welcome(*bytes, start->keys, start->request);
    if (!welcome) return complain(err, "this welcome does not answer this box's request", welcome.error());

    if (auto old = posix::read_file(paths.secret, kMaxFile)) {
        auto keys = wire::read_box_secret(*old);
        wipe(*old);
        // The same keys: an installation that was cut off goes on.
        bool same = keys && keys->shown == start->keys.shown;
        if (!same &&
            !typed_word(err, "This box is enrolled already. Its old keys will be gone, and what waits to be "
                             "sent under them is lost."))
            return Exit::kFaults;
    } else if (old.error().code != ErrorCode::kNotFound) {
        return complain(err, "box.secret cannot be read", old.error());
    }
    // box.secret names its root, so old keys beside a new district's file are refused and not used. It is
    // written last but one; only then is what can repeat all this thrown away.
    if (auto done = posix::write_file(paths.district, wire::write_text(welcome->district), 0644); !done)
        return complain(err, "district.pub cannot be written", done.error());
    auto secret = wire::write_text(start->keys);
    auto done = posix::write_file(paths.secret, secret, 0600);
    wipe(secret);
    if (!done) return complain(err, "box.secret cannot be written", done.error());
    ::unlink(paths.request.c_str());
    ::unlink(paths.started.c_str());
    std::fprintf(out, "box %u enrolled, village %s\n", start->keys.shown.box.value, welcome->village.c_str());
    return Exit::kOk;
}

} // namespace

Exit enrol_command(std::span<const std::string_view> arguments, std::FILE* out, std::FILE* err) {
    if (arguments.empty()) return Exit::kUsage;
    bool asks = arguments[0] == "request";
    if (!asks && arguments[0] != "accept") return Exit::kUsage;
    static constexpr std::string_view kRequest[] = {"--state", "--district", "--code", "--box"};
    static constexpr std::string_view kAccept[] = {"--state"};
    // named_values() wants words that end in zero; those of main() do.
    std::vector<const char*> words;
    std::vector<std::string_view> files;
    for (std::size_t at = 1; at < arguments.size(); ++at) {
        if (!arguments[at].starts_with("--")) {
            files.push_back(arguments[at]);
            continue;
        }
        words.push_back(arguments[at].data());
        if (++at < arguments.size()) words.push_back(arguments[at].data());
    }
    std::string_view wrong;
    auto options = asks ? command_line::named_values(words, kRequest, wrong)
                        : command_line::named_values(words, kAccept, wrong);
    if (!options || files.size() != (asks ? 0U : 1U) || options->size() != (asks ? std::size(kRequest) : 1U))
        return Exit::kUsage;
    return asks ? request(*options, out, err) : accept(*options, std::string(files[0]), out, err);
}

} // namespace kentongan::console
