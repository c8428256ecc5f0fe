#include "domain/numbers.hpp"

#include "domain/codes.hpp"

#include <algorithm>
#include <cstdint>

namespace kentongan::domain {
namespace {

bool all_digits(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Slices are at most 18 digits (checked when the pack is read), so this cannot overflow.
std::int64_t value_of(std::string_view digits) {
    std::int64_t value = 0;
    for (char c : digits) value = value * 10 + (c - '0');
    return value;
}

bool luhn_valid(std::string_view digits) {
    int sum = 0;
    bool twice = false;
    for (auto at = digits.rbegin(); at != digits.rend(); ++at, twice = !twice) {
        int digit = *at - '0';
        if (twice) digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

bool mod97_valid(std::string_view digits) {
    int rest = 0;
    for (char c : digits) rest = (rest * 10 + (c - '0')) % 97;
    return rest == 1;
}

bool checksum_valid(IdentityRule::Checksum checksum, std::string_view digits) {
    switch (checksum) {
    case IdentityRule::Checksum::kNone:
        return true;
    case IdentityRule::Checksum::kLuhn:
        return luhn_valid(digits);
    case IdentityRule::Checksum::kDamm:
        return damm_valid(digits);
    case IdentityRule::Checksum::kMod97:
        return mod97_valid(digits);
    }
    return false;
}

bool part_valid(const IdentityRule::Part& part, std::string_view digits) {
    if (part.at > digits.size()) return false;
    auto slice = digits.substr(part.at, part.length);
    bool listed = std::find(part.one_of.begin(), part.one_of.end(), slice) != part.one_of.end();
    switch (part.kind) {
    case IdentityRule::Part::Kind::kOneOf:
        return listed;
    case IdentityRule::Part::Kind::kNot:
        return !listed;
    case IdentityRule::Part::Kind::kRange:
        break;
    }
    auto value = value_of(slice);
    return std::any_of(part.ranges.begin(), part.ranges.end(),
                       [&](const auto& range) { return value >= range.first && value <= range.second; });
}

Problem problem(std::string key) {
    return Problem{{}, std::move(key), {}};
}

bool national_valid(const PhoneRule& rule, std::string_view national, bool synthetic) {
    return std::any_of(rule.national.begin(), rule.national.end(), [&](const PhoneRule::National& form) {
        return (synthetic || !form.synthetic) && national.starts_with(form.starts) &&
               national.size() >= form.min && national.size() <= form.max;
    });
}

// The national number within `digits` written in the international, trunk or bare form.
std::optional<std::string_view> national_in(const PhoneRule& rule, std::string_view digits, bool plus,
                                            bool bare, bool synthetic) {
    auto valid_after = [&](std::string_view prefix) {
        return digits.starts_with(prefix) && national_valid(rule, digits.substr(prefix.size()), synthetic);
    };
    if (valid_after(rule.country_code)) return digits.substr(rule.country_code.size());
    if (plus) return std::nullopt;
    if (!rule.trunk.empty() && valid_after(rule.trunk)) return digits.substr(rule.trunk.size());
    if (bare && valid_after("")) return digits;
    return std::nullopt;
}

// No number has more: E.164 allows 15 digits; the rest is room for separators.
constexpr std::size_t kMaxTyped = 64;

} // namespace

std::string plain_digits(std::string_view typed) {
    std::string out;
    out.reserve(typed.size());
    for (std::size_t at = 0; at < typed.size(); ++at) {
        auto first = static_cast<std::uint8_t>(typed[at]);
        auto second = at + 1 < typed.size() ? static_cast<std::uint8_t>(typed[at + 1]) : std::uint8_t{0};
        if (first == 0xD9 && second >= 0xA0 && second <= 0xA9) {
            out += static_cast<char>('0' + (second - 0xA0)); // U+0660 … U+0669
            ++at;
        } else if (first == 0xDB && second >= 0xB0 && second <= 0xB9) {
            out += static_cast<char>('0' + (second - 0xB0)); // U+06F0 … U+06F9
            ++at;
        } else {
            out += typed[at];
        }
    }
    return out;
}

std::optional<Problem> check_identity(const IdentityRule& rule, std::string_view typed, bool synthetic,
                                      std::string* digits) {
    std::string read;
    for (char c : plain_digits(typed))
        if (rule.ignore.find(c) == std::string::npos) read += c;
    if (!all_digits(read)) return problem("identity.error.characters");
    if (read.size() != rule.length) {
        auto wrong = problem("identity.error.length");
        wrong.values = {{"expected", std::to_string(rule.length)}, {"got", std::to_string(read.size())}};
        return wrong;
    }
    for (const auto& part : rule.parts) {
        if (part.unless_synthetic && synthetic) continue;
        if (!part_valid(part, read)) return problem("identity.error." + part.id);
    }
    if (!checksum_valid(rule.checksum, read)) return problem("identity.error.checksum");
    if (digits != nullptr) *digits = std::move(read);
    return std::nullopt;
}

std::optional<Problem> check_phone(const PhoneRule& rule, std::string_view typed, bool synthetic,
                                   Msisdn* msisdn) {
    if (typed.size() > kMaxTyped) return problem("phone.error");
    std::string digits;
    bool plus = false;
    for (char c : plain_digits(typed)) {
        if (c == ' ' || c == '.' || c == '-' || c == '(' || c == ')') continue;
        if (c == '+' && digits.empty() && !plus)
            plus = true;
        else
            digits += c;
    }
    if (!all_digits(digits)) return problem("phone.error");
    auto national = national_in(rule, digits, plus, true, synthetic);
    if (!national) return problem("phone.error");
    if (msisdn != nullptr) msisdn->e164 = "+" + rule.country_code + std::string(*national);
    return std::nullopt;
}

bool is_e164(std::string_view number) {
    return number.size() >= 6 && number.size() <= 16 && number[0] == '+' &&
           std::all_of(number.begin() + 1, number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Msisdn> answerable(const PhoneRule& rule, std::string_view sender, bool synthetic) {
    bool plus = sender.starts_with('+');
    if (plus) sender.remove_prefix(1);
    if (sender.empty() || sender.size() > 15 || !all_digits(sender)) return std::nullopt;
    // Without a country code or a trunk prefix it may be a service number: not answered.
    auto national = national_in(rule, sender, plus, false, synthetic);
    if (!national) return std::nullopt;
    return Msisdn{"+" + rule.country_code + std::string(*national)};
}

} // namespace kentongan::domain
