// Commands about keys, boxes and publications: init, invite, enrol, revoke, rotate-keys, keyring,
// recovery-key, escrow, restore, publish.
#pragma once

#include "apps/district/options.hpp"

namespace kentongan::district_app {

/// Says what it did on standard output, what failed on standard error. Returns the exit status; 2 for another
/// command.
[[nodiscard]] int run_key_command(const Options& options);

} // namespace kentongan::district_app
