#include "adapters/command_line/command_line.hpp"

#include <algorithm>
#include <limits>

namespace kentongan::command_line {

std::span<const char* const> words_of(int argc, const char* const* argv) {
    if (argc < 1) return {}; // execve() allows a program without a name
    return {argv + 1, static_cast<std::size_t>(argc - 1)};
}

std::optional<NamedValues> named_values(std::span<const char* const> words,
                                        std::span<const std::string_view> known, std::string_view& wrong) {
    NamedValues out;
    for (std::size_t at = 0; at < words.size(); at += 2) {
        std::string_view name = words[at];
        bool is_known = std::find(known.begin(), known.end(), name) != known.end();
        if (!is_known || at + 1 == words.size() || !out.emplace(name, words[at + 1]).second) {
            wrong = name;
            return std::nullopt;
        }
    }
    return out;
}

bool Endpoint::loopback() const {
    return address.starts_with("127.") || address == "::1";
}

std::optional<Endpoint> endpoint(std::string_view text) {
    auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    auto port = number<std::uint16_t>(text.substr(colon + 1), 0, std::numeric_limits<std::uint16_t>::max());
    auto address = text.substr(0, colon);
    if (address.size() > 2 && address.front() == '[' && address.back() == ']')
        address = address.substr(1, address.size() - 2);
    else if (address.find(':') != std::string_view::npos)
        return std::nullopt;
    if (!port || address.empty()) return std::nullopt;
    return Endpoint{std::string(address), *port};
}

} // namespace kentongan::command_line
