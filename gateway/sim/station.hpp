// One simulated box: a disk, a memory that a power cut empties, a clock that may be wrong, and two carriers.
#pragma once

#include "box/box.hpp"
#include "sim/memory_box_store.hpp"
#include "sim/people.hpp"

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace kentongan::sim {

/// Virtual time: milliseconds since the world began.
using Ticks = std::int64_t;
inline constexpr Ticks kSecond = 1000;
inline constexpr Ticks kMinute = 60 * kSecond;
inline constexpr Ticks kHour = 60 * kMinute;
inline constexpr Ticks kDay = 24 * kHour;

/// A disk that tells what was sealed, kept or not.
class StationStore final : public MemoryBoxStore {
  public:
    Status put_item(const box::QueuedItem& item, Instant now) override {
        sealed.push_back(item);
        return MemoryBoxStore::put_item(item, now);
    }
    std::vector<box::QueuedItem> sealed; ///< Since somebody looked last.
};

struct Carrier {
    std::size_t room = 0;   ///< Bytes of items in a parcel.
    std::uint64_t turn = 0; ///< What was planned for an earlier turn does not happen any more.
    Ticks backoff = 0;      ///< 0: the link works.
};

/// Threads: one. Not moved: the box refers to its parts.
struct Station {
    Station(std::size_t its_office, wire::BoxSecret its_keys, wire::DistrictPublic its_district,
            const domain::Pack& its_pack, const domain::Village& its_village,
            wire::Dictionaries its_dictionaries)
        : office(its_office), keys(std::move(its_keys)), pinned(std::move(its_district)), pack(its_pack),
          village(its_village), dictionaries(std::move(its_dictionaries)) {}
    Station(const Station&) = delete;
    Station& operator=(const Station&) = delete;

    /// Power, or a fresh start of the program: everything that was in memory is gone.
    void boot();
    /// As the program does after an I/O error: a new application over the store. The sealer stays.
    void reopen();
    void power_off();
    [[nodiscard]] bool on() const { return application != nullptr; }
    /// What the box believes the time is.
    [[nodiscard]] Instant clock(Instant truth) const { return truth + clock_error + correction; }

    std::size_t office;
    wire::BoxSecret keys;
    wire::DistrictPublic pinned; ///< As the file of the enrolment has it.
    const domain::Pack& pack;
    const domain::Village& village;
    wire::Dictionaries dictionaries;

    StationStore disk;
    std::optional<MemoryBoxStore> image; ///< An older state of the disk that somebody has.
    seconds clock_error{0};              ///< The machine's clock less the true time.

    // In memory
    seconds correction{0}; ///< From the district's word.
    wire::DistrictPublic known;
    std::optional<wire::Sealer> sealer;
    std::unique_ptr<box::Box> application;
    std::map<std::uint16_t, wire::Key32> ephemerals; ///< Of the epochs opened since the start.
    int empty_rounds = 0;                            ///< Calls "at once" that brought nothing, in a row.

    std::uint64_t life = 0; ///< Starts so far.
    std::array<Carrier, 2> carriers{Carrier{64 * 1024, 0, 0}, Carrier{wire::kSmsBytes, 0, 0}};
    Ticks cut_off_until = 0;           ///< No link before.
    Ticks dark_until = 0;              ///< No power before.
    std::vector<std::size_t> promises; ///< Told to somebody, and not seen at the district yet.
    std::uint64_t checked_updates = 0;
    bool stolen = false; ///< A clone: nobody's office knows of this device.
};

} // namespace kentongan::sim
