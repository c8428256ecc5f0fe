#include "box/sms_carrier.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace kentongan::box {
namespace {

namespace local = wire::local;

constexpr std::size_t kMostLookedAt = 512;
// Clocks are put right by seconds all the time. A time further ahead was told by a clock that was wrong.
constexpr seconds kSoon{24 * 3600};
static_assert(SmsPace::kLongestResend <= kSoon && SmsPace::kCallEvery <= kSoon);

seconds since(Instant then, Instant now) {
    if (then <= now) return now - then;
    return then - now <= kSoon ? seconds(0) : seconds::max();
}

bool reached(Instant due, Instant now) {
    return due <= now || due - now > kSoon;
}

bool is_due(const Resend& resend, Instant now) {
    return resend.tries == 0 || reached(resend.due, now);
}

// What the journal keeps of a frame: its size, and which item it is; a call is none.
Bytes about(std::size_t size, const std::optional<ItemId>& item) {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(size));
    if (item) out.raw(item->value);
    return std::move(out).take();
}

// Openings go to the front of the queue for what is behind them; only what they carry makes them urgent.
bool is_urgent(const QueuedItem& item) {
    if (item.urgency != Urgency::kFirst) return false;
    auto read = wire::read_item(item.sealed);
    return read && (!read->header.opening() || read->header.recipient == domain::Recipient::kInspectorate);
}

bool is_bare(const QueuedItem& item) {
    auto read = wire::read_item(item.sealed);
    return read && wire::is_bare_opening(*read);
}

std::pair<std::uint16_t, wire::Mark> epoch_of(const ItemId& item) {
    auto place = wire::place_of(item);
    return {place.epoch, place.mark};
}

std::uint32_t fresh_echo() {
    std::uint32_t echo = 0;
    while (echo == 0) wire::random_bytes({reinterpret_cast<std::uint8_t*>(&echo), sizeof echo});
    return echo;
}

} // namespace

SmsCarrier::SmsCarrier(Ground ground, Forward& forward, Carriers& carriers, SmsSetting setting)
    : ground_(ground), forward_(forward), carriers_(carriers), setting_(std::move(setting)) {
    if (!in_use()) return;
    carriers_.set_link(Carrier::kSms, Link::kUntried);
    ground_.sealer.keep_openings_within(setting_.room());
}

bool SmsCarrier::in_use() const {
    return setting_.district && carriers_.tariff(Carrier::kSms).allowed;
}

Resend SmsCarrier::after_another(const Resend& before, Instant now) const {
    auto wait = setting_.pace.resend;
    for (int i = 0; i < before.tries && wait < SmsPace::kLongestResend; ++i) wait *= 2;
    auto tries = static_cast<std::uint8_t>(std::min(before.tries + 1, 255));
    return {tries, now + std::min(wait, SmsPace::kLongestResend)};
}

bool SmsCarrier::may(Share share, std::size_t bytes, Instant now) {
    return static_cast<bool>(carriers_.may(Carrier::kSms, share, bytes, 1, now));
}

seconds SmsCarrier::ip_silent_for(Instant now) const {
    auto out = seconds::max();
    for (auto carrier : {Carrier::kDatagrams, Carrier::kHttps})
        if (auto heard = carriers_.last_contact(carrier)) out = std::min(out, since(*heard, now));
    return out;
}

bool SmsCarrier::has_waited(const QueuedItem& item, Instant now) const {
    auto waited = since(item.queued_at, now);
    if (is_urgent(item)) return waited >= setting_.pace.first_chance();
    return std::min(waited, ip_silent_for(now)) >= carriers_.tariff(Carrier::kSms).patience &&
           waited >= setting_.pace.first_chance();
}

Result<std::optional<SmsCarrier::Frame>> SmsCarrier::next(Instant now) {
    std::optional<Frame> none;
    if (!in_use()) return none;
    if (!started_) started_ = now;
    if (now < look_at_ && look_at_ - now <= SmsPace::kLongestRest) return none;
    look_at_ = now + SmsPace::kLookEvery;
    // A box that has just started has not tried anything else yet.
    if (std::min(since(*started_, now), ip_silent_for(now)) < setting_.pace.ip_silent) return none;
    auto frame = TRY(choose(now));
    if (frame) look_at_ = now;
    return frame;
}

