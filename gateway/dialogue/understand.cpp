#include "dialogue/understand.hpp"

#include "domain/numbers.hpp"
#include "domain/request.hpp"

#include <algorithm>

namespace kentongan::dialogue {
namespace {

// Bytes of the UTF-8 character at `at`; 0 if there is none that is well-formed and visible.
std::size_t character_at(std::string_view text, std::size_t at) {
    for (std::size_t length = 1; length <= 4 && at + length <= text.size(); ++length) {
        auto count = domain::characters(text.substr(at, length));
        if (count && *count == 1) return length;
    }
    return 0;
}

std::u32string code_points(std::string_view text) {
    std::u32string out;
    for (std::size_t at = 0; at < text.size();) {
        auto length = std::max<std::size_t>(character_at(text, at), 1);
        char32_t code = 0;
        for (auto byte : text.substr(at, length)) code = code << 8U | static_cast<std::uint8_t>(byte);
        out += code; // its bytes as a number: enough to compare
        at += length;
    }
    return out;
}

std::size_t count_letters(std::string_view text) {
    std::size_t letters = 0;
    for (std::size_t at = 0; at < text.size();) {
        auto length = std::max<std::size_t>(character_at(text, at), 1);
        char c = text[at];
        bool ascii_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (ascii_letter || length > 1) ++letters;
        at += length;
    }
    return letters;
}

// Quotes that phones and people put around what they copy.
constexpr std::string_view kQuotes[] = {"“", "”", "‘", "’", "«", "»", "„"};

// Length of a separator at `at`, 0 if there is none.
std::size_t separator_at(std::string_view text, std::size_t at) {
    constexpr std::string_view kSigns = "# *,.:;\"'\n()<>[]=/\\_";
    if (kSigns.find(text[at]) != std::string_view::npos) return 1;
    for (auto quote : kQuotes)
        if (text.substr(at).starts_with(quote)) return quote.size();
    return 0;
}

struct Word {
    std::string text;
    std::size_t end = 0; ///< Offset behind it.
};

std::vector<Word> split(std::string_view text) {
    std::vector<Word> words;
    for (std::size_t at = 0; at < text.size();) {
        if (auto length = separator_at(text, at); length > 0) {
            at += length;
            continue;
        }
        auto from = at;
        while (at < text.size() && separator_at(text, at) == 0) ++at;
        words.push_back(Word{std::string(text.substr(from, at - from)), at});
    }
    return words;
}

// "STATUS?" is meant as the word; a lone "?" is a word itself.
std::string bare(std::string_view word) {
    while (word.size() > 1 && (word.back() == '?' || word.back() == '!')) word.remove_suffix(1);
    return upper(word);
}

struct Match {
    std::string_view command;
    bool exact = false;
};

Match match(const domain::Pack& pack, std::string_view word) {
    for (const auto& keyword : pack.keywords)
        if (std::find(keyword.words.begin(), keyword.words.end(), word) != keyword.words.end())
            return {keyword.command, true};
    for (const auto& keyword : pack.keywords) {
        // A slip of the finger must not delete, and "ya"/"no" are too short to guess at.
        if (keyword.command == "delete" || keyword.command == "filler" || keyword.command == "yes" ||
            keyword.command == "no")
            continue;
        for (const auto& known : keyword.words)
            if (code_points(known).size() >= 4 && nearly_equal(word, known)) return {keyword.command, false};
    }
    return {};
}

// "CEK48217739": the command and its digits written together.
std::size_t glued(const domain::Pack& pack, std::string_view word, Match& found) {
    auto digits = word.find_first_of("0123456789");
    if (digits == 0 || digits == std::string_view::npos) return 0;
    auto head = match(pack, upper(word.substr(0, digits)));
    if (!head.exact) return 0;
    found = head;
    return digits;
}

std::optional<std::size_t> one_digit(std::string_view word) {
    if (word.empty() || word.size() > 2) return std::nullopt;
    if (word == "O" || word == "o") word = "0";
    if (word == "l" || word == "I") word = "1";
    std::size_t value = 0;
    for (char c : word) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::size_t>(c - '0');
    }
    return value;
}

// "1 letters", "1-letters", "1letters": the number, and the words behind it.
void split_lead(Heard& heard) {
    const auto& first = heard.words.front();
    heard.said.assign(heard.words.begin() + 1, heard.words.end());
    heard.lead = one_digit(first);
    if (!heard.lead) {
        auto digits = std::min(first.find_first_not_of("0123456789"), first.size());
        auto behind = std::min(first.find_first_not_of('-', digits), first.size());
        heard.lead = one_digit(std::string_view(first).substr(0, digits));
        if (behind < first.size()) heard.said.insert(heard.said.begin(), first.substr(behind));
    }
    if (heard.said.empty()) heard.lead.reset();
    if (!heard.lead) heard.said.clear();
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) out += bare(word);
    return out;
}

