#include "adapters/unix_socket/channel.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace kentongan::unix_socket {
namespace {

constexpr std::size_t kMaxUnread = 1024 * 1024;
// What one receive() takes at most, so that a flooding peer cannot keep its owner busy for ever.
constexpr std::size_t kMaxTaken = 4 * wire::local::kMaxFrame;
constexpr int kBacklog = 64;

Result<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path || path.find('\0') != std::string::npos)
        return fail(ErrorCode::kInvalid, "unix_socket.path", static_cast<std::int64_t>(path.size()));
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

constexpr const char* kBeside = ".new";

// A socket that an earlier run left may go, never somebody's file.
Status spare_what_is_no_socket(const std::string& path) {
    struct stat there {};
    if (::lstat(path.c_str(), &there) == 0 && !S_ISSOCK(there.st_mode))
        return fail(ErrorCode::kConflict, "unix_socket.exists");
    return {};
}

void make_nonblocking(int fd) {
    int flags = ::fcntl(fd, F_GETFL);
    if (flags >= 0) ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

} // namespace

Channel::Channel(int fd) : fd_(fd) {
    make_nonblocking(fd_);
}

Channel::Channel(Channel&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), incoming_(std::move(other.incoming_)),
      outgoing_(std::move(other.outgoing_)) {}

Channel& Channel::operator=(Channel&& other) noexcept {
    if (this != &other) {
        if (fd_ >= 0) ::close(fd_);
        fd_ = std::exchange(other.fd_, -1);
        incoming_ = std::move(other.incoming_);
        outgoing_ = std::move(other.outgoing_);
    }
    return *this;
}

Channel::~Channel() {
    if (fd_ >= 0) ::close(fd_);
    // Both may hold what a citizen wrote.
    wipe(incoming_);
    wipe(outgoing_);
}

Result<Channel> Channel::connect(const std::string& path) {
    auto address = TRY(address_of(path));
    Channel channel(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (channel.fd_ < 0) return fail(ErrorCode::kUnavailable, "unix_socket.socket", errno);
    if (::connect(channel.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return fail(ErrorCode::kUnavailable, "unix_socket.connect", errno);
    return channel;
}

Result<std::vector<wire::local::Message>> Channel::receive() {
    std::vector<wire::local::Message> messages;
    std::array<std::uint8_t, 16 * 1024> chunk{};
    std::size_t taken = 0;
    bool gone = false;
    int cause = 0;
    while (taken < kMaxTaken) {
        auto got = ::recv(fd_, chunk.data(), chunk.size(), 0);
        if (got > 0) {
            taken += static_cast<std::size_t>(got);
            incoming_.insert(incoming_.end(), chunk.begin(), chunk.begin() + got);
            continue;
        }
        if (got < 0 && errno == EINTR) continue;
        gone = got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
        cause = got == 0 ? 0 : errno;
        break;
    }
    wipe(chunk);
    while (auto message = TRY(wire::local::take_frame(incoming_))) messages.push_back(std::move(*message));
    // The last words of a peer that left are still heard; the next call says that it is gone.
    if (gone && messages.empty()) return fail(ErrorCode::kUnavailable, "unix_socket.receive", cause);
    return messages;
}

Result<std::vector<wire::local::Message>> Channel::wait(std::chrono::milliseconds timeout) {
    using Clock = std::chrono::steady_clock;
    auto deadline = Clock::now() + std::max(timeout, std::chrono::milliseconds(0));
    while (true) {
        auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd waiting{fd_, static_cast<short>(wants_write() ? POLLIN | POLLOUT : POLLIN), 0};
        int ready = ::poll(&waiting, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000)));
        if (ready < 0 && errno != EINTR) return fail(ErrorCode::kUnavailable, "unix_socket.poll", errno);
        if (ready > 0 && (waiting.revents & POLLOUT) != 0) {
            // A peer that left may have said something first: reading comes before giving up on writing.
            auto flushed = flush();
            if (!flushed && (waiting.revents & POLLIN) == 0) return tl::unexpected<Error>(flushed.error());
        }
        if (ready > 0 && (waiting.revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL)) != 0) {
            auto messages = TRY(receive());
            // Half a frame is nothing yet.
            if (!messages.empty()) return messages;
        }
        if (Clock::now() >= deadline) return std::vector<wire::local::Message>();
    }
}

Status Channel::send(const wire::local::Message& message) {
    auto frame = wire::local::encode(message);
    if (frame.size() > wire::local::kMaxFrame + 4)
        return fail(ErrorCode::kInvalid, "unix_socket.frame", static_cast<std::int64_t>(frame.size()));
    outgoing_.insert(outgoing_.end(), frame.begin(), frame.end());
    wipe(frame);
    TRY(flush());
    if (outgoing_.size() > kMaxUnread)
        return fail(ErrorCode::kUnavailable, "unix_socket.unread",
                    static_cast<std::int64_t>(outgoing_.size()));
    return {};
}

Status Channel::flush() {
    std::size_t written = 0;
    int cause = 0;
    while (written < outgoing_.size() && cause == 0) {
        auto put = ::send(fd_, outgoing_.data() + written, outgoing_.size() - written, MSG_NOSIGNAL);
        if (put > 0)
            written += static_cast<std::size_t>(put);
        else if (errno != EINTR)
            cause = errno;
    }
    wipe(std::span(outgoing_).first(written));
    outgoing_.erase(outgoing_.begin(), outgoing_.begin() + static_cast<std::ptrdiff_t>(written));
    if (cause != 0 && cause != EAGAIN && cause != EWOULDBLOCK)
        return fail(ErrorCode::kUnavailable, "unix_socket.send", cause);
    return {};
}

Listener::Listener(Listener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), path_(std::exchange(other.path_, {})) {}

Listener& Listener::operator=(Listener&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(path_, other.path_);
    return *this;
}

Listener::~Listener() {
    if (fd_ < 0) return;
    ::close(fd_);
    ::unlink(path_.c_str());
}

Result<Listener> Listener::open(const std::string& path) {
    TRY(address_of(path));
    TRY(spare_what_is_no_socket(path));
    // Made beside its name and moved there: who finds the name finds somebody who listens.
    auto beside = path + kBeside;
    auto address = TRY(address_of(beside));
    TRY(spare_what_is_no_socket(beside));
    ::unlink(beside.c_str());
    int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return fail(ErrorCode::kUnavailable, "unix_socket.socket", errno);
    // Before bind, so that the socket never appears with wider permissions (bind applies the inode's mode and
    // the umask); after it, because the umask may have taken the group's.
    ::fchmod(fd, 0660);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        int cause = errno;
        ::close(fd);
        return fail(ErrorCode::kUnavailable, "unix_socket.bind", cause);
    }
    Listener listener(fd, beside);
    if (::chmod(beside.c_str(), 0660) != 0) return fail(ErrorCode::kUnavailable, "unix_socket.mode", errno);
    if (::listen(fd, kBacklog) != 0) return fail(ErrorCode::kUnavailable, "unix_socket.listen", errno);
    if (::rename(beside.c_str(), path.c_str()) != 0)
        return fail(ErrorCode::kUnavailable, "unix_socket.rename", errno);
    listener.path_ = path;
    return listener;
}

std::optional<Channel> Listener::accept() {
    int fd = -1;
    do {
        fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    } while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd < 0) return std::nullopt;
    return Channel(fd);
}

} // namespace kentongan::unix_socket
