// L1 at the district: opening what a box has sealed, in any order and with gaps (docs/formats/item.md).
#pragma once

#include "wire/item.hpp"
#include "wire/noise.hpp"

#include <bitset>
#include <optional>

namespace kentongan::wire {

/// What the district knows of a box that seals to it.
struct SenderKeys {
    BoxId box;
    Key32 agree{}; ///< X25519, public.
    Key32 psk{};
};

/// Which items of an epoch are there.
class ReceivedSet {
  public:
    [[nodiscard]] bool has(std::uint16_t counter) const { return counter < kMaxEpochItems && here_[counter]; }
    void add(std::uint16_t counter) {
        if (counter < kMaxEpochItems) here_[counter] = true;
    }
    void add(const ReceivedSet& others) { here_ |= others.here_; }
    /// The lowest counter that is missing; kMaxEpochItems if none is.
    [[nodiscard]] std::uint16_t next() const;
    /// Bit n: next() + 1 + n is there.
    [[nodiscard]] std::uint64_t beyond() const;
    [[nodiscard]] std::size_t count() const { return here_.count(); }
    bool operator==(const ReceivedSet&) const = default;

    /// At most 130 bytes: as many as the highest counter needs.
    [[nodiscard]] Bytes bytes() const;
    /// Errors: kCorrupt - too long.
    static Result<ReceivedSet> read(BytesView bytes);

  private:
    std::bitset<kMaxEpochItems> here_;
};

struct OpenedItem {
    Place place;
    domain::Recipient recipient = domain::Recipient::kDistrict;
    Bytes record; ///< Empty: a bare opening. Wipe it.
    ItemSeed seed;
    std::optional<ClosedEpoch> previous; ///< Openings only.
};

/// One epoch of one box, from its opening. Keeps the key of the lowest missing item and derives forward from
/// there, so items may come in any order; a key is forgotten when its item and all before it are here.
///
/// Threads: one at a time. Holds keys: never written, made again from the opening.
class ReceivingChain {
  public:
    /// Opens the epoch with its opening, which need not be the first to arrive.
    /// Errors: kDenied - not sealed by this box to these keys, or altered; kCorrupt.
    static Result<std::pair<ReceivingChain, OpenedItem>>
    begin(const ReadItem& opening, const SenderKeys& sender, const PrekeySecret& keys);

    /// Changes nothing: the item counts as received when told so by received(), after the commit.
    /// Costs up to 1,023 key steps (below a millisecond).
    /// Errors: kDenied - altered, or not of this epoch; kConflict - it is here already; kCorrupt.
    [[nodiscard]] Result<OpenedItem> open(const ReadItem& item) const;

    /// Whose commit has succeeded. Not an error: known before.
    void received(std::uint16_t counter);
    void received(const ReceivedSet& all);

    [[nodiscard]] const ReceivedSet& here() const { return here_; }
    [[nodiscard]] const Place& opening() const { return opening_; }
    [[nodiscard]] domain::Recipient recipient() const { return recipient_; }
    /// Key steps taken so far: what a test of forged counters counts.
    [[nodiscard]] std::uint64_t steps() const { return steps_; }

    ~ReceivingChain() { wipe(low_key_); }
    ReceivingChain(const ReceivingChain&) = default;
    ReceivingChain& operator=(const ReceivingChain&) = default;

  private:
    ReceivingChain() = default;
    void forget_passed();

    Place opening_;
    domain::Recipient recipient_ = domain::Recipient::kDistrict;
    ReceivedSet here_;
    std::uint16_t low_ = 1; ///< The item that low_key_ opens.
    Key32 low_key_{};
    mutable std::uint64_t steps_ = 0;
};

} // namespace kentongan::wire
