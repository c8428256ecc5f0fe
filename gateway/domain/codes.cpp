#include "domain/codes.hpp"

namespace kentongan::domain {
namespace {

// Damm's totally anti-symmetric quasigroup of order 10 (dissertation, 2004, appendix).
constexpr std::array<std::array<std::uint8_t, 10>, 10> kDamm{{
    {0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
    {7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
    {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
    {1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
    {6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
    {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
    {5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
    {8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
    {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
    {2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}};

std::uint8_t damm(std::string_view digits) {
    std::uint8_t interim = 0;
    for (char c : digits) interim = kDamm[interim][static_cast<std::uint8_t>(c - '0') % 10];
    return interim;
}

std::string with_check(std::uint64_t number, std::size_t length) {
    std::string digits(length, '0');
    for (std::size_t at = length; at > 0; --at, number /= 10)
        digits[at - 1] = static_cast<char>('0' + number % 10);
    digits += damm_digit(digits);
    return digits;
}

std::string in_fours(std::string_view digits) {
    std::string out;
    for (std::size_t at = 0; at < digits.size(); ++at) {
        if (at != 0 && at % 4 == 0) out += ' ';
        out += digits[at];
    }
    return out;
}

std::optional<std::string> read_digits(std::string_view typed, std::size_t length) {
    std::string digits;
    for (char c : typed) {
        if (c == ' ' || c == '.' || c == '-') continue;
        if (c == 'O' || c == 'o') c = '0';
        if (c == 'l' || c == 'I') c = '1';
        if (c < '0' || c > '9' || digits.size() == length) return std::nullopt;
        digits += c;
    }
    if (digits.size() != length || !damm_valid(digits)) return std::nullopt;
    return digits;
}

} // namespace

char damm_digit(std::string_view digits) {
    return static_cast<char>('0' + damm(digits));
}

bool damm_valid(std::string_view digits) {
    return !digits.empty() && damm(digits) == 0;
}

std::string CaseCode::grouped() const {
    return in_fours(digits);
}

std::string ReceiptCode::grouped() const {
    return in_fours(digits);
}

CaseCode make_case_code(std::uint64_t random) {
    return CaseCode{with_check(random, 7)};
}

ReceiptCode make_receipt_code(std::uint64_t random) {
    return ReceiptCode{with_check(random, 15)};
}

std::optional<CaseCode> parse_case_code(std::string_view typed) {
    auto digits = read_digits(typed, 8);
    if (!digits) return std::nullopt;
    return CaseCode{std::move(*digits)};
}

std::optional<ReceiptCode> parse_receipt_code(std::string_view typed) {
    auto digits = read_digits(typed, 16);
    if (!digits) return std::nullopt;
    return ReceiptCode{std::move(*digits)};
}

} // namespace kentongan::domain
