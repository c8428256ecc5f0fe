#include "box/carriers.hpp"

#include <algorithm>
#include <iterator>

namespace kentongan::box {
namespace {

using std::chrono::days;

// Between two looks, a second apart as a rule: a longer step is the clock's, not time that has passed.
constexpr seconds kLongestStep{3600};
// Day numbers that fit everywhere; ten thousand years.
constexpr std::int64_t kLastDay = 3'650'000;

std::uint64_t part(std::uint64_t limit, Share share) {
    switch (share) {
    case Share::kUrgent:
        return limit;
    case Share::kOrdinary:
        return limit - limit / 5;
    case Share::kPublications:
        return limit / 2;
    }
    return 0;
}

// Within a limit, or there is none. Where nothing of the limit is left, asking for nothing is refused too;
// but a begun unit of money, paid already, may be used to its end.
bool within(const std::optional<std::uint64_t>& limit, Share share, std::uint64_t used, std::uint64_t after,
            bool asks) {
    if (!limit) return true;
    auto most = part(*limit, share);
    return after <= most && (asks || used < most);
}

std::uint64_t bytes_of(const CarrierDay& row) {
    return row.up + row.down;
}

bool is_used(const CarrierDay& row) {
    return bytes_of(row) > 0 || row.messages > 0;
}

std::uint64_t sum(std::uint64_t left, std::uint64_t right) {
    return std::min(left, domain::kMostCounted) + std::min(right, domain::kMostCounted);
}

} // namespace

Load least_load(Carrier carrier) {
    switch (carrier) {
    case Carrier::kDatagrams:
        return {kLeastDatagram, 0};
    case Carrier::kHttps:
        return {kLeastExchange, 0};
    case Carrier::kSms:
        return {0, 1};
    case Carrier::kStick:
        break;
    }
    return {};
}

Share share_of(Urgency urgency) {
    return urgency == Urgency::kFirst ? Share::kUrgent : Share::kOrdinary;
}

std::int32_t Carriers::day_of(Instant now) const {
    auto day = std::chrono::floor<days>(now + utc_offset_).time_since_epoch().count();
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(day, 0, kLastDay));
}

Instant Carriers::next_day(Instant now) const {
    auto by_running = now + (kLongestDay - std::min(kLongestDay, seconds(book_.ran)));
    if (day_of(now) != book_.day) return by_running;
    return std::min(by_running, Instant(days(book_.day + 1)) - utc_offset_);
}

Status Carriers::recall() {
    auto book = TRY(store_.carrier_book());
    if (!book) return {};
    auto rows = TRY(store_.carrier_days(book->day, book->day));
    book_ = std::move(*book);
    begun_ = true;
    turn(book_.day);
    for (const auto& row : rows) today_[index(row.carrier)] = row;
    changed_ = false;
    return {};
}

void Carriers::turn(std::int32_t day) {
    book_.day = day;
    for (auto carrier : domain::kCarriers) {
        today_[index(carrier)] = {};
        today_[index(carrier)].day = day;
        today_[index(carrier)].carrier = carrier;
    }
    changed_ = true;
}

void Carriers::look(Instant now) {
    auto step = looked_ ? now - *looked_ : seconds(0);
    looked_ = now;
    if (!begun_) {
        begun_ = true;
        turn(day_of(now));
    }
    if (step > seconds(0) && step <= kLongestStep) {
        book_.ran += static_cast<std::uint32_t>(step.count());
        since_kept_ += step;
        // Else a box that runs for a few hours at a time, by a clock that starts anew, never ends its day.
        changed_ = changed_ || since_kept_ >= kKeepRunning;
    }
    auto day = day_of(now);
    bool later = day > book_.day && day - book_.day <= kKept;
    if (!later && seconds(book_.ran) < kLongestDay) return;
    book_.ran = 0;
    std::copy_if(today_.begin(), today_.end(), std::back_inserter(finished_), is_used);
    turn(later ? day : book_.day + 1);
}

Permit Carriers::may(Carrier carrier, Share share, std::uint64_t bytes, std::uint64_t messages, Instant now) {
    look(now);
    auto rule = tariff(carrier);
    if (!rule.allowed) return {Hindrance::kForbidden, {}};
    const auto& row = today_[index(carrier)];
    auto used = bytes_of(row);
    auto after = sum(used, bytes);
    bool asks = bytes > 0 || messages > 0;
    if (!within(rule.daily_bytes, share, used, after, asks)) return {Hindrance::kBytes, next_day(now)};
    if (!within(rule.daily_cost, share, domain::cost_of(rule, used, row.messages),
                domain::cost_of(rule, after, sum(row.messages, messages)), asks))
        return {Hindrance::kCost, next_day(now)};
    return {};
}

