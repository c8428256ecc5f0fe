// The pack in one language, as the pages need it: GET /api/v1/pack/{language}.
#pragma once

#include "adapters/json/json.hpp"
#include "domain/catalogue.hpp"

namespace kentongan::kiosk {

[[nodiscard]] json::Json pack_json(const domain::Pack& pack, const domain::Village& village,
                                   const domain::Language& language);

} // namespace kentongan::kiosk
