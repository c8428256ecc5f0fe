// The district's secrets for the day on which its server is gone: sealed to a recovery key whose secret half
// lies in a safe (docs/formats/keys.md).
#pragma once

#include "wire/keys.hpp"

#include <string>
#include <vector>

namespace kentongan::wire {

inline constexpr std::size_t kMaxEscrow = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxEscrowedBoxes = 8192;

/// Everything that is needed to read what boxes have sealed and to go on with them. Not the root, which is
/// offline in two copies of its own.
struct Escrow {
    DistrictSecret keys;
    struct EscrowedBox {
        BoxPublic keys;
        std::string village;
        bool revoked = false;
        Key32 psk{};
    };
    std::vector<EscrowedBox> boxes;
    Escrow() = default;
    Escrow(Escrow&&) = default;
    Escrow& operator=(Escrow&&) = default;
    ~Escrow();
};

/// The file: "kentongan-escrow 1", then the sealed bytes in hexadecimal.
/// Errors: kInvalid - nothing can be sealed to `recovery`; kNoSpace - more than kMaxEscrowedBoxes.
[[nodiscard]] Result<std::string> seal_escrow(const Escrow& escrow, const Key32& recovery);
/// `recovery` is the secret half. Whoever knows the public half can make such a file: compare the fingerprint
/// of what comes out before it is used. Errors: kCorrupt; kUnsupported; kDenied - sealed to another key, or
/// altered.
[[nodiscard]] Result<Escrow> open_escrow(std::string_view text, const Key32& recovery);

} // namespace kentongan::wire
