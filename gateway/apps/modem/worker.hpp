// The child: one modem, one connection to the box.
#pragma once

#include "apps/modem/options.hpp"

namespace kentongan::modem_app {

/// Exit statuses of a worker, for the supervisor's log.
inline constexpr int kExitAsked = 0;
inline constexpr int kExitNoModem = 69; ///< The device is not there or does not answer.
inline constexpr int kExitLost = 70;    ///< It was there, and an answer was lost: a new start is the cure.

/// Runs until SIGTERM or until the modem is lost. The box may come and go meanwhile.
[[nodiscard]] int run_worker(const Options& options);

} // namespace kentongan::modem_app
