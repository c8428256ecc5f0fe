#include "wire/ack_pace.hpp"

#include <algorithm>

namespace kentongan::wire {

namespace {

using namespace std::chrono_literals;

constexpr unsigned kEvery = 2;    // datagrams for one answer, as TCP's
constexpr unsigned kYoung = 4;    // datagrams answered at once: the sender knows nothing yet
constexpr Tick kPatience = 100ms; // for the second datagram when the pace is not known yet
constexpr Tick kLeast = 20ms;
constexpr Tick kMost = 600ms;    // 512 bytes at 9.6 kbit/s take 450
constexpr Tick kThin = 100ms;    // between datagrams, above which a link is thin
constexpr Tick kForgotten = 60s; // after which a conversation begins anew

} // namespace

bool AckPace::arrived(std::uint16_t seq, bool push, Tick now) {
    bool first = !newest_ || now - last_at_ > kForgotten;
    auto ahead =
        first ? std::int16_t{1} : static_cast<std::int16_t>(static_cast<std::uint16_t>(seq - *newest_));
    if (!first && ahead == 1) gap_ = gap_ ? (3 * *gap_ + (now - last_at_)) / 4 : now - last_at_;
    if (first) seen_ = 0;
    if (first || ahead > 0) {
        newest_ = seq;
        seen_ = ahead < 64 ? seen_ << ahead | 1 : 1;
    } else if (-ahead < 64) {
        seen_ |= std::uint64_t{1} << -ahead;
    }
    last_ = seq;
    last_at_ = now;
    ++waiting_;
    if (first) young_ = kYoung;
    if (young_ > 0) {
        --young_;
        return true;
    }
    if (push || ahead != 1 || waiting_ >= kEvery) return true;
    due_ = now + (gap_ ? std::clamp(*gap_ * 5 / 4, kLeast, kMost) : kPatience);
    return false;
}

UdpHeader AckPace::header(std::uint16_t box) const {
    UdpHeader out{kUdpAnswer, box, last_, 0};
    // On a thin link few datagrams are under way and what is committed tells which ones arrived. On a faster
    // one more items are under way than an acknowledgement names, and four bytes are nothing.
    if (!gap_ || *gap_ > kThin) return out;
    auto back = static_cast<std::uint16_t>(newest_.value_or(last_) - last_) + 1U;
    out.tag = kUdpAnswerMap;
    out.arrived = back < 64 ? static_cast<std::uint32_t>(seen_ >> back) : 0;
    return out;
}

void AckPace::answered() {
    waiting_ = 0;
    due_.reset();
}

} // namespace kentongan::wire
