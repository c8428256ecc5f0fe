// Which way to the district may be used now, and what each was used for: budgets of bytes and of money a day
// (domain::Tariff), kept over restarts.
//
// A day is one of the village's calendar, and begins at its midnight. The clock may be wrong by years, so it
// is believed with care:
//  - A day turns when the clock says a later one, up to kKept days later.
//  - A clock that says an earlier day, or one further off, changes nothing: what was used stays used.
//  - After kLongestDay of running the day turns whatever the clock says, so no budget stays closed for ever.
//  - When the district has told the time, told() puts the day right; what was used under the wrong date is
//    counted as used today, so no budget is had twice.
//
// Counts are written once a minute at most, as a rule with a commit that is made anyway: each costs a few
// pages of flash. So a power cut may forget what a minute of datagrams cost, or one exchange by HTTPS; but no
// message, which is written at once.
//
// Threads: the core thread. Lifetime: `store` outlives it.
#pragma once

#include "box/ports/store.hpp"
#include "domain/catalogue.hpp"

#include <array>
#include <optional>
#include <vector>

namespace kentongan::box {

using domain::Carrier;
using domain::Tariff;

/// For whom a budget is asked.
enum class Share : std::uint8_t {
    kUrgent,       ///< All of it. Urgency::kFirst, and a rare call for news.
    kOrdinary,     ///< All but a fifth, which waits for what is urgent.
    kPublications, ///< Only while less than half is used.
};
[[nodiscard]] Share share_of(Urgency urgency);

/// How a carrier is doing, as its driver found it.
enum class Link : std::uint8_t { // sent to consoles: do not change values
    kNotSetUp = 1,
    kUntried = 2, ///< Or at rest until it is tried again.
    kUp = 3,
    kSilent = 4, ///< No answer came.
};

/// Why a carrier may not be used now.
enum class Hindrance : std::uint8_t { // sent to consoles: do not change values
    kNone = 0,
    kForbidden = 1, ///< The village does not use it.
    kBytes = 2,     ///< The day's bytes are used up.
    kCost = 3,      ///< The day's money is.
};

struct Permit {
    Hindrance why = Hindrance::kNone;
    Instant again{}; ///< When the day turns, by the clock of now; of kBytes and kCost only.
    explicit operator bool() const { return why == Hindrance::kNone; }
};

/// The least that a carrier begins anything with: where less is left of a budget, nothing goes.
inline constexpr std::uint64_t kLeastDatagram = 1448;      ///< The largest datagram, with its headers.
inline constexpr std::uint64_t kLeastExchange = 10 * 1024; ///< HTTPS: connection, handshake, headers.
struct Load {
    std::uint64_t bytes = 0;
    std::uint64_t messages = 0;
};
[[nodiscard]] Load least_load(Carrier carrier);

class Carriers {
  public:
    static constexpr std::int32_t kKept = 60; ///< Days.
    static constexpr seconds kLongestDay{25 * 3600};
    static constexpr seconds kKeepEvery{60};
    static constexpr seconds kKeepRunning{3600}; ///< How long this box has run, where nothing else changes.

    Carriers(const domain::Tariffs& tariffs, int utc_offset_minutes, Store& store)
        : tariffs_(tariffs), utc_offset_(utc_offset_minutes), store_(store) {}

    /// Reads what the store holds: once, before anything else. Errors: the store's; then counting begins
    /// anew.
    Status recall();

    /// Whether that much more may go by this carrier now: bytes both ways with what carries them, and
    /// messages; see least_load(). It books nothing: say used() for what then goes. Who asks for nothing
    /// learns whether anything is left.
    [[nodiscard]] Permit may(Carrier carrier, Share share, std::uint64_t bytes, std::uint64_t messages,
                             Instant now);
    /// Bytes that are left; nothing: there is no limit.
    [[nodiscard]] std::optional<std::uint64_t> left(Carrier carrier, Share share, Instant now);
    void used(Carrier carrier, std::uint64_t up, std::uint64_t down, std::uint64_t messages, Instant now);
    /// The district was heard over it.
    void reached(Carrier carrier, Instant now);
    /// The district has just told that it is `now`. Errors: the store's; the day is as before then.
    Status told(Instant now);

    void set_link(Carrier carrier, Link link) { links_[index(carrier)] = link; }
    [[nodiscard]] Link link(Carrier carrier) const { return links_[index(carrier)]; }
    [[nodiscard]] Tariff tariff(Carrier carrier) const { return domain::tariff_of(tariffs_, carrier); }
    /// Since the first start, by the clock of then; std::nullopt: never.
    [[nodiscard]] std::optional<Instant> last_contact(Carrier carrier) const;
    /// What was used today.
    [[nodiscard]] CarrierDay today(Carrier carrier, Instant now);

    /// The oldest finished day that the district does not have: a row for each carrier used on it. Empty: it
    /// has all, or no district has told the time since this was made, and the dates are not to be believed.
    Result<std::vector<CarrierDay>> unsaid(Instant now);
    /// The district has what was used on that day and before.
    void said(std::int32_t day);

    /// Whether counts wait that should not wait longer for another commit.
    [[nodiscard]] bool due() const;
    /// Writes what has changed, within the caller's transaction; then committed() or lost().
    Status keep();
    void committed();
    void lost() { keeping_ = false; }

  private:
    static std::size_t index(Carrier carrier) { return static_cast<std::size_t>(carrier) - 1; }
    [[nodiscard]] std::int32_t day_of(Instant now) const;
    [[nodiscard]] Instant next_day(Instant now) const;
    void look(Instant now);
    void turn(std::int32_t day);

    const domain::Tariffs& tariffs_;
    std::chrono::minutes utc_offset_;
    Store& store_;
    bool begun_ = false; ///< There is a day.
    CarrierBook book_;
    std::array<CarrierDay, domain::kCarriers.size()> today_{};
    std::vector<CarrierDay> finished_; ///< Of days before, not kept yet.
    std::array<Link, domain::kCarriers.size()> links_{Link::kNotSetUp, Link::kNotSetUp, Link::kNotSetUp,
                                                      Link::kUp};
    std::optional<Instant> looked_;
    bool told_ = false;
    bool changed_ = false;  ///< Something waits to be kept.
    bool pressing_ = false; ///< A message was paid for, the date is another, a day was told: at once.
    bool keeping_ = false;  ///< Written, not committed.
    seconds since_kept_{0}; ///< Of running.
};

} // namespace kentongan::box
