// The one-way Noise handshakes K and Kpsk0 with 25519, ChaChaPoly and SHA256: how an epoch is opened.
//
// Source: The Noise Protocol Framework, revision 34, §5 (processing rules), §7.4 (pattern K), §9 (psk0).
// Conformance: tests/unit/wire/noise_test.cpp holds the public cacophony vectors of both patterns.
// Threads: any; nothing is kept between calls.
#pragma once

#include "base/bytes.hpp"
#include "wire/keys.hpp"

namespace kentongan::wire {

/// Two X25519 keys that belong together. Wiped at its end.
struct AgreePair {
    Key32 secret{};
    Key32 shown{};
    ~AgreePair() { wipe(secret); }
};
/// The pair of an X25519 secret.
[[nodiscard]] AgreePair agree_pair(const Key32& secret);

/// What both ends share after the one message: two keys that know nothing of each other.
struct NoiseSecrets {
    Key32 first{};  ///< Of the initiator's transport messages.
    Key32 second{}; ///< Of the responder's; a one-way pattern sends none, so it is free for other uses.
    ~NoiseSecrets() {
        wipe(first);
        wipe(second);
    }
};

inline constexpr std::size_t kNoiseOverhead = 32 + 16; ///< Ephemeral key and tag around a payload.

/// The initiator's side, in two steps: the keys follow from the key agreement alone, the payload is written
/// when it is known.
class NoiseWriter {
  public:
    /// `psk`: 32 bytes for Kpsk0; nullptr for K.
    /// `secrets` is filled.
    /// Errors: kInvalid - `responder` is a point of low order: everybody could compute the keys.
    static Result<NoiseWriter> begin(BytesView prologue, const AgreePair& initiator, const Key32& responder,
                                     const Key32* psk, const AgreePair& ephemeral, NoiseSecrets& secrets);
    ~NoiseWriter() { wipe(key_); }
    NoiseWriter(const NoiseWriter&) = default;
    NoiseWriter& operator=(const NoiseWriter&) = default;

    /// Ephemeral key, then the payload's ciphertext and tag. At most once: a second payload would use the
    /// same key and nonce again.
    [[nodiscard]] Bytes write(BytesView payload);

  private:
    NoiseWriter() = default;
    Key32 ephemeral_{};
    Key32 key_{};
    Key32 hash_{};
};

struct NoiseOpened {
    Bytes payload;
    NoiseSecrets secrets;
};

/// The responder's side.
/// Errors: kCorrupt - shorter than kNoiseOverhead; kDenied - not from this initiator to this responder under
/// this prologue and psk, or altered.
[[nodiscard]] Result<NoiseOpened> noise_read(BytesView prologue, const Key32& initiator,
                                             const AgreePair& responder, const Key32* psk, BytesView message);

/// REKEY(k) of §4.2: the first 32 bytes of encrypting 32 zeros under the greatest nonce.
[[nodiscard]] Key32 noise_rekey(const Key32& key);

/// ChaCha20-Poly1305 (RFC 8439) under a key that is used for this one message: nonce 0.
[[nodiscard]] Bytes seal_once(const Key32& key, BytesView associated, BytesView plain);
/// Errors: kDenied - another key or other associated data, or altered; kCorrupt - too short.
[[nodiscard]] Result<Bytes> open_once(const Key32& key, BytesView associated, BytesView sealed);

} // namespace kentongan::wire
