#include "district/working_days.hpp"

#include <algorithm>
#include <charconv>

namespace kentongan::district {
namespace {

std::string_view trimmed(std::string_view line) {
    line = line.substr(0, line.find('#'));
    constexpr std::string_view kSpace = " \t\r";
    auto from = line.find_first_not_of(kSpace);
    if (from == std::string_view::npos) return {};
    return line.substr(from, line.find_last_not_of(kSpace) - from + 1);
}

template <class Number>
bool read_number(std::string_view digits, Number& out) {
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return error == std::errc() && end == digits.data() + digits.size();
}

} // namespace

Result<WorkingDays> WorkingDays::read(std::string_view text) {
    std::set<std::chrono::sys_days> holidays;
    std::int64_t number = 0;
    while (!text.empty()) {
        ++number;
        auto end = text.find('\n');
        auto line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty()) continue;
        unsigned year = 0;
        unsigned month = 0;
        unsigned day = 0;
        bool shaped = line.size() == 10 && line[4] == '-' && line[7] == '-' &&
                      read_number(line.substr(0, 4), year) && read_number(line.substr(5, 2), month) &&
                      read_number(line.substr(8, 2), day);
        std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
                                         std::chrono::day(day)};
        if (!shaped || !date.ok()) return fail(ErrorCode::kInvalid, "working_days.line", number);
        holidays.insert(std::chrono::sys_days(date));
    }
    return WorkingDays(std::move(holidays));
}

bool WorkingDays::works(std::chrono::sys_days day) const {
    auto weekday = std::chrono::weekday(day);
    return weekday != std::chrono::Saturday && weekday != std::chrono::Sunday && !holidays_.contains(day);
}

Instant WorkingDays::due(Instant from, int days, std::chrono::minutes utc_offset) const {
    auto day = std::chrono::floor<std::chrono::days>(from + utc_offset);
    // The search ends although every day of some years may be named a holiday.
    auto last = day + std::chrono::days(2 * 3650);
    for (int left = std::clamp(days, 0, 3650); left > 0 && day < last;) {
        day += std::chrono::days(1);
        if (works(day)) --left;
    }
    while (!works(day) && day < last) day += std::chrono::days(1);
    return std::chrono::time_point_cast<seconds>(day + std::chrono::days(1)) - utc_offset - seconds(1);
}

} // namespace kentongan::district
