#include "apps/district/box_list_command.hpp"

#include "apps/district/commands.hpp"
#include "apps/district/ground.hpp"

#include <cstdio>

namespace kentongan::district_app {
namespace {

std::string date_of(Instant at, bool with_time) {
    auto day = std::chrono::floor<std::chrono::days>(at);
    std::chrono::year_month_day date(day);
    std::chrono::hh_mm_ss time(at - day);
    char text[32];
    int size = std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                             static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    std::string out(text, static_cast<std::size_t>(size));
    if (!with_time) return out;
    size = std::snprintf(text, sizeof text, " %02d:%02d", static_cast<int>(time.hours().count()),
                         static_cast<int>(time.minutes().count()));
    return out + std::string(text, static_cast<std::size_t>(size));
}

void print(const district::Box& box) {
    bool never = box.last_contact == Instant{};
    std::printf("%6u  %-20.20s  %-16s  %-9s  %7u%s\n", box.keys.box.value, box.village.c_str(),
                never ? "never" : date_of(box.last_contact, true).c_str(),
                box.last_carrier ? std::string(domain::name_of(*box.last_carrier)).c_str() : "-", box.waiting,
                box.revoked ? "  revoked" : "");
}

void print(const wire::DayOfUse& used) {
    auto day = date_of(Instant(std::chrono::days(used.day)), false);
    for (const auto& [carrier, use] : used.carriers)
        std::printf("        %s  %-9s  %11llu up  %11llu down  %5llu SMS  cost %llu\n", day.c_str(),
                    std::string(domain::name_of(carrier)).c_str(), static_cast<unsigned long long>(use.up),
                    static_cast<unsigned long long>(use.down), static_cast<unsigned long long>(use.messages),
                    static_cast<unsigned long long>(use.cost));
}

} // namespace

int list_boxes(const Options& options) {
    constexpr std::size_t kWeek = 7;
    constexpr std::size_t kTwoMonths = 62;
    bool one = options.box != BoxId{};
    auto store = open_store(options.state);
    if (!store) return failed("the state cannot be opened", store.error());
    auto boxes = (*store)->boxes();
    if (!boxes) return failed("the boxes cannot be read", boxes.error());
    if (one) std::erase_if(*boxes, [&](const district::Box& box) { return box.keys.box != options.box; });
    if (one && boxes->empty())
        return failed("there is no such box", Error{ErrorCode::kNotFound, "boxes.number", 0});
    std::printf("%6s  %-20s  %-16s  %-9s  %7s\n", "box", "village", "last contact", "by", "waiting");
    for (const auto& box : *boxes) {
        print(box);
        auto days = (*store)->use_of(box.keys.box, one ? kTwoMonths : kWeek);
        if (!days) return failed("what a box used cannot be read", days.error());
        for (const auto& day : *days) print(day);
    }
    return 0;
}

} // namespace kentongan::district_app
