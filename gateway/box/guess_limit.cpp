#include "box/guess_limit.hpp"

#include <algorithm>

namespace kentongan::box {
namespace {

constexpr std::chrono::hours kForgive{1};

template <class Map, class LastSeen>
void make_room(Map& map, std::size_t most, LastSeen last_seen) {
    if (map.size() < most) return;
    auto oldest = std::min_element(map.begin(), map.end(), [&](const auto& a, const auto& b) {
        return last_seen(a.second) < last_seen(b.second);
    });
    map.erase(oldest);
}

} // namespace

seconds GuessLimit::wait(std::uint64_t asker, Instant now) const {
    auto found = askers_.find(asker);
    if (found == askers_.end() || now >= found->second.until) return seconds(0);
    // Further away than the longest wait: the clock was set back, and nobody is locked out for that.
    return found->second.until - now > kLongest ? seconds(0) : found->second.until - now;
}

void GuessLimit::missed(std::uint64_t asker, Instant now, seconds longest) {
    if (!askers_.contains(asker)) make_room(askers_, kMostAskers, [](const Misses& m) { return m.last; });
    auto& misses = askers_[asker];
    if (now - misses.last > kForgive) misses.count = 0;
    ++misses.count;
    misses.last = now;
    if (misses.count < kFree) return;
    auto doublings = std::min(misses.count - kFree, 8);
    misses.until = now + std::min(kFirst * (1 << doublings), longest);
}

MessageLimit::Verdict MessageLimit::admit(std::uint64_t sender, std::optional<std::uint64_t> text_hash,
                                          Instant now) {
    if (!senders_.contains(sender))
        make_room(senders_, kMostSenders, [](const Counts& c) { return c.last_at; });
    auto& counts = senders_[sender];
    bool repeat =
        text_hash && counts.last_text == text_hash && now - counts.last_at < kRepeat && now >= counts.last_at;
    if (repeat) return Verdict::kRepeat;
    if (now - counts.hour >= std::chrono::hours(1) || now < counts.hour) {
        counts.hour = now;
        counts.in_hour = 0;
        counts.told = false;
    }
    if (now - counts.day >= std::chrono::hours(24) || now < counts.day) {
        counts.day = now;
        counts.in_day = 0;
    }
    counts.last_text = text_hash;
    counts.last_at = now;
    if (counts.in_hour >= kHour || counts.in_day >= kDay) {
        bool first = !counts.told;
        counts.told = true;
        return first ? Verdict::kFirstTooMany : Verdict::kTooMany;
    }
    ++counts.in_hour;
    ++counts.in_day;
    return Verdict::kServe;
}

} // namespace kentongan::box
