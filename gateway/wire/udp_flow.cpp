#include "wire/udp_flow.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kentongan::wire {

namespace {

using namespace std::chrono_literals;

// RFC 9002, section 6.1: how much later a datagram must have arrived for an earlier one to be lost.
constexpr UdpFlow::Seq kReordering = 3;
// The rates, in IP bytes a second, below and above which the datagrams' size changes.
constexpr double kSmallUpTo = 20'000.0 / 8;
constexpr double kLargeFrom = 40'000.0 / 8;
constexpr unsigned kTrials = 3;   // large datagrams lost in a row before the first arrives
constexpr unsigned kVanished = 6; // the same afterwards: at 30 % loss once in 1,400 times
constexpr Tick kTryLargeAgain = 10min;
constexpr Tick kStretch = 15s;      // the shortest round trip is that of one or two stretches
constexpr double kStartGain = 2.77; // doubles the rate each round (BBR: 4 ln 2)
constexpr int kLongestDrain = 6;    // round trips
constexpr std::array<double, 8> kPaces{1.25, 0.75, 1, 1, 1, 1, 1, 1};

double seconds_of(Tick time) {
    return std::chrono::duration<double>(time).count();
}
Tick tick_of(double seconds) {
    return Tick(static_cast<Tick::rep>(std::llround(seconds * 1e6)));
}

} // namespace

UdpFlow::UdpFlow(FlowLimits limits, Seq first)
    : limits_(limits), next_(first),
      start_window_(limits.initial_datagrams * (limits.small_datagram + limits.ip_overhead)) {
    newest_acked_ = first;
}

double UdpFlow::bandwidth() const {
    double out = 0;
    for (const auto& one : best_)
        if (one.round + best_.size() > round_) out = std::max(out, one.rate);
    return out;
}

Tick UdpFlow::shortest() const {
    if (shortest_[1] == Tick{}) return shortest_[0];
    return std::min(shortest_[0], shortest_[1]);
}

double UdpFlow::bdp() const {
    return bandwidth() * seconds_of(shortest());
}

double UdpFlow::gain() const {
    if (phase_ == Phase::kStart) return kStartGain;
    if (phase_ == Phase::kDrain) return 0.75;
    // The queue grows more than our own window explains: others share the link. Random loss, by contrast,
    // slows nothing down: it is no sign of a full queue on a radio link. While there is no queue, what is
    // lost is added to what is seen to arrive, up to the pace at which the link is tried anyway.
    auto rate = std::max(bandwidth(), 1.0);
    auto queue = latest_ - shortest();
    if (queue > std::max(shortest(), tick_of(static_cast<double>(window()) / rate))) return kPaces[1];
    auto one = tick_of(static_cast<double>(datagram_size() + limits_.ip_overhead) / rate);
    if (step_ == 1 || queue > shortest() / 4 + one) return kPaces[step_];
    return std::min(kPaces[step_] / (1 - std::min(loss_, 0.5)), kPaces[0]);
}

std::size_t UdpFlow::datagram_size() const {
    bool large = want_large_ && (large_ == Large::kArrives || large_ == Large::kUntried) && timeouts_ == 0;
    return large ? limits_.large_datagram : limits_.small_datagram;
}

double UdpFlow::least_window() const {
    return static_cast<double>(limits_.initial_datagrams * (datagram_size() + limits_.ip_overhead));
}

std::size_t UdpFlow::window() const {
    auto one = static_cast<double>(datagram_size() + limits_.ip_overhead);
    double out = 2 * bdp() + one;
    if (phase_ == Phase::kStart) out = std::max(out, static_cast<double>(start_window_));
    out = std::max(out, least_window());
    return static_cast<std::size_t>(std::min(out, static_cast<double>(limits_.max_in_flight)));
}

std::optional<UdpFlow::Permit> UdpFlow::may_send(Tick now) {
    advance(now);
    if (probes_ > 0) return Permit{limits_.small_datagram, true};
    if (timeouts_ > 0 || now < next_send_) return std::nullopt;
    auto size = datagram_size();
    if (in_flight_ + size + limits_.ip_overhead > window()) return std::nullopt;
    return Permit{size, false};
}

UdpFlow::Seq UdpFlow::sent(std::size_t payload, Tick now) {
    if (in_flight_ == 0) first_sent_at_ = delivered_at_ = now;
    Sent out;
    out.at = now;
    out.bytes = payload + limits_.ip_overhead;
    out.large = payload > limits_.small_datagram;
    out.delivered = delivered_;
    out.delivered_at = delivered_at_;
    out.first_sent_at = first_sent_at_;
    out.idle = delivered_ < idle_until_;
    if (out.large && large_ == Large::kUntried) large_ = Large::kTrying;
    in_flight_ += out.bytes;
    if (probes_ > 0) --probes_;
    silent_since_ = now;
    if (auto rate = bandwidth(); rate > 0) {
        auto interval = tick_of(static_cast<double>(out.bytes) / (rate * gain()));
        // A caller that is a little late does not slow the pace down; one that had nothing to send does not
        // catch up.
        next_send_ = (now - next_send_ < interval / 4 ? next_send_ : now) + interval;
    }
    sent_.emplace(next_, out);
    return next_++;
}

