#include "district/enrolment.hpp"

#include "district/boxes.hpp"
#include "wire/private_rows.hpp"

namespace kentongan::district {
namespace {

// A clock that was set back a little after the code was issued must not refuse it.
constexpr seconds kClockSlack = std::chrono::hours(1);

std::array<std::uint8_t, 32> name_of(std::string_view code, const wire::Key32& psk_key) {
    // Forty-five bits are tried through in a day by who steals the database alone, so the digest is keyed.
    std::array<std::uint8_t, 32> out{};
    auto low = wire::pseudonym(psk_key, "invitation low", code);
    auto high = wire::pseudonym(psk_key, "invitation high", code);
    std::copy(low.begin(), low.end(), out.begin());
    std::copy(high.begin(), high.end(), out.begin() + 16);
    return out;
}

} // namespace

Result<std::string> invite(Store& store, std::string_view village, const wire::Key32& psk_key, Instant now,
                           const std::function<void(std::span<std::uint8_t>)>& random) {
    if (!is_village_id(village)) return fail(ErrorCode::kInvalid, "enrolment.village");
    std::array<std::uint8_t, 6> bytes{};
    random(bytes);
    auto code = wire::invitation_code(bytes);
    Invitation invitation;
    invitation.code = name_of(code, psk_key);
    invitation.village = village;
    invitation.issued = now;
    invitation.expires = now + kInvitationLasts;
    TRY(store.add_invitation(invitation));
    return code;
}

Result<std::string> enrol(Store& store, const wire::EnrolmentRequest& request, const wire::Key32& psk_key,
                          Instant now) {
    auto name = name_of(request.code, psk_key);
    auto found = store.invitation(name);
    if (!found && found.error().code == ErrorCode::kNotFound)
        return fail(ErrorCode::kDenied, "enrolment.unknown_code");
    auto invitation = TRY(std::move(found));
    if (invitation.used_by != BoxId{}) {
        auto box = TRY(store.box(invitation.used_by));
        auto psk = TRY(psk_of(store, invitation.used_by, psk_key));
        if (box.keys == request.box && psk == request.psk && !box.revoked) return invitation.village;
        return fail(ErrorCode::kDenied, "enrolment.used_code");
    }
    if (now >= invitation.expires || now + kClockSlack < invitation.issued)
        return fail(ErrorCode::kDenied, "enrolment.expired_code");
    Box box;
    box.keys = request.box;
    box.village = invitation.village;
    TRY(check_box(box));
    TRY(store.enrol(name, box, sealed_psk(request.box.box, request.psk, psk_key)));
    return invitation.village;
}

} // namespace kentongan::district
