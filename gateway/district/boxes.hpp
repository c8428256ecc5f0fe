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

/// The same of a box whose psk is known (a restored one, a simulated one); enrolment does this in one step.
[[nodiscard]] Status register_box(Store& store, const wire::BoxPublic& keys, std::string_view village,
                                  const wire::Key32& psk, const wire::Key32& psk_key);
/// What register_box() refuses as kInvalid.
[[nodiscard]] Status check_box(const Box& box);
[[nodiscard]] bool is_village_id(std::string_view id);

/// The psk of a box. At rest it is sealed under the psk key, which lies in a file of its own: neither the
/// database nor the prekeys' file alone lets anybody pass for a box, or read what is sealed with a psk.
/// Errors: kNotFound - no psk of such a box; kDenied - another psk key, or the row of another box.
[[nodiscard]] Result<wire::Key32> psk_of(Store& store, BoxId box, const wire::Key32& psk_key);
[[nodiscard]] Bytes sealed_psk(BoxId box, const wire::Key32& psk, const wire::Key32& psk_key);

/// Numbers of the withdrawn boxes: what a keyring says of them.
[[nodiscard]] Result<std::vector<BoxId>> revoked_boxes(Store& store);

/// Corrects which village a box stands in. What it brought before is read with the new village's hamlets.
/// Errors: kInvalid - no village id; kNotFound.
[[nodiscard]] Status assign_village(Store& store, BoxId box, std::string_view village);

/// Withdraws a stolen or retired box: what it still brings is quarantined, and it gets no more news.
/// Errors: kNotFound. Not an error: revoked before.
[[nodiscard]] Status revoke_box(Store& store, BoxId box);

} // namespace kentongan::district
