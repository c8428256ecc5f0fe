// Lets boxes in: codes on paper, requests, welcomes (docs/formats/enrolment.md).
#pragma once

#include "district/ports/store.hpp"
#include "wire/enrolment.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace kentongan::district {

inline constexpr seconds kInvitationLasts = std::chrono::hours(24);

/// A fresh single-use code for a box of this village; what the store keeps of it is a digest under the psk
/// key. Errors: kInvalid - a village id that cannot be one; of the store.
[[nodiscard]] Result<std::string> invite(Store& store, std::string_view village, const wire::Key32& psk_key,
                                         Instant now,
                                         const std::function<void(std::span<std::uint8_t>)>& random);

/// Registers the box that asks, keeps its psk and uses up its code. The same request again gets the same
/// answer and changes nothing: a welcome may be lost. Returns the village of the invitation. Errors: kDenied
/// - "enrolment.unknown_code", "enrolment.expired_code", "enrolment.used_code"; kConflict - the number or one
/// of the keys is registered: a box enrolled twice, or a copied one; kInvalid - as register_box().
[[nodiscard]] Result<std::string> enrol(Store& store, const wire::EnrolmentRequest& request,
                                        const wire::Key32& psk_key, Instant now);

} // namespace kentongan::district
