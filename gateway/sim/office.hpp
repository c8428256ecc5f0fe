// One simulated district: its disk, which a kill leaves, and its service, which a kill ends.
#pragma once

#include "district/boxes.hpp"
#include "district/cases.hpp"
#include "district/intake.hpp"
#include "sim/dice.hpp"
#include "sim/memory_district_store.hpp"

#include <map>
#include <memory>
#include <vector>

namespace kentongan::sim {

/// A disk that tells what came to it.
class OfficeStore final : public MemoryDistrictStore {
  public:
    struct Arrival {
        ItemId item;
        BoxId box;
        std::string code; ///< Empty: kept aside.
    };

    Status receive(const district::Delivery& delivery) override;
    Status adopt(const district::Quarantined& quarantined, const district::NewCase& found) override;
    Result<std::uint64_t> move(const district::CaseMove& move) override;

    /// Whether it is a case, or kept aside for a clerk.
    [[nodiscard]] bool has(const ItemId& item) { return aside.contains(item) || case_row(item).has_value(); }

    std::vector<Arrival> arrived;                                ///< Kept since somebody looked last.
    std::map<ItemId, int> aside;                                 ///< How often it is kept aside.
    std::map<BoxId, std::vector<ItemId>> issued;                 ///< Whose update number n + 1 is.
    std::map<ItemId, std::vector<wire::StatusUpdate>> issued_of; ///< Without their words.
    /// Says that it has kept things and has not: there is no such store, but the world's checks must see it.
    bool forgetful = false;
};

/// The document that a simulated district publishes.
inline constexpr const char* kNewsName = "news";

/// Not moved: the service refers to its parts.
struct Office {
    Office(const domain::Pack& pack, const std::map<std::string, domain::Village, std::less<>>& villages,
           const wire::Dictionaries& dictionaries, BytesView seed);
    Office(const Office&) = delete;
    Office& operator=(const Office&) = delete;

    /// The service starts anew over what the disk has.
    void restart(Instant now);
    /// A new prekey, in a keyring for all boxes. Errors: as wire::rotate_prekey() and publish_keyring().
    Status rotate(BytesView seed, Instant now);
    /// A document for every box, changed a little. Errors: as district::publish().
    Status publish(Dice& dice, Instant now);
    /// Withdraws a box at once, and tells the others by a keyring.
    Status revoke(BoxId box, Instant now);

    wire::RootSecret root;
    district::Setting setting;
    OfficeStore disk;
    std::unique_ptr<district::Intake> intake;
    std::unique_ptr<district::Cases> cases;
    Bytes news;                     ///< The newest document for all boxes …
    std::uint32_t news_version = 0; ///< … and its version.
    std::uint64_t refused = 0;      ///< Of services that ended.
};

} // namespace kentongan::sim
