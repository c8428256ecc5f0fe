// The shapes in which the desk's API answers (docs/formats/desk-api.md).
#pragma once

#include "adapters/json/json.hpp"
#include "district/accounts.hpp"
#include "district/cases.hpp"

namespace kentongan::district_app {

[[nodiscard]] json::Json start_json(const domain::Pack& pack, const district::SignedIn* who);
[[nodiscard]] json::Json signed_in_json(const district::SignedIn& who);
[[nodiscard]] json::Json pack_json(const district::Setting& setting, const std::vector<district::Box>& boxes,
                                   const domain::Language& language);
[[nodiscard]] json::Json list_json(const district::CaseList& list);
[[nodiscard]] json::Json detail_json(const district::CaseDetail& detail);
[[nodiscard]] json::Json summary_json(const district::Setting& setting,
                                      const district::Cases::Summary& summary);

} // namespace kentongan::district_app
