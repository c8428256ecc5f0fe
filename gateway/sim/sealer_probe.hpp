// What a thief finds in the memory of a running box: the keys that its sealer holds. For the simulated world
// alone.
#pragma once

#include "wire/seal.hpp"

namespace kentongan::wire {

struct SealerProbe {
    /// Of one recipient's epoch.
    struct Found {
        std::uint16_t number = 0; ///< 0: no epoch.
        std::uint16_t next = 0;
        Mark mark{};
        std::optional<Key32> key;    ///< Of the item `next`.
        std::optional<Key32> second; ///< Of an opening that is not written yet: never between two steps.
    };
    static Found of(const Sealer& sealer, domain::Recipient recipient) {
        const auto& epoch =
            recipient == domain::Recipient::kInspectorate ? sealer.inspectorate_ : sealer.district_;
        Found out{epoch.number, epoch.next, epoch.mark, {}, {}};
        if (!epoch.key.empty()) out.key = epoch.key.get();
        if (!epoch.second.empty()) out.second = epoch.second.get();
        return out;
    }
};

} // namespace kentongan::wire
