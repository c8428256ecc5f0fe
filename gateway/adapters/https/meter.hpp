// What connections cost: the bytes of IP packets, as a provider of a mobile link counts them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

namespace kentongan::https {

/// Bytes of IP packets, sent and received.
struct Traffic {
    std::uint64_t up = 0;
    std::uint64_t down = 0;
};

/// Follows the TCP sockets of one user of libcurl. The kernel counts for each socket what it sent, with what
/// it sent again, what came, and how many segments carried it (TCP_INFO; `tcp_info` of Linux 4.19 and later);
/// each segment has an IP and a TCP header besides. So handshakes of TCP and TLS, acknowledgements and
/// repetitions are in it. Not in it: options of the first two segments (20 bytes), the end of a connection
/// after it was closed here (two segments), and the asking for an address. Threads: that of its user.
class TcpMeter {
  public:
    void opened(int socket) { seen_[socket] = {}; }
    /// Before it is closed.
    void closing(int socket);
    /// What has gone over all sockets since the last time; nothing: this kernel does not tell.
    [[nodiscard]] std::optional<Traffic> take();

  private:
    /// Adds what is new; false: the kernel does not tell.
    bool read(int socket, Traffic& before);

    std::map<int, Traffic> seen_; ///< Open ones, and what was counted of them.
    Traffic since_;
    bool blind_ = false;
};

} // namespace kentongan::https
