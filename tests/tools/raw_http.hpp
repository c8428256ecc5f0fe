// Raw bytes over TCP to an HTTP server: for requests that no client library would send.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace kentongan::test {

struct RawAnswer {
    int status = 0; ///< 0: the server hung up without an answer.
    std::string head;
    std::string body;

    /// The value of a header, or "".
    [[nodiscard]] std::string header(std::string_view name) const {
        std::string key = "\r\n" + std::string(name) + ": ";
        auto at = head.find(key);
        if (at == std::string::npos) return {};
        at += key.size();
        return head.substr(at, head.find("\r\n", at) - at);
    }
};

class RawClient {
  public:
    /// `from`: which loopback address to come from, so that several visitors can be played on one machine.
    explicit RawClient(std::uint16_t port, const char* from = "127.0.0.1") {
        fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        auto near = address(from, 0);
        auto far = address("127.0.0.1", port);
        if (::bind(fd_, reinterpret_cast<const sockaddr*>(&near), sizeof near) != 0 ||
            ::connect(fd_, reinterpret_cast<const sockaddr*>(&far), sizeof far) != 0) {
            ::close(fd_);
            fd_ = -1;
        }
    }
    RawClient(RawClient&& other) noexcept
        : fd_(std::exchange(other.fd_, -1)), rest_(std::move(other.rest_)) {}
    RawClient& operator=(RawClient&&) = delete;
    ~RawClient() {
        if (fd_ >= 0) ::close(fd_);
    }

    [[nodiscard]] bool connected() const { return fd_ >= 0; }

    /// Whether the kernel took every byte.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    void finish_sending() { ::shutdown(fd_, SHUT_WR); }

    /// One answer, by its Content-Length. `head_only` for HEAD and 304.
    RawAnswer receive(bool head_only = false, std::chrono::milliseconds limit = std::chrono::seconds(10)) {
        RawAnswer answer;
        while (rest_.find("\r\n\r\n") == std::string::npos)
            if (!more(limit)) return answer;
        auto end = rest_.find("\r\n\r\n") + 4;
        answer.head = rest_.substr(0, end);
        rest_.erase(0, end);
        if (answer.head.starts_with("HTTP/1.") && answer.head.size() > 12)
            answer.status = std::atoi(answer.head.c_str() + 9);
        if (head_only) return answer;
        auto length = static_cast<std::size_t>(std::atol(answer.header("Content-Length").c_str()));
        while (rest_.size() < length)
            if (!more(limit)) break;
        answer.body = rest_.substr(0, length);
        rest_.erase(0, answer.body.size());
        return answer;
    }

    /// Waits until the server hangs up. False if it did not within `limit`.
    bool wait_for_end(std::chrono::milliseconds limit) {
        auto until = std::chrono::steady_clock::now() + limit;
        while (more(std::chrono::duration_cast<std::chrono::milliseconds>(
            until - std::chrono::steady_clock::now()))) {
        }
        return ended_;
    }

  private:
    static sockaddr_in address(const char* text, std::uint16_t port) {
        sockaddr_in out{};
        out.sin_family = AF_INET;
        out.sin_port = htons(port);
        ::inet_pton(AF_INET, text, &out.sin_addr);
        return out;
    }

    bool more(std::chrono::milliseconds limit) {
        pollfd waiting{fd_, POLLIN, 0};
        if (limit.count() < 0 || ::poll(&waiting, 1, static_cast<int>(limit.count())) != 1) return false;
        char bytes[4096];
        auto got = ::recv(fd_, bytes, sizeof bytes, 0);
        if (got <= 0) {
            ended_ = true;
            return false;
        }
        rest_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }

    int fd_ = -1;
    bool ended_ = false;
    std::string rest_;
};

/// One request on a connection of its own.
inline RawAnswer raw_request(std::uint16_t port, std::string_view bytes, bool head_only = false) {
    RawClient client(port);
    client.send(bytes);
    return client.receive(head_only);
}

} // namespace kentongan::test
