#include "box/box.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace kentongan::box {
namespace {

namespace local = wire::local;

local::Refused refused(std::uint64_t call, ErrorCode code, seconds retry_after = seconds(0)) {
    local::Refused out;
    out.call = call;
    out.code = static_cast<std::uint8_t>(code);
    out.retry_after_s = static_cast<std::uint32_t>(retry_after.count());
    return out;
}

// A question whose answer cannot be given because the store refuses.
std::optional<local::Message> refusal_of(const local::Message& message, ErrorCode code) {
    if (const auto* submit = std::get_if<local::Submit>(&message)) return refused(submit->call, code);
    if (const auto* status = std::get_if<local::AskStatus>(&message)) return refused(status->call, code);
    if (const auto* health = std::get_if<local::AskHealth>(&message)) return refused(health->call, code);
    return std::nullopt;
}

} // namespace

Box::Box(Ground ground, SmsSetting sms)
    : ground_(ground), carriers_(ground.village.carriers, ground.pack.utc_offset_minutes, ground.store),
      intake_(ground), statuses_(ground), outbox_(ground),
      bulletins_(ground.store, ground.district, ground.keys.shown.box),
      forward_(ground, outbox_, bulletins_, carriers_),
      sms_carrier_(ground, forward_, carriers_, std::move(sms)),
      sms_desk_(ground, intake_, statuses_, outbox_, sms_carrier_), stick_desk_(ground, forward_) {
    recall();
    if (auto recalled = carriers_.recall(); !recalled)
        log(LogLevel::kError, "box.carriers",
            {LogField::of_static("error", name_of(recalled.error().code)),
             {"native", recalled.error().native}});
}

void Box::recall() {
    if (auto recalled = bulletins_.recall(); !recalled)
        log(LogLevel::kError, "box.bulletins",
            {LogField::of_static("error", name_of(recalled.error().code)),
             {"native", recalled.error().native}});
    ground_.sealer.use(ground_.district.current());
}

bool Box::kept(const std::function<Status()>& work) {
    auto done = ground_.store.begin();
    if (done) done = work();
    if (done) done = ground_.store.commit();
    if (done) {
        ground_.sealer.committed();
        carriers_.committed();
        if (auto heard = sms_carrier_.committed()) believed(*heard);
        return true;
    }
    ground_.store.rollback();
    ground_.sealer.lost();
    carriers_.lost();
    if (sms_carrier_.lost()) recall();
    outbox_.rolled_back();
    auto code = done.error().code;
    store_failed_ = store_failed_ || code == ErrorCode::kUnavailable || code == ErrorCode::kCorrupt;
    log(LogLevel::kError, "box.not_kept",
        {LogField::of_static("error", name_of(code)),
         LogField::of_static("where", done.error().where),
         {"native", done.error().native}});
    return false;
}

std::vector<Outbound> Box::handle(const std::vector<Inbound>& batch, Instant now) {
    std::vector<Outbound> out;
    auto work = [&]() -> Status {
        for (const auto& inbound : batch) TRY(one(inbound, now, out));
        TRY(pump(now, out));
        return keep_counts();
    };
    if (kept(work)) return out;

    out.clear();
    for (const auto& inbound : batch)
        if (auto answer = refusal_of(inbound.message, ErrorCode::kUnavailable))
            out.push_back({inbound.peer, std::move(*answer)});
    return out;
}

std::vector<Outbound> Box::tick(Instant now) {
    std::vector<Outbound> out;
    auto work = [&]() -> Status {
        TRY(sms_desk_.tick(now));
        TRY(pump(now, out));
        return keep_counts();
    };
    if (!kept(work)) out.clear();
    return out;
}

void Box::before_stop() {
    (void)kept([&] { return carriers_.keep(); }); // a refusal is in the log; nothing more can be done
}

