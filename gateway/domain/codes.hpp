// The codes that people keep: 8 digits for a feature phone, 16 for the receipt.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kentongan::domain {

/// The Damm check digit of `digits` (H. M. Damm, 2004): catches every single wrong digit and every swap
/// of neighbours. Precondition: ASCII digits only.
[[nodiscard]] char damm_digit(std::string_view digits);
[[nodiscard]] bool damm_valid(std::string_view digits);

/// What a feature phone can type: 7 random digits and a Damm digit. Alone it shows a state and a date.
struct CaseCode {
    std::string digits; ///< 8
    auto operator<=>(const CaseCode&) const = default;
    [[nodiscard]] std::string grouped() const; ///< "4821 7739"
};

/// What proves that you are the one who asked: 15 random digits and a Damm digit (about 50 bits; guessing is
/// also limited). Opens reason, answer and thread.
struct ReceiptCode {
    std::string digits; ///< 16
    auto operator<=>(const ReceiptCode&) const = default;
    [[nodiscard]] std::string grouped() const; ///< "4821 7739 0142 5538"
};

/// `random` must be uniform: it is the entropy of the code. The tiny bias of taking it modulo 10^n
/// (below 2^-40) is harmless.
[[nodiscard]] CaseCode make_case_code(std::uint64_t random);
[[nodiscard]] ReceiptCode make_receipt_code(std::uint64_t random);

/// As typed: spaces, dots, dashes dropped; O and o read as 0, l and I as 1. Nothing if the length or the
/// check digit is wrong.
[[nodiscard]] std::optional<CaseCode> parse_case_code(std::string_view typed);
[[nodiscard]] std::optional<ReceiptCode> parse_receipt_code(std::string_view typed);

} // namespace kentongan::domain
