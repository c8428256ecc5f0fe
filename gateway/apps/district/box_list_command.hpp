// `kentongan-district boxes`: who calls, when, how, and what it costs.
#pragma once

#include "apps/district/options.hpp"

namespace kentongan::district_app {

/// Prints every box, or one; returns the exit status.
int list_boxes(const Options& options);

} // namespace kentongan::district_app