Status Box::one(const Inbound& inbound, Instant now, std::vector<Outbound>& out) {
    const auto& message = inbound.message;
    if (const auto* submitted = std::get_if<local::Submit>(&message)) {
        out.push_back({inbound.peer, TRY(submit(*submitted, now))});
    } else if (const auto* ask = std::get_if<local::AskStatus>(&message)) {
        out.push_back({inbound.peer, status(*ask, now)});
    } else if (const auto* health = std::get_if<local::AskHealth>(&message)) {
        local::Health answer;
        answer.call = health->call;
        answer.waiting = TRY(ground_.store.waiting());
        answer.last_contact = to_unix(TRY(ground_.store.last_contact()));
        answer.modem_ready = modem_.has_value() && modem_state_.registered;
        answer.signal_percent = modem_state_.signal_percent;
        out.push_back({inbound.peer, answer});
    } else if (std::holds_alternative<local::ModemHello>(message)) {
        // A worker that was restarted knows nothing of what the one before it had in hand.
        auto fates = TRY(outbox_.lost(now));
        TRY(settle(fates, now));
        modem_ = inbound.peer;
        modem_state_ = {};
    } else if (const auto* state = std::get_if<local::ModemState>(&message)) {
        if (modem_ == inbound.peer) modem_state_ = *state;
    } else if (const auto* sms = std::get_if<local::SmsArrived>(&message)) {
        TRY(sms_desk_.arrived(*sms, now));
        out.push_back({inbound.peer, local::SmsKept{sms->call}});
    } else if (const auto* outcome = std::get_if<local::SmsOutcome>(&message)) {
        auto known = outcome->outcome >= 1 && outcome->outcome <= 3
                         ? static_cast<local::SendOutcome>(outcome->outcome)
                         : local::SendOutcome::kUnknown;
        auto fate = TRY(outbox_.outcome(outcome->id, known, now));
        if (fate) TRY(sms_carrier_.done(*fate, now));
    } else {
        log(LogLevel::kWarning, "box.unexpected_message", {{"type", message.index()}});
    }
    return {};
}

Result<local::Message> Box::submit(const local::Submit& submit, Instant now) {
    if (storage_low_) return local::Message(refused(submit.call, ErrorCode::kNoSpace));
    if (submit.channel != static_cast<std::uint8_t>(domain::Channel::kKiosk) &&
        submit.channel != static_cast<std::uint8_t>(domain::Channel::kAssisted))
        return local::Message(refused(submit.call, ErrorCode::kInvalid));

    domain::Draft draft;
    draft.service = submit.service;
    draft.language = submit.language;
    draft.channel = static_cast<domain::Channel>(submit.channel);
    for (const auto& [field, value] : submit.answers)
        if (!draft.answers.emplace(field, value).second)
            return local::Message(refused(submit.call, ErrorCode::kInvalid));
    draft.anonymous = submit.anonymous;
    draft.confidential = submit.confidential;
    draft.notify_phone = submit.notify_phone;
    draft.consent_version = submit.consent_version;

    std::vector<domain::Problem> problems;
    auto accepted = intake_.accept(std::move(draft), submit.once, std::nullopt, now, problems);
    if (accepted)
        return local::Message(local::Accepted{submit.call, accepted->code.digits, accepted->receipt.digits,
                                              static_cast<std::uint32_t>(accepted->target_days)});
    // What the person can mend is answered; what the disk cannot do undoes the batch.
    if (accepted.error().code != ErrorCode::kInvalid) return tl::unexpected<Error>(accepted.error());
    auto answer = refused(submit.call, ErrorCode::kInvalid);
    for (auto& problem : problems) answer.problems.push_back({problem.field, problem.text_key});
    return local::Message(std::move(answer));
}

local::Message Box::status(const local::AskStatus& ask, Instant now) {
    auto found = statuses_.ask(ask.digits, ask.client, now);
    if (found) {
        found->call = ask.call;
        return std::move(found).take();
    }
    return refused(ask.call, found.error().code, statuses_.wait(ask.client, now));
}

Status Box::keep_counts() {
    return carriers_.due() ? carriers_.keep() : Status();
}

Status Box::settle(const std::vector<SmsOutbox::FrameFate>& fates, Instant now) {
    for (const auto& fate : fates) TRY(sms_carrier_.done(fate, now));
    return {};
}

