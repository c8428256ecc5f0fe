// The keys of a box and of its district, as values and as files (docs/formats/keys.md).
//
// The order of trust: the root (offline) signs keyrings; a keyring names the prekeys that boxes seal to and
// the key that signs what comes down. A box pins the root at its enrolment and believes nothing else.
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::wire {

using Key32 = std::array<std::uint8_t, 32>;
using Key64 = std::array<std::uint8_t, 64>;

/// What a box shows to the district at enrolment.
struct BoxPublic {
    BoxId box;
    Key32 sign{};  ///< Ed25519
    Key32 agree{}; ///< X25519
    bool operator==(const BoxPublic&) const = default;
};

/// What a box keeps. None of these opens anything that the box has sealed.
struct BoxSecret {
    BoxPublic shown;
    Key64 sign{};  ///< Ed25519 secret, libsodium's form
    Key32 agree{}; ///< X25519 secret
    Key32 store{}; ///< For pseudonyms and short-lived rows of the box's own database
    Key32 psk{};   ///< Shared with the district, and kept there apart from the prekeys' secrets
    Key32 root{};  ///< Ed25519, the district's: pinned at enrolment. Zero: not enrolled.
    ~BoxSecret();
};

/// A pair of X25519 keys that boxes seal to, by the number that stands in the header of what is sealed.
struct Prekey {
    std::uint8_t id = 0;  ///< 1 to 255, never used twice by one district
    Key32 district{};     ///< requests
    Key32 inspectorate{}; ///< reports about the village itself
    bool operator==(const Prekey&) const = default;
};

/// Four would still be told apart by the low four bits of their numbers, which is all that a call carries.
inline constexpr std::size_t kMaxValidPrekeys = 4;
inline constexpr std::size_t kMaxRevoked = 1024;

/// What the root says of its district (wire/keyring.hpp).
struct Keyring {
    std::uint32_t version = 0;          ///< Only grows. 0: none.
    std::uint8_t current = 0;           ///< The prekey to seal to.
    std::vector<Prekey> prekeys;        ///< Those still valid, by number; 1 to kMaxValidPrekeys.
    Key32 downlink{};                   ///< Ed25519: signs packs, documents and welcomes
    std::uint32_t minimum_software = 0; ///< major << 16 | minor << 8 | patch
    std::vector<BoxId> revoked;         ///< By number; at most kMaxRevoked.

    [[nodiscard]] const Prekey* prekey(std::uint8_t id) const;
    [[nodiscard]] bool revokes(BoxId box) const;
    bool operator==(const Keyring&) const = default;
};

/// What a box knows of its district, and what anybody may know.
struct DistrictPublic {
    Key32 root{};         ///< Ed25519; at a box: the pinned one
    Key32 enrolment{};    ///< X25519: new boxes seal their psk to it. Not a prekey.
    Keyring keyring;      ///< The newest accepted.
    Bytes signed_keyring; ///< Its bytes with the root's signature.

    /// The prekey to seal to. Before any keyring: one of zeros, to which libsodium does not seal.
    [[nodiscard]] const Prekey& current() const;
};

/// The district's root. Its file stays offline; no service reads it.
struct RootSecret {
    Key32 shown{};
    Key64 sign{};
    ~RootSecret();
};

struct PrekeySecret {
    Prekey shown;
    Key32 district{};
    Key32 inspectorate{};
    ~PrekeySecret();
};

/// What the district's service keeps; the psks of the boxes are kept apart (district/boxes.hpp).
struct DistrictSecret {
    DistrictPublic shown;
    std::vector<PrekeySecret> prekeys; ///< By number: the current one, and older ones kept for reading.
    Key64 sign{};                      ///< Ed25519, of shown.keyring.downlink
    Key32 enrolment{};                 ///< X25519
    Key32 names{}; ///< For aliases of senders: never changes, so that an alias stays the same
    ~DistrictSecret();

    /// Null: no such secret here (any more).
    [[nodiscard]] const PrekeySecret* prekey(std::uint8_t id) const;
};

/// Everything below follows from `seed`, so that a simulated world is one seed's.
[[nodiscard]] BoxSecret box_keys_from(BoxId box, BytesView seed);
[[nodiscard]] RootSecret root_from(BytesView seed);
[[nodiscard]] PrekeySecret prekey_from(std::uint8_t id, BytesView seed);
/// A new district: prekey 1 and keyring version 1, signed by `root`.
[[nodiscard]] DistrictSecret district_keys_from(const RootSecret& root, BytesView seed);

/// Fresh keys from the system's random source. `hedge` is mixed in: bytes that an attacker who can predict a
/// first boot's randomness does not know (the code of an invitation).
[[nodiscard]] BoxSecret make_box_keys(BoxId box, BytesView hedge = {});
[[nodiscard]] RootSecret make_root();
[[nodiscard]] DistrictSecret make_district_keys(const RootSecret& root);
/// Of a district whose root is thrown away: no second keyring can come. For tests and simulated worlds.
[[nodiscard]] DistrictSecret make_district_keys();

/// Text forms, one `name value` a line in hexadecimal, with a version line first.
/// Errors: kCorrupt - a line is missing or malformed, or public and secret keys do not belong together;
/// kUnsupported - another version; kDenied - the keyring is not signed by the root beside it.
[[nodiscard]] std::string write_text(const BoxSecret& keys);
[[nodiscard]] std::string write_text(const DistrictPublic& keys);
[[nodiscard]] std::string write_text(const DistrictSecret& keys);
[[nodiscard]] std::string write_text(const RootSecret& keys);
[[nodiscard]] Result<BoxSecret> read_box_secret(std::string_view text);
[[nodiscard]] Result<DistrictPublic> read_district_public(std::string_view text);
[[nodiscard]] Result<DistrictSecret> read_district_secret(std::string_view text);
[[nodiscard]] Result<RootSecret> read_root(std::string_view text);

/// One secret of 32 bytes in a file of its own: the key over the psks, a recovery key.
enum class LoneKey : std::uint8_t { kPskKey, kRecovery };
[[nodiscard]] std::string write_text(LoneKey kind, const Key32& key);
/// Errors: kCorrupt, kUnsupported.
[[nodiscard]] Result<Key32> read_lone_key(LoneKey kind, std::string_view text);

/// The public X25519 key of a secret one.
[[nodiscard]] Key32 public_of(const Key32& secret);

/// Uniform random bytes; used through here so that tests can hand in their own.
void random_bytes(std::span<std::uint8_t> out);

} // namespace kentongan::wire
