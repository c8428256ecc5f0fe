// Time is passed in, never read: no room below the adapters knows a clock.
#pragma once

#include <chrono>

namespace kentongan {

/// Wall time, UTC, to the second. On a box it may be wrong by years: it is shown to people and compared
/// with limits of minutes, but decides no order (docs/architecture.md, invariant 6).
using Instant = std::chrono::sys_seconds;
using std::chrono::seconds;

[[nodiscard]] inline std::int64_t to_unix(Instant instant) {
    return instant.time_since_epoch().count();
}
[[nodiscard]] inline Instant from_unix(std::int64_t value) {
    return Instant(seconds(value));
}

} // namespace kentongan