void UdpFlow::idle() {
    idle_until_ = delivered_ + std::max<std::size_t>(in_flight_, 1);
}

void UdpFlow::remove(std::map<Seq, Sent>::iterator at) {
    in_flight_ -= at->second.bytes;
    sent_.erase(at);
}

void UdpFlow::acked(std::span<const Seq> seqs, std::optional<Seq> echoed, Tick now) {
    // Any answer is a sign of life, even to a datagram that was given up.
    timeouts_ = probes_ = 0;
    silent_since_ = now;
    std::optional<Sent> newest;
    std::size_t arrived = 0;
    if (echoed) {
        if (auto at = sent_.find(*echoed); at != sent_.end()) measure_round_trip(now - at->second.at, now);
    }
    for (auto seq : seqs) {
        auto at = sent_.find(seq);
        if (at == sent_.end()) continue;
        const auto& datagram = at->second;
        delivered_ += datagram.bytes;
        judge(false);
        judge_size(datagram, false, now);
        if (!newest || datagram.at >= newest->at) newest = datagram;
        newest_acked_ = std::max(newest_acked_, seq + 1);
        arrived += datagram.bytes;
        remove(at);
    }
    if (newest) {
        delivered_at_ = now;
        first_sent_at_ = newest->at;
        measure_rate(*newest, now);
        // Doubles each round, but never much above what the rate that is seen can fill.
        if (static_cast<double>(start_window_) < kStartGain * bdp() + least_window())
            start_window_ += arrived;
    }
    advance(now);
}

void UdpFlow::forgotten(std::span<const Seq> seqs) {
    for (auto seq : seqs) {
        auto at = sent_.find(seq);
        if (at == sent_.end()) continue;
        if (at->second.large && large_ == Large::kTrying) large_ = Large::kUntried;
        remove(at);
    }
}

std::vector<UdpFlow::Seq> UdpFlow::take_lost(Tick now) {
    advance(now);
    return std::exchange(lost_, {});
}

void UdpFlow::too_large(Tick now) {
    large_ = Large::kVanishes;
    large_refused_at_ = now;
}

void UdpFlow::measure_round_trip(Tick sample, Tick now) {
    latest_ = std::max(sample, Tick(1ms));
    if (!smoothed_) {
        smoothed_ = latest_;
        variation_ = latest_ / 2;
        shortest_ = {latest_, Tick{}};
        stretch_since_ = now;
        return;
    }
    variation_ = (3 * variation_ + std::chrono::abs(*smoothed_ - latest_)) / 4;
    smoothed_ = (7 * *smoothed_ + latest_) / 8;
    // Long enough to hold a whole cycle of paces, in which the queue was empty once.
    if (now - stretch_since_ > std::max<Tick>(kStretch, 2 * kPaces.size() * shortest())) {
        shortest_ = {latest_, shortest_[0]};
        stretch_since_ = now;
    }
    shortest_[0] = std::min(shortest_[0], latest_);
}

void UdpFlow::measure_rate(const Sent& best, Tick now) {
    auto interval = std::max(best.at - best.first_sent_at, now - best.delivered_at);
    if (interval <= Tick{} || interval < shortest()) return;
    auto rate = static_cast<double>(delivered_ - best.delivered) / seconds_of(interval);
    if (best.idle && rate <= bandwidth()) return;
    if (best.delivered >= round_ends_) {
        round_ends_ = delivered_;
        ++round_;
        if (phase_ == Phase::kStart && !best.idle) {
            if (bandwidth() >= 1.25 * best_at_check_) {
                best_at_check_ = bandwidth();
                rounds_without_growth_ = 0;
            } else if (++rounds_without_growth_ >= 3) {
                phase_ = Phase::kDrain;
            }
        }
    }
    auto& slot = best_[round_ % best_.size()];
    if (slot.round != round_) slot = {round_, 0};
    slot.rate = std::max(slot.rate, rate);
    auto known = bandwidth();
    if (known >= kLargeFrom) want_large_ = true;
    if (known <= kSmallUpTo) want_large_ = false;
    choose_phase(now);
}

void UdpFlow::choose_phase(Tick now) {
    // A round trip that doubles says sooner than the rate that the link is full.
    if (phase_ == Phase::kStart && latest_ > 2 * shortest() && round_ > 1) phase_ = Phase::kDrain;
    if (phase_ == Phase::kDrain && static_cast<double>(in_flight_) <= bdp()) {
        phase_ = Phase::kSteady;
        step_ = 2;
        step_since_ = now;
    }
    if (phase_ != Phase::kSteady) return;
    // What the faster step queued must go again, or the shortest round trip would creep up with the queue.
    auto since = now - step_since_;
    bool over = since > shortest();
    if (step_ == 1) over = static_cast<double>(in_flight_) <= bdp() || since > kLongestDrain * shortest();
    if (over) {
        step_ = (step_ + 1) % kPaces.size();
        step_since_ = now;
    }
}

