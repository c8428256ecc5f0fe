// What was promised and what was sealed, kept outside of every box and district: the world's checks compare.
#pragma once

#include "sim/office.hpp"
#include "sim/sealer_probe.hpp"
#include "sim/station.hpp"

#include <optional>
#include <string>
#include <unordered_map>

namespace kentongan::sim {

/// A form that somebody has handed in.
struct Promise {
    std::size_t station = 0;
    wire::local::Submit form;
    std::string mark; ///< In every text of the form.
    std::string code; ///< Empty: nobody was told yet.
    std::string receipt;
    ItemId item;
    int tries = 0;
    bool forgiven = false; ///< The disk that alone had it was replaced by an older one.
    bool closed = false;   ///< Its disk knows nothing of it any more: nobody comes again with this form.
};

struct SealedItem {
    std::size_t station = 0;
    bool kept = false;    ///< The box committed it.
    bool arrived = false; ///< It is at the district.
    bool request = false; ///< Not a bare opening.
    std::string code;     ///< As the citizen was told; empty: not told.
    std::string code_there;
};

/// Every fault is a sentence; the first one stays.
class Ledger {
  public:
    void complain(std::string what) {
        if (!wrong) wrong = std::move(what);
    }

    /// Sealed, kept or not. `ephemeral`: of its epoch. No key and nonce may come twice.
    void sealed(std::size_t station, const wire::Key32& ephemeral, const box::QueuedItem& item);
    /// The chain's next key after a step: it belongs to one place for ever.
    void next_key(std::size_t station, std::uint64_t life, const wire::SealerProbe::Found& found);
    /// Somebody was told that this is received.
    void told(std::size_t number, Promise& promise, const std::string& code, const std::string& receipt,
              Station& at);
    /// What came to a district since the last look.
    void arrivals(std::size_t office, OfficeStore& store,
                  const std::vector<std::unique_ptr<Station>>& stations);
    /// What an answer retired must be at the district.
    void retired(const std::vector<ItemId>& items, OfficeStore& store);
    /// Every promise of this station is on its disk or at the district.
    void promises(Station& station, OfficeStore& store, const std::vector<Promise>& all);
    /// The states that the box shows are a prefix of those that the district issued.
    void statuses(Station& station, const OfficeStore& store);
    /// At the end: all of it is at the district, once.
    void all_there(const std::vector<Promise>& all, std::vector<std::unique_ptr<Office>>& offices,
                   const std::vector<std::unique_ptr<Station>>& stations);

    std::optional<std::string> wrong;
    std::map<ItemId, SealedItem> items;
    std::uint64_t keys_seen = 0;

  private:
    struct Place {
        wire::Key32 ephemeral{};
        std::uint16_t counter = 0;
        bool operator==(const Place&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const wire::Key32& key) const;
        std::size_t operator()(const Place& place) const { return (*this)(place.ephemeral) ^ place.counter; }
    };
    using Owner = std::tuple<std::size_t, std::uint64_t, std::uint16_t, std::uint16_t>;
    std::unordered_map<Place, std::uint64_t, KeyHash> places_; ///< Hash of the ciphertext.
    std::unordered_map<wire::Key32, Owner, KeyHash> keys_;
};

} // namespace kentongan::sim
