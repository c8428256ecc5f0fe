// Identity numbers and phone numbers, by the country's rules (data of the pack).
#pragma once

#include "domain/catalogue.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::domain {

/// What is wrong with one answer. `text_key` names a text of the pack; `values` fill its placeholders.
/// Carries no part of what the person typed, except counts.
struct Problem {
    std::string field;
    std::string text_key;
    std::vector<std::pair<std::string, std::string>> values;
};

/// A phone number in E.164, "+628…". Only made by parse_phone().
struct Msisdn {
    std::string e164;
    auto operator<=>(const Msisdn&) const = default;
};

/// "+" and 5 to 15 digits (ITU-T E.164 has 15 at most): what a modem can send to.
[[nodiscard]] bool is_e164(std::string_view number);

/// `typed` with Arabic-Indic digits (U+0660–0669, U+06F0–06F9), which some keyboards write, as 0–9. The rest
/// stays.
[[nodiscard]] std::string plain_digits(std::string_view typed);

/// The digits of an identity number if `typed` follows `rule`; separators in rule.ignore are dropped.
/// Problems: identity.error.length {expected},{got} · identity.error.characters · identity.error.<part> ·
/// identity.error.checksum. `synthetic`: accept the numbers kept for tests.
[[nodiscard]] std::optional<Problem> check_identity(const IdentityRule& rule, std::string_view typed,
                                                    bool synthetic, std::string* digits = nullptr);

/// `typed` in any spelling people use (national, international, spaces, dots, dashes) as E.164.
/// Problem: phone.error.
[[nodiscard]] std::optional<Problem> check_phone(const PhoneRule& rule, std::string_view typed,
                                                 bool synthetic, Msisdn* msisdn = nullptr);

/// Whether a sender's address from the network is a subscriber whom an answer can reach: a short code, an
/// alphanumeric sender or rubbish is not (answering one makes loops).
[[nodiscard]] std::optional<Msisdn> answerable(const PhoneRule& rule, std::string_view sender,
                                               bool synthetic);

} // namespace kentongan::domain
