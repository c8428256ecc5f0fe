// How a choice is laid out in one SMS: a head, numbered lines, "9" for more, "0" for back.
// The dialogue sends these pages; the pack check proves beforehand that they fit.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::domain {

/// Most options on one page: 9 turns the page, 0 goes back.
inline constexpr std::size_t kSmsOptions = 8;

struct SmsPage {
    std::string text;
    std::size_t first = 0; ///< Index of the option that "1" means here.
    std::size_t count = 0; ///< Options on this page.
    bool more = false;     ///< "9" shows the next page.
};

/// How a choice reads in one language.
struct SmsListWords {
    std::string head; ///< Stands on every page.
    std::string more;
    std::string back;
    bool ucs2 = false; ///< 70 UCS-2 units instead of 160 septets where the text needs it.
};

/// Page `page` (from 0): as many options as fit one SMS, at most kSmsOptions. Pages do not depend on what was
/// sent before, so a number means the same a day later. Nothing: there is no such page, or the head and one
/// option do not fit.
[[nodiscard]] std::optional<SmsPage> sms_page(const SmsListWords& words,
                                              const std::vector<std::string>& options, std::size_t page);

/// Whether every option gets onto some page.
[[nodiscard]] bool sms_pages_fit(const SmsListWords& words, const std::vector<std::string>& options);

/// The main menu: options numbered from 1, then 9 (language) and 0 (help).
[[nodiscard]] std::string sms_menu(std::string_view head, const std::vector<std::string>& options,
                                   std::string_view language, std::string_view help);

} // namespace kentongan::domain
