// The parts of a pack that all pages are told in the same shape (docs/formats/kiosk-api.md,
// docs/formats/desk-api.md).
#pragma once

#include "adapters/json/json.hpp"
#include "domain/catalogue.hpp"

#include <span>
#include <string_view>

namespace kentongan::page_api {

/// Stable words for machines.
[[nodiscard]] const char* name_of(domain::ServiceKind kind);
[[nodiscard]] const char* name_of(domain::StateRole role);
/// "ltr" or "rtl".
[[nodiscard]] const char* direction_of(const domain::Language& language);

/// Tag, own name and direction of each.
[[nodiscard]] json::Json languages_json(const domain::Pack& pack);
/// How amounts are written.
[[nodiscard]] json::Json money_json(const domain::Pack& pack);
/// Every text in `language`, or in the default one where it lacks it, whose key starts with none of
/// `left_out`.
[[nodiscard]] json::Json texts_json(const domain::Pack& pack, const domain::Language& language,
                                    std::span<const std::string_view> left_out);
/// Of one state: "id", "role" and "word", to which each API adds what its pages need.
[[nodiscard]] json::Json state_json(const domain::Pack& pack, const domain::Language& language,
                                    const domain::Lifecycle& lifecycle, const domain::State& state);

} // namespace kentongan::page_api
