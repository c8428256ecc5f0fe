// One direction of a slow, lossy link in virtual time: FIFO, serialisation, delay, loss after air time.
#pragma once

#include "base/bytes.hpp"
#include "wire/udp_flow.hpp"

#include <cmath>
#include <deque>
#include <optional>
#include <random>

namespace kentongan::test {

struct LinkShape {
    double bits_per_second = 9600;
    wire::Tick delay{300'000};  ///< One way, beside the time on the air.
    double loss = 0;            ///< Of each datagram, after its air time: radio, not queues.
    std::size_t fifo = 20'000;  ///< IP bytes; what does not fit is dropped.
    std::size_t largest = 1500; ///< IP bytes; larger ones vanish, as behind a tunnel that says nothing.
};

class VirtualLink {
  public:
    VirtualLink(LinkShape shape, std::uint64_t seed) : shape_(shape), random_(seed) {}

    /// A UDP payload enters; 28 bytes of IP and UDP go with it.
    void send(Bytes payload, wire::Tick now) {
        auto bytes = payload.size() + 28;
        ++datagrams_;
        bytes_ += bytes;
        while (!queue_.empty() && queue_.front() <= now) {
            queue_.pop_front();
            queued_ -= sizes_.front();
            sizes_.pop_front();
        }
        if (queued_ + bytes > shape_.fifo) {
            ++overflowed_;
            return;
        }
        auto air = wire::Tick(std::llround(static_cast<double>(bytes) * 8e6 / shape_.bits_per_second));
        if (busy_until_ < now) idle_ += now - busy_until_;
        busy_until_ = std::max(busy_until_, now) + air;
        queue_.push_back(busy_until_);
        sizes_.push_back(bytes);
        queued_ += bytes;
        // Drawn for each datagram, lost or not, so that the same seed gives the same losses.
        bool lost = std::uniform_real_distribution<>(0, 1)(random_) < shape_.loss;
        if (lost || cut_ || bytes > shape_.largest) return;
        arriving_.push_back({busy_until_ + shape_.delay, std::move(payload)});
    }
    [[nodiscard]] std::optional<wire::Tick> next_arrival() const {
        if (arriving_.empty()) return std::nullopt;
        return arriving_.front().first;
    }
    std::optional<Bytes> take(wire::Tick now) {
        if (arriving_.empty() || arriving_.front().first > now) return std::nullopt;
        auto out = std::move(arriving_.front().second);
        arriving_.pop_front();
        return out;
    }
    /// From now on nothing arrives, or it does again.
    void cut(bool away) { cut_ = away; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; } ///< IP bytes that entered.
    [[nodiscard]] std::uint64_t datagrams() const { return datagrams_; }
    [[nodiscard]] std::uint64_t overflowed() const { return overflowed_; }
    [[nodiscard]] wire::Tick idle() const { return idle_; }

  private:
    LinkShape shape_;
    std::mt19937_64 random_;
    wire::Tick busy_until_{};
    wire::Tick idle_{};
    std::deque<wire::Tick> queue_; // when each leaves the FIFO
    std::deque<std::size_t> sizes_;
    std::size_t queued_ = 0;
    std::deque<std::pair<wire::Tick, Bytes>> arriving_;
    std::uint64_t bytes_ = 0, datagrams_ = 0, overflowed_ = 0;
    bool cut_ = false;
};

} // namespace kentongan::test
