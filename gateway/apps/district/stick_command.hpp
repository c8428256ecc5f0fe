// usb-import: what sticks bring from boxes without a link, and what goes back on them.
#pragma once

#include "apps/district/options.hpp"

namespace kentongan::district_app {

/// Reads every box's export on the stick that is mounted at `options.file`, and writes its answer there after
/// the commit. Says counts and numbers of boxes only. Returns the exit status: 1 if anything was refused,
/// damaged, or could not be written.
[[nodiscard]] int import_stick(const Options& options);

} // namespace kentongan::district_app
