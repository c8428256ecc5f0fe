// L0: a citizen's request as bits, before padding and sealing (docs/formats/record.md).
#pragma once

#include "base/bytes.hpp"
#include "domain/request.hpp"
#include "wire/dictionary.hpp"

namespace kentongan::wire {

/// Encodes by the catalogue: service, fields, choices and places travel as their numbers, so that packs of
/// other versions still read them. Not in the record: id, code and receipt, which come from the sealing key.
/// The time is cut to its minute. Personal: wipe what is returned.
/// Errors: kInvalid - the service, a field, a choice or a place is not in the pack, or a value holds what no
/// form lets through (control characters, malformed UTF-8); kNoSpace - above kMaxRecord or wire::kMaxTexts.
[[nodiscard]] Result<Bytes> encode_request(const domain::Pack& pack, const domain::Village& village,
                                           const Dictionaries& dictionaries, const domain::Request& request);

/// The opposite; the padding must be gone (wire/padding.hpp). `village` gives the names of hamlets; the
/// district has one per box. A choice or hamlet that is not known here reads as "#number", a language as
/// "und", other consent words than the pack's present ones as "#" and their check in hexadecimal.
/// Errors: kCorrupt - not a record; kUnsupported - a version, service, field or dictionary that is not known
/// here: a newer pack may read it.
[[nodiscard]] Result<domain::Request> decode_request(const domain::Pack& pack, const domain::Village& village,
                                                     const Dictionaries& dictionaries, BytesView record);

inline constexpr std::size_t kMaxRecord = 12 * 1024;

} // namespace kentongan::wire
