// The keys of a box and of its district, as values and as files (docs/formats/keys.md).
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"

#include <array>
#include <string>
#include <string_view>

namespace kentongan::wire {

using Key32 = std::array<std::uint8_t, 32>;
using Key64 = std::array<std::uint8_t, 64>;

/// What a box shows to the district at enrolment.
struct BoxPublic {
    BoxId box;
    Key32 sign{};  ///< Ed25519
    Key32 agree{}; ///< X25519
};

/// What a box keeps. None of these opens anything that the box has sealed.
struct BoxSecret {
    BoxPublic shown;
    Key64 sign{};  ///< Ed25519 secret, libsodium's form
    Key32 agree{}; ///< X25519 secret: opens what the district seals to the box (numbers to notify)
    Key32 store{}; ///< For pseudonyms and short-lived rows of the box's own database
    ~BoxSecret();
};

/// What a box knows of its district.
struct DistrictPublic {
    Key32 district{};     ///< X25519: requests
    Key32 inspectorate{}; ///< X25519: reports about the village itself
    Key32 sign{};         ///< Ed25519: everything that comes down
};

/// What the district's service keeps.
struct DistrictSecret {
    DistrictPublic shown;
    Key32 district{};
    Key32 inspectorate{};
    Key64 sign{};
    ~DistrictSecret();
};

/// Fresh keys from the system's random source.
[[nodiscard]] BoxSecret make_box_keys(BoxId box);
[[nodiscard]] DistrictSecret make_district_keys();

/// Text forms, one `name value` a line in hexadecimal, with a version line first.
/// Errors: kCorrupt - a line is missing or malformed; kUnsupported - a newer version.
[[nodiscard]] std::string write_text(const BoxPublic& keys);
[[nodiscard]] std::string write_text(const BoxSecret& keys);
[[nodiscard]] std::string write_text(const DistrictPublic& keys);
[[nodiscard]] std::string write_text(const DistrictSecret& keys);
[[nodiscard]] Result<BoxPublic> read_box_public(std::string_view text);
[[nodiscard]] Result<BoxSecret> read_box_secret(std::string_view text);
[[nodiscard]] Result<DistrictPublic> read_district_public(std::string_view text);
[[nodiscard]] Result<DistrictSecret> read_district_secret(std::string_view text);

/// Uniform random bytes; used through here so that tests can hand in their own.
void random_bytes(std::span<std::uint8_t> out);

} // namespace kentongan::wire
