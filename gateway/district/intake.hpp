// Receives what boxes bring and answers with acknowledgements and news. The same on every carrier.
//
// Nothing that a box sealed is dropped: an item becomes a case, or is kept aside for a clerk. An item is
// acknowledged only after the commit that keeps it; the same item again is acknowledged again. What does not
// open is not from a box, so it is not kept: it is counted.
//
// Taking in and answering are two steps: over a link the answer follows at once (exchange()), by SMS one
// answer waits for several messages (district/sms_desk.hpp).
#pragma once

#include "district/setting.hpp"
#include "wire/answer.hpp"

#include <list>
#include <map>
#include <set>

namespace kentongan::district {

/// Items kept aside of one box. Beyond it the box keeps its items itself: they are not acknowledged.
inline constexpr std::uint64_t kMaxQuarantinedPerBox = 4096;
/// Items that came before their epoch's opening are held in memory so long; those pushed out come again.
inline constexpr std::size_t kMaxHeldPerBox = 256;
inline constexpr std::size_t kMaxHeld = 16 * 1024;
/// Epochs whose keys are held in memory, the least recently used first to go: made again from their openings.
inline constexpr std::size_t kMaxChains = 4096;

using domain::Carrier;

/// How a parcel came.
struct Way {
    std::optional<Carrier> carrier; ///< Nothing: over a link, not known which.
    SmsSource sms; ///< Of kSms; without a number: it has none that can be answered.
};

/// What was taken in from one box, and is to be answered.
struct Taken {
    using EpochKey = std::tuple<BoxId, std::uint16_t, wire::Mark>;

    BoxId box;
    bool revoked = false;
    std::uint8_t key_id = 0; ///< Prekey that seals the answer.
    std::optional<wire::LinkKeys> link;
    std::optional<wire::Call> call;
    std::set<EpochKey> touched; ///< To be acknowledged.
    /// No copy of what was sent before: an item that was not here, or a call that acknowledges an update for
    /// the first time. Only the box can make that; anybody who listens can send the rest once more.
    bool fresh = false;

    /// Nothing to say: it will be opened once its opening is here.
    [[nodiscard]] bool nothing() const { return !call && touched.empty(); }
    /// Of the same box, taken in later: one answer for both.
    void add(Taken later);
};

/// One answer of one frame.
struct BriefAnswer {
    Bytes frame;
    std::size_t acks = 0; ///< Epochs.
    bool news = false;    ///< It brings updates, or says that there are more.
};

/// Threads: one at a time. Keeps references: store and setting outlive it.
class Intake {
  public:
    Intake(Store& store, const Setting& setting) : store_(store), setting_(setting) {}

    /// Works on a parcel and commits; what it says is to be answered with answer() or brief_answer().
    /// Errors: as exchange().
    [[nodiscard]] Result<Taken> take(BytesView parcel, Instant now, const Way& way = {});

    /// The answer as a parcel; empty where there is nothing to say. `room` as for exchange().
    [[nodiscard]] Result<Bytes> answer(const Taken& taken, Instant now, std::size_t room = kMaxRoom);

    /// The answer as one frame of at most `room` bytes, acknowledgements included, with what fits: echo and
    /// time, acknowledgements, then updates in their short form, first without replies. What went in leaves
    /// `taken`: acknowledgements that are still there are for the next one. Without a call it has the updates
    /// that the box has not acknowledged. Nothing (no value): nothing to say, or the box is revoked.
    /// Errors: kInvalid - `room` below kLeastBrief; kDenied - unknown box; those of the store.
    [[nodiscard]] Result<std::optional<BriefAnswer>> brief_answer(Taken& taken, Instant now,
                                                                  std::size_t room);
    /// Echo, news, one acknowledgement with a map: each of the answers before the last has one at least.
    static constexpr std::size_t kLeastBrief = 80;

