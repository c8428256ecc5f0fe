// Values of ours to columns and back, as both stores keep them.
#pragma once

#include "adapters/sqlite/database.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <array>

namespace kentongan::sqlite {

/// The first N bytes; what is missing is zero. A shorter blob can only come from a damaged file.
template <std::size_t N>
[[nodiscard]] std::array<std::uint8_t, N> array_of(const Bytes& bytes) {
    std::array<std::uint8_t, N> out{};
    std::copy_n(bytes.begin(), std::min(N, bytes.size()), out.begin());
    return out;
}

/// The column's seconds since 1970, as to_unix() gave them.
[[nodiscard]] inline Instant instant(const Statement& row, int column) {
    return from_unix(row.integer(column));
}

/// A number or an enumerator as a column keeps it.
template <class Number>
[[nodiscard]] std::int64_t integer(Number value) {
    return static_cast<std::int64_t>(value);
}

} // namespace kentongan::sqlite
