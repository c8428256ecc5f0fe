#include "wire/crockford.hpp"

namespace kentongan::wire {

std::string crockford(BytesView bytes, std::size_t count) {
    std::string out;
    for (std::size_t digit = 0; digit < count; ++digit) {
        if (digit > 0 && digit % 5 == 0) out += '-';
        unsigned value = 0;
        for (std::size_t bit = digit * 5; bit < digit * 5 + 5; ++bit)
            value = value << 1 | (bytes[bit / 8] >> (7 - bit % 8) & 1U);
        out += kCrockford[value];
    }
    return out;
}

Result<std::string> read_crockford(std::string_view typed, std::size_t count) {
    std::string out;
    for (char c : typed) {
        if (c == '-' || c == ' ') continue;
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (c == 'O') c = '0';
        if (c == 'I' || c == 'L') c = '1';
        if (kCrockford.find(c) == std::string_view::npos || out.size() == count)
            return fail(ErrorCode::kInvalid, "crockford.digit");
        out += c;
    }
    if (out.size() != count) return fail(ErrorCode::kInvalid, "crockford.count");
    return out;
}

std::uint8_t crockford_value(char digit) {
    return static_cast<std::uint8_t>(kCrockford.find(digit));
}

} // namespace kentongan::wire