Status Box::pump(Instant now, std::vector<Outbound>& out) {
    if (!modem_ || !modem_state_.registered || outbox_.in_flight()) return {};
    // A person waits for an answer, the district's work for a frame; a notice is nobody's hurry.
    std::optional<SmsCarrier::Frame> frame;
    bool answer_due = TRY(outbox_.answer_due(now));
    if (!answer_due) frame = TRY(sms_carrier_.next(now));
    if (frame) {
        auto id = TRY(outbox_.submit_frame(frame->about, now));
        out.push_back({*modem_, TRY(sms_carrier_.order(id, frame->bytes))});
        return {};
    }
    if (auto send = TRY(outbox_.next(now))) out.push_back({*modem_, std::move(*send)});
    return {};
}

void Box::peer_left(PeerId peer, Instant now) {
    stick_desk_.peer_left(peer);
    if (modem_ != peer) return;
    modem_.reset();
    modem_state_ = {};
    // If the disk refuses now, the rows stay "submitting" and the next worker's hello settles them.
    auto work = [&]() -> Status {
        auto fates = TRY(outbox_.lost(now));
        return settle(fates, now);
    };
    if (!kept(work)) log(LogLevel::kWarning, "box.modem_left");
}

Box::StickReply Box::stick(const Inbound& inbound, std::uint32_t echo, Instant now) {
    StickReply out;
    auto answer = stick_one(inbound, echo, now, out.absorbed);
    auto call = std::visit(
        [](const auto& question) -> std::uint64_t {
            if constexpr (requires { question.call; }) return question.call;
            return 0;
        },
        inbound.message);
    if (!answer) {
        out.answer = refused(call, answer.error().code);
        return out;
    }
    out.answer = std::move(*answer);
    std::visit(
        [&](auto& said) {
            if constexpr (requires { said.call; }) said.call = call;
        },
        out.answer);
    return out;
}

Result<local::Message> Box::stick_one(const Inbound& inbound, std::uint32_t echo, Instant now,
                                      Forward::Absorbed& absorbed) {
    const auto& message = inbound.message;
    if (std::holds_alternative<local::AskBox>(message)) {
        local::BoxIs known;
        known.box = ground_.keys.shown.box.value;
        known.exports = TRY(ground_.store.exports());
        return local::Message(known);
    }
    if (std::holds_alternative<local::AskLinks>(message)) return local::Message(TRY(links(now)));
    if (const auto* wanted = std::get_if<local::StickExport>(&message)) {
        Result<local::StickExported> made = fail(ErrorCode::kUnavailable, "box.stick");
        bool done = kept([&]() -> Status {
            made = stick_desk_.make(inbound.peer, wanted->slot, echo, now);
            return made ? Status() : tl::unexpected<Error>(made.error());
        });
        if (done) return local::Message(std::move(made).take());
        stick_desk_.peer_left(inbound.peer); // its number was not kept
        return made ? fail(ErrorCode::kUnavailable, "box.stick") : tl::unexpected<Error>(made.error());
    }
    if (const auto* wanted = std::get_if<local::StickRead>(&message)) {
        local::StickBytes bytes;
        bytes.bytes = TRY(stick_desk_.read(inbound.peer, wanted->file, wanted->from));
        return local::Message(std::move(bytes));
    }
    if (const auto* brought = std::get_if<local::StickAnswer>(&message))
        return local::Message(TRY(stick_desk_.begin_answer(inbound.peer, brought->manifest)));
    if (const auto* brought = std::get_if<local::StickWrite>(&message)) {
        auto written = TRY(stick_desk_.write(inbound.peer, brought->file, brought->from, brought->bytes));
        if (written.parcel) {
            absorbed = TRY(absorb(*written.parcel, now, Carrier::kStick));
            written.taken.retired = static_cast<std::uint32_t>(absorbed.retired.size());
            written.taken.updates = static_cast<std::uint32_t>(absorbed.updates);
        }
        return local::Message(written.taken);
    }
    return fail(ErrorCode::kInvalid, "box.stick_message");
}

