// Passwords of officers: kept as Argon2id (RFC 9106) strings.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace kentongan::wire {

/// Longest password that is looked at, in bytes; the work of checking does not depend on the length below it.
inline constexpr std::size_t kMaxPassword = 256;

/// The string to keep: algorithm, parameters, a fresh salt and the hash; 2 passes over 64 MiB.
/// Takes some 100 ms. Errors: kInvalid - empty or above kMaxPassword; kUnavailable - 64 MiB are not free.
[[nodiscard]] Result<std::string> hash_password(std::string_view password);

/// Whether `password` made `kept`. Takes as long as hash_password(), right or wrong. A `kept` that is not
/// such a string matches nothing. Errors: kUnavailable - 64 MiB are not free: nobody knows. Threads: any;
/// blocks for the whole time.
[[nodiscard]] Result<bool> password_matches(const std::string& kept, std::string_view password);

} // namespace kentongan::wire
