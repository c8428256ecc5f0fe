// Receives what boxes bring and answers with acknowledgements and news. The same on every carrier.
//
// Nothing that a box sealed is dropped: an item becomes a case, or is kept aside for a clerk. An item is
// acknowledged only after the commit that keeps it; the same item again is acknowledged again. What does not
// open is not from a box, so it is not kept: it is counted.
#pragma once

#include "district/setting.hpp"
#include "wire/answer.hpp"

#include <list>
#include <map>

namespace kentongan::district {

/// Items kept aside of one box. Beyond it the box keeps its items itself: they are not acknowledged.
inline constexpr std::uint64_t kMaxQuarantinedPerBox = 4096;
/// Items that came before their epoch's opening are held in memory so long; those pushed out come again.
inline constexpr std::size_t kMaxHeldPerBox = 256;
inline constexpr std::size_t kMaxHeld = 16 * 1024;
/// Epochs whose keys are held in memory, the least recently used first to go: made again from their openings.
inline constexpr std::size_t kMaxChains = 4096;

/// Threads: one at a time. Keeps references: store and setting outlive it.
class Intake {
  public:
    Intake(Store& store, const Setting& setting) : store_(store), setting_(setting) {}

    /// A parcel in, a parcel out: one answer to the box that sealed it, or nothing (empty) where there is
    /// nothing to say. `room`: bytes of the answer at most, beyond its acknowledgements.
    /// Errors: kCorrupt, kUnsupported - not a parcel of ours; kDenied - unknown box, or nothing in it is from
    /// that box; kNoSpace, kUnavailable - nothing was kept, the box tries again later.
    /// `by`: how it came, for those who look after the boxes.
    [[nodiscard]] Result<Bytes> exchange(BytesView parcel, Instant now, std::size_t room = kMaxRoom,
                                         std::optional<domain::Carrier> by = std::nullopt);
    static constexpr std::size_t kMaxRoom = 40 * 1024;

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
    using EpochKey = std::tuple<BoxId, std::uint16_t, wire::Mark>;
    struct Chain {
        wire::ReceivingChain chain;
        bool copied = false;
    };
    struct Holdings {
        std::uint32_t mark = 0;
        std::vector<wire::Holding> list;
    };
    struct Parcel;

    Status take_item(Parcel& parcel, BytesView item);
    Status take_opening(Parcel& parcel, const wire::ReadItem& item, BytesView bytes);
    Status take_held(Parcel& parcel, std::uint16_t epoch);
    Status take_opened(Parcel& parcel, Chain& chain, wire::OpenedItem opened, BytesView bytes);
    Status load_chains(Parcel& parcel, std::uint16_t epoch);
    static bool copied(Parcel& parcel, std::uint16_t epoch);
    void hold(BoxId box, std::uint16_t epoch, BytesView item);
    void keep_chains(Parcel& parcel);
    Status add_news(const Parcel& parcel, const wire::Call& call, std::size_t room, Instant now,
                    wire::Answer& answer);
    Status add_publication(const wire::Call& call, std::size_t room, wire::Answer& answer);
    Result<NewCase> new_case(const Box& box, const ItemId& item, domain::Recipient recipient,
                             BytesView record, Instant now) const;
    Status adopt(const Quarantined& one, const Box& box, Instant now);

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