Result<local::LinksAre> Box::links(Instant now) {
    local::LinksAre out;
    out.box = ground_.keys.shown.box.value;
    out.waiting = TRY(ground_.store.waiting());
    auto queued = TRY(ground_.store.queued_items(Forward::kMostAtOnce));
    out.urgent =
        static_cast<std::uint32_t>(std::count_if(queued.begin(), queued.end(), [](const QueuedItem& one) {
            return share_of(one.urgency) == Share::kUrgent;
        }));
    out.left_out = TRY(sms_carrier_.left_out());
    out.now = to_unix(now);
    out.utc_offset = std::int64_t{ground_.pack.utc_offset_minutes} * 60;
    out.money = ground_.pack.money.code;
    for (auto carrier : domain::kCarriers) {
        auto rule = carriers_.tariff(carrier);
        auto least = least_load(carrier);
        auto ordinary = carriers_.may(carrier, Share::kOrdinary, least.bytes, least.messages, now);
        auto used = carriers_.today(carrier, now);
        local::LinkRow row;
        row.carrier = static_cast<std::uint8_t>(carrier);
        row.link = static_cast<std::uint8_t>(carriers_.link(carrier));
        row.hindrance = static_cast<std::uint8_t>(ordinary.why);
        row.urgent =
            static_cast<bool>(carriers_.may(carrier, Share::kUrgent, least.bytes, least.messages, now));
        row.again = to_unix(ordinary.again);
        row.last_contact = to_unix(carriers_.last_contact(carrier).value_or(Instant{}));
        row.up = used.up;
        row.down = used.down;
        row.messages = used.messages;
        row.cost = used.cost;
        row.daily_bytes = rule.daily_bytes.value_or(0);
        row.daily_cost = rule.daily_cost.value_or(0);
        out.rows.push_back(row);
    }
    return out;
}

Result<Bytes> Box::next_parcel(std::uint32_t echo, std::size_t room, Instant now, const Forward::Cargo& cargo,
                               bool sparing) {
    std::vector<Bytes> frames{TRY(forward_.call(echo, now, sparing))};
    auto waiting = TRY(forward_.outgoing(room, {}, cargo));
    for (auto& frame : waiting.frames) frames.push_back(std::move(frame));
    return wire::write_parcel(frames);
}

Result<Forward::Absorbed> Box::absorb(BytesView parcel, Instant now, Carrier by) {
    std::vector<wire::Answer> answers;
    auto frames = TRY(wire::read_parcel(parcel));
    Error why{ErrorCode::kCorrupt, "box.answer", 0};
    for (auto frame : frames) {
        auto answer = forward_.read_answer(frame);
        // One that does not open is not for this box: a forgery, or for a copy of it.
        if (answer)
            answers.push_back(std::move(*answer));
        else
            why = answer.error();
    }
    if (answers.empty()) return tl::unexpected<Error>(why);
    Forward::Absorbed all;
    auto work = [&]() -> Status {
        for (const auto& answer : answers) {
            auto one = TRY(forward_.absorb(answer, now));
            all.add(one);
        }
        if (all.district_time) TRY(carriers_.told(*all.district_time));
        carriers_.reached(by, all.district_time.value_or(now));
        TRY(sms_carrier_.other_carrier_heard(now));
        return keep_counts();
    };
    if (!kept(work)) {
        recall();
        return fail(ErrorCode::kUnavailable, "box.absorb");
    }
    believed(all);
    return all;
}

void Box::believed(const Forward::Absorbed& absorbed) {
    // A keyring may have come: what is sealed next goes to its prekey.
    ground_.sealer.use(ground_.district.current());
    if (!absorbed.copied) return;
    // A restored copy: what it opens next must not bear a number that was used before.
    ground_.sealer.abandon();
    log(LogLevel::kWarning, "box.restored_copy");
}

bool Box::has_waiting(const Forward::Cargo& cargo) {
    auto queued = ground_.store.queued_items(Forward::kMostAtOnce);
    return queued && std::any_of(queued->begin(), queued->end(),
                                 [&](const QueuedItem& one) { return cargo.takes(one); });
}

bool Box::has_waiting_beyond(const Forward::Cargo& cargo) {
    auto queued = ground_.store.queued_items(Forward::kMostAtOnce);
    return queued && std::any_of(queued->begin(), queued->end(),
                                 [&](const QueuedItem& one) { return !cargo.takes(one); });
}

bool Box::has_waiting() {
    auto waiting = ground_.store.waiting();
    return waiting && *waiting > 0;
}

} // namespace kentongan::box
