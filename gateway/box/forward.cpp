#include "box/forward.hpp"

#include "base/log.hpp"
#include "box/status.hpp"
#include "dialogue/engine.hpp"

#include <algorithm>

namespace kentongan::box {
namespace {

// Of each publication on its way: enough for a round, short enough for a datagram.
constexpr std::size_t kMostGaps = 8;

} // namespace

Result<const wire::LinkKeys*> Forward::link(std::uint8_t key_id) {
    const auto* prekey = ground_.district.keyring.prekey(key_id);
    if (prekey == nullptr) return fail(ErrorCode::kDenied, "forward.key", key_id);
    if (!link_ || link_->first != *prekey)
        link_.emplace(*prekey, TRY(wire::link_keys(ground_.keys.agree, prekey->district, ground_.keys.psk)));
    return &link_->second;
}

Result<Forward::Outgoing> Forward::outgoing(std::size_t room, const std::function<bool(const ItemId&)>& skip,
                                            const Cargo& cargo) {
    auto queued = TRY(ground_.store.queued_items(kMostAtOnce));
    std::erase_if(queued,
                  [&](const QueuedItem& one) { return !cargo.takes(one) || (skip && skip(one.item)); });
    std::vector<BytesView> views(queued.size());
    std::transform(queued.begin(), queued.end(), views.begin(),
                   [](const QueuedItem& one) { return BytesView(one.sealed); });
    Outgoing out;
    std::size_t used = 0;
    out.frames = wire::compose(views, room, used);
    for (std::size_t i = 0; i < used; ++i) out.items.push_back(queued[i].item);
    return out;
}

Result<wire::LinkKeys> Forward::link_keys(std::uint8_t key_id) {
    return *TRY(link(key_id));
}

Result<Bytes> Forward::call(std::uint32_t echo, Instant now, bool sparing) {
    auto call = TRY(news(echo, tell_));
    call.sparing = sparing;
    // With the holdings it would not fit a datagram: it goes with the next call.
    if (call.holdings.empty()) call.used = TRY(use_to_tell(now));
    auto frame = wire::encode(call, TRY(link(call.key_id))->up);
    echo_ = echo;
    told_ = call.used ? std::optional(call.used->day) : std::nullopt;
    return frame;
}

Result<Bytes> Forward::call_by_post(std::uint32_t echo, Instant now) {
    auto call = TRY(news(echo, true));
    call.used = TRY(use_to_tell(now));
    return wire::encode(call, TRY(link(call.key_id))->up);
}

Result<Bytes> Forward::call_by_sms(std::uint32_t echo) {
    auto call = TRY(news(echo, false));
    call.wants.clear();
    call.sparing = true;
    // What comes without its reply has been seen: it comes again where there is room, not by SMS.
    call.last_update = TRY(ground_.store.last_update());
    return wire::encode(call, TRY(link(call.key_id))->up);
}

void Forward::Absorbed::add(const Absorbed& other) {
    retired.insert(retired.end(), other.retired.begin(), other.retired.end());
    updates += other.updates;
    more = more || other.more;
    pieces = pieces || other.pieces;
    copied = copied || other.copied;
    if (other.district_time) district_time = other.district_time;
}

Result<wire::Call> Forward::news(std::uint32_t echo, bool tell) {
    wire::Call call;
    call.box = ground_.keys.shown.box;
    call.key_id = ground_.district.keyring.current;
    call.echo = echo;
    // What came without its reply comes again.
    call.last_update = TRY(ground_.store.last_whole());
    call.waiting = TRY(ground_.store.waiting());
    auto highest = TRY(ground_.store.highest_epoch());
    if (auto newest = TRY(ground_.store.epoch(highest))) call.newest = {newest->number, newest->items};
    call.keyring = ground_.district.keyring.version;
    auto holdings = TRY(bulletins_.holdings());
    call.held = wire::holdings_mark(holdings);
    if (tell) call.holdings = std::move(holdings);
    call.wants = bulletins_.wants(kMostGaps);
    call.wants.resize(std::min(call.wants.size(), wire::kMaxWants));
    return call;
}

Result<std::optional<wire::DayOfUse>> Forward::use_to_tell(Instant now) {
    std::optional<wire::DayOfUse> out;
    for (const auto& row : TRY(carriers_.unsaid(now))) {
        if (!out) out.emplace();
        out->day = static_cast<std::uint32_t>(row.day);
        out->carriers[row.carrier] = {row.up, row.down, row.messages, std::min(row.cost, wire::kMostCost)};
    }
    return out;
}

Result<wire::Answer> Forward::read_answer(BytesView frame) {
    auto sealed_for = TRY(wire::read_sealed_for(frame));
    if (sealed_for.box != ground_.keys.shown.box) return fail(ErrorCode::kDenied, "forward.box");
    const auto* keys = TRY(link(sealed_for.key_id));
    std::optional<Error> trouble;
    auto mark_of = [&](std::uint16_t number) -> std::optional<wire::Mark> {
        auto row = ground_.store.epoch(number);
        if (!row) trouble = row.error();
        return row && *row ? std::optional((*row)->mark) : std::nullopt;
    };
    auto answer = wire::decode_answer(frame, keys->down, mark_of);
    if (trouble) return tl::unexpected<Error>(*trouble);
    return answer;
}

Status Forward::retire(const wire::Ack& ack, Instant now, std::vector<ItemId>& retired) {
    auto place = [&](std::uint16_t counter, std::uint8_t fill) {
        wire::Place out{ground_.keys.shown.box, ack.epoch, counter, {}};
        out.mark.fill(fill);
        return wire::item_id(out);
    };
    auto waiting = TRY(ground_.store.queued_between(place(0, 0), place(wire::kMaxEpochItems, 0xFF)));
    for (const auto& item : waiting) {
        auto at = wire::place_of(item);
        if (at.mark != ack.mark || !ack.covers(at.counter)) continue;
        TRY(ground_.store.retire_item(item, now));
        retired.push_back(item);
    }
    return {};
}

Result<Forward::Absorbed> Forward::absorb(const wire::Answer& answer, Instant now) {
    Absorbed out;
    for (const auto& ack : answer.acks) TRY(retire(ack, now, out.retired));
    auto newest = TRY(ground_.store.last_update());
    auto whole = TRY(ground_.store.last_whole());
    for (const auto& update : answer.updates) {
        if (update.sequence > newest + 1) break;
        if (update.sequence == newest + 1) {
            TRY(apply(update, now));
            newest = update.sequence;
            ++out.updates;
        } else if (update.sequence > whole && !update.reply.empty()) {
            // Seen before, without its reply: the person has been told.
            TRY(ground_.store.put_reply(update.item, update.reply));
        }
        if (update.sequence == whole + 1 && !update.reply_follows) whole = update.sequence;
    }
    if (answer.newest_epoch > TRY(ground_.store.highest_epoch())) {
        TRY(ground_.store.skip_epochs(answer.newest_epoch));
        out.copied = true;
    }
    TRY(ground_.store.set_contact(newest, whole, now));
    TRY(ground_.store.drop_retired_before(now - kKeepRetired));
    TRY(bulletins_.take(answer.pieces));
    out.pieces = !answer.pieces.empty();
    tell_ = answer.tell;
    out.more = answer.more;
    if (answer.echo != 0 && answer.echo == echo_) {
        out.district_time = answer.district_time;
        if (told_) carriers_.said(static_cast<std::int32_t>(*told_));
    }
    return out;
}

Status Forward::apply(const wire::StatusUpdate& update, Instant now) {
    auto row = TRY(ground_.store.case_of(update.item));
    if (!row) return {};
    auto moved = *row;
    moved.state = update.state;
    if (!standing_of(ground_.pack, moved)) {
        log(LogLevel::kWarning, "forward.unknown_state", {{"state", update.state}});
        return {};
    }
    TRY(ground_.store.set_state(update.item, {update.state, update.at}, update.reply));
    auto notice = update.to_tell;
    if (!update.notice.empty()) {
        auto opened = wire::open_notice(ground_.keys, update.notice);
        if (!opened) {
            log(LogLevel::kWarning, "forward.notice",
                {LogField::of_static("error", name_of(opened.error().code))});
            return {};
        }
        notice = std::move(*opened);
    }
    if (!notice) return {};
    auto phone = wire::pseudonym(ground_.keys.store, "phone", notice->to.e164);
    if (TRY(ground_.store.stopped(phone))) return {};
    auto text = dialogue::notice(ground_.pack, ground_.village, notice->language, notice->code);
    return outbox_.put(SmsKind::kNotice, notice->to, text, now);
}

} // namespace kentongan::box
