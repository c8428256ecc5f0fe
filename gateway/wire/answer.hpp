// What goes beside the items: a box's call for news, and the district's answer (docs/formats/answer.md).
//
// Both are sealed between this box and its district (wire/siv.hpp). An answer is made after the district's
// commit; it alone retires items at the box.
#pragma once

#include "base/time.hpp"
#include "domain/tariff.hpp"
#include "wire/bulletin.hpp"
#include "wire/frame.hpp"
#include "wire/open.hpp"
#include "wire/reply.hpp"
#include "wire/siv.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kentongan::wire {

/// What a box used one carrier for; not all zero. At most domain::kMostCounted bytes each way and messages.
struct CarrierUse {
    std::uint64_t up = 0;   ///< Bytes to the district, with what carries them.
    std::uint64_t down = 0; ///< Bytes from it.
    std::uint64_t messages = 0;
    std::uint64_t cost = 0; ///< By the village's tariff, in units of its pack's money; at most kMostCost.
    bool operator==(const CarrierUse&) const = default;
};
inline constexpr std::uint64_t kMostCost = std::uint64_t{1} << 62;
/// A finished day of the village's calendar.
struct DayOfUse {
    std::uint32_t day = 0;                          ///< Days since 1970-01-01, local; not 0.
    std::map<domain::Carrier, CarrierUse> carriers; ///< At least one.
    bool operator==(const DayOfUse&) const = default;
};

/// Box → district. Asks for news and tells how the box is.
struct Call {
    BoxId box;
    std::uint8_t key_id = 0;       ///< Prekey whose agreement seals this.
    std::uint32_t echo = 0;        ///< Random; the answer repeats it.
    std::uint64_t last_update = 0; ///< Newest update that the box has committed.
    std::uint32_t waiting = 0;     ///< Items in the queue.
    ClosedEpoch newest;            ///< The newest epoch, and how many items it has by now.
    std::uint32_t keyring = 0;     ///< Version held.
    std::uint32_t held = 0;        ///< holdings_mark() of the publications held.
    std::vector<Holding> holdings; ///< Only when an answer asked for them.
    std::vector<Want> wants;       ///< What is missing of publications on their way; at most kMaxWants.
    bool sparing = false;          ///< The day's budget is for requests: keyrings, but no publications now.
    std::optional<DayOfUse> used;  ///< Until an answer to such a call has come.
    bool operator==(const Call&) const = default;
};
inline constexpr std::size_t kMaxWants = 8;

/// Says in four bytes which publications are held; equal lists have equal marks, in any order. 0: none.
[[nodiscard]] std::uint32_t holdings_mark(std::vector<Holding> holdings);

/// Committed at the district.
struct Ack {
    std::uint16_t epoch = 0;
    Mark mark{}; ///< Does not travel: both ends know it, and the seal is bound to it.
    std::uint16_t next = 0;
    std::uint64_t beyond = 0;
    [[nodiscard]] bool covers(std::uint16_t counter) const {
        return counter < next ||
               (counter > next && counter - next <= 64 && (beyond >> (counter - next - 1) & 1) != 0);
    }
    bool operator==(const Ack&) const = default;
};
inline constexpr std::size_t kMaxAcks = 64;

/// A case has changed its state.
struct StatusUpdate {
    std::uint64_t sequence = 0; ///< Per box, grows by one; the order of updates.
    ItemId item;
    std::uint8_t state = 0; ///< Number of the state in the service's life cycle.
    Instant at{};           ///< The district's clock.
    Bytes reply;            ///< wire/reply.hpp, or empty
    Bytes notice;           ///< wire/reply.hpp, or empty: nobody to tell
    // Only in an answer with brief updates (wire/brief_update.hpp), which has no `notice`:
    bool reply_follows = false;    ///< There is a reply, not in this answer.
    std::optional<Notice> to_tell; ///< Instead of `notice`.
    bool operator==(const StatusUpdate&) const = default;
};
inline constexpr std::size_t kMaxUpdates = 256;
inline constexpr std::size_t kMaxReply = 4200; ///< Two texts of 2,000 bytes, sealed.

inline constexpr std::size_t kMaxPieces = 64;
inline constexpr std::size_t kMaxAnswer = 48 * 1024;

/// District → box.
struct Answer {
    BoxId box;
    std::uint8_t key_id = 0;
    std::uint32_t echo = 0; ///< Of the call it answers; 0: it answers none.
    Instant district_time{};
    std::uint16_t newest_epoch =
        0; ///< The highest number seen of this box: one restored from a copy goes on above.
    std::uint32_t keyring = 0; ///< Newest version, so that a box asks for it.
    std::vector<Ack> acks;
    std::vector<StatusUpdate> updates; ///< Without a gap, oldest first.
    std::vector<Piece> pieces;
    bool more = false;  ///< There is further news: call again at once.
    bool tell = false;  ///< Send Call::holdings next time.
    bool brief = false; ///< Its updates are in their short form.
    bool operator==(const Answer&) const = default;
};

/// What a reader of a call or an answer looks up before it can open it.
struct SealedFor {
    BoxId box;
    std::uint8_t key_id = 0;
};
/// Errors: kCorrupt - neither a call nor an answer.
[[nodiscard]] Result<SealedFor> read_sealed_for(BytesView frame);

[[nodiscard]] Bytes encode(const Call& call, const SivKey& up);
/// Errors: kDenied - not sealed by this box; kCorrupt.
[[nodiscard]] Result<Call> decode_call(BytesView frame, const SivKey& up);

/// An acknowledgement of one epoch that answers no call takes 35 bytes.
[[nodiscard]] Bytes encode(const Answer& answer, const SivKey& down);
/// `mark_of` knows the box's own epochs; an answer that acknowledges another's is refused.
/// Errors: kDenied - not sealed by this district for this box and these epochs; kCorrupt.
[[nodiscard]] Result<Answer>
decode_answer(BytesView frame, const SivKey& down,
              const std::function<std::optional<Mark>(std::uint16_t epoch)>& mark_of);

} // namespace kentongan::wire
