// The keyring as bytes, signed by the root (docs/formats/keyring.md). A box believes a keyring only if its
// pinned root has signed it and its version is above the one it holds; no clock is asked.
#pragma once

#include "wire/keys.hpp"

#include <span>

namespace kentongan::wire {

/// With kMaxValidPrekeys and kMaxRevoked, whatever the boxes' numbers are.
inline constexpr std::size_t kMaxKeyring = 8 * 1024;
/// What a rotation leaves valid: the new prekey and the one before. 238 bytes, and a byte or two
/// for each withdrawn box.
inline constexpr std::size_t kPrekeysAfterRotation = 2;

/// Body and signature. The keyring must keep the limits of wire/keys.hpp; its lists are sorted.
[[nodiscard]] Bytes sign_keyring(const Keyring& keyring, const RootSecret& root);

/// Errors: kDenied - not signed by `root`; kCorrupt - malformed; kUnsupported - a newer format.
[[nodiscard]] Result<Keyring> open_keyring(BytesView bytes, const Key32& root);

/// Takes a keyring that has come down. On an error `known` is as before.
/// Errors: as open_keyring() with the pinned root; kConflict - not newer than the one held.
[[nodiscard]] Status accept_keyring(DistrictPublic& known, BytesView bytes);

/// A new keyring version with the prekeys as they are and this list of withdrawn boxes (sorted here). Its
/// version is above the one held and above `above`, which is the newest that a store knows of: a key file
/// restored from an old copy must not issue a number twice. Errors: kDenied - `root` is not this district's;
/// kNoSpace - too many boxes, or no version is left.
[[nodiscard]] Status issue_keyring(DistrictSecret& keys, const RootSecret& root,
                                   std::span<const BoxId> revoked, std::uint32_t above = 0);

/// The same with a new prekey from `seed` as the current one. Older secrets are kept for reading; the keyring
/// names the newest kPrekeysAfterRotation.
/// Errors: as issue_keyring(); kNoSpace also - 255 prekeys were made.
[[nodiscard]] Status rotate_prekey(DistrictSecret& keys, const RootSecret& root, BytesView seed,
                                   std::span<const BoxId> revoked, std::uint32_t above = 0);

} // namespace kentongan::wire
