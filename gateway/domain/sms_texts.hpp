// The texts that SMS dialogues are made of, and how wide their placeholders can get: one table for the
// engine, the pack check and the tests.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace kentongan::domain {

/// Widest values, in characters.
struct SmsWidth {
    std::string_view name;
    std::size_t characters;
};
inline constexpr SmsWidth kSmsWidths[] = {
    {"village", 24},                                          // Village::name
    {"hours", 40},                                            // Village::office_hours
    {"phone", 20},                                            // Village::phone
    {"code", 9},                                              // CaseCode::grouped()
    {"digits", 8},                                            // CaseCode::digits
    {"day", 2},      {"month", 2}, {"year", 4}, {"date", 10}, // text sms.date, filled
    {"days", 3},                                              // Service::target_days
    {"open", 3},                                              // cases
    {"min", 16},     {"max", 16},                             // Field::min, Field::max
    {"hamlet", 24},                                           // Hamlet::name
};
[[nodiscard]] constexpr std::size_t sms_width(std::string_view name) {
    for (const auto& width : kSmsWidths)
        if (width.name == name) return width.characters;
    return 0;
}

/// One text; `placeholders` are those that the engine fills, in no order, separated by spaces.
struct SmsText {
    std::string_view key;
    std::string_view placeholders;
};

/// Every text "sms.*". Those with {service}, {answers}, {state}, {hint} or {fee} are measured with the
/// catalogue's own words, the others with kSmsWidths.
[[nodiscard]] std::span<const SmsText> sms_texts();

} // namespace kentongan::domain
