#include "box/sms_outbox.hpp"

#include "base/gsm7.hpp"

namespace kentongan::box {
namespace {

constexpr std::string_view kPurpose = "sms";
constexpr std::string_view kFramePurpose = "sms-frame";

} // namespace

Instant after_quiet_hours(Instant now, const std::optional<domain::QuietHours>& quiet,
                          int utc_offset_minutes) {
    if (!quiet) return now;
    constexpr std::chrono::hours kDay{24};
    auto local = now + std::chrono::minutes(utc_offset_minutes);
    auto time_of_day = local - std::chrono::floor<std::chrono::days>(local);
    std::chrono::hours from(quiet->from);
    std::chrono::hours until(quiet->until);
    bool evening = time_of_day >= from && (from > until || time_of_day < until);
    if (evening) return now + ((from > until ? until + kDay : until) - time_of_day);
    if (from > until && time_of_day < until) return now + (until - time_of_day);
    return now;
}

Status SmsOutbox::put(SmsKind kind, const domain::Msisdn& to, std::string_view text, Instant now) {
    ByteWriter plain;
    plain.text(to.e164);
    plain.text(text);
    auto content = std::move(plain).take();
    OutgoingSms sms;
    sms.kind = kind;
    sms.content = wire::seal_row(ground_.keys.store, kPurpose, content);
    wipe(content);
    sms.due = kind == SmsKind::kNotice
                  ? after_quiet_hours(now, ground_.village.quiet_hours, ground_.pack.utc_offset_minutes)
                  : now;
    sms.expires = sms.due + (kind == SmsKind::kNotice ? SmsPolicy::kNoticeLives : SmsPolicy::kAnswerLives);
    TRY(ground_.store.put_sms(sms));
    return {};
}

Result<std::optional<wire::local::SendSms>> SmsOutbox::next(Instant now) {
    std::optional<wire::local::SendSms> none;
    if (in_flight_) return none;
    auto sms = TRY(ground_.store.next_sms(now));
    if (!sms) return none;
    auto plain = TRY(wire::open_row(ground_.keys.store, kPurpose, sms->content));
    ByteReader reader(plain);
    wire::local::SendSms send;
    send.id = sms->id;
    send.to = TRY(reader.text(20));
    send.text = TRY(reader.text(1024));
    wipe(plain);
    if (sms->tries > 0) {
        // The person may have it already: say that it is the same message.
        auto marked = std::string(ground_.pack.text(ground_.pack.default_language, "sms.repeat")) + send.text;
        if (gsm7::fits_one_sms(marked, true)) send.text = std::move(marked);
    }
    sms->submitting = true;
    TRY(ground_.store.update_sms(*sms));
    in_flight_ = true;
    return std::optional(std::move(send));
}

Result<bool> SmsOutbox::answer_due(Instant now) {
    if (in_flight_) return false;
    auto sms = TRY(ground_.store.next_sms(now));
    return sms && sms->kind == SmsKind::kAnswer;
}

Result<std::uint64_t> SmsOutbox::submit_frame(BytesView about, Instant now) {
    OutgoingSms sms;
    sms.kind = SmsKind::kFrame;
    sms.content = wire::seal_row(ground_.keys.store, kFramePurpose, about);
    sms.due = now;
    sms.expires = now + SmsPolicy::kAnswerLives;
    sms.submitting = true;
    auto id = TRY(ground_.store.put_sms(sms));
    in_flight_ = true;
    return id;
}

Result<SmsOutbox::FrameFate> SmsOutbox::fate(const OutgoingSms& sms, wire::local::SendOutcome outcome) {
    TRY(ground_.store.drop_sms(sms.id));
    return FrameFate{TRY(wire::open_row(ground_.keys.store, kFramePurpose, sms.content)), outcome};
}

Status SmsOutbox::unknown(OutgoingSms sms, Instant now) {
    ++sms.tries;
    if (sms.kind == SmsKind::kNotice || sms.tries >= SmsPolicy::kMostUnknown)
        return ground_.store.drop_sms(sms.id);
    sms.submitting = false;
    sms.due = now;
    return ground_.store.update_sms(sms);
}

Result<std::optional<SmsOutbox::FrameFate>>
SmsOutbox::outcome(std::uint64_t id, wire::local::SendOutcome outcome, Instant now) {
    in_flight_ = false;
    std::optional<FrameFate> none;
    auto sms = TRY(ground_.store.sms(id));
    if (!sms || !sms->submitting) return none;
    if (sms->kind == SmsKind::kFrame) return std::optional(TRY(fate(*sms, outcome)));
    switch (outcome) {
    case wire::local::SendOutcome::kAccepted:
        TRY(ground_.store.drop_sms(id));
        return none;
    case wire::local::SendOutcome::kUnknown:
        TRY(unknown(*sms, now));
        return none;
    case wire::local::SendOutcome::kRejected:
        break;
    }
    // Rejected for certain, so not a repetition for the person: tries stay as they are, expiry ends it.
    sms->submitting = false;
    sms->due = now + SmsPolicy::kRetryAfter;
    TRY(ground_.store.update_sms(*sms));
    return none;
}

Result<std::vector<SmsOutbox::FrameFate>> SmsOutbox::lost(Instant now) {
    in_flight_ = false;
    std::vector<FrameFate> frames;
    for (auto& sms : TRY(ground_.store.submitting_sms())) {
        if (sms.kind == SmsKind::kFrame)
            frames.push_back(TRY(fate(sms, wire::local::SendOutcome::kUnknown)));
        else
            TRY(unknown(sms, now));
    }
    return frames;
}

} // namespace kentongan::box
