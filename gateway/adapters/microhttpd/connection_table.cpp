#include "adapters/microhttpd/connection_table.hpp"

#include <sys/socket.h>

#include <algorithm>

namespace kentongan::http {
namespace {

constexpr std::chrono::milliseconds kRest{5'000};

} // namespace

ConnectionTable::ConnectionTable(std::chrono::milliseconds deadline, std::size_t budget)
    : deadline_(deadline), crowded_from_(std::max<std::size_t>(1, budget * 3 / 4)),
      sweeper_([this] { sweep(); }) {}

ConnectionTable::~ConnectionTable() {
    {
        std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    sweeper_.join();
}

void ConnectionTable::opened(int fd) {
    {
        std::lock_guard lock(mutex_);
        entries_[fd] = Entry{State::kOpening, Clock::now(), false};
    }
    changed_.notify_all();
}

void ConnectionTable::closed(int fd) {
    bool idle = false;
    {
        std::lock_guard lock(mutex_);
        auto found = entries_.find(fd);
        if (found == entries_.end()) return;
        if (found->second.state == State::kAnswering) idle = --answering_count_ == 0;
        entries_.erase(found);
    }
    if (idle) answered_.notify_all();
}

void ConnectionTable::enter(int fd, State state) {
    bool idle = false;
    {
        std::lock_guard lock(mutex_);
        auto found = entries_.find(fd);
        if (found == entries_.end()) return;
        auto& entry = found->second;
        if (entry.state == State::kAnswering && state != State::kAnswering) idle = --answering_count_ == 0;
        if (entry.state != State::kAnswering && state == State::kAnswering) ++answering_count_;
        // The deadline runs from accept (or the first byte of a later request) to the last byte of the
        // answer.
        if (state == State::kResting || entry.state == State::kResting) entry.since = Clock::now();
        entry.state = state;
    }
    if (idle) answered_.notify_all();
    if (state == State::kResting) changed_.notify_all(); // its limit is the shorter one
}

void ConnectionTable::asking(int fd) {
    enter(fd, State::kAsking);
}
void ConnectionTable::answering(int fd) {
    enter(fd, State::kAnswering);
}
void ConnectionTable::rested(int fd) {
    enter(fd, State::kResting);
}

bool ConnectionTable::wait_until_answered(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex_);
    auto until = Clock::now() + limit;
    while (answering_count_ > 0)
        if (answered_.wait_until(lock, until) == std::cv_status::timeout) return answering_count_ == 0;
    return true;
}

ConnectionTable::Clock::time_point ConnectionTable::due(const Entry& entry, bool crowded) const {
    switch (entry.state) {
    case State::kOpening:
    case State::kAsking:
        return entry.since + (crowded ? deadline_ / 4 : deadline_);
    case State::kResting:
        return entry.since + (crowded ? std::chrono::milliseconds{0} : std::min(kRest, deadline_));
    case State::kAnswering:
        break;
    }
    return entry.since + deadline_;
}

void ConnectionTable::sweep() {
    std::unique_lock lock(mutex_);
    while (!ending_) {
        auto now = Clock::now();
        auto next = Clock::time_point::max();
        bool crowded = entries_.size() >= crowded_from_;
        for (auto& [fd, entry] : entries_) {
            if (entry.shut) continue;
            auto at = due(entry, crowded);
            if (at <= now) {
                ::shutdown(fd, SHUT_RDWR);
                entry.shut = true;
            } else {
                next = std::min(next, at);
            }
        }
        if (next == Clock::time_point::max())
            changed_.wait(lock);
        else
            changed_.wait_until(lock, next);
    }
}

} // namespace kentongan::http
