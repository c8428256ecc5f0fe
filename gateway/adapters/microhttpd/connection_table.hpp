// Which sockets are open and since when, and a thread that shuts those which are over their time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <thread>

namespace kentongan::http {

/// A connection is: opening (accepted, nothing said yet, or its TLS handshake), asking (its request has
/// begun), answering (the request is whole) or resting (answered; it may ask again). Each state has its
/// limit; a connection over it gets shutdown(2), upon which libmicrohttpd drops it. When three quarters of
/// the budget are taken, resting connections are shut at once, and slow askers have only a quarter of the
/// deadline: room for honest ones.
///
/// Threads: any. `closed(fd)` must come before close(2), so that a reused number is never shut by mistake.
class ConnectionTable {
  public:
    using Clock = std::chrono::steady_clock;

    ConnectionTable(std::chrono::milliseconds deadline, std::size_t budget);
    ~ConnectionTable();
    ConnectionTable(const ConnectionTable&) = delete;
    ConnectionTable& operator=(const ConnectionTable&) = delete;

    void opened(int fd);
    void closed(int fd);
    void asking(int fd);
    void answering(int fd);
    void rested(int fd);

    /// Waits until nothing is being answered, at most `limit`. Returns whether that was reached.
    bool wait_until_answered(std::chrono::milliseconds limit);

  private:
    enum class State { kOpening, kAsking, kAnswering, kResting };
    struct Entry {
        State state = State::kOpening;
        Clock::time_point since;
        bool shut = false;
    };

    void enter(int fd, State state);
    void sweep();
    [[nodiscard]] Clock::time_point due(const Entry& entry, bool crowded) const;

    const std::chrono::milliseconds deadline_;
    const std::size_t crowded_from_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::condition_variable answered_;
    std::map<int, Entry> entries_;
    std::size_t answering_count_ = 0;
    bool ending_ = false;
    std::thread sweeper_;
};

} // namespace kentongan::http
