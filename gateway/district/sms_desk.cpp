#include "district/sms_desk.hpp"

#include "base/log.hpp"
#include "domain/numbers.hpp"
#include "wire/frame.hpp"
#include "wire/sms_frame.hpp"

#include <algorithm>

namespace kentongan::district {
namespace {

namespace local = wire::local;

constexpr std::int64_t kDay = 86400;

std::int32_t day_of(Instant now, int utc_offset_minutes) {
    auto there = to_unix(now) + std::int64_t{utc_offset_minutes} * 60;
    return static_cast<std::int32_t>((there - ((there % kDay) + kDay) % kDay) / kDay);
}

std::optional<Bytes> frame_in(const local::SmsArrived& sms) {
    if (sms.corrupt || sms.part_count > 1) return std::nullopt;
    if (!sms.binary) return wire::frame_of_text(sms.text);
    return sms.data.empty() ? std::nullopt : std::optional(sms.data);
}

// Strangers may send as much as they like: the log hears of the 1st, 2nd, 4th, 8th …
void count(std::uint64_t& counter, Literal what) {
    ++counter;
    if ((counter & (counter - 1)) == 0) log(LogLevel::kInfo, what, {{"until_now", counter}});
}

void warn(Literal what, const Error& error) {
    log(LogLevel::kWarning, what,
        {LogField::of_static("code", name_of(error.code)), LogField::of_static("where", error.where)});
}

} // namespace

std::vector<ModemMessage> SmsDesk::handle(const std::vector<ModemMessage>& messages, Instant now) {
    std::vector<ModemMessage> out;
    for (const auto& [modem, message] : messages) {
        if (const auto* hello = std::get_if<local::ModemHello>(&message))
            modems_[modem] = {hello->name, false, 0};
        else if (const auto* state = std::get_if<local::ModemState>(&message))
            modems_[modem].registered = state->registered;
        else if (const auto* sms = std::get_if<local::SmsArrived>(&message))
            arrived(modem, *sms, now, out);
        else if (const auto* done = std::get_if<local::SmsOutcome>(&message))
            outcome(modem, *done, now);
    }
    return out;
}

std::vector<ModemMessage> SmsDesk::tick(Instant now) {
    std::vector<ModemMessage> out;
    answer_due(now, out);
    // Also where the clock was put back.
    if (now - looked_ >= pace_.look || now < looked_) {
        looked_ = now;
        if (auto pushed = push_due(now, out); !pushed) warn("district.sms_push", pushed.error());
    }
    return out;
}

void SmsDesk::left(ModemId modem) {
    modems_.erase(modem);
    std::erase_if(orders_, [&](const auto& one) { return one.second.modem == modem; });
}

// --- what comes ---

void SmsDesk::arrived(ModemId modem, const local::SmsArrived& sms, Instant now,
                      std::vector<ModemMessage>& out) {
    ModemMessage kept{modem, local::SmsKept{sms.call}};
    auto frame = frame_in(sms);
    if (!frame) {
        // Perhaps a person who found the number. Nobody reads here, and an answer could meet a machine's.
        count(counts_.strange, "district.sms_strange");
        out.push_back(std::move(kept));
        return;
    }
    SmsSource source;
    // A name or a short code cannot be answered.
    if (domain::is_e164(sms.sender))
        source.number = sms.sender;
    else if (auto national = domain::answerable(setting_.pack.phone, sms.sender, false))
        source.number = national->e164;
    source.as_text = !sms.binary;
    source.modem = modems_[modem].name;
    auto taken =
        intake_.take(wire::write_parcel(std::array{std::move(*frame)}), now, {Carrier::kSms, source});
    if (!taken) {
        const auto& error = taken.error();
        if (error.code == ErrorCode::kNoSpace || error.code == ErrorCode::kUnavailable) {
            warn("district.sms_not_kept", error);
            return; // it stays on the SIM
        }
        count(counts_.refused, "district.sms_refused");
        out.push_back(std::move(kept));
        return;
    }
    ++counts_.frames;
    out.push_back(std::move(kept));
    if (auto later = answer_later(std::move(*taken), source, now); !later)
        warn("district.sms_answer", later.error());
}

Status SmsDesk::answer_later(Taken taken, const SmsSource& source, Instant now) {
    if (taken.nothing() || taken.revoked) return {};
    auto route = TRY(route_today(taken.box, now));
    bool known = !route.source.number.empty();
    if (known && !taken.fresh && source.number != route.source.number) {
        count(counts_.copies, "district.sms_copy");
        return {};
    }
    if (!known && source.number.empty()) return {};
    auto [at, added] = waiting_.try_emplace(taken.box);
    auto& waiting = at->second;
    if (added) {
        waiting.first = now;
        waiting.not_before = route.sent + pace_.nothing_new;
    }
    if (taken.fresh) waiting.not_before = {};
    waiting.last = now;
    waiting.source = source;
    waiting.refusals = 0;
    if (added)
        waiting.taken = std::move(taken);
    else
        waiting.taken.add(std::move(taken));
    return {};
}

void SmsDesk::outcome(ModemId modem, const local::SmsOutcome& outcome, Instant now) {
    auto found = orders_.find(outcome.id);
    if (found == orders_.end() || found->second.modem != modem) return;
    auto order = std::move(found->second);
    orders_.erase(found);
    modems_[modem].order = 0;
    // Accepted, or of unknown fate: if it did not arrive, the box asks again.
    if (static_cast<local::SendOutcome>(outcome.outcome) != local::SendOutcome::kRejected) return;
    log(LogLevel::kWarning, "district.sms_rejected",
        {{"box", order.before.box.value}, {"cause", outcome.cause}});
    auto box = order.before.box;
    if (auto counted = uncount(order.before, !order.what, now); !counted)
        warn("district.sms_count", counted.error());
    if (!order.what) {
        moved_[box] = {order.before.told_to, now + pace_.after_refusal};
        return;
    }
    if (++order.what->refusals >= pace_.most_refusals) return;
    order.what->not_before = now + pace_.after_refusal;
    auto [at, added] = waiting_.try_emplace(box, std::move(*order.what));
    if (added) return;
    // Something came meanwhile: one answer for both, when that one is due.
    auto later = std::move(at->second.taken);
    at->second.taken = std::move(order.what->taken);
    at->second.taken.add(std::move(later));
}

Status SmsDesk::uncount(const SmsRoute& before, bool pushed, Instant now) {
    auto route = TRY(route_today(before.box, now));
    if (route.sent_today > 0) --route.sent_today;
    if (pushed && route.pushed_today > 0) --route.pushed_today;
    route.sent = before.sent;
    route.pushed = before.pushed;
    route.told_to = before.told_to;
    return store_.count_sms(route);
}

// --- what goes ---

Result<SmsRoute> SmsDesk::route_today(BoxId box, Instant now) {
    auto route = store_.sms_route(box);
    SmsRoute out;
    if (route)
        out = std::move(*route);
    else if (route.error().code != ErrorCode::kNotFound)
        return tl::unexpected<Error>(route.error());
    out.box = box;
    auto today = day_of(now, setting_.pack.utc_offset_minutes);
    if (out.day != today) {
        out.day = today;
        out.sent_today = 0;
        out.pushed_today = 0;
    }
    return out;
}

Result<bool> SmsDesk::within_limits(const SmsRoute& route, bool fresh) {
    // Whoever sends copies in the box's name shall not use up what its own messages need.
    auto per_box = fresh ? limits_.per_box_a_day : (limits_.per_box_a_day + 1) / 2;
    std::uint64_t all = 0;
    for (const auto& one : TRY(store_.sms_routes()))
        if (one.day == route.day) all += one.sent_today;
    if (route.sent_today < per_box && all < limits_.a_day) return true;
    ++counts_.held_back;
    if (held_back_on_ != route.day)
        log(LogLevel::kWarning, "district.sms_limit",
            {{"box", route.box.value}, {"to_it", route.sent_today}, {"to_all", all}});
    held_back_on_ = route.day;
    return false;
}

SmsDesk::Modem* SmsDesk::free_modem(const std::string& name, ModemId& id) {
    // A box believes the number that it was told: the modem that it wrote to, if it is there. Its name may
    // have changed when it was plugged in again, so any other is better than none.
    bool there = std::any_of(modems_.begin(), modems_.end(), [&](const auto& one) {
        return one.second.name == name && one.second.registered;
    });
    for (auto at = modems_.rbegin(); at != modems_.rend(); ++at) {
        auto& modem = at->second;
        if (!modem.registered || modem.order != 0 || (there && modem.name != name)) continue;
        id = at->first;
        return &modem;
    }
    return nullptr;
}

Status SmsDesk::give(Modem& modem, ModemId id, const SmsSource& to, const SmsRoute& before, SmsRoute after,
                     Bytes frame, std::vector<ModemMessage>& out) {
    auto order = last_order_ + 1;
    local::Message message;
    if (to.as_text)
        message = local::SendSms{order, to.number, TRY(wire::frame_as_text(frame))};
    else
        message = local::SendData{order, to.number, std::move(frame)};
    // Counted before it is sent: who restarts us does not make the limit wider.
    TRY(store_.count_sms(after));
    last_order_ = order;
    modem.order = order;
    orders_[order] = {id, before, std::nullopt};
    out.push_back({id, std::move(message)});
    return {};
}

void SmsDesk::answer_due(Instant now, std::vector<ModemMessage>& out) {
    if (modems_.empty()) return;
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        auto& waiting = at->second;
        if (now < waiting.first) waiting.first = waiting.last = now; // the clock was put back
        auto due = std::min(waiting.last + pace_.quiet, waiting.first + pace_.longest);
        if (now < std::max(due, waiting.not_before)) {
            ++at;
            continue;
        }
        auto done = answer(waiting, now, out);
        if (!done) warn("district.sms_answer", done.error());
        // What cannot be answered now for another reason than the store will not be later either.
        bool later =
            done ? !*done
                 : done.error().code == ErrorCode::kNoSpace || done.error().code == ErrorCode::kUnavailable;
        at = later ? std::next(at) : waiting_.erase(at);
    }
}

