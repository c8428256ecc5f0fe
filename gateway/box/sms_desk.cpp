#include "box/sms_desk.hpp"

#include "base/log.hpp"

namespace kentongan::box {
namespace {

constexpr std::size_t kMostPerTick = 64;
constexpr std::size_t kAnswerBytes =
    3; ///< Up to this a text is an answer in a menu, not a message sent twice.
constexpr std::uint8_t kMostParts = 16; ///< 2,448 characters; more than that is nobody's story but a flood's.

std::uint64_t number_of(const Pseudonym& pseudonym) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < 8; ++i) out = out << 8 | pseudonym[i];
    return out;
}

// Cut at a character, never within one.
std::string_view bounded(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<std::uint8_t>(text[most]) & 0xc0) == 0x80) --most;
    return text.substr(0, most);
}

/// What the dialogue may ask while it answers one sender.
class SenderLookups final : public dialogue::Lookups {
  public:
    SenderLookups(const Ground& ground, Statuses& statuses, const Pseudonym& phone, Instant now)
        : ground_(ground), statuses_(statuses), phone_(phone), now_(now) {}

    Result<dialogue::CaseView> status(const domain::CaseCode& code) override {
        auto row = TRY(statuses_.ask_by_phone(code, phone_, now_));
        auto standing = TRY(standing_of(ground_.pack, row));
        dialogue::CaseView view{standing.lifecycle->id, standing.state->id, row.since, {}};
        if (row.phone == phone_) view.service = standing.service->id;
        return view;
    }

    int open_cases() override {
        auto rows = ground_.store.cases_of_phone(phone_);
        if (!rows) return 0;
        int open = 0;
        for (const auto& row : *rows) {
            auto standing = standing_of(ground_.pack, row);
            if (standing && !standing->state->final()) ++open;
        }
        return open;
    }

  private:
    const Ground& ground_;
    Statuses& statuses_;
    const Pseudonym& phone_;
    Instant now_;
};

} // namespace

Status SmsDesk::arrived(const wire::local::SmsArrived& sms, Instant now) {
    const auto& key = ground_.keys.store;
    // Recognised by a pseudonym: the fingerprint itself is what a receipt is derived from, and is not kept.
    auto seen = wire::pseudonym(key, "sms-seen", BytesView(sms.fingerprint));
    if (TRY(ground_.store.sms_seen(seen))) return {};
    TRY(ground_.store.mark_sms_seen(seen, now));
    if (auto frame = carrier_.frame_in(sms))
        if (TRY(carrier_.arrived(*frame, now))) return {};
    if (sms.corrupt || sms.binary || carrier_.is_district(sms.sender)) {
        // Nobody wrote 8-bit data by hand, and the district has no words for a village: answering makes a
        // loop. It is kept for a technician.
        log(LogLevel::kWarning, "sms.quarantined",
            {{"bytes", sms.raw.size() + sms.data.size() + sms.text.size()}});
        return quarantine(sms, seen, now);
    }
    auto sender = domain::answerable(ground_.pack.phone, sms.sender, ground_.village.synthetic_numbers);
    if (!sender) {
        // Short codes and names are machines: answering one makes a loop. A technician can still look at it.
        log(LogLevel::kInfo, "sms.not_answerable", {{"bytes", sms.text.size()}});
        return quarantine(sms, seen, now);
    }

    OnceToken once{wire::pseudonym(key, "sms-once", BytesView(sms.fingerprint))};
    bool several = sms.part_count > 1 && sms.part_number >= 1 && sms.part_number <= sms.part_count;
    if (!several || sms.part_count > kMostParts) return whole_text(*sender, once, sms.text, now);

    SmsPart part;
    part.fingerprint = sms.fingerprint;
    part.sender = wire::pseudonym(key, "phone", sender->e164);
    part.reference = sms.part_reference;
    part.count = sms.part_count;
    part.number = sms.part_number;
    ByteWriter plain;
    plain.text(sender->e164);
    plain.text(sms.text);
    part.content = wire::seal_row(key, "part", plain.bytes());
    part.at = now;
    TRY(ground_.store.put_part(part));
    auto have = TRY(ground_.store.parts(part.sender, part.reference, part.count));
    if (have.size() < part.count) return {};
    return join(part, now);
}

Status SmsDesk::quarantine(const wire::local::SmsArrived& sms, const Pseudonym& seen, Instant now) {
    auto content = sms.raw; // a whole PDU names its sender itself
    if (content.empty()) {
        ByteWriter plain;
        plain.text(sms.sender);
        plain.block(sms.binary ? BytesView(sms.data) : as_bytes(sms.text));
        content = std::move(plain).take();
    }
    return ground_.store.quarantine(seen, wire::seal_row(ground_.keys.store, "quarantine", content), now);
}

Status SmsDesk::join(const SmsPart& any, Instant now) {
    const auto& key = ground_.keys.store;
    std::string text;
    domain::Msisdn sender;
    std::uint8_t expected = 1;
    ByteWriter names;
    for (const auto& part : TRY(ground_.store.parts(any.sender, any.reference, any.count))) {
        auto plain = TRY(wire::open_row(key, "part", part.content));
        ByteReader reader(plain);
        sender.e164 = TRY(reader.text(20));
        // A part that never came is shown as a gap, so an officer does not read two halves as one sentence.
        if (part.number != expected) text += " ... ";
        text += TRY(reader.text(4096));
        expected = static_cast<std::uint8_t>(part.number + 1);
        names.raw(part.fingerprint);
        wipe(plain);
    }
    TRY(ground_.store.drop_parts(any.sender, any.reference, any.count));
    if (sender.e164.empty()) return {};
    OnceToken once{wire::pseudonym(key, "sms-once", BytesView(names.bytes()))};
    auto done = whole_text(sender, once, text, now);
    wipe(text);
    return done;
}

