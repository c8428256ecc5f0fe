#include "apps/console/box_talk.hpp"
#include "base/time.hpp"
#include "box/carriers.hpp"

#include <string>

namespace kentongan::console {
namespace {

namespace local = wire::local;

std::string clock_of(std::int64_t at, std::int64_t utc_offset, bool with_date) {
    auto moment = from_unix(at) + seconds(utc_offset);
    auto day = std::chrono::floor<std::chrono::days>(moment);
    std::chrono::year_month_day date(day);
    std::chrono::hh_mm_ss time(moment - day);
    char text[32];
    int size = std::snprintf(text, sizeof text, "%02u-%02u ", static_cast<unsigned>(date.month()),
                             static_cast<unsigned>(date.day()));
    std::string out(text, with_date ? static_cast<std::size_t>(size) : 0);
    size = std::snprintf(text, sizeof text, "%02d:%02d", static_cast<int>(time.hours().count()),
                         static_cast<int>(time.minutes().count()));
    return out + std::string(text, static_cast<std::size_t>(size));
}

// At most seven characters: "999999", "12.3M".
std::string bytes_of(std::uint64_t bytes) {
    constexpr std::uint64_t kPlain = 1'000'000;
    if (bytes < kPlain) return std::to_string(bytes);
    const char* unit = "M";
    auto tenths = bytes / (kPlain / 10);
    if (tenths >= 100'000) {
        tenths /= 1000;
        unit = "G";
    }
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + unit;
}

std::string state_of(const local::LinkRow& row, std::int64_t utc_offset) {
    std::string rest = row.urgent ? ", urgent only" : "";
    switch (static_cast<box::Hindrance>(row.hindrance)) {
    case box::Hindrance::kForbidden:
        return "not used here";
    case box::Hindrance::kBytes:
        return "bytes used up till " + clock_of(row.again, utc_offset, false) + rest;
    case box::Hindrance::kCost:
        return "money used up till " + clock_of(row.again, utc_offset, false) + rest;
    case box::Hindrance::kNone:
        break;
    }
    if (static_cast<domain::Carrier>(row.carrier) == domain::Carrier::kStick) return "by hand";
    switch (static_cast<box::Link>(row.link)) {
    case box::Link::kUp:
        return "up";
    case box::Link::kSilent:
        return "no answer";
    case box::Link::kNotSetUp:
        return "not set up";
    case box::Link::kUntried:
        break;
    }
    return "not tried yet";
}

std::string limited(const std::string& value, const std::string& limit) {
    return limit.empty() ? value : value + "/" + limit;
}

void print(std::FILE* out, const local::LinkRow& row, const local::LinksAre& links) {
    auto carrier = static_cast<domain::Carrier>(row.carrier);
    auto money = limited(std::to_string(row.cost), row.daily_cost == 0 ? "" : std::to_string(row.daily_cost));
    std::fprintf(out, "%-9s  %8s %8s  %5llu  %21s  %s\n", std::string(domain::name_of(carrier)).c_str(),
                 bytes_of(row.up).c_str(), bytes_of(row.down).c_str(),
                 static_cast<unsigned long long>(row.messages), money.c_str(),
                 row.last_contact == 0 ? "never"
                                       : clock_of(row.last_contact, links.utc_offset, true).c_str());
    auto state = state_of(row, links.utc_offset);
    if (row.daily_bytes != 0)
        state += "; " + bytes_of(row.up + row.down) + " of " + bytes_of(row.daily_bytes) + " bytes";
    std::fprintf(out, "           %s\n", state.c_str());
}

} // namespace

Exit links_command(std::span<const std::string_view> arguments, std::FILE* out, std::FILE* err) {
    if (arguments.size() != 2 || arguments[0] != "--socket") return Exit::kUsage;
    unix_socket::Caller box{std::string(arguments[1])};
    auto links = ask<local::LinksAre>(box, local::AskLinks{});
    if (!links)
        return complain(err,
                        links.error().code == ErrorCode::kUnavailable
                            ? "no box answers at this socket: is kentongan-box running?"
                            : "the box does not tell",
                        links.error());
    std::fprintf(out, "box %u, %s: %u waiting, %u of them urgent", links->box,
                 clock_of(links->now, links->utc_offset, true).c_str(), links->waiting, links->urgent);
    if (links->left_out > 0) std::fprintf(out, ", %u too long for an SMS", links->left_out);
    std::fprintf(out, "\n\n");
    std::fprintf(out, "%-9s  %8s %8s  %5s  %21s  %s\n", "carrier", "up", "down", "SMS",
                 ("cost " + links->money).c_str(), "last contact");
    for (const auto& row : links->rows) print(out, row, *links);
    return Exit::kOk;
}

} // namespace kentongan::console
