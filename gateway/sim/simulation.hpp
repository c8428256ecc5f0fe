// The inside of run_world(): events in virtual time, and what each of them does. Included by this room alone.
#pragma once

#include "sim/ledger.hpp"
#include "sim/thief.hpp"
#include "sim/world.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace kentongan::sim {

class Simulation {
  public:
    explicit Simulation(const WorldOptions& options);
    WorldReport run();

  private:
    enum class Kind : std::uint8_t { // traced: the order is part of the hash
        kPerson,                     ///< at a station: comes with a form
        kAgain,                      ///< subject: a promise; the same form once more
        kQuestion,                   ///< subject: a promise; what became of it?
        kCall,                       ///< at a station; subject: carrier
        kUp,                         ///< at an office; payload from station `subject`
        kDown,                       ///< at a station; payload
        kOfficer,                    ///< at an office: moves the case that `item` names
        kBoot,                       ///< at a station
        kCut,                        ///< at a station
        kPartition,                  ///< at a station
        kDiskFull,                   ///< at a station
        kDiskFree,                   ///< at a station
        kClock,                      ///< at a station
        kImage,                      ///< at a station: somebody copies the disk …
        kRestore,                    ///< … and puts it back
        kClone,                      ///< … and starts a second device from it
        kTheft,                      ///< at a station
        kRevoke,                     ///< of a station
        kReplay,                     ///< anywhere
        kForge,                      ///< at an office
        kKill,                       ///< at an office
        kRotate,                     ///< at an office
        kPublish,                    ///< at an office
        kHeal,
    };
    struct Event {
        Ticks at = 0;
        std::uint64_t order = 0;
        Kind kind = Kind::kHeal;
        std::size_t where = 0;
        std::size_t subject = 0;
        std::uint64_t turn = 0;
        std::size_t carrier = 0;
        bool damaged = false; ///< On the way, or made by an attacker.
        bool foreign = false; ///< Not for this station at all.
        ItemId item{};
        Bytes payload;
        bool operator<(const Event& other) const { // a heap has its greatest first
            return at != other.at ? at > other.at : order > other.order;
        }
    };
    struct Recorded {
        bool up = false;
        std::size_t where = 0;
        std::size_t station = 0;
        Bytes payload;
    };

    // The machine (simulation.cpp)
    void build();
    std::size_t add_station(std::size_t office, const wire::BoxSecret& keys, std::size_t village);
    Event& plan(Ticks after, Kind kind, std::size_t where, std::size_t subject = 0);
    /// The next of its kind, on average `rate` in 100 days.
    void plan_at_rate(Kind kind, std::size_t where, int rate);
    void step(Event event);
    void step_fault(const Event& event);
    void trace(const Event& event);
    void heal();
    void finish();
    [[nodiscard]] Instant truth() const { return began_ + seconds(now_ / kSecond); }
    [[nodiscard]] Instant clock(const Station& station) const { return station.clock(truth()); }
    [[nodiscard]] OfficeStore& store_of(const Station& station) { return offices_[station.office]->disk; }
    void complain(std::string what) { ledger_.complain(std::move(what)); }
    [[nodiscard]] const Faults& faults() const { return options_.faults; }

    // People and boxes (simulation_boxes.cpp)
    void person(std::size_t where);
    void hand_in(std::size_t where, const std::vector<std::size_t>& promises);
    void answered(std::size_t where, std::size_t number, const box::Outbound* answer);
    void come_again(std::size_t number, Ticks after);
    void question(std::size_t number);
    void officer(const Event& event);
    void look_at_sealed(std::size_t where);
    void look_at_keys(std::size_t where);
    /// Between arm() and settle() the power may go. settle() is false if it went: nobody has heard anything.
    void arm(Station& station);
    bool settle(std::size_t where);
    void darken(std::size_t where);

    // Links (simulation_links.cpp)
    void call(const Event& event);
    void plan_call(std::size_t where, std::size_t carrier, Ticks after);
    void hurry(std::size_t where);
    void send(bool up, std::size_t office, std::size_t station, std::size_t carrier, const Bytes& payload);
    void arrive(const Event& event);
    void absorb(const Event& event);
    [[nodiscard]] bool settled(Station& station);

    // Faults (simulation_faults.cpp)
    void restore(std::size_t where);
    void clone(std::size_t where);
    void theft(std::size_t where);
    void revoke(std::size_t where);
    void replay();
    void forge(std::size_t office);
    void rotate(std::size_t office);
    void publish(std::size_t office);
    void jump_clock(Station& station);

    WorldOptions options_;
    Dice dice_;
    domain::Pack pack_;
    wire::Dictionaries dictionaries_;
    std::vector<domain::Village> villages_;
    std::vector<People> people_;
    std::vector<std::size_t> village_of_; ///< By station.
    std::vector<std::unique_ptr<Office>> offices_;
    std::vector<std::unique_ptr<Station>> stations_;
    std::vector<Promise> promises_;
    Ledger ledger_;
    WorldReport report_;

    std::vector<Event> events_; ///< A heap.
    std::uint64_t orders_ = 0;
    Ticks now_ = 0;
    Instant began_ = from_unix(1'795'489'200);
    Ticks healed_at_ = 0; ///< 0: not yet.
    Bytes traced_;
    wire::Key32 hash_{};

    std::vector<Recorded> recorded_;
    std::deque<Thief> thieves_;
    std::map<std::size_t, std::deque<std::pair<box::QueuedItem, wire::Key32>>>
        lately_;                                              ///< Sealed, with its epoch.
    std::map<std::size_t, std::deque<wire::Key32>> old_keys_; ///< Chain keys of the last items, by station.
    std::map<ItemId, std::size_t> promise_of_;
    std::map<ItemId, std::string> words_of_; ///< The newest answer in words.
};

} // namespace kentongan::sim
