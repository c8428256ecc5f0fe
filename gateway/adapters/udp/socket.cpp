#include "adapters/udp/socket.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace kentongan::udp {

namespace {

constexpr int kMostDropped = 64;

tl::unexpected<Error> failure(const char* where) {
    auto code = errno == EMSGSIZE ? ErrorCode::kNoSpace : ErrorCode::kUnavailable;
    return fail(code, where, errno);
}

} // namespace

Result<Address> Address::numeric(const std::string& host, std::uint16_t port) {
    Address out;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage_);
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage_);
    if (::inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        out.size_ = sizeof *v4;
    } else if (::inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        out.size_ = sizeof *v6;
    } else {
        return fail(ErrorCode::kInvalid, "udp.address");
    }
    return out;
}

Result<Address> Address::resolve(const std::string& host, std::uint16_t port) {
    if (host.empty()) return fail(ErrorCode::kInvalid, "udp.resolve");
    if (auto known = numeric(host, port)) return known;
    addrinfo hints{};
    hints.ai_socktype = SOCK_DGRAM;
    hints.ai_flags = AI_ADDRCONFIG;
    addrinfo* found = nullptr;
    if (int code = ::getaddrinfo(host.c_str(), nullptr, &hints, &found); code != 0)
        return fail(ErrorCode::kUnavailable, "udp.resolve", code);
    Address out;
    std::memcpy(&out.storage_, found->ai_addr, found->ai_addrlen);
    out.size_ = found->ai_addrlen;
    ::freeaddrinfo(found);
    if (out.is_v6())
        reinterpret_cast<sockaddr_in6*>(&out.storage_)->sin6_port = htons(port);
    else
        reinterpret_cast<sockaddr_in*>(&out.storage_)->sin_port = htons(port);
    return out;
}

std::uint16_t Address::port() const {
    if (is_v6()) return ntohs(reinterpret_cast<const sockaddr_in6*>(&storage_)->sin6_port);
    return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
}

// Field by field: an IPv6 address as the kernel gives it may carry a flow label.
bool Address::operator==(const Address& other) const {
    if (storage_.ss_family != other.storage_.ss_family || port() != other.port()) return false;
    if (size_ == 0) return other.size_ == 0;
    if (is_v6()) {
        const auto* one = reinterpret_cast<const sockaddr_in6*>(&storage_);
        const auto* two = reinterpret_cast<const sockaddr_in6*>(&other.storage_);
        return std::memcmp(&one->sin6_addr, &two->sin6_addr, sizeof one->sin6_addr) == 0 &&
               one->sin6_scope_id == two->sin6_scope_id;
    }
    return reinterpret_cast<const sockaddr_in*>(&storage_)->sin_addr.s_addr ==
           reinterpret_cast<const sockaddr_in*>(&other.storage_)->sin_addr.s_addr;
}

Result<Socket> Socket::open(const Address& like) {
    int family = like.is_v6() ? AF_INET6 : AF_INET;
    int fd = ::socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return failure("udp.socket");
    Socket out(fd);
    // A datagram is never cut into fragments, half of which a lossy link would lose. The path's size is found
    // by what arrives (wire/udp_flow), not by ICMP that operators drop or anybody forges: PROBE sets "don't
    // fragment" and ignores what the kernel believes of the path; the own interface's size still gives
    // EMSGSIZE.
    int probe = like.is_v6() ? IPV6_PMTUDISC_PROBE : IP_PMTUDISC_PROBE;
    int level = like.is_v6() ? IPPROTO_IPV6 : IPPROTO_IP;
    int name = like.is_v6() ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER;
    if (::setsockopt(fd, level, name, &probe, sizeof probe) != 0) return failure("udp.path_size");
    return out;
}

Result<Socket> Socket::bind(const Address& local) {
    auto out = TRY(open(local));
    if (::bind(out.fd_, local.raw(), local.size()) != 0)
        return fail(errno == EADDRINUSE ? ErrorCode::kConflict : ErrorCode::kUnavailable, "udp.bind", errno);
    return out;
}

Result<Socket> Socket::connect(const Address& peer) {
    auto out = TRY(open(peer));
    if (::connect(out.fd_, peer.raw(), peer.size()) != 0) return failure("udp.connect");
    return out;
}

Socket::Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

Socket::~Socket() {
    if (fd_ >= 0) ::close(fd_);
}

Result<Address> Socket::local() const {
    Address out;
    socklen_t size = sizeof(sockaddr_storage);
    if (::getsockname(fd_, out.room(), &size) != 0) return failure("udp.local");
    out.took(size);
    return out;
}

Status Socket::send(BytesView datagram) {
    if (datagram.size() > kMaxDatagram) return fail(ErrorCode::kNoSpace, "udp.send", EMSGSIZE);
    while (::send(fd_, datagram.data(), datagram.size(), MSG_NOSIGNAL) < 0)
        if (errno != EINTR) return failure("udp.send");
    return {};
}

Status Socket::send_to(BytesView datagram, const Address& to) {
    if (datagram.size() > kMaxDatagram) return fail(ErrorCode::kNoSpace, "udp.send", EMSGSIZE);
    while (::sendto(fd_, datagram.data(), datagram.size(), MSG_NOSIGNAL, to.raw(), to.size()) < 0)
        if (errno != EINTR) return failure("udp.send");
    return {};
}

Result<std::optional<Socket::Received>> Socket::receive() {
    // Bounded, so that a flood of what is dropped does not keep the owner busy for ever.
    for (int i = 0; i < kMostDropped; ++i) {
        Received out;
        out.datagram.resize(kMaxDatagram);
        socklen_t size = sizeof(sockaddr_storage);
        // MSG_TRUNC: the true length, so that a cut datagram is told from a whole one.
        auto got =
            ::recvfrom(fd_, out.datagram.data(), out.datagram.size(), MSG_TRUNC, out.from.room(), &size);
        if (got < 0) {
            if (errno == EINTR) continue;
            if (errno == EAGAIN || errno == EWOULDBLOCK) return std::optional<Received>();
            return failure("udp.receive");
        }
        if (static_cast<std::size_t>(got) > kMaxDatagram) continue;
        out.datagram.resize(static_cast<std::size_t>(got));
        out.from.took(size);
        return std::optional<Received>(std::move(out));
    }
    return std::optional<Received>();
}

} // namespace kentongan::udp
