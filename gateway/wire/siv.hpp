// Sealing between one box and its district that needs no counter and no memory: what goes beside the items,
// in both directions (docs/formats/answer.md).
//
// A synthetic initialisation vector, as RFC 5297 builds one, from libsodium's parts: the tag is keyed BLAKE2b
// over associated data and message, and is the nonce of a ChaCha20 stream. The same message twice gives the
// same bytes, which says no more than that it is the same; a district restored from a backup repeats nothing
// that could be used. 16 bytes around a message.
#pragma once

#include "base/bytes.hpp"
#include "wire/keys.hpp"

namespace kentongan::wire {

inline constexpr std::size_t kSivOverhead = 16;

/// Two keys, for the tag and for the stream. Wiped at its end.
struct SivKey {
    Key32 tag{};
    Key32 stream{};
    ~SivKey() {
        wipe(tag);
        wipe(stream);
    }
};

/// From the key agreement of a box and one of the district's prekeys, and the box's psk: one for each
/// direction. Either end computes both.
struct LinkKeys {
    SivKey up;
    SivKey down;
};
/// `own`: the secret of this end's X25519 key; `other`: the public key of the other end.
/// Errors: kInvalid - `other` is a point of low order.
[[nodiscard]] Result<LinkKeys> link_keys(const Key32& own, const Key32& other, const Key32& psk);

[[nodiscard]] Bytes siv_seal(const SivKey& key, BytesView associated, BytesView plain);
/// Errors: kDenied - another key or other associated data, or altered; kCorrupt - too short.
[[nodiscard]] Result<Bytes> siv_open(const SivKey& key, BytesView associated, BytesView sealed);

} // namespace kentongan::wire
