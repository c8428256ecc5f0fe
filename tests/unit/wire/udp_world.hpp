// A box with a queue, a link each way and a district that commits what it gets, in virtual time.
#pragma once

#include "tools/virtual_link.hpp"
#include "wire/ack_pace.hpp"
#include "wire/udp_sender.hpp"

#include <algorithm>
#include <cstdio>
#include <set>
#include <stdexcept>

namespace kentongan::test {

/// Items 0 … n-1 of one size each, in order, one in each frame.
class ItemQueue final : public wire::FrameSource {
  public:
    explicit ItemQueue(std::size_t item_size) : item_size_(item_size) {}
    void add(std::uint64_t count) {
        for (; count > 0; --count) waiting_.insert(next_id_++);
    }
    /// One that goes before all others.
    void add_urgent() { waiting_.insert(kUrgent); }
    static constexpr std::uint64_t kUrgent = ~std::uint64_t{0};
    void retire(std::uint64_t id) { waiting_.erase(id); }
    [[nodiscard]] bool empty() const { return waiting_.empty(); }
    [[nodiscard]] const std::set<std::uint64_t>& waiting() const { return waiting_; }

    std::optional<Piece> next(std::size_t room, const Busy& busy) override {
        if (room < item_size_) return std::nullopt;
        auto order = std::vector<std::uint64_t>(waiting_.begin(), waiting_.end());
        if (waiting_.count(kUrgent)) std::rotate(order.begin(), order.end() - 1, order.end());
        for (auto id : order) {
            if (busy(id)) continue;
            Bytes frame(item_size_, 0x2a);
            for (int i = 0; i < 8; ++i) frame[i] = static_cast<std::uint8_t>(id >> (56 - 8 * i));
            return Piece{std::move(frame), {id}};
        }
        return std::nullopt;
    }
    bool more(const Busy& busy) override { return !std::all_of(waiting_.begin(), waiting_.end(), busy); }

  private:
    std::size_t item_size_;
    std::uint64_t next_id_ = 0;
    std::set<std::uint64_t> waiting_;
};

struct UdpWorld {
    UdpWorld(LinkShape up_shape, std::uint64_t seed, std::size_t item_size = 97, wire::FlowLimits limits = {},
             LinkShape* down_shape = nullptr)
        : queue(item_size), up(up_shape, 2 * seed), down(down_shape ? *down_shape : up_shape, 2 * seed + 1),
          sender(7, queue, limits, static_cast<std::uint16_t>(seed * 7919)) {}

    /// Runs until everything is acknowledged, `until` passed, or nothing can happen any more.
    void run(wire::Tick until) {
        while (true) {
            deliver();
            if (queue.empty()) {
                finished = now;
                return;
            }
            while (auto datagram = sender.next(now)) {
                if (logging) note(*datagram);
                up.send(std::move(*datagram), now);
            }
            most_in_flight = std::max(most_in_flight, sender.flow().in_flight());
            auto next = soonest();
            if (!next || *next > until) {
                now = until;
                return;
            }
            now = std::max(now, *next);
            if (++steps > 2'000'000) throw std::runtime_error("the machine spins");
        }
    }

    void deliver() {
        while (auto bytes = up.take(now)) {
            auto datagram = wire::read_datagram(*bytes).value();
            ++arrived;
            for (auto frame : datagram.frames) {
                std::uint64_t id = 0;
                for (int i = 0; i < 8; ++i) id = id << 8 | frame[i];
                if (!refuses.count(id) && !committed.insert(id).second) ++duplicates;
                received_bytes += frame.size();
            }
            bool push = datagram.header.tag == wire::kUdpDataPush;
            if (pace.arrived(datagram.header.seq, push, now)) answer();
        }
        if (auto due = pace.deadline(); due && *due <= now) answer();
        while (auto bytes = down.take(now)) take_answer(wire::read_datagram(*bytes).value());
    }

    // As the real one: everything below a number, and a map of the 64 after it.
    void answer() {
        ByteWriter out;
        std::uint64_t low = 0;
        while (committed.count(low)) ++low;
        out.u64(low);
        for (std::uint64_t id = low + 1; id <= low + 64; ++id) out.u8(committed.count(id) ? 1 : 0);
        auto body = std::move(out).take();
        answers.push_back(body);
        // The bytes on the wire are those of a real answer: its tags, a number, one entry.
        ByteWriter shown;
        shown.u64(answers.size() - 1);
        shown.raw(Bytes(45, 0));
        down.send(wire::write_datagram(pace.header(7), std::array{std::move(shown).take()}), now);
        pace.answered();
    }

    void take_answer(const wire::Datagram& datagram) {
        ByteReader shown(datagram.frames.at(0));
        ByteReader in(answers.at(shown.u64().value()));
        auto low = in.u64().value();
        std::vector<std::uint64_t> acknowledged;
        for (auto id : queue.waiting())
            if (id < low) acknowledged.push_back(id);
        for (std::uint64_t id = low + 1; id <= low + 64; ++id)
            if (in.u8().value() && queue.waiting().count(id)) acknowledged.push_back(id);
        for (auto id : acknowledged) queue.retire(id);
        sender.answered(datagram.header, acknowledged, now);
        if (logging)
            std::printf(
                "%8.3f answer to %u: %zu items; rate %.0f window %zu in flight %zu loss %.2f rtt %.2f\n",
                seconds_now(), datagram.header.seq, acknowledged.size(), sender.flow().rate(),
                sender.flow().window(), sender.flow().in_flight(), sender.flow().loss(),
                std::chrono::duration<double>(sender.flow().round_trip().value_or(wire::Tick{})).count());
    }

    void note(const Bytes& bytes) const {
        auto datagram = wire::read_datagram(bytes).value();
        std::printf("%8.3f send %u%s:", seconds_now(), datagram.header.seq,
                    datagram.header.tag == wire::kUdpDataPush ? " push" : "");
        for (auto frame : datagram.frames) std::printf(" %u", frame[6] << 8 | frame[7]);
        std::printf("\n");
    }

    [[nodiscard]] std::optional<wire::Tick> soonest() const {
        std::optional<wire::Tick> out;
        for (auto at : {sender.deadline(), up.next_arrival(), down.next_arrival(), pace.deadline()})
            if (at && (!out || *at < *out)) out = at;
        return out;
    }
    [[nodiscard]] double seconds_now() const { return std::chrono::duration<double>(now).count(); }

    ItemQueue queue;
    VirtualLink up, down;
    wire::UdpSender sender;
    wire::AckPace pace;
    wire::Tick now{};
    wire::Tick finished{};
    std::set<std::uint64_t> committed;
    std::set<std::uint64_t> refuses; // arrives and is never committed
    std::vector<Bytes> answers;
    std::uint64_t duplicates = 0, arrived = 0, received_bytes = 0, steps = 0;
    std::size_t most_in_flight = 0;
    bool logging = false;
};

} // namespace kentongan::test
