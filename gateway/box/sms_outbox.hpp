// The SMS outbox: what is said back by radio, once, in order, and not in the night.
#pragma once

#include "box/intake.hpp"
#include "wire/local.hpp"

namespace kentongan::box {

/// Policy in one place (domain brief §6.2, modem brief rule 3).
struct SmsPolicy {
    static constexpr std::chrono::hours kAnswerLives{24};
    static constexpr std::chrono::hours kNoticeLives{72};
    static constexpr int kMostUnknown = 2;    ///< An answer whose fate is unknown is sent at most once more.
    static constexpr seconds kRetryAfter{60}; ///< After a certain rejection, until it expires.
};

class SmsOutbox {
  public:
    explicit SmsOutbox(Ground ground) : ground_(ground) {}

    /// Queues within the caller's transaction.
    Status put(SmsKind kind, const domain::Msisdn& to, std::string_view text, Instant now);

    /// The next SMS to give to the modem, journalled as submitting; commit before sending it.
    /// Nothing while one is in flight or none is due.
    Result<std::optional<wire::local::SendSms>> next(Instant now);

    [[nodiscard]] bool in_flight() const { return in_flight_; }
    /// Whether next() has an answer that a person waits for.
    Result<bool> answer_due(Instant now);

    /// Journals a frame that is given to the modem now; commit before sending it. `about` names it to its
    /// maker and comes back with its fate. Returns the id to send it with. Only while nothing is in flight.
    Result<std::uint64_t> submit_frame(BytesView about, Instant now);
    struct FrameFate {
        Bytes about;
        wire::local::SendOutcome outcome{};
    };

    /// What became of it; if it was a frame, for its maker: it is tried no more here. Not an error: an id
    /// that is not in flight.
    Result<std::optional<FrameFate>> outcome(std::uint64_t id, wire::local::SendOutcome outcome, Instant now);

    /// The transaction that next() was part of did not commit: nothing was sent.
    void rolled_back() { in_flight_ = false; }

    /// The modem or this program went away while something was submitting: its fate is unknown.
    Result<std::vector<FrameFate>> lost(Instant now);

    Status expire(Instant now) { return ground_.store.drop_expired_sms(now); }

  private:
    Status unknown(OutgoingSms sms, Instant now);
    Result<FrameFate> fate(const OutgoingSms& sms, wire::local::SendOutcome outcome);

    Ground ground_;
    bool in_flight_ = false;
};

/// The first instant not in the quiet hours of a place `utc_offset_minutes` from UTC, from `now` on.
[[nodiscard]] Instant after_quiet_hours(Instant now, const std::optional<domain::QuietHours>& quiet,
                                        int utc_offset_minutes);

} // namespace kentongan::box
