// What the simulated people ask for where no pack is given: a small invented catalogue.
#pragma once

#include "domain/catalogue.hpp"

namespace kentongan::sim {

/// A letter with an applicant, a complaint, and a report to the inspectorate. Without texts: nobody reads
/// here.
[[nodiscard]] domain::Pack small_catalogue();
[[nodiscard]] domain::Village small_village();

} // namespace kentongan::sim
