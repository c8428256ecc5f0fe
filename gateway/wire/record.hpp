// L0: a citizen's request as bytes, before sealing (docs/formats/record.md).
#pragma once

#include "base/bytes.hpp"
#include "domain/request.hpp"

namespace kentongan::wire {

/// Encodes by the catalogue: service, fields and choices travel as their numbers.
/// Errors: kInvalid - the service or a field is not in the pack; kNoSpace - above kMaxRecord.
[[nodiscard]] Result<Bytes> encode_request(const domain::Pack& pack, const domain::Village& village,
                                           const domain::Request& request);

/// The opposite. `village` gives the names of hamlets; the district has one per box.
/// Errors: kCorrupt - not a record; kUnsupported - a version, service or field number this pack does not
/// know.
[[nodiscard]] Result<domain::Request> decode_request(const domain::Pack& pack, const domain::Village& village,
                                                     BytesView record);

inline constexpr std::size_t kMaxRecord = 12 * 1024;

} // namespace kentongan::wire