Result<SmsCarrier::Queue> SmsCarrier::queue() {
    Queue out;
    out.items = TRY(ground_.store.queued_up_to(setting_.room(), kMostLookedAt));
    for (std::size_t i = 0; i < out.items.size(); ++i) {
        const auto& item = out.items[i];
        auto& epoch = out.epochs[epoch_of(item.item)];
        if (wire::place_of(item.item).counter == 0)
            epoch.opening = i;
        else if (item.by_sms.tries > 0)
            epoch.another_went = true;
    }
    for (auto& [name, epoch] : out.epochs) {
        if (epoch.opening) continue;
        auto opening = wire::item_id({ground_.keys.shown.box, name.first, 0, name.second});
        epoch.unreadable = !TRY(ground_.store.queued_between(opening, opening)).empty();
    }
    auto unreadable = std::count_if(out.items.begin(), out.items.end(), [&](const QueuedItem& item) {
        return out.epochs.at(epoch_of(item.item)).unreadable;
    });
    out.left_out = TRY(ground_.store.waiting_above(setting_.room())) + static_cast<std::uint32_t>(unreadable);
    return out;
}

Result<std::uint32_t> SmsCarrier::left_out() {
    if (!in_use()) return 0;
    auto waiting = TRY(queue());
    return waiting.left_out;
}

// Urgent ones first, then what went least often, then in the queue's order.
const QueuedItem* SmsCarrier::best_of(const Queue& queue, Instant now) {
    const QueuedItem* best = nullptr;
    auto rank = [](const QueuedItem& item) { return std::pair(!is_urgent(item), item.by_sms.tries); };
    for (const auto& item : queue.items) {
        // A bare opening is worth an SMS only for what is behind it.
        if (!is_due(item.by_sms, now) || queue.epochs.at(epoch_of(item.item)).unreadable || is_bare(item))
            continue;
        if (best != nullptr && rank(*best) <= rank(item)) continue;
        if (has_waited(item, now)) best = &item;
    }
    return best;
}

Result<std::optional<SmsCarrier::Frame>> SmsCarrier::choose(Instant now) {
    std::optional<Frame> none;
    auto waiting = TRY(queue());
    if (waiting.left_out != std::exchange(left_out_, waiting.left_out))
        log(LogLevel::kInfo, "sms_carrier.left_out", {{"items", waiting.left_out}});

    const auto* item = best_of(waiting, now);
    auto share = item != nullptr && is_urgent(*item) ? Share::kUrgent : Share::kOrdinary;
    if (share != Share::kUrgent)
        if (auto asked = TRY(call(now))) return asked;
    if (item == nullptr) return none;

    const auto& epoch = waiting.epochs.at(epoch_of(item->item));
    const auto* opening = epoch.opening ? &waiting.items[*epoch.opening] : nullptr;
    if (opening != nullptr && opening != item) {
        bool again = opening->by_sms.tries == 1 && item->by_sms.tries == 0 &&
                     (epoch.another_went || !is_bare(*opening));
        if (again || is_due(opening->by_sms, now)) item = opening;
    }
    if (!may(share, item->sealed.size(), now)) return none;
    TRY(tried(*item, now));
    return std::optional(Frame{about(item->sealed.size(), item->item), item->sealed});
}

Status SmsCarrier::tried(const QueuedItem& item, Instant now) {
    if (item.by_sms.tries > 1) carriers_.set_link(Carrier::kSms, Link::kSilent);
    return ground_.store.put_by_sms(item.item, after_another(item.by_sms, now));
}

Result<std::optional<SmsCarrier::Frame>> SmsCarrier::call(Instant now) {
    std::optional<Frame> none;
    auto resend = TRY(ground_.store.sms_call());
    if (!reached(resend.due, now)) return none;
    auto echo = fresh_echo();
    auto frame = TRY(forward_.call_by_sms(echo));
    if (frame.size() > setting_.room() || !may(Share::kOrdinary, frame.size(), now)) return none;
    TRY(ground_.store.put_sms_call(after_another(resend, now)));
    echo_ = echo;
    called_ = now;
    return std::optional(Frame{about(frame.size(), std::nullopt), std::move(frame)});
}

