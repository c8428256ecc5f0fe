// Names of things, each its own type: an ItemId cannot be passed where a BoxId is meant.
#pragma once

#include <array>
#include <compare>
#include <cstdint>

namespace kentongan {

/// One village box, numbered by the district at enrolment. 0 is no box.
struct BoxId {
    std::uint32_t value = 0;
    auto operator<=>(const BoxId&) const = default;
};

/// One thing that a citizen handed in: 128 random bits, made by the box that accepted it.
/// It names the item on every carrier and makes every step idempotent.
struct ItemId {
    std::array<std::uint8_t, 16> value{};
    auto operator<=>(const ItemId&) const = default;
};

/// What a form or a message is recognised by when it comes twice: 128 bits from its sender.
struct OnceToken {
    std::array<std::uint8_t, 16> value{};
    auto operator<=>(const OnceToken&) const = default;
};

} // namespace kentongan
