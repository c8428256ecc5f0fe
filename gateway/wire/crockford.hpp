// What people read aloud, compare and type: Crockford's base 32, without I, L, O and U.
#pragma once

#include "base/bytes.hpp"

#include <string>
#include <string_view>

namespace kentongan::wire {

inline constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The first `count` digits of `bytes`, five bits each from the front, in groups of five with '-' between.
/// `bytes` must hold at least count × 5 bits.
[[nodiscard]] std::string crockford(BytesView bytes, std::size_t count);

/// As typed: any case, O for 0, I and L for 1, hyphens and blanks anywhere. Capitals without hyphens come
/// back. Errors: kInvalid - another character (U is one), or not exactly `count` digits.
[[nodiscard]] Result<std::string> read_crockford(std::string_view typed, std::size_t count);

/// Its place in the alphabet. The digit must be one.
[[nodiscard]] std::uint8_t crockford_value(char digit);

} // namespace kentongan::wire
