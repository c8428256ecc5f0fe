// L1: sealing. What the box has sealed, the box cannot open (docs/formats/item.md).
//
// An epoch is opened by a Noise_Kpsk0 message to one recipient; each further item is sealed under a key that
// is replaced by its own successor at once. The keys live in guarded memory only and are never written:
// whoever takes the box, disk and memory together, opens nothing that was sealed before. A restart opens a
// new epoch.
#pragma once

#include "wire/guarded_key.hpp"
#include "wire/item.hpp"
#include "wire/noise.hpp"

#include <chrono>
#include <optional>

namespace kentongan::wire {

/// An epoch is not continued after this long, so that a stolen running box tells little of the days to come.
inline constexpr std::chrono::hours kEpochLength{24};

/// The shared secret that stands beside the key agreement, for one recipient.
[[nodiscard]] Key32 psk_for(const Key32& psk, domain::Recipient recipient);

/// The box's two sending chains: to the district and to the inspectorate.
///
/// Threads: one at a time. Lifetime: `box` outlives the sealer.
class Sealer {
  public:
    Sealer(const BoxSecret& box, const Prekey& to) : box_(box), to_(to) {}

    /// The district's keys were rotated: the next item opens a new epoch.
    void use(const Prekey& to) { to_ = to; }

    /// This box sends by SMS, `room` bytes each: an opening travels alone wherever it would not fit one
    /// together with its record, however long that is, so that it brings no epoch to a stop.
    void keep_openings_within(std::size_t room) {
        room_ = room;
        always_ = true;
    }

    /// Whether the next item needs open() before it: after a start or abandon(), when the epoch is full, old
    /// or for other keys.
    [[nodiscard]] bool must_open(domain::Recipient recipient, Instant now) const;

    /// Begins an epoch. `number`: never used before by this box, from 1.
    /// Errors: kInvalid - the recipient's key is none; kNoSpace - the box's number does not fit the wire.
    Status open(domain::Recipient recipient, std::uint16_t number, const ClosedEpoch& previous, Instant now);

    /// What the next item is going to be.
    struct Turn {
        ItemId item;
        ItemSeed seed;
        /// An opening of its own that goes before it, when together they would not fit one SMS: if the item
        /// alone does, or always (keep_openings_within()).
        std::optional<std::pair<ItemId, Bytes>> opening;
    };
    /// After open() where must_open() says so. `record_size`: of the record that seal() will get, which may
    /// be up to kTurnSlack bytes longer.
    Turn take(domain::Recipient recipient, std::size_t record_size);
    static constexpr std::size_t kTurnSlack = 4;

    /// Seals the item that take() announced and goes on: its key is gone when this returns. Lose the item,
    /// and its place stays empty: call lost(). Errors: kNoSpace - above kMaxItem; kInvalid - empty, or its
    /// last byte is zero (wire/padding.hpp). The place is still free then.
    Result<Bytes> seal(domain::Recipient recipient, BytesView record);

    /// The counter of the next item and the mark of its epoch, for what is written beside it.
    struct Standing {
        std::uint16_t number = 0;
        std::uint16_t items = 0; ///< Sealed so far.
        Mark mark{};
    };
    [[nodiscard]] Standing standing(domain::Recipient recipient) const;

    /// Everything sealed so far is kept.
    void committed() { uncommitted_ = false; }
    /// What was sealed since committed() was not kept: if there was anything the epochs end, so that no
    /// reader waits for it.
    void lost() {
        if (uncommitted_) abandon();
    }
    /// Ends both epochs.
    void abandon();

  private:
    /// Looks for the simulated world at what a thief would find in memory (sim/sealer_probe.hpp).
    friend struct SealerProbe;
    struct Epoch {
        std::uint16_t number = 0;
        std::uint16_t next = 0; ///< Counter of the next item.
        std::uint8_t key_id = 0;
        Mark mark{};
        ClosedEpoch previous;
        Instant opened{};
        std::optional<NoiseWriter> opening; ///< Until the opening is written.
        GuardedKey second;                  ///< Until the opening is written.
        GuardedKey key;                     ///< Of the next item.
    };
    Epoch& of(domain::Recipient recipient) {
        return recipient == domain::Recipient::kInspectorate ? inspectorate_ : district_;
    }
    [[nodiscard]] ItemHeader header(domain::Recipient recipient, const Epoch& epoch) const;
    Bytes write_opening(domain::Recipient recipient, Epoch& epoch, BytesView record);

    const BoxSecret& box_;
    Prekey to_;
    Epoch district_;
    Epoch inspectorate_;
    std::size_t room_ = kSmsBytes; ///< Of one SMS.
    bool always_ = false;
    bool uncommitted_ = false;
};

} // namespace kentongan::wire
