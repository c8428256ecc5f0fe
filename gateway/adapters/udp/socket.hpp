// A UDP socket for the carriers: non-blocking, bounded datagrams, what the path says as values.
#pragma once

#include "base/bytes.hpp"

#include <netinet/in.h>

#include <optional>
#include <string>

namespace kentongan::udp {

constexpr std::size_t kMaxDatagram = 1400; ///< Bytes of payload; larger ones are neither sent nor received.

/// An IPv4 or IPv6 address and port.
class Address {
  public:
    Address() = default;
    /// "192.0.2.1" or "2001:db8::1". Errors: kInvalid - not a numeric address.
    static Result<Address> numeric(const std::string& host, std::uint16_t port);
    /// The first address of a name; may ask the network and wait for seconds. Numeric ones are not asked for.
    /// Errors: kInvalid - an empty name; kUnavailable - no address now; `native` is getaddrinfo's code.
    static Result<Address> resolve(const std::string& host, std::uint16_t port);

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] bool is_v6() const { return storage_.ss_family == AF_INET6; }
    bool operator==(const Address& other) const;

    [[nodiscard]] const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage_); }
    [[nodiscard]] socklen_t size() const { return size_; }
    /// Room for the kernel to write an address into.
    sockaddr* room() { return reinterpret_cast<sockaddr*>(&storage_); }
    void took(socklen_t size) { size_ = size; }

  private:
    sockaddr_storage storage_{};
    socklen_t size_ = 0;
};

/// Errors of send() and receive(), by what the caller can do; `native` is errno:
/// kNoSpace - the datagram is larger than the path takes (EMSGSIZE) or than kMaxDatagram: send a smaller one;
/// kUnavailable - nobody there (ECONNREFUSED, no route), or the socket's buffer is full (EAGAIN): later, or
/// another carrier. Not thread-safe; the owner polls fd().
class Socket {
  public:
    /// Hears everybody at `local`; port 0 takes a free one. Errors: kConflict - taken; kUnavailable -
    /// otherwise.
    static Result<Socket> bind(const Address& local);
    /// Speaks to and hears `peer` alone; its refusals become errors of the next call.
    static Result<Socket> connect(const Address& peer);
    Socket(Socket&& other) noexcept;
    Socket& operator=(Socket&& other) noexcept;
    ~Socket();

    [[nodiscard]] int fd() const { return fd_; }
    /// The address that others see on this machine, with the port that was taken.
    [[nodiscard]] Result<Address> local() const;

    /// On a connected socket.
    Status send(BytesView datagram);
    Status send_to(BytesView datagram, const Address& to);

    struct Received {
        Bytes datagram;
        Address from;
    };
    /// What waits, without blocking; nothing: nothing waits. Larger datagrams are dropped unseen.
    Result<std::optional<Received>> receive();

  private:
    explicit Socket(int fd) : fd_(fd) {}
    static Result<Socket> open(const Address& like);
    int fd_ = -1;
};

} // namespace kentongan::udp
