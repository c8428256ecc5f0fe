#include "wire/value_coding.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <chrono>
#include <optional>

namespace kentongan::wire {
namespace {

constexpr std::size_t kDigitsAtOnce = 18; // below 2^60
constexpr unsigned kPhoneLengthBits = 4;
constexpr unsigned kDateBits = 17;
constexpr std::chrono::sys_days kFirstDay = std::chrono::year(1900) / 1 / 1;
constexpr std::chrono::sys_days kLastDay = std::chrono::year(2199) / 12 / 31;
constexpr unsigned kMinuteBits = 24;
constexpr std::uint64_t kOtherTime = (1U << kMinuteBits) - 1;
constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kTimesFrom =
    std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::year(2024) / 1 / 1))
        .time_since_epoch()
        .count() /
    kMinute;
constexpr unsigned kWideMinuteBits = 33;
constexpr std::int64_t kLastMinute = 253402300799 / kMinute; // of the year 9999

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::uint64_t ten_to(std::size_t power) {
    std::uint64_t out = 1;
    while (power-- > 0) out *= 10;
    return out;
}

unsigned bits_for_digits(std::size_t digits) {
    return static_cast<unsigned>(std::bit_width(ten_to(digits) - 1));
}

std::optional<std::uint64_t> parse(std::string_view digits) {
    std::uint64_t value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

std::string with_zeros(std::uint64_t value, std::size_t width) {
    auto digits = std::to_string(value);
    return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

tl::unexpected<Error> corrupt(const char* where, const BitReader& in) {
    return fail(ErrorCode::kCorrupt, where, static_cast<std::int64_t>(in.offset()));
}

} // namespace

bool write_digits(BitWriter& out, std::string_view digits, std::size_t length) {
    if (digits.size() != length || !all_digits(digits)) return false;
    while (!digits.empty()) {
        auto some = digits.substr(0, kDigitsAtOnce);
        out.put(parse(some).value_or(0), bits_for_digits(some.size()));
        digits.remove_prefix(some.size());
    }
    return true;
}

Result<std::string> read_digits(BitReader& in, std::size_t length) {
    std::string digits;
    while (digits.size() < length) {
        auto some = std::min(kDigitsAtOnce, length - digits.size());
        auto value = TRY(in.take(bits_for_digits(some)));
        if (value >= ten_to(some)) return corrupt("record.digits", in);
        digits += with_zeros(value, some);
    }
    return digits;
}

bool write_phone(BitWriter& out, std::string_view country_code, std::string_view e164) {
    if (!e164.starts_with('+') || !e164.substr(1).starts_with(country_code)) return false;
    auto national = e164.substr(1 + country_code.size());
    if (national.empty() || national.size() >= (1U << kPhoneLengthBits) || !all_digits(national))
        return false;
    out.put(national.size(), kPhoneLengthBits);
    return write_digits(out, national, national.size());
}

Result<std::string> read_phone(BitReader& in, std::string_view country_code) {
    auto length = TRY(in.take(kPhoneLengthBits));
    if (length == 0) return corrupt("record.phone", in);
    return "+" + std::string(country_code) + TRY(read_digits(in, length));
}

bool write_date(BitWriter& out, std::string_view date) {
    if (date.size() != 10 || date[4] != '-' || date[7] != '-') return false;
    auto year = date.substr(0, 4);
    auto month = date.substr(5, 2);
    auto day = date.substr(8, 2);
    if (!all_digits(year) || !all_digits(month) || !all_digits(day)) return false;
    std::chrono::year_month_day read{std::chrono::year(static_cast<int>(*parse(year))),
                                     std::chrono::month(static_cast<unsigned>(*parse(month))),
                                     std::chrono::day(static_cast<unsigned>(*parse(day)))};
    if (!read.ok() || std::chrono::sys_days(read) < kFirstDay || std::chrono::sys_days(read) > kLastDay)
        return false;
    out.put(static_cast<std::uint64_t>((std::chrono::sys_days(read) - kFirstDay).count()), kDateBits);
    return true;
}

Result<std::string> read_date(BitReader& in) {
    auto days = std::chrono::days(TRY(in.take(kDateBits)));
    if (days > kLastDay - kFirstDay) return corrupt("record.date", in);
    std::chrono::year_month_day date(kFirstDay + days);
    return std::to_string(static_cast<int>(date.year())) + "-" +
           with_zeros(static_cast<unsigned>(date.month()), 2) + "-" +
           with_zeros(static_cast<unsigned>(date.day()), 2);
}

bool write_number(BitWriter& out, std::string_view number) {
    auto value = parse(number);
    if (!value || *value > INT64_MAX || !all_digits(number) || (number.size() > 1 && number[0] == '0'))
        return false;
    out.groups(*value);
    return true;
}

Result<std::string> read_number(BitReader& in) {
    return std::to_string(TRY(in.groups()));
}

void write_small(BitWriter& out, std::uint8_t number, unsigned few) {
    bool fits = number >= 1 && number <= (1U << few);
    out.flag(!fits);
    out.put(fits ? number - 1U : number, fits ? few : 8);
}

Result<std::uint8_t> read_small(BitReader& in, unsigned few) {
    bool wide = TRY(in.flag());
    auto value = TRY(in.take(wide ? 8 : few));
    return static_cast<std::uint8_t>(wide ? value : value + 1);
}

void write_time(BitWriter& out, Instant time) {
    // Rounded down also before 1970, where nothing is kept anyway.
    auto minute = std::clamp<std::int64_t>(to_unix(time) / kMinute, 0, kLastMinute);
    auto since = minute - kTimesFrom;
    if (since >= 0 && since < static_cast<std::int64_t>(kOtherTime)) {
        out.put(static_cast<std::uint64_t>(since), kMinuteBits);
        return;
    }
    out.put(kOtherTime, kMinuteBits);
    out.put(static_cast<std::uint64_t>(minute), kWideMinuteBits);
}

Result<Instant> read_time(BitReader& in) {
    auto since = static_cast<std::int64_t>(TRY(in.take(kMinuteBits)));
    if (since != static_cast<std::int64_t>(kOtherTime)) return from_unix((since + kTimesFrom) * kMinute);
    auto minute = static_cast<std::int64_t>(TRY(in.take(kWideMinuteBits)));
    if (minute > kLastMinute) return corrupt("record.time", in);
    return from_unix(minute * kMinute);
}

} // namespace kentongan::wire
