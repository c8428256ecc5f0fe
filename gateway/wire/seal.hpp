// L1: sealing. What the box has sealed, the box cannot open (docs/formats/envelope.md).
//
// Today each item is a libsodium sealed box of its own (a fresh X25519 key per item, erased at once) under
// the box's signature. The epoch ratchet that will take 23 bytes instead of 150 fills the same interface.
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "domain/catalogue.hpp"
#include "wire/keys.hpp"

namespace kentongan::wire {

inline constexpr std::size_t kMaxEnvelope = 16 * 1024;

/// Seals records to the district.
class Sealer {
  public:
    virtual ~Sealer() = default;
    /// The envelope: public header, ciphertext, signature. `record` may be wiped afterwards.
    /// Errors: kNoSpace - the envelope would exceed kMaxEnvelope.
    [[nodiscard]] virtual Result<Bytes> seal(domain::Recipient recipient, ItemId item, BytesView record) = 0;
};

/// What the public header of an envelope says; proven only by verify().
struct EnvelopeHeader {
    BoxId box;
    ItemId item;
    domain::Recipient recipient = domain::Recipient::kDistrict;
};

/// Errors: kCorrupt - not an envelope; kUnsupported - a newer version.
[[nodiscard]] Result<EnvelopeHeader> read_header(BytesView envelope);

/// Whether `box` signed every byte of the envelope.
/// Errors: kDenied - it did not; kCorrupt, kUnsupported - as read_header().
[[nodiscard]] Status verify(BytesView envelope, const BoxPublic& box);

class SealedBoxSealer final : public Sealer {
  public:
    /// Keeps references: both outlive the sealer.
    SealedBoxSealer(const BoxSecret& box, const DistrictPublic& district) : box_(box), district_(district) {}
    Result<Bytes> seal(domain::Recipient recipient, ItemId item, BytesView record) override;

  private:
    const BoxSecret& box_;
    const DistrictPublic& district_;
};

/// The record inside a verified envelope.
/// Errors: kDenied - sealed to another key, or altered; kCorrupt, kUnsupported - as read_header().
[[nodiscard]] Result<Bytes> open(BytesView envelope, const DistrictSecret& district);

} // namespace kentongan::wire
