// Registers boxes, and withdraws them.
#pragma once

#include "district/ports/store.hpp"

#include <string_view>

namespace kentongan::district {

/// Lets a box take part.
/// Errors: kInvalid - number 0, a village id that cannot be one, or keys that nothing can be sealed to;
/// kConflict - the number or one of the keys is registered already. The same key twice means a copied box: an
/// alarm.
[[nodiscard]] Status register_box(Store& store, const wire::BoxPublic& keys, std::string_view village);

/// Corrects which village a box stands in. What it brought before is read with the new village's hamlets.
/// Errors: kInvalid - no village id; kNotFound.
[[nodiscard]] Status assign_village(Store& store, BoxId box, std::string_view village);

/// Withdraws a stolen or retired box: what it still brings is quarantined, and it gets no more news.
/// Errors: kNotFound. Not an error: revoked before.
[[nodiscard]] Status revoke_box(Store& store, BoxId box);

} // namespace kentongan::district