Status SmsDesk::keep(domain::Draft draft, const OnceToken& once, const domain::Msisdn& sender, Instant now) {
    // Its own token: the same SMS may also finish another request.
    OnceToken own{wire::pseudonym(ground_.keys.store, "unsorted-once", BytesView(once.value))};
    std::vector<domain::Problem> problems;
    auto kept = intake_.accept(std::move(draft), own, sender, now, problems);
    if (!kept && kept.error().code == ErrorCode::kInvalid) {
        log(LogLevel::kWarning, "sms.unsorted_refused", {{"problems", problems.size()}});
        return {};
    }
    if (!kept) return tl::unexpected<Error>(kept.error());
    return {};
}

Status SmsDesk::whole_text(const domain::Msisdn& sender, const OnceToken& once, std::string_view text,
                           Instant now) {
    const auto& key = ground_.keys.store;
    auto phone = wire::pseudonym(key, "phone", sender.e164);
    text = bounded(text, dialogue::kMaxText);

    dialogue::Conversation conversation;
    if (auto stored = TRY(ground_.store.conversation(phone))) {
        auto plain = wire::open_row(key, "conversation", *stored);
        auto parsed =
            plain ? dialogue::Conversation::from_bytes(*plain) : tl::unexpected<Error>(plain.error());
        // A conversation that cannot be read (another version's) begins again; what it said is in the queue
        // already.
        if (parsed) conversation = std::move(parsed).take();
    }
    conversation.stopped = TRY(ground_.store.stopped(phone));
    auto language = conversation.language.empty() ? ground_.pack.default_language : conversation.language;

    std::optional<std::uint64_t> text_hash;
    if (text.size() > kAnswerBytes) text_hash = number_of(wire::pseudonym(key, "sms-text", text));
    switch (limit_.admit(number_of(phone), text_hash, now)) {
    case MessageLimit::Verdict::kServe:
        break;
    case MessageLimit::Verdict::kRepeat:
    case MessageLimit::Verdict::kTooMany:
        log(LogLevel::kInfo, "sms.not_served");
        return {};
    case MessageLimit::Verdict::kFirstTooMany:
        return outbox_.put(SmsKind::kAnswer, sender,
                           ground_.pack.text(language, "sms.too_many", {{"village", ground_.village.name}}),
                           now);
    }

    bool was_stopped = conversation.stopped;
    SenderLookups lookups(ground_, statuses_, phone, now);
    auto turn = dialogue::answer(ground_.pack, ground_.village, conversation, text, lookups, now);
    auto reply = std::move(turn.reply);
    if (turn.keep_unsorted) TRY(keep(std::move(*turn.keep_unsorted), once, sender, now));
    if (turn.submit) {
        const auto* service = ground_.pack.service(turn.submit->service);
        std::vector<domain::Problem> problems;
        // Nobody is told by SMS about a report of a levy: the phone may be looked at by the one it is about.
        if (service != nullptr && service->kind != domain::ServiceKind::kLevyReport &&
            !turn.submit->anonymous)
            turn.submit->notify_phone = sender.e164;
        auto accepted = intake_.accept(std::move(*turn.submit), once, sender, now, problems);
        if (accepted)
            reply =
                dialogue::submitted(ground_.pack, ground_.village, conversation, *service, accepted->code);
        else if (accepted.error().code == ErrorCode::kInvalid)
            reply = dialogue::not_accepted(ground_.pack, ground_.village, conversation);
        else
            return tl::unexpected<Error>(accepted.error());
    }

    if (conversation.stopped != was_stopped) TRY(ground_.store.set_stopped(phone, conversation.stopped));
    if (turn.forget) {
        TRY(ground_.store.drop_conversation(phone));
    } else {
        conversation.touched = now;
        auto plain = conversation.to_bytes();
        TRY(ground_.store.put_conversation(phone, wire::seal_row(key, "conversation", plain), now));
        wipe(plain);
    }
    if (!reply.empty()) TRY(outbox_.put(SmsKind::kAnswer, sender, reply, now));
    return {};
}

Status SmsDesk::tick(Instant now) {
    for (const auto& part : TRY(ground_.store.stale_parts(now - kPartsWait, kMostPerTick)))
        TRY(join(part, now));
    for (const auto& old : TRY(ground_.store.conversations_before(now - dialogue::kKeep, kMostPerTick))) {
        auto plain = wire::open_row(ground_.keys.store, "conversation", old.content);
        if (plain) {
            auto conversation = dialogue::Conversation::from_bytes(*plain);
            if (conversation) {
                if (auto draft = dialogue::expire(ground_.pack, *conversation)) {
                    OnceToken once{
                        wire::pseudonym(ground_.keys.store, "expired-once", BytesView(old.content))};
                    std::vector<domain::Problem> problems;
                    auto kept = intake_.accept(std::move(*draft), once, std::nullopt, now, problems);
                    if (!kept && kept.error().code != ErrorCode::kInvalid)
                        return tl::unexpected<Error>(kept.error());
                }
            }
            wipe(*plain);
        }
        TRY(ground_.store.drop_conversation(old.phone));
    }
    TRY(ground_.store.forget_sms_seen_before(now - kSeenFor));
    return outbox_.expire(now);
}

} // namespace kentongan::box
