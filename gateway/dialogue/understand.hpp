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
    /// The text begins with such a number and goes on: perhaps a line of a menu, copied with its word.
    std::optional<std::size_t> line;
    std::vector<std::string> line_words; ///< Behind it, in upper case.
};

/// Whether `heard` is the line "`number` `option`", copied whole or as far as its beginning tells it.
[[nodiscard]] bool is_line(const Heard& heard, std::size_t number, std::string_view option);

[[nodiscard]] Heard hear(const domain::Pack& pack, std::string_view text);

/// UTF-8 without control characters but line feeds, at most
/// `most` characters. Malformed bytes are dropped.
[[nodiscard]] std::string cleaned(std::string_view text, std::size_t most);

/// ASCII letters in upper case; the rest as it is.
[[nodiscard]] std::string upper(std::string_view text);

/// Whether one insertion, deletion, replacement or swap of neighbours makes `a` of `b` (or they are equal).
[[nodiscard]] bool nearly_equal(std::string_view a, std::string_view b);

} // namespace kentongan::dialogue