Result<bool> SmsDesk::answer(Waiting& waiting, Instant now, std::vector<ModemMessage>& out) {
    auto before = TRY(route_today(waiting.taken.box, now));
    auto to = before.source.number.empty() ? waiting.source : before.source;
    ModemId id = 0;
    auto* modem = free_modem(to.modem, id);
    if (modem == nullptr) return false;
    if (!TRY(within_limits(before, waiting.taken.fresh))) {
        waiting.not_before = now + pace_.limited;
        return false;
    }
    auto whole = waiting;
    auto answer =
        TRY(intake_.brief_answer(waiting.taken, now, to.as_text ? wire::kSmsTextRoom : wire::kSmsDataRoom));
    if (!answer) return true;
    auto box = TRY(store_.box(waiting.taken.box));
    auto after = before;
    after.sent = now;
    ++after.sent_today;
    if (answer->news) after.told_to = std::max(after.told_to, box.issued);
    if (auto given = give(*modem, id, to, before, after, std::move(answer->frame), out); !given) {
        waiting = std::move(whole);
        return tl::unexpected<Error>(given.error());
    }
    orders_[last_order_].what = std::move(whole);
    ++counts_.answers;
    log(LogLevel::kInfo, "district.sms_answered", {{"box", box.keys.box.value}, {"epochs", answer->acks}});
    if (waiting.taken.touched.empty()) return true;
    waiting.first = waiting.last = now; // the rest in another one
    return false;
}

