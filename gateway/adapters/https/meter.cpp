#include "adapters/https/meter.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace kentongan::https {
namespace {

// Linux only ever appends to its tcp_info (include/uapi/linux/tcp.h); the C library's copy ends before these.
constexpr std::size_t kOptions = 5; // u8
constexpr std::size_t kBytesReceived = 128, kBytesSent = 200;
constexpr std::size_t kSegmentsOut = 136, kSegmentsIn = 140;
constexpr std::size_t kNeeded = kBytesSent + sizeof(std::uint64_t);

constexpr std::uint64_t kTcpHeader = 20, kTimestamps = 12;
constexpr std::uint64_t kIpv4Header = 20, kIpv6Header = 40;

template <class Number>
std::uint64_t number_at(const std::array<char, 512>& info, std::size_t at) {
    Number value = 0;
    std::memcpy(&value, info.data() + at, sizeof value);
    return value;
}

std::uint64_t header_of(int socket, bool timestamps) {
    sockaddr_storage local{};
    socklen_t size = sizeof local;
    bool v6 =
        getsockname(socket, reinterpret_cast<sockaddr*>(&local), &size) == 0 && local.ss_family == AF_INET6;
    return (v6 ? kIpv6Header : kIpv4Header) + kTcpHeader + (timestamps ? kTimestamps : 0);
}

} // namespace

bool TcpMeter::read(int socket, Traffic& before) {
    std::array<char, 512> info{};
    socklen_t size = info.size();
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, info.data(), &size) != 0 || size < kNeeded) return false;
    auto header = header_of(socket, (static_cast<unsigned char>(info[kOptions]) & TCPI_OPT_TIMESTAMPS) != 0);
    Traffic now;
    now.up =
        number_at<std::uint64_t>(info, kBytesSent) + header * number_at<std::uint32_t>(info, kSegmentsOut);
    now.down =
        number_at<std::uint64_t>(info, kBytesReceived) + header * number_at<std::uint32_t>(info, kSegmentsIn);
    // The header's size is known only once the connection is: what was counted before stays counted.
    since_.up += now.up - std::min(now.up, before.up);
    since_.down += now.down - std::min(now.down, before.down);
    before = now;
    return true;
}

void TcpMeter::closing(int socket) {
    auto found = seen_.find(socket);
    if (found == seen_.end()) return;
    blind_ = !read(socket, found->second) || blind_;
    seen_.erase(found);
}

std::optional<Traffic> TcpMeter::take() {
    for (auto& [socket, before] : seen_) blind_ = !read(socket, before) || blind_;
    auto taken = blind_ ? std::nullopt : std::optional(since_);
    since_ = {};
    blind_ = false;
    return taken;
}

} // namespace kentongan::https
