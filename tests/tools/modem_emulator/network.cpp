#include "network.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace kentongan::emulator {
namespace {

constexpr std::size_t kMostWaiting = 1024;
constexpr std::size_t kMaxPdu = 300;

// What comes out of a PDU becomes a file's name only if it is this.
bool is_number(std::string_view text) {
    return text.size() >= 6 && text.size() <= 16 && text[0] == '+' &&
           std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return std::nullopt;
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

} // namespace

Network::~Network() {
    if (fd_ < 0) return;
    ::close(fd_);
    ::unlink(path_of(number_).c_str());
}

std::string Network::path_of(std::string_view number) const {
    return folder_ + "/" + std::string(number.substr(1));
}

Status Network::join() {
    if (!is_number(number_)) return fail(ErrorCode::kInvalid, "network.number");
    auto address = address_of(path_of(number_));
    if (!address) return fail(ErrorCode::kUnavailable, "network.path");
    int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ::unlink(address->sun_path);
    if (fd < 0 || ::bind(fd, reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
        auto error = errno;
        if (fd >= 0) ::close(fd);
        return fail(ErrorCode::kUnavailable, "network.bind", error);
    }
    fd_ = fd;
    return {};
}

// SplitMix64.
bool Network::chance(unsigned percent) {
    random_ += 0x9e3779b97f4a7c15u;
    auto z = random_;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % 100 < percent;
}

void Network::carry(std::string_view to, Bytes deliver) {
    if (fd_ < 0 || !is_number(to)) return;
    auto path = path_of(to);
    if (::access(path.c_str(), F_OK) != 0) return;
    // Both are drawn for each message, so that one fault's rate does not shift the other's luck.
    bool lose = chance(faults_.loss_percent);
    bool twice = chance(faults_.double_percent);
    if (faults_.lose_next > 0) {
        --faults_.lose_next;
        lose = true;
    } else if (faults_.double_next > 0) {
        --faults_.double_next;
        twice = true;
        lose = false;
    }
    if (lose || waiting_.size() >= kMostWaiting) {
        ++counts_.lost;
        return;
    }
    ++counts_.carried;
    if (twice) {
        ++counts_.doubled;
        waiting_.emplace_back(path, deliver);
    }
    waiting_.emplace_back(std::move(path), std::move(deliver));
}

bool Network::flush() {
    while (!waiting_.empty()) {
        const auto& [path, pdu] = waiting_.front();
        auto address = *address_of(path);
        auto put = ::sendto(fd_, pdu.data(), pdu.size(), MSG_NOSIGNAL,
                            reinterpret_cast<const sockaddr*>(&address), sizeof address);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0 && (errno == EAGAIN || errno == ENOBUFS)) return false;
        // A receiver that has gone: this network stores nothing for it.
        if (put < 0) ++counts_.lost;
        waiting_.pop_front();
    }
    return true;
}

std::vector<Bytes> Network::arrived() {
    std::vector<Bytes> out;
    std::uint8_t chunk[kMaxPdu];
    while (fd_ >= 0) {
        auto got = ::recv(fd_, chunk, sizeof chunk, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        out.emplace_back(chunk, chunk + got);
    }
    return out;
}

} // namespace kentongan::emulator
