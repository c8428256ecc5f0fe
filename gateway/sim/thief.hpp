// Somebody who copies a running box - disk, key file and memory - and tries what was sealed before.
#pragma once

#include "sim/sealer_probe.hpp"
#include "sim/station.hpp"

#include <array>
#include <string>

namespace kentongan::sim {

class Thief {
  public:
    /// Everything that is there between two steps.
    explicit Thief(const Station& station);

    /// Whether anything that he has opens it: each key found, and those that follow from it.
    [[nodiscard]] bool opens(BytesView item) const;
    /// Whether these bytes stand anywhere on the disk or in the memory that matters.
    [[nodiscard]] bool finds(BytesView bytes) const;
    /// Whether this item is of an epoch whose key he has, and later than the theft: he must be able to open
    /// it, or his tools prove nothing.
    [[nodiscard]] bool must_open(const Station& station, const ItemId& item) const;

  private:
    std::uint64_t life_;
    const Station* station_;
    wire::BoxSecret keys_;
    Bytes disk_;
    std::array<wire::SealerProbe::Found, 2> memory_;
};

} // namespace kentongan::sim
