// What the box's own database holds of a person: pseudonyms and short-lived sealed rows.
//
// The key (BoxSecret::store) lies beside the database, so this keeps content out of backups, logs, free pages
// and casual eyes; against a thief of the whole box only sealing to the district helps, and anything that
// must outlast a conversation is sealed there (docs/security.md).
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "wire/keys.hpp"

#include <array>
#include <string_view>

namespace kentongan::wire {

using Pseudonym = std::array<std::uint8_t, 16>;

/// Keyed BLAKE2b of `value`, separate for each `purpose`: equal values meet, nobody without the key can try
/// values.
[[nodiscard]] Pseudonym pseudonym(const Key32& store_key, std::string_view purpose, BytesView value);
[[nodiscard]] Pseudonym pseudonym(const Key32& store_key, std::string_view purpose, std::string_view value);

/// The key of what only the holder of a form's token may read again. The token itself is never stored, so a
/// stolen box cannot make it.
[[nodiscard]] Key32 key_of_token(const Key32& store_key, const OnceToken& once);

/// XChaCha20-Poly1305 under the store key with `purpose` as associated data.
[[nodiscard]] Bytes seal_row(const Key32& store_key, std::string_view purpose, BytesView plain);
/// Errors: kDenied - another key or purpose, or altered; kCorrupt - too short.
[[nodiscard]] Result<Bytes> open_row(const Key32& store_key, std::string_view purpose, BytesView sealed);

} // namespace kentongan::wire
