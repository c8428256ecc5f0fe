// What the command lines of all programs have in common: pairs of --name and value, and how values are read.
#pragma once

#include <charconv>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kentongan::command_line {

/// The words after the program's name. They live as long as the program.
[[nodiscard]] std::span<const char* const> words_of(int argc, const char* const* argv);

/// By name, with the dashes. The views are into the words.
using NamedValues = std::map<std::string_view, std::string_view>;

/// Reads `words` as names that are among `known`, each at most once and with a value behind it. Otherwise
/// nothing, and `wrong` is the first name that is unknown, repeated or without a value.
[[nodiscard]] std::optional<NamedValues> named_values(std::span<const char* const> words,
                                                      std::span<const std::string_view> known,
                                                      std::string_view& wrong);

/// The whole of `text` as a decimal number from `min` to `max`, or nothing. No sign '+', no blanks, no NaN.
template <class Number>
[[nodiscard]] std::optional<Number> number(std::string_view text, Number min, Number max) {
    Number value{};
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value >= min && value <= max))
        return std::nullopt;
    return value;
}

/// Where a server listens.
struct Endpoint {
    std::string address; ///< Numeric.
    std::uint16_t port = 0;
    [[nodiscard]] bool loopback() const;
};

/// "127.0.0.1:8080" or "[::1]:8080"; nothing if it is neither. That the address is one is not checked.
[[nodiscard]] std::optional<Endpoint> endpoint(std::string_view text);

} // namespace kentongan::command_line
