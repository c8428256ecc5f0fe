// What people write, read as commands and digits. Private to this room.
#pragma once

#include "domain/catalogue.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::dialogue {

/// One incoming text, looked at once.
struct Heard {
    std::string text; ///< Cleaned: UTF-8, no control characters, at most 2,000 characters.
    std::vector<std::string>
        words;           ///< Split at # space * , . : ; quotes; fillers ("TYPE") dropped; digits as 0–9.
    std::string command; ///< Keyword::command of the first word, empty if it is none.
    bool exact = false;  ///< The command word was spelled without a typo.
    bool marked = false; ///< A "#" or "*" follows the command word: certainly a command.
    std::vector<std::string> rest;    ///< The words after the command.
    std::string rest_text;            ///< The cleaned text after the command, as written.
    std::size_t letters = 0;          ///< Letters in `text`; digits and signs do not count.
    std::size_t rest_letters = 0;     ///< Letters in `rest_text`.
    std::optional<std::size_t> digit; ///< The text is one number of one or two digits, however decorated.
    std::optional<std::size_t> lead;  ///< Such a number begins the text and words follow: "1 letters".
    std::vector<std::string> said;    ///< The words after `lead`.
};

[[nodiscard]] Heard hear(const domain::Pack& pack, std::string_view text);

/// Whether what follows the leading number is `option`, or its beginning of at least three letters;
/// separators and case do not count.
[[nodiscard]] bool says(const Heard& heard, std::string_view option);

/// Whether what follows the leading number is one word, and means that command.
[[nodiscard]] bool says_command(const domain::Pack& pack, const Heard& heard, std::string_view command);

/// Whether the text copies a number and its words out of `prompt`: "1 YA" of "Reply 1 YA, 2 TIDAK."
[[nodiscard]] bool copies(const Heard& heard, std::string_view prompt);

/// UTF-8 without control characters but line feeds, at most
/// `most` characters. Malformed bytes are dropped.
[[nodiscard]] std::string cleaned(std::string_view text, std::size_t most);

/// ASCII letters in upper case; the rest as it is.
[[nodiscard]] std::string upper(std::string_view text);

/// Whether one insertion, deletion, replacement or swap of neighbours makes `a` of `b` (or they are equal).
[[nodiscard]] bool nearly_equal(std::string_view a, std::string_view b);

} // namespace kentongan::dialogue
