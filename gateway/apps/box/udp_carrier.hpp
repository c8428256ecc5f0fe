// The UDP carrier of a box: a socket, one conversation with the district, and the box's queue behind it.
#pragma once

#include "adapters/udp/socket.hpp"
#include "box/box.hpp"
#include "wire/udp_sender.hpp"

#include <functional>

namespace kentongan::apps {

/// Threads: the core thread. Lifetime: `box` outlives it; make it anew when the box is.
class UdpCarrier final : private wire::FrameSource {
  public:
    /// `v6`: the path's packets are IPv6. `random`: the number of the first datagram.
    UdpCarrier(udp::Socket socket, bool v6, box::Box& box, BoxId id, std::uint16_t random);

    [[nodiscard]] int fd() const { return socket_.fd(); }
    /// Something new waits in the queue.
    void wake() { sender_.wake(); }
    /// Call for news. `sparing`: for no publications.
    void ask(Instant wall, bool sparing);
    /// Another carrier has brought these.
    void withdrawn(const std::vector<ItemId>& items);

    using Heard = std::function<void(const box::Forward::Absorbed&)>;
    /// Reads what has come and tells of every answer that was carried out; then sends what may be sent, as
    /// far as the day's budget reaches. All is booked with the box's carriers.
    void drive(wire::Tick now, Instant wall, const Heard& heard);
    /// When drive() is to be called again, if nothing comes before.
    [[nodiscard]] std::optional<wire::Tick> deadline() const { return sender_.deadline(); }
    /// Silent for so long that another carrier should be tried.
    [[nodiscard]] bool dead() const { return sender_.carrier_dead(); }

    /// Items above this do not fit a datagram and wait for another carrier.
    static constexpr std::size_t kLargestItem = 1000;
    /// A datagram with its headers, at most.
    static constexpr std::size_t kLargestPacket = udp::kMaxDatagram + 48;
    static_assert(kLargestPacket == box::kLeastDatagram);
    /// What may go now: the budget may be left to what is urgent.
    [[nodiscard]] box::Forward::Cargo cargo(Instant wall);

  private:
    std::optional<Piece> next(std::size_t room, const Busy& busy) override;
    bool more(const Busy& busy) override;
    void read(wire::Tick now, Instant wall, const Heard& heard);

    udp::Socket socket_;
    std::size_t headers_; ///< Of IP and UDP.
    box::Box& box_;
    Instant wall_{}; ///< Of the latest drive().
    wire::UdpSender sender_;
    std::optional<std::pair<std::uint64_t, Bytes>> call_; ///< Until it is answered.
    std::uint64_t calls_ = 0;
};

} // namespace kentongan::apps