Result<local::Message> SmsCarrier::order(std::uint64_t id, BytesView frame) const {
    if (!setting_.district) return fail(ErrorCode::kInvalid, "sms_carrier.number");
    const auto& to = setting_.district->e164;
    if (setting_.form == FrameForm::kText)
        return local::Message(local::SendSms{id, to, TRY(wire::frame_as_text(frame))});
    if (frame.size() > wire::kSmsDataRoom) return fail(ErrorCode::kInvalid, "sms_carrier.size");
    return local::Message(local::SendData{id, to, Bytes(frame.begin(), frame.end())});
}

Status SmsCarrier::done(const SmsOutbox::FrameFate& fate, Instant now) {
    ByteReader in(fate.about);
    auto size = TRY(in.u8());
    std::optional<ItemId> item;
    if (in.remaining() > 0) item = ItemId{TRY(in.array<16>())};
    if (fate.outcome != local::SendOutcome::kRejected) {
        carriers_.used(Carrier::kSms, size, 0, 1, now);
        rest_ = seconds(0);
        return {};
    }
    // It was not sent, so it was not tried; but what stands in the way of this one stands in everyone's.
    rest_ = std::clamp(rest_ * 2, SmsPace::kRest, SmsPace::kLongestRest);
    look_at_ = now + rest_;
    auto back = [&](Resend resend) {
        if (resend.tries > 0) --resend.tries;
        resend.due = now;
        return resend;
    };
    if (!item) {
        auto asked = TRY(ground_.store.sms_call());
        return ground_.store.put_sms_call(back(asked));
    }
    for (const auto& queued : TRY(ground_.store.queued_up_to(setting_.room(), kMostLookedAt)))
        if (queued.item == *item) return ground_.store.put_by_sms(*item, back(queued.by_sms));
    return {};
}

bool SmsCarrier::is_district(std::string_view sender) const {
    if (!setting_.district) return false;
    // A network may give the number in its national spelling.
    return sender == setting_.district->e164 ||
           domain::answerable(ground_.pack.phone, sender, ground_.village.synthetic_numbers) ==
               setting_.district;
}

std::optional<Bytes> SmsCarrier::frame_in(const local::SmsArrived& sms) const {
    if (sms.corrupt) return std::nullopt;
    if (sms.binary) return sms.data.empty() ? std::nullopt : std::optional(sms.data);
    if (sms.part_count > 1 || !is_district(sms.sender)) return std::nullopt;
    return wire::frame_of_text(sms.text);
}

Result<bool> SmsCarrier::arrived(BytesView frame, Instant now) {
    auto answer = forward_.read_answer(frame);
    if (!answer) {
        auto code = answer.error().code;
        if (code == ErrorCode::kDenied || code == ErrorCode::kCorrupt || code == ErrorCode::kUnsupported)
            return false;
        return tl::unexpected<Error>(answer.error());
    }
    auto absorbed = TRY(forward_.absorb(*answer, now));
    absorbed.district_time.reset();
    bool to_call = answer->echo != 0 && answer->echo == echo_;
    if (to_call) {
        echo_ = 0;
        if (answer->district_time != Instant{} && since(called_, now) <= SmsPace::kTellsTime)
            absorbed.district_time = answer->district_time;
    }
    // More that brought nothing new is another's doing, or is not for SMS: asking again would never end.
    if (absorbed.updates > 0 && answer->more)
        TRY(ground_.store.put_sms_call({0, now}));
    else if (to_call)
        TRY(ground_.store.put_sms_call({0, now + SmsPace::kCallEvery}));
    if (absorbed.district_time) TRY(carriers_.told(*absorbed.district_time));
    carriers_.used(Carrier::kSms, 0, frame.size(), 0, now);
    carriers_.reached(Carrier::kSms, absorbed.district_time.value_or(now));
    carriers_.set_link(Carrier::kSms, Link::kUp);
    look_at_ = now;
    if (!pending_) pending_.emplace();
    pending_->add(absorbed);
    return true;
}

Status SmsCarrier::other_carrier_heard(Instant now) {
    if (!in_use()) return {};
    return ground_.store.put_sms_call({0, now + SmsPace::kCallEvery});
}

std::optional<Forward::Absorbed> SmsCarrier::committed() {
    auto done = std::exchange(pending_, std::nullopt);
    if (done) heard_.add(*done);
    return done;
}

bool SmsCarrier::lost() {
    return std::exchange(pending_, std::nullopt).has_value();
}

} // namespace kentongan::box