std::string_view without_separators(std::string_view text) {
    while (!text.empty()) {
        auto length = separator_at(text, 0);
        if (length == 0) break;
        text.remove_prefix(length);
    }
    return text;
}

} // namespace

std::string upper(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return out;
}

bool nearly_equal(std::string_view first, std::string_view second) {
    auto a = code_points(first);
    auto b = code_points(second);
    if (a.size() > b.size()) std::swap(a, b);
    if (b.size() - a.size() > 1) return false;
    std::size_t same = 0;
    while (same < a.size() && a[same] == b[same]) ++same;
    if (a.size() < b.size()) return a.substr(same) == b.substr(same + 1);
    if (same == a.size() || a.substr(same + 1) == b.substr(same + 1)) return true;
    return same + 1 < a.size() && a[same] == b[same + 1] && a[same + 1] == b[same] &&
           a.substr(same + 2) == b.substr(same + 2);
}

std::string cleaned(std::string_view text, std::size_t most) {
    std::string out;
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size() && count < most;) {
        auto length = character_at(text, at);
        if (length == 0) {
            // A tab or a carriage return separates words; other control characters and broken bytes mean
            // nothing.
            if ((text[at] == '\t' || text[at] == '\r') && !out.ends_with(' ')) {
                out += ' ';
                ++count;
            }
            ++at;
            continue;
        }
        out += text.substr(at, length);
        at += length;
        ++count;
    }
    auto from = out.find_first_not_of(" \n");
    if (from == std::string::npos) return {};
    out.erase(out.find_last_not_of(" \n") + 1);
    out.erase(0, from);
    return out;
}

Heard hear(const domain::Pack& pack, std::string_view text) {
    Heard heard;
    heard.text = cleaned(text, domain::kMaxTextCharacters);
    auto plain = domain::plain_digits(heard.text);
    heard.letters = count_letters(heard.text);

    auto words = split(plain);
    std::size_t first = 0;
    while (first < words.size() && match(pack, bare(words[first].text)).command == "filler") ++first;
    for (auto at = first; at < words.size(); ++at) heard.words.push_back(words[at].text);
    if (heard.words.empty()) return heard;
    if (heard.words.size() == 1) heard.digit = one_digit(heard.words.front());
    if (!heard.digit) split_lead(heard);

    auto found = match(pack, bare(heard.words.front()));
    auto end = words[first].end;
    heard.rest.assign(heard.words.begin() + 1, heard.words.end());
    if (!found.exact) {
        if (auto digits = glued(pack, heard.words.front(), found); digits > 0) {
            heard.rest.insert(heard.rest.begin(), heard.words.front().substr(digits));
            end -= heard.words.front().size() - digits;
        }
    }
    if (found.command.empty()) {
        heard.rest.clear();
        return heard;
    }
    heard.command = found.command;
    heard.exact = found.exact;
    // The plain digits are shorter in bytes than some originals, so offsets are of `plain`; a story keeps
    // plain digits.
    auto after = std::string_view(plain).substr(end);
    heard.marked = after.starts_with('#') || after.starts_with('*');
    heard.rest_text = cleaned(without_separators(after), domain::kMaxTextCharacters);
    // "#" at the end closes a command, as on operators' menus; it is no part of a story.
    heard.rest_text.erase(heard.rest_text.find_last_not_of("# \n") + 1);
    heard.rest_letters = count_letters(heard.rest_text);
    return heard;
}

bool says(const Heard& heard, std::string_view option) {
    constexpr std::size_t kEnough = 3;
    std::vector<std::string> words;
    for (auto& word : split(domain::plain_digits(option))) words.push_back(std::move(word.text));
    auto whole = joined(words);
    auto said = joined(heard.said);
    if (said.empty()) return false;
    return said == whole || (whole.starts_with(said) && code_points(said).size() >= kEnough);
}

bool says_command(const domain::Pack& pack, const Heard& heard, std::string_view command) {
    return heard.said.size() == 1 && match(pack, bare(heard.said.front())).command == command;
}

bool copies(const Heard& heard, std::string_view prompt) {
    if (!heard.lead) return false;
    // An instruction goes from its number to the end of the sentence, or to the next number.
    auto plain = domain::plain_digits(prompt);
    auto words = split(plain);
    for (std::size_t at = 0; at < words.size(); ++at) {
        if (one_digit(words[at].text) != heard.lead) continue;
        std::string instruction;
        for (auto next = at + 1; next < words.size() && !one_digit(words[next].text); ++next) {
            auto from = words[next].end - words[next].text.size();
            auto between = std::string_view(plain).substr(words[next - 1].end, from - words[next - 1].end);
            if (between.find_first_of(".,:;\n") != std::string_view::npos) break;
            instruction += words[next].text + " ";
        }
        if (says(heard, instruction)) return true;
    }
    return false;
}

} // namespace kentongan::dialogue