    /// A parcel in, a parcel out: one answer to the box that sealed it, or nothing (empty) where there is
    /// nothing to say. `room`: bytes of the answer at most, beyond its acknowledgements.
    /// Errors: kCorrupt, kUnsupported - not a parcel of ours; kDenied - unknown box, or nothing in it is from
    /// that box; kNoSpace, kUnavailable - nothing was kept, the box tries again later.
    /// `by`: how it came, for those who look after the boxes.
    [[nodiscard]] Result<Bytes> exchange(BytesView parcel, Instant now, std::size_t room = kMaxRoom,
                                         std::optional<domain::Carrier> by = std::nullopt);
    static constexpr std::size_t kMaxRoom = 40 * 1024;
    /// No box gives itself so many updates; a greater number is a defect or a lie, and would use up the
    /// counter.
    static constexpr std::uint64_t kMaxSequence = std::uint64_t{1} << 53;

    /// Looks again at what was kept aside because it could not be understood: a newer pack may know it.
    /// Called once after the start. What came from a revoked or copied box stays for a clerk. Returns how
    /// many became cases.
    [[nodiscard]] Result<std::size_t> look_again(Instant now);

    /// A clerk's word that an item kept aside is to be worked on although its box is revoked or copied.
    /// Returns its id.
    /// Errors: kNotFound - nothing kept aside has this digest; kCorrupt, kUnsupported - not understood;
    /// kConflict - there is a case with its id.
    [[nodiscard]] Result<ItemId> accept(const std::array<std::uint8_t, 32>& digest, Instant now);

    /// Items kept since the start that were not here before.
    [[nodiscard]] std::uint64_t taken() const { return taken_; }
    /// Items that did not open: damage on the way, or forgeries.
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

  private:
    using EpochKey = Taken::EpochKey;
    struct Chain {
        wire::ReceivingChain chain;
        bool copied = false;
    };
    struct Holdings {
        std::uint32_t mark = 0;
        std::vector<wire::Holding> list;
    };
    struct Parcel;

    Status commit(Parcel& parcel, Taken& taken, const Way& way);
    Status take_item(Parcel& parcel, BytesView item);
    Status take_opening(Parcel& parcel, const wire::ReadItem& item, BytesView bytes);
    Status take_held(Parcel& parcel, std::uint16_t epoch);
    Status take_opened(Parcel& parcel, Chain& chain, wire::OpenedItem opened, BytesView bytes);
    Status load_chains(Parcel& parcel, std::uint16_t epoch);
    void hold(BoxId box, std::uint16_t epoch, BytesView item);
    void keep_chains(Parcel& parcel);
    [[nodiscard]] bool shared(const EpochKey& key) const;
    Status link_by(std::uint8_t key_id, const Box& box, Taken& taken);
    Status add_news(const Taken& taken, std::size_t room, Instant now, wire::Answer& answer);
    Status add_publication(const wire::Call& call, std::size_t room, wire::Answer& answer);
    Result<std::vector<std::pair<EpochKey, wire::Ack>>> brief_acks(const Taken& taken);
    Result<std::uint8_t> key_held(const Taken& taken);
    Status add_brief_head(BoxId box, Instant now, wire::Answer& answer);
    Status add_brief_updates(const Taken& taken, const Box& box, Instant now, std::size_t room,
                             wire::Answer& answer);
    Result<domain::Request> request_of(const Box& box, const ItemId& item);
    Result<wire::StatusUpdate> brief(const Box& box, wire::StatusUpdate update);
    Result<NewCase> new_case(const Box& box, const ItemId& item, domain::Recipient recipient,
                             BytesView record, Instant now) const;
    Status adopt(const Quarantined& one, const Box& box, Instant now);

    /// Updates read for one: more would not fit.
    static constexpr std::size_t kMostBrief = 8;

    Store& store_;
    const Setting& setting_;
    std::list<std::pair<EpochKey, Chain>> chains_; ///< Used last first.
    std::map<EpochKey, std::list<std::pair<EpochKey, Chain>>::iterator> chain_at_;
    std::map<BoxId, std::list<std::pair<std::uint16_t, Bytes>>> held_; ///< By epoch, oldest first.
    std::size_t held_count_ = 0;
    std::map<BoxId, Holdings> holdings_; ///< As boxes told since the start.
    std::uint64_t taken_ = 0;
    std::uint64_t refused_ = 0;
};

} // namespace kentongan::district