Status SmsDesk::push_due(Instant now, std::vector<ModemMessage>& out) {
    for (const auto& kept : TRY(store_.sms_routes())) {
        if (kept.source.number.empty() || waiting_.contains(kept.box)) continue;
        auto box = TRY(store_.box(kept.box));
        bool by_sms = kept.heard >= box.last_link;
        if (box.revoked || !by_sms || box.issued <= box.acknowledged) {
            moved_.erase(kept.box);
            continue;
        }
        auto due = kept.sent + pace_.push_again;
        if (box.issued > kept.told_to) {
            auto& [newest, since] = moved_[kept.box];
            if (newest < box.issued) {
                // The first of several that move together starts the wait.
                if (newest <= kept.told_to) since = std::max(since, now);
                newest = box.issued;
            }
            due = std::max(since + pace_.moved, kept.sent + pace_.between_pushes);
        }
        if (now < due) continue;
        if (auto done = push(kept, box, now, out); !done) warn("district.sms_push", done.error());
    }
    return {};
}

Status SmsDesk::push(SmsRoute route, const Box& box, Instant now, std::vector<ModemMessage>& out) {
    auto before = TRY(route_today(route.box, now));
    if (before.pushed_today >= pace_.pushes_a_day) return {};
    ModemId id = 0;
    auto* modem = free_modem(before.source.modem, id);
    if (modem == nullptr || !TRY(within_limits(before, false))) return {};
    Taken nothing;
    nothing.box = box.keys.box;
    auto room = before.source.as_text ? wire::kSmsTextRoom : wire::kSmsDataRoom;
    auto news = TRY(intake_.brief_answer(nothing, now, room));
    if (!news) return {};
    auto after = before;
    after.sent = after.pushed = now;
    ++after.sent_today;
    ++after.pushed_today;
    after.told_to = std::max(after.told_to, box.issued);
    TRY(give(*modem, id, before.source, before, after, std::move(news->frame), out));
    moved_.erase(route.box);
    ++counts_.pushes;
    log(LogLevel::kInfo, "district.sms_pushed", {{"box", box.keys.box.value}});
    return {};
}

} // namespace kentongan::district
