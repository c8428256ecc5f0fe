// SMS as a carrier (docs/formats/sms-frame.md): which sealed items go to the district one by one when no
// cheaper way reaches it, how often, and what its answers do.
//
// Urgent items go when IP has been silent for SmsPace::ip_silent, others after the tariff's patience. An
// item that the network took is sent again until it is acknowledged, ever more rarely. What is too long for
// one SMS never goes: it waits for another carrier. No item is readable at the district without the opening
// of its epoch, so that goes before it, and once more with the next item unless it is acknowledged by then.
// Quiet hours do not hold: nobody is woken.
#pragma once

#include "box/carriers.hpp"
#include "box/forward.hpp"
#include "wire/local.hpp"
#include "wire/sms_frame.hpp"

#include <map>

namespace kentongan::box {

/// How frames are sent; both forms are always read.
enum class FrameForm : std::uint8_t {
    kData, ///< 8-bit data, up to wire::kSmsDataRoom
    kText, ///< Where the operator mangles data: text, up to wire::kSmsTextRoom
};

/// Policy in one place.
struct SmsPace {
    /// IP carriers that have brought no word for so long do not reach the district. What has just come waits
    /// for a quarter of it all the same: an IP carrier may poll rarely.
    seconds ip_silent{120};
    /// First of all, then doubled each time. The district gathers what comes in a minute before it
    /// acknowledges; a network may take many.
    seconds resend{30 * 60};
    static constexpr seconds kLongestResend{24 * 3600};
    /// Where only SMS reaches the district a call asks this often for what was lost on the way down.
    static constexpr seconds kCallEvery{24 * 3600};
    /// A network may keep an SMS for days: only a prompt answer tells the time.
    static constexpr seconds kTellsTime{600};
    /// After a certain rejection, doubled each time: no credit, or no service.
    static constexpr seconds kRest{60};
    static constexpr seconds kLongestRest{3600};
    static constexpr seconds kLookEvery{10}; ///< While nothing was due at the last look.

    [[nodiscard]] seconds first_chance() const { return ip_silent / 4; }
};

struct SmsSetting {
    std::optional<domain::Msisdn> district; ///< The district's modem. Without it no frame is sent.
    FrameForm form = FrameForm::kData;
    SmsPace pace{};

    /// The longest frame that can be sent, in bytes.
    [[nodiscard]] std::size_t room() const {
        return form == FrameForm::kData ? wire::kSmsDataRoom : wire::kSmsTextRoom;
    }
};

/// Threads: one. Lifetime: what it is made of outlives it.
class SmsCarrier {
  public:
    SmsCarrier(Ground ground, Forward& forward, Carriers& carriers, SmsSetting setting);

    /// A frame for the district: `about` goes with it into the outbox's journal.
    struct Frame {
        Bytes about;
        Bytes bytes;
    };
    /// What goes now, if anything, counted as tried within the caller's transaction. Nothing where the
    /// village does not use SMS, the day's budget does not allow it, or another carrier does.
    /// Errors: the store's.
    Result<std::optional<Frame>> next(Instant now);
    /// The order for a modem. Errors: kInvalid - longer than the form carries.
    [[nodiscard]] Result<wire::local::Message> order(std::uint64_t id, BytesView frame) const;
    /// What became of it. One of unknown fate counts as sent and paid: the acknowledgement decides.
    Status done(const SmsOutbox::FrameFate& fate, Instant now);

    /// Whether a message may be a frame: 8-bit data from anybody, for a number is no proof and a missing one
    /// no reason; a text in the 7-bit form from the district's number only, for people write short words too.
    [[nodiscard]] std::optional<Bytes> frame_in(const wire::local::SmsArrived& sms) const;
    [[nodiscard]] bool is_district(std::string_view sender) const;
    /// Carries out an answer within the caller's transaction. False: it does not open, so it is nobody's
    /// word. Errors: the store's.
    Result<bool> arrived(BytesView frame, Instant now);
    /// Another carrier has brought the district's word, within the caller's transaction.
    Status other_carrier_heard(Instant now);

    /// What arrived() did counts: this is it, and take_heard() has it.
    std::optional<Forward::Absorbed> committed();
    /// It does not. True if there was anything.
    bool lost();
    /// What answers have done since last asked.
    [[nodiscard]] Forward::Absorbed take_heard() { return std::exchange(heard_, {}); }

    /// Whether items may go this way at all.
    [[nodiscard]] bool in_use() const;
    [[nodiscard]] const SmsSetting& setting() const { return setting_; }
    /// How many items wait for another carrier: too long for one SMS, or behind an opening that is. 0 where
    /// none goes by SMS at all. Errors: the store's.
    [[nodiscard]] Result<std::uint32_t> left_out();

  private:
    struct Epoch {
        std::optional<std::size_t> opening; ///< Its place among the items, if it waits and fits.
        bool unreadable = false;            ///< It waits and does not fit.
        bool another_went = false;
    };
    using Epochs = std::map<std::pair<std::uint16_t, wire::Mark>, Epoch>;
    /// What fits, of the first in the queue, and how their epochs stand.
    struct Queue {
        std::vector<QueuedItem> items;
        Epochs epochs;
        std::uint32_t left_out = 0;
    };

    Result<std::optional<Frame>> choose(Instant now);
    Result<std::optional<Frame>> call(Instant now);
    Result<Queue> queue();
    const QueuedItem* best_of(const Queue& queue, Instant now);
    [[nodiscard]] bool may(Share share, std::size_t bytes, Instant now);
    [[nodiscard]] bool has_waited(const QueuedItem& item, Instant now) const;
    [[nodiscard]] seconds ip_silent_for(Instant now) const;
    Status tried(const QueuedItem& item, Instant now);
    [[nodiscard]] Resend after_another(const Resend& before, Instant now) const;

    Ground ground_;
    Forward& forward_;
    Carriers& carriers_;
    SmsSetting setting_;
    std::optional<Instant> started_;
    Instant look_at_{};
    seconds rest_{0};
    std::uint32_t echo_ = 0; ///< Of the newest call by SMS; 0: none waits.
    Instant called_{};
    std::uint32_t left_out_ = 0;               ///< As the log has it.
    std::optional<Forward::Absorbed> pending_; ///< Not committed yet.
    Forward::Absorbed heard_;
};

} // namespace kentongan::box
