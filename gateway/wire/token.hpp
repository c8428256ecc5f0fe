// Tokens of sessions and keyed names of things: what a database holds instead of the thing itself.
#pragma once

#include "base/bytes.hpp"
#include "wire/keys.hpp"

#include <string>
#include <string_view>

namespace kentongan::wire {

/// What stands for a session in a browser: 256 random bits.
using Token = Key32;

/// BLAKE2b-256 of `bytes` under a purpose, so that a digest for one use never serves for another.
[[nodiscard]] Key32 digest(std::string_view purpose, BytesView bytes);

/// What the database keeps of a session's token.
[[nodiscard]] Key32 token_hash(const Token& token);
/// The token that a page repeats in a header. Follows from the session's token; does not lead back to it.
[[nodiscard]] Key32 page_token(const Token& token);

/// Compares in a time that does not depend on where they differ.
[[nodiscard]] bool same_secret(BytesView left, BytesView right);

} // namespace kentongan::wire
