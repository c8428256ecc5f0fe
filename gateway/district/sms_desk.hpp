// SMS at the district: frames that boxes send as short messages, and one message back for many of them.
//
// The workers of the modems (wire/local.hpp) bring what lies on their SIMs. A frame goes to the same intake
// as on every carrier; after its commit the worker is told to delete the message. The answer waits for the
// end of the burst: one message acknowledges them all and brings what changed. Who has last been heard by SMS
// is also told unasked.
//
// A sender's number is no proof, the seal is. Answers go to the number from which something came that only
// the box can have made and that was not here before; a copy from elsewhere changes nothing and is not
// answered. What is no frame, or does not open, is counted and never answered: two machines that answer each
// other would spend until one is empty.
//
// What waits to be answered is in memory alone: a box that hears nothing sends again.
#pragma once

#include "district/intake.hpp"
#include "wire/local.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

namespace kentongan::district {

/// One connection of a modem's worker.
using ModemId = std::uint64_t;
struct ModemMessage {
    ModemId modem = 0;
    wire::local::Message message;
};

/// A stolen box, or whoever sends copies of what it sent, spends no more of the district's money than this.
struct SmsLimits {
    /// Three an hour through a working day; to what says nothing new, and unasked, half of it.
    std::uint32_t per_box_a_day = 24;
    std::uint32_t a_day = 500; ///< To all boxes; an hour of one modem's time.
};

/// When something is said. All waits follow from one, so that they keep their proportions.
struct SmsPace {
    explicit SmsPace(seconds burst = seconds(20))
        : quiet(burst), longest(3 * burst), nothing_new(15 * burst), after_refusal(15 * burst),
          look(std::max(burst / 2, seconds(1))), moved(3 * burst), between_pushes(15 * burst) {}

    seconds quiet;         ///< Without a further message: the burst is over.
    seconds longest;       ///< But no longer from its first.
    seconds nothing_new;   ///< Between two answers, where the second says nothing new.
    seconds after_refusal; ///< By the network, before another try.
    seconds look;          ///< Between two looks for what moved.
    seconds moved;         ///< After a case has moved: others may move with it.
    seconds between_pushes;
    seconds limited{600};      ///< Until a limit is asked again.
    seconds push_again{86400}; ///< What was not acknowledged.
    std::uint32_t pushes_a_day = 4;
    int most_refusals = 3; ///< Then the box asks again.
};

/// Threads: one at a time. Keeps references: store, setting and intake outlive it.
class SmsDesk {
  public:
    /// `first_order`: where the numbers of orders begin; a random one makes a worker's word about an earlier
    /// program's order mean nothing to this one.
    SmsDesk(Store& store, const Setting& setting, Intake& intake, SmsLimits limits, SmsPace pace = SmsPace(),
            std::uint64_t first_order = 0)
        : store_(store), setting_(setting), intake_(intake), limits_(limits), pace_(pace),
          last_order_(first_order) {}

    /// What workers said; returns what to say to them. Messages that no modem may say are ignored. Not an
    /// error: a store that refuses, the message then stays on the SIM and is brought again.
    [[nodiscard]] std::vector<ModemMessage> handle(const std::vector<ModemMessage>& messages, Instant now);
    /// Call once a second.
    [[nodiscard]] std::vector<ModemMessage> tick(Instant now);
    /// A connection ended. What it was sending has an unknown fate, and is not sent again.
    void left(ModemId modem);

    struct Counts {
        std::uint64_t frames = 0;    ///< Taken in, copies among them.
        std::uint64_t strange = 0;   ///< No frames: words, parts, data of other applications.
        std::uint64_t refused = 0;   ///< Did not open.
        std::uint64_t copies = 0;    ///< Nothing new, from a number that is not the box's.
        std::uint64_t answers = 0;   ///< Given to a modem.
        std::uint64_t pushes = 0;    ///< The same, unasked.
        std::uint64_t held_back = 0; ///< Times that a limit stopped one.
    };
    [[nodiscard]] const Counts& counts() const { return counts_; }

  private:
    struct Modem {
        std::string name;
        bool registered = false;
        std::uint64_t order = 0; ///< Not yet answered; 0: it is free.
    };
    /// To be answered.
    struct Waiting {
        Taken taken;
        SmsSource source; ///< Where to, as long as no number is known.
        Instant first{};
        Instant last{};
        Instant not_before{};
        int refusals = 0;
    };
    struct Order {
        ModemId modem = 0;
        SmsRoute before;             ///< The route before it was counted.
        std::optional<Waiting> what; ///< Nothing: it was not asked for.
    };

    void arrived(ModemId modem, const wire::local::SmsArrived& sms, Instant now,
                 std::vector<ModemMessage>& out);
    Status answer_later(Taken taken, const SmsSource& source, Instant now);
    void outcome(ModemId modem, const wire::local::SmsOutcome& outcome, Instant now);
    void answer_due(Instant now, std::vector<ModemMessage>& out);
    Status push_due(Instant now, std::vector<ModemMessage>& out);
    Status push(SmsRoute route, const Box& box, Instant now, std::vector<ModemMessage>& out);
    /// False: not now (no modem, a limit).
    Result<bool> answer(Waiting& waiting, Instant now, std::vector<ModemMessage>& out);
    Result<SmsRoute> route_today(BoxId box, Instant now);
    Status uncount(const SmsRoute& before, bool pushed, Instant now);
    /// `fresh`: as of Taken.
    Result<bool> within_limits(const SmsRoute& route, bool fresh);
    Modem* free_modem(const std::string& name, ModemId& id);
    Status give(Modem& modem, ModemId id, const SmsSource& to, const SmsRoute& before, SmsRoute after,
                Bytes frame, std::vector<ModemMessage>& out);

    Store& store_;
    const Setting& setting_;
    Intake& intake_;
    SmsLimits limits_;
    SmsPace pace_;
    std::uint64_t last_order_;
    std::map<ModemId, Modem> modems_;
    std::map<BoxId, Waiting> waiting_;
    std::map<std::uint64_t, Order> orders_;
    std::map<BoxId, std::pair<std::uint64_t, Instant>> moved_; ///< Newest update seen, and when first.
    Instant looked_{};
    std::int32_t held_back_on_ = -1; ///< Day of the last warning.
    Counts counts_;
};

} // namespace kentongan::district
