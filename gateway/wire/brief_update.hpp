// The short form of a change of state, for an answer that is one SMS (docs/formats/answer.md).
//
// Beside the state it has whom to tell, written into the answer itself, whose seal keeps it, and not sealed
// once more. An officer's words that have no room are left out, and it says so: they follow over a carrier
// with more room.
#pragma once

#include "base/time.hpp"
#include "wire/answer.hpp"

namespace kentongan::wire {

/// Whether the short form can carry it: "+" and 1 to 15 digits, and a code of 8.
[[nodiscard]] bool fits_brief(const Notice& notice);

/// `base`: the answer's district_time, which is not before update.at (a later one is written as `base`).
/// `update.notice` is not written, nor an update.to_tell that does not fit_brief(), nor the sequence.
void write_brief(ByteWriter& out, const StatusUpdate& update, Instant base);

/// All but item and sequence, which the caller reads and sets.
/// Errors: kUnsupported - parts that are not known; kCorrupt.
[[nodiscard]] Result<StatusUpdate> read_brief(ByteReader& in, Instant base);

} // namespace kentongan::wire
