// L1: sealing. What the box has sealed, the box cannot open (docs/formats/item.md).
//
// An epoch is opened by a Noise_Kpsk0 message to one recipient; each further item is sealed under a key that is
// replaced by its own successor at once. The keys live in guarded memory only and are never written: whoever
// takes the box, disk and memory together, opens nothing that was sealed before. A restart opens a new epoch.
#pragma once

#include "wire/guarded_key.hpp"
#include "wire/item.hpp"
#include "wire/noise.hpp"

#include <chrono>
#include <optional>

namespace kentongan::wire {

/// To whom a box seals now: the district's current prekeys and their number.
struct SealTo {
    std::uint8_t key_id = 0;
    Key32 district{};
    Key32 inspectorate{};
    bool operator==(const SealTo&) const = default;
};

/// An epoch is not continued after this long, so that a stolen running box tells little of the days to come.
inline constexpr std::chrono::hours kEpochLength{24};

/// The shared secret that stands beside the key agreement, for one recipient.
[[nodiscard]] Key32 psk_for(const Key32& psk, domain::Recipient recipient);

/// The box's two sending chains: to the district and to the inspectorate.
///
/// Threads: one at a time. Lifetime: `box` outlives the sealer.
class Sealer {
  public:
    Sealer(const BoxSecret& box, const Key32& psk, const SealTo& to) : box_(box), psk_(psk), to_(to) {}

    /// The district's keys were rotated: the next item opens a new epoch.
    void use(const SealTo& to) { to_ = to; }

    /// Whether the next item needs open() before it: after a start, after abandon(), when the epoch is full, old
    /// or for other keys.
    [[nodiscard]] bool must_open(domain::Recipient recipient, Instant now) const;

    /// Begins an epoch. `number`: never used before by this box, from 1.
    /// Errors: kInvalid - the recipient's key is none; kNoSpace - the box's number does not fit the wire.
    Status open(domain::Recipient recipient, std::uint16_t number, const ClosedEpoch& previous, Instant now);

    /// What the next item is going to be.
    struct Turn {
        ItemId item;
        ItemSeed seed;
        /// An opening of its own that goes before it, when together they would not fit one SMS though the item
        /// alone does.
        std::optional<std::pair<ItemId, Bytes>> opening;
    };
    /// After open() where must_open() says so. `record_size`: of the record that seal() will get, which may
    /// be up to kTurnSlack bytes longer.
    Turn take(domain::Recipient recipient, std::size_t record_size);
    static constexpr std::size_t kTurnSlack = 4;

    /// Seals the item that take() announced and goes on: its key is gone when this returns. Lose the item, and
    /// its place stays empty: call abandon().
    /// Errors: kNoSpace - above kMaxItem; the place is still free then.
    Result<Bytes> seal(domain::Recipient recipient, BytesView record);

    /// What was sealed since the last commit was not kept: end the epochs, so that no reader waits for it.
    void abandon();

  private:
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
    GuardedKey psk_;
    SealTo to_;
    Epoch district_;
    Epoch inspectorate_;
};

} // namespace kentongan::wire
