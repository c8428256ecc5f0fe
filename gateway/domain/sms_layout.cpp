#include "domain/sms_layout.hpp"

#include "base/gsm7.hpp"

#include <algorithm>

namespace kentongan::domain {
namespace {

std::optional<SmsPage> page_from(const SmsListWords& words, const std::vector<std::string>& options,
                                 std::size_t first) {
    for (auto count = std::min(kSmsOptions, options.size() - first); count > 0; --count) {
        SmsPage page{words.head, first, count, first + count < options.size()};
        for (std::size_t at = 0; at < count; ++at)
            page.text += "\n" + std::to_string(at + 1) + " " + options[first + at];
        if (page.more) page.text += "\n9 " + words.more;
        page.text += "\n0 " + words.back;
        if (gsm7::fits_one_sms(page.text, words.ucs2)) return page;
    }
    return std::nullopt;
}

} // namespace

std::optional<SmsPage> sms_page(const SmsListWords& words, const std::vector<std::string>& options,
                                std::size_t page) {
    std::size_t first = 0;
    for (std::size_t at = 0; first < options.size(); ++at) {
        auto found = page_from(words, options, first);
        if (!found || at == page) return found;
        first += found->count;
    }
    return std::nullopt;
}

bool sms_pages_fit(const SmsListWords& words, const std::vector<std::string>& options) {
    for (std::size_t first = 0; first < options.size();) {
        auto page = page_from(words, options, first);
        if (!page) return false;
        first += page->count;
    }
    return true;
}

std::string sms_menu(std::string_view head, const std::vector<std::string>& options,
                     std::string_view language, std::string_view help) {
    std::string text(head);
    for (std::size_t at = 0; at < options.size(); ++at)
        text += "\n" + std::to_string(at + 1) + " " + options[at];
    text.append("\n9 ").append(language).append("\n0 ").append(help);
    return text;
}

} // namespace kentongan::domain
