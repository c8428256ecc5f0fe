// Forward: sealed items up, the district's word down. Any carrier moves the bytes, several at once, in any
// order: an item is named by its place in its epoch, and only an authenticated answer retires it.
#pragma once

#include "box/bulletins.hpp"
#include "box/carriers.hpp"
#include "box/intake.hpp"
#include "box/sms_outbox.hpp"
#include "wire/answer.hpp"

#include <functional>

namespace kentongan::box {

class Forward {
  public:
    Forward(Ground ground, SmsOutbox& outbox, Bulletins& bulletins, Carriers& carriers)
        : ground_(ground), outbox_(outbox), bulletins_(bulletins), carriers_(carriers) {}

    /// What waits, as frames (wire/frame.hpp): by urgency, neighbours together.
    struct Outgoing {
        std::vector<Bytes> frames;
        std::vector<ItemId> items; ///< In them, in order.
    };
    /// Which items a carrier takes now; the others are left for another, or for tomorrow.
    struct Cargo {
        std::size_t largest = wire::kMaxItem; ///< Bytes of an item.
        bool urgent_only = false;             ///< What is left of its budget is for these.
        [[nodiscard]] bool takes(const QueuedItem& one) const {
            return one.sealed.size() <= largest && (!urgent_only || share_of(one.urgency) == Share::kUrgent);
        }
    };
    /// At most `room` bytes of a parcel. `skip`: items that are on their way already.
    Result<Outgoing> outgoing(std::size_t room, const std::function<bool(const ItemId&)>& skip,
                              const Cargo& cargo);

    /// A call for news. `echo`: four fresh random bytes, not 0; an answer that repeats the newest one tells
    /// the time. `sparing`: ask for no publications.
    /// Errors: kInvalid - the district's key is none; the store's.
    Result<Bytes> call(std::uint32_t echo, Instant now, bool sparing = false);
    /// A call whose answer may come days later and from a district that remembers nothing of this box: it
    /// tells what is held, and its answer sets no clock. Other calls that wait for theirs go on waiting.
    Result<Bytes> call_by_post(std::uint32_t echo, Instant now);
    /// A call that fits one SMS in either form: it asks for no publication. Its answer is for whoever made
    /// `echo`: absorb() takes no time from it, and other calls go on waiting.
    Result<Bytes> call_by_sms(std::uint32_t echo);
    /// What this box and its district authenticate with under that prekey.
    /// Errors: kDenied - the keyring has no such prekey.
    Result<wire::LinkKeys> link_keys(std::uint8_t key_id);

    /// Items counted at once; what waits behind them goes with the next parcel.
    static constexpr std::size_t kMostAtOnce = 512;
    /// Sealed items are kept this long after the district has them.
    static constexpr std::chrono::hours kKeepRetired{24 * 30};

    struct Absorbed {
        std::vector<ItemId> retired;
        std::size_t updates = 0;
        bool more = false;   ///< Call again at once.
        bool pieces = false; ///< Of a publication, so `more` may be much.
        /// The district's clock, if this answers the newest call: an old answer played again sets no clock.
        std::optional<Instant> district_time;
        bool copied = false; ///< This box goes on from a copy: the district has seen later epochs of it.

        /// What another answer did besides.
        void add(const Absorbed& other);
    };
    /// Believes an answer. Errors: kDenied - not from this district for this box; kCorrupt, kUnsupported.
    Result<wire::Answer> read_answer(BytesView frame);
    /// Carries it out within the caller's transaction. Errors: the store's.
    /// Not an error: an update for an item unknown here, or in a state this pack does not know: it is passed
    /// over. Updates after a gap: they come again.
    Result<Absorbed> absorb(const wire::Answer& answer, Instant now);

  private:
    Result<wire::Call> news(std::uint32_t echo, bool tell);
    Result<std::optional<wire::DayOfUse>> use_to_tell(Instant now);
    Result<const wire::LinkKeys*> link(std::uint8_t key_id);
    Status retire(const wire::Ack& ack, Instant now, std::vector<ItemId>& retired);
    Status apply(const wire::StatusUpdate& update, Instant now);

    Ground ground_;
    SmsOutbox& outbox_;
    Bulletins& bulletins_;
    Carriers& carriers_;
    std::uint32_t echo_ = 0;
    std::optional<std::uint32_t> told_; ///< The day of use in the call with this echo.
    bool tell_ = true;                  ///< The district does not know what is held here.
    std::optional<std::pair<wire::Prekey, wire::LinkKeys>> link_; ///< Of the prekey used last.
};

} // namespace kentongan::box