void UdpFlow::judge(bool lost) {
    ++judged_;
    loss_ += ((lost ? 1.0 : 0.0) - loss_) / (std::min(judged_, 20U) + 4);
}

void UdpFlow::judge_size(const Sent& datagram, bool lost, Tick now) {
    if (!datagram.large || large_ == Large::kVanishes) return;
    if (!lost) {
        large_ = Large::kArrives;
        large_lost_ = 0;
        return;
    }
    ++large_lost_;
    if (large_lost_ >= (large_ == Large::kArrives ? kVanished : kTrials)) {
        too_large(now);
        large_lost_ = 0;
    } else if (large_ == Large::kTrying) {
        large_ = Large::kUntried;
    }
}

Tick UdpFlow::loss_delay() const {
    return std::max(smoothed_.value_or(limits_.first_timeout), latest_) * 9 / 8;
}

std::optional<Tick> UdpFlow::loss_at() const {
    if (sent_.empty() || sent_.begin()->first >= newest_acked_) return std::nullopt;
    return sent_.begin()->second.at + loss_delay();
}

std::optional<Tick> UdpFlow::timeout_at() const {
    if (sent_.empty() || probes_ > 0) return std::nullopt;
    // RFC 9002's probe time-out, at most the two round trips of RFC 8985: after a few samples, some of which
    // waited in our own queue, four variations would be many seconds of silence. Answers come for every
    // second datagram, so a quarter more than the usual is nothing.
    auto wait = limits_.first_timeout;
    if (smoothed_) {
        wait = *smoothed_ + std::min(4 * variation_, *smoothed_);
        if (auto rate = bandwidth(); rate > 0) {
            auto queued = tick_of(static_cast<double>(in_flight_ - sent_.rbegin()->second.bytes) / rate);
            wait = std::min(wait, 2 * (shortest() + queued));
        }
        wait = std::max<Tick>({wait, *smoothed_ * 5 / 4, 500ms});
    }
    for (unsigned i = 0; i < timeouts_ && wait < limits_.max_timeout; ++i) wait *= 2;
    return silent_since_ + std::min(wait, limits_.max_timeout);
}

void UdpFlow::advance(Tick now) {
    if (large_ == Large::kVanishes && now - large_refused_at_ > kTryLargeAgain) large_ = Large::kUntried;
    auto give_up = [&](std::map<Seq, Sent>::iterator at) {
        lost_.push_back(at->first);
        judge(true);
        judge_size(at->second, true, now);
        in_flight_ -= at->second.bytes;
        return sent_.erase(at);
    };
    for (auto at = sent_.begin(); at != sent_.end() && at->first < newest_acked_;) {
        bool late = newest_acked_ - at->first > kReordering || now - at->second.at >= loss_delay();
        at = late ? give_up(at) : std::next(at);
    }
    if (auto due = timeout_at(); due && now >= *due) {
        ++timeouts_;
        silent_since_ = now;
        probes_ = timeouts_ <= 2 ? 2 : 1;
        if (timeouts_ >= 2) {
            // The link is gone: nothing in flight will arrive, and what was known of its rate is stale.
            for (auto at = sent_.begin(); at != sent_.end();) at = give_up(at);
            best_ = {};
            best_at_check_ = 0;
            rounds_without_growth_ = 0;
            round_ends_ = delivered_;
            phase_ = Phase::kStart;
            start_window_ = limits_.initial_datagrams * (limits_.small_datagram + limits_.ip_overhead);
        }
    }
}

std::optional<Tick> UdpFlow::deadline(bool has_data) const {
    std::optional<Tick> out;
    auto consider = [&](std::optional<Tick> at) {
        if (at && (!out || *at < *out)) out = at;
    };
    consider(loss_at());
    consider(timeout_at());
    if (has_data && probes_ > 0) consider(Tick{});
    if (has_data && timeouts_ == 0 && in_flight_ + datagram_size() + limits_.ip_overhead <= window())
        consider(next_send_);
    return out;
}

std::optional<Tick> keep_alive_at(Tick last_sent, std::optional<Tick> expected) {
    // Operators' translators forget a UDP mapping after 30 s at the soonest. A keep-alive is 33 IP bytes and
    // a new call with its answer about 150: beyond four of the former the call is cheaper.
    constexpr Tick kMapping = 25s;
    constexpr int kWorthwhile = 4;
    if (!expected || *expected <= last_sent + kMapping) return std::nullopt;
    if (*expected > last_sent + (kWorthwhile + 1) * kMapping) return std::nullopt;
    return last_sent + kMapping;
}

} // namespace kentongan::wire
