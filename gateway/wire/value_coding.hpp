// Single values of a record as bits: phones, identity numbers, dates, numbers
// (docs/formats/record.md#values). Each writer returns false, and has written nothing, if its form cannot say
// the value; the record then carries it as text.
#pragma once

#include "wire/bits.hpp"

#include <string>
#include <string_view>

namespace kentongan::wire {

/// Digits, leading zeros kept, in the fewest bits for exactly `length` of them.
bool write_digits(BitWriter& out, std::string_view digits, std::size_t length);
Result<std::string> read_digits(BitReader& in, std::size_t length);

/// "+" country code and 1 to 15 national digits.
bool write_phone(BitWriter& out, std::string_view country_code, std::string_view e164);
Result<std::string> read_phone(BitReader& in, std::string_view country_code);

/// YYYY-MM-DD from 1900 to 2199.
bool write_date(BitWriter& out, std::string_view date);
Result<std::string> read_date(BitReader& in);

/// A decimal number from 0 without leading zeros.
bool write_number(BitWriter& out, std::string_view number);
Result<std::string> read_number(BitReader& in);

/// A number from 1 that is mostly at most 2^`few`: `few` bits then, else eight, after a bit that says which.
void write_small(BitWriter& out, std::uint8_t number, unsigned few);
Result<std::uint8_t> read_small(BitReader& in, unsigned few);

/// To the minute. A time before 1970 or after 9999 is written as the nearest within.
void write_time(BitWriter& out, Instant time);
Result<Instant> read_time(BitReader& in);

} // namespace kentongan::wire
