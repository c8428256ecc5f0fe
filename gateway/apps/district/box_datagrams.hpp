// Boxes that come by UDP: one thread, one socket, the same intake (docs/formats/udp.md).
#pragma once

#include "adapters/udp/socket.hpp"
#include "apps/district/office.hpp"
#include "wire/ack_pace.hpp"

#include <atomic>
#include <list>
#include <map>
#include <thread>

namespace kentongan::district_app {

/// Keeps no conversation that it needs: what it remembers of a box only makes answers rarer, and is forgotten
/// when there are too many.
class BoxDatagrams {
  public:
    /// Serves from now on. Lifetime: `office` outlives it.
    BoxDatagrams(udp::Socket socket, Office& office);
    ~BoxDatagrams(); ///< Stops; what waits for an answer is sent again by its box.

    static constexpr std::size_t kMaxPeers = 4096;
    /// Datagrams of one box worked on together, in one commit.
    static constexpr std::size_t kMaxTogether = 8;
    /// An answer has at most this many times the bytes that asked for it: nobody is flooded by our answers to
    /// datagrams that somebody else sent in their name (RFC 9000 §8.1 has the same number).
    static constexpr std::size_t kMostAmplified = 3;

  private:
    struct Peer {
        std::uint16_t box = 0;
        udp::Address address;
        wire::AckPace pace;
        std::vector<Bytes> frames; ///< Not yet worked on.
        std::size_t bytes = 0;     ///< Of their datagrams.
        std::size_t datagrams = 0;
    };
    void run();
    void receive(wire::Tick now);
    void answer(Peer& peer);
    Peer& peer_of(std::uint16_t box, const udp::Address& from);

    udp::Socket socket_;
    Office& office_;
    std::list<Peer> peers_; ///< Heard last first.
    int stop_fd_ = -1;
    std::thread thread_;
};

} // namespace kentongan::district_app
