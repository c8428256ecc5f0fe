// Unix-socket ends of the local protocol (wire/local.hpp).
#pragma once

#include "base/result.hpp"
#include "wire/local.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kentongan::unix_socket {

/// One connected peer. Not thread-safe; the owner polls fd().
class Channel {
  public:
    /// Errors: kUnavailable - nobody listens at `path`.
    static Result<Channel> connect(const std::string& path);
    explicit Channel(int fd);
    Channel(Channel&& other) noexcept;
    Channel& operator=(Channel&& other) noexcept;
    ~Channel();

    [[nodiscard]] int fd() const { return fd_; }
    /// Reads what is there without blocking; returns whole messages.
    /// Errors: kUnavailable - the peer is gone; kCorrupt - the peer speaks nonsense. Both: drop the channel.
    Result<std::vector<wire::local::Message>> receive();
    /// Waits at most `timeout` until something can be read, then as receive(); empty on time-out.
    Result<std::vector<wire::local::Message>> wait(std::chrono::milliseconds timeout);
    /// Queues and writes as much as the socket takes. Errors: kUnavailable - gone, or more than 1 MiB unread.
    Status send(const wire::local::Message& message);
    /// Writes what send() could not; call when poll() says writable. wants_write() tells whether there is
    /// any.
    Status flush();
    [[nodiscard]] bool wants_write() const { return !outgoing_.empty(); }

  private:
    int fd_ = -1;
    Bytes incoming_;
    Bytes outgoing_;
};

/// A listening socket, mode 0660, made anew at start. Its name is there only while it listens, or after a run
/// that was killed.
class Listener {
  public:
    static Result<Listener> open(const std::string& path);
    Listener(Listener&& other) noexcept;
    Listener& operator=(Listener&& other) noexcept;
    ~Listener();
    [[nodiscard]] int fd() const { return fd_; }
    /// Nothing if nobody is waiting.
    std::optional<Channel> accept();

  private:
    Listener(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
    int fd_ = -1;
    std::string path_;
};

/// Asks and waits for the answer with the same `call`, from any thread. Reconnects when the peer was
/// restarted.
class Caller {
  public:
    explicit Caller(std::string path);
    ~Caller();
    /// Sends `question` with a fresh `call` number.
    /// Errors: kUnavailable - no connection, or no answer within `deadline`. The question may still have been
    /// carried out: ask again with the same once-token.
    Result<wire::local::Message> ask(wire::local::Message question, std::chrono::milliseconds deadline);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace kentongan::unix_socket
