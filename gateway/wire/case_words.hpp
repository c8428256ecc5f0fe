// What the district writes down about a case, sealed for its own disk: a stolen database or backup is
// unreadable without the key file (docs/security.md).
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "domain/catalogue.hpp"
#include "wire/item.hpp"
#include "wire/keys.hpp"

#include <string>
#include <string_view>

namespace kentongan::wire {

/// Sealed to the key of the case's recipient and bound to the case. Adds 64 bytes.
/// Errors: kInternal - the public key cannot be used.
[[nodiscard]] Result<Bytes> seal_words(const DistrictPublic& district, domain::Recipient recipient,
                                       ItemId item, BytesView plain);
/// Errors: kDenied - sealed to another key, for another case, or altered.
[[nodiscard]] Result<Bytes> open_words(const DistrictSecret& district, domain::Recipient recipient,
                                       ItemId item, BytesView sealed);

/// A record as it was opened, with the seed that its code and receipt follow from: sealed as words are.
/// Errors: kInternal - the public key cannot be used.
[[nodiscard]] Result<Bytes> seal_record(const DistrictPublic& district, domain::Recipient recipient,
                                        ItemId item, const ItemSeed& seed, BytesView record);
struct KeptRecord {
    ItemSeed seed;
    Bytes record; ///< Personal: wipe it.
};
/// Errors: kDenied - sealed to another key, for another case, or altered; kCorrupt.
[[nodiscard]] Result<KeptRecord> open_record(const DistrictSecret& district, domain::Recipient recipient,
                                             ItemId item, BytesView sealed);

/// A short name for a phone number, "K3F-9QT": the same for the same number, so that an officer recognises a
/// sender without learning the number. Keyed: without the district's secret it cannot be tried out.
[[nodiscard]] std::string alias_of(const DistrictSecret& district, domain::Recipient recipient,
                                   std::string_view e164);

} // namespace kentongan::wire