std::optional<std::uint64_t> Carriers::left(Carrier carrier, Share share, Instant now) {
    look(now);
    auto rule = tariff(carrier);
    if (!rule.allowed) return 0;
    const auto& row = today_[index(carrier)];
    std::optional<std::uint64_t> most;
    if (rule.daily_bytes) most = part(*rule.daily_bytes, share);
    if (rule.daily_cost) {
        auto bought = domain::bytes_for(rule, part(*rule.daily_cost, share), row.messages);
        if (bought) most = std::min(most.value_or(*bought), *bought);
    }
    if (!most) return std::nullopt;
    return *most - std::min(*most, bytes_of(row));
}

void Carriers::used(Carrier carrier, std::uint64_t up, std::uint64_t down, std::uint64_t messages,
                    Instant now) {
    look(now);
    if (up == 0 && down == 0 && messages == 0) return;
    auto& row = today_[index(carrier)];
    row.up = std::min(sum(row.up, up), domain::kMostCounted);
    row.down = std::min(sum(row.down, down), domain::kMostCounted);
    row.messages = std::min(sum(row.messages, messages), domain::kMostCounted);
    row.cost = domain::cost_of(tariff(carrier), bytes_of(row), row.messages);
    changed_ = true;
    pressing_ = pressing_ || messages > 0;
}

void Carriers::reached(Carrier carrier, Instant now) {
    look(now);
    book_.contacts[carrier] = now;
    changed_ = true;
}

Status Carriers::told(Instant now) {
    look(now);
    told_ = true;
    auto day = day_of(now);
    auto local = now + utc_offset_;
    auto of_day = std::chrono::floor<seconds>(local - std::chrono::floor<days>(local));
    book_.ran = std::min(book_.ran, static_cast<std::uint32_t>(of_day.count()));
    if (day == book_.day) return {};
    // look() follows a clock to the days ahead. What differs still was misdated.
    auto known = TRY(store_.carrier_days(day, day));
    std::copy_if(finished_.begin(), finished_.end(), std::back_inserter(known),
                 [&](const CarrierDay& row) { return row.day == day; });
    auto misdated = today_;
    turn(day);
    for (const auto& row : known) today_[index(row.carrier)] = row;
    for (const auto& row : misdated) used(row.carrier, row.up, row.down, row.messages, now);
    book_.said = std::min(book_.said, day - 1);
    pressing_ = true;
    return {};
}

std::optional<Instant> Carriers::last_contact(Carrier carrier) const {
    auto found = book_.contacts.find(carrier);
    return found == book_.contacts.end() ? std::nullopt : std::optional(found->second);
}

CarrierDay Carriers::today(Carrier carrier, Instant now) {
    look(now);
    return today_[index(carrier)];
}

Result<std::vector<CarrierDay>> Carriers::unsaid(Instant now) {
    look(now);
    std::vector<CarrierDay> rows;
    if (!told_ || book_.said >= book_.day - 1) return rows;
    rows = TRY(store_.carrier_days(std::max({1, book_.said + 1, book_.day - kKept}), book_.day - 1));
    auto next = std::find_if(rows.begin(), rows.end(),
                             [&](const CarrierDay& row) { return row.day != rows.front().day; });
    rows.erase(next, rows.end());
    return rows;
}

void Carriers::said(std::int32_t day) {
    if (day <= book_.said) return;
    book_.said = day;
    changed_ = pressing_ = true;
}

bool Carriers::due() const {
    return changed_ && (pressing_ || since_kept_ >= kKeepEvery);
}

Status Carriers::keep() {
    if (!begun_ || !changed_) return {};
    TRY(store_.put_carrier_book(book_));
    for (const auto& row : finished_) TRY(store_.put_carrier_day(row));
    for (const auto& row : today_)
        if (is_used(row)) TRY(store_.put_carrier_day(row));
    TRY(store_.keep_carrier_days(book_.day - kKept, book_.day));
    keeping_ = true;
    return {};
}

void Carriers::committed() {
    if (!keeping_) return;
    keeping_ = changed_ = pressing_ = false;
    finished_.clear();
    since_kept_ = seconds(0);
}

} // namespace kentongan::box
