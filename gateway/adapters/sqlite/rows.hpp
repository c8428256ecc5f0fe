// Values of ours to columns and back, as both stores keep them.
#pragma once

#include "adapters/sqlite/database.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

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

template <class Row>
using FromRow = Row (*)(const Statement&);

/// The first row of a query, or nothing; the statement is ready for its next use.
template <class Row>
[[nodiscard]] Result<std::optional<Row>> one_of(Statement& statement, FromRow<Row> from) {
    std::optional<Row> out;
    if (TRY(statement.step())) out = from(statement);
    statement.reset();
    return out;
}

/// Every row.
template <class Row>
[[nodiscard]] Result<std::vector<Row>> all_of(Statement& statement, FromRow<Row> from) {
    std::vector<Row> out;
    while (TRY(statement.step())) out.push_back(from(statement));
    statement.reset();
    return out;
}

} // namespace kentongan::sqlite
