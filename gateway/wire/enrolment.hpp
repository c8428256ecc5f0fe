// How a box and its district come to know each other (docs/formats/enrolment.md): a code on paper, a request
// from the box, a welcome from the district, and fingerprints that people compare on both sides.
#pragma once

#include "wire/keys.hpp"

#include <string>
#include <string_view>

namespace kentongan::wire {

/// Numbers of boxes take two bytes in everything that a box sends.
inline constexpr std::uint32_t kMaxBoxNumber = 65535;
inline constexpr std::size_t kMaxRequest = 512;
inline constexpr std::size_t kMaxWelcome = 16 * 1024;
inline constexpr std::size_t kMaxVillageId = 64;

// --- what people compare ---

/// 150 bits as six groups of five digits of Crockford's base 32, a hyphen between them.
[[nodiscard]] std::string fingerprint(const BoxPublic& box);
/// Of the root and of the enrolment key: of all that a new box has to believe.
[[nodiscard]] std::string fingerprint(const DistrictPublic& district);

// --- the single-use code ---

inline constexpr std::size_t kCodeDigits = 10;
/// 45 random bits and a check digit, as ten digits without a hyphen. `random` are 6 bytes.
[[nodiscard]] std::string invitation_code(const std::array<std::uint8_t, 6>& random);
/// As a person typed it.
/// Errors: kInvalid - not ten digits of the alphabet, or mistyped: the check digit does not fit.
[[nodiscard]] Result<std::string> read_invitation_code(std::string_view typed);
/// Two groups of five digits, a hyphen between them.
[[nodiscard]] std::string shown_code(std::string_view code);

// --- the box's request ---

/// What a box begins with: its new keys, which pin the district's root, and the request that asks for a
/// welcome.
struct EnrolmentStart {
    BoxSecret keys;
    Bytes request;
};
/// Makes the box's keys. The code is mixed into them: 45 bits from the district that are on no image, should
/// the box's own randomness be weak at its first boot. Errors: kInvalid - a number that no box has, or a
/// district key that nothing can be sealed to.
[[nodiscard]] Result<EnrolmentStart> start_enrolment(BoxId box, const DistrictPublic& district,
                                                     std::string_view code);
/// The request of keys that are there.
[[nodiscard]] Result<Bytes> make_request(const BoxSecret& keys, const DistrictPublic& district,
                                         std::string_view code);

/// What the district reads from a request. The box has signed it and knew the code; whether the code counts
/// is for district/enrolment.hpp.
struct EnrolmentRequest {
    BoxPublic box;
    std::string code;
    Key32 psk{};
    Key32 digest{}; ///< Of the request's bytes: the welcome answers it.
    ~EnrolmentRequest();
};
/// Errors: kCorrupt - malformed; kUnsupported - a newer format; kDenied - made for another district, altered,
/// or not signed by the box.
[[nodiscard]] Result<EnrolmentRequest> open_request(BytesView bytes, const DistrictSecret& district);

// --- the district's welcome ---

struct Welcome {
    std::string village; ///< Id of a village of the pack.
    DistrictPublic district;
};
/// Signed with the key that the keyring inside names.
[[nodiscard]] Bytes make_welcome(const EnrolmentRequest& request, std::string_view village,
                                 const DistrictSecret& district);
/// `box` holds the pinned root; `request` is what this box asked with.
/// Errors: kCorrupt; kUnsupported; kDenied - another district's, for another box or request, or altered; also
/// a box that this keyring already withdraws.
[[nodiscard]] Result<Welcome> open_welcome(BytesView bytes, const BoxSecret& box, BytesView request);

// --- as files ---

/// "kentongan-enrolment-request 1", then the bytes in hexadecimal; the welcome and a started enrolment alike.
/// Errors of reading: kCorrupt, kUnsupported.
[[nodiscard]] std::string request_text(BytesView request);
[[nodiscard]] Result<Bytes> read_request_text(std::string_view text);
[[nodiscard]] std::string welcome_text(BytesView welcome);
[[nodiscard]] Result<Bytes> read_welcome_text(std::string_view text);
/// Secret: what the box keeps between request and welcome.
[[nodiscard]] std::string write_text(const EnrolmentStart& start);
[[nodiscard]] Result<EnrolmentStart> read_enrolment_start(std::string_view text);

} // namespace kentongan::wire
