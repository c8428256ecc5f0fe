// The box's end of a worker's socket, played by a test.
#pragma once

#include "adapters/unix_socket/channel.hpp"

#include <catch2/catch.hpp>
#include <poll.h>

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kentongan::system_test {

namespace local = wire::local;
using Clock = std::chrono::steady_clock;

class FakeBox {
  public:
    explicit FakeBox(std::string path) : path_(std::move(path)) { open(); }

    void open() {
        auto opened = unix_socket::Listener::open(path_);
        REQUIRE(opened.has_value());
        listener_.emplace(std::move(opened).take());
    }
    /// The box process dies.
    void close() {
        worker_.reset();
        listener_.reset();
    }

    /// While set, everything that arrives is kept at once.
    bool keep = false;
    std::vector<local::SmsArrived> arrived;
    std::vector<local::SmsOutcome> outcomes;
    std::optional<local::ModemState> state;
    int hellos = 0;
    int losses = 0;
    std::string name;

    void say(const local::Message& message) {
        REQUIRE(worker_.has_value());
        Status said = worker_->send(message);
        (void)said;
    }
    void keep_it(const local::SmsArrived& sms) { say(local::SmsKept{sms.call}); }

    /// Reads what the worker says until `enough` holds. False when 40 s passed: everything waits for events.
    bool until(const std::function<bool()>& enough) {
        auto deadline = Clock::now() + std::chrono::seconds(40);
        while (!enough()) {
            auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
            if (left <= 0) return false;
            std::vector<pollfd> fds;
            if (listener_) fds.push_back({listener_->fd(), POLLIN, 0});
            if (worker_) fds.push_back({worker_->fd(), POLLIN, 0});
            ::poll(fds.data(), fds.size(), static_cast<int>(left));
            if (auto fresh = listener_->accept()) worker_.emplace(std::move(*fresh));
            if (worker_) read();
        }
        return true;
    }
    [[nodiscard]] bool connected() const { return worker_.has_value(); }
    [[nodiscard]] std::vector<std::string> texts() const {
        std::vector<std::string> out;
        for (const auto& sms : arrived) out.push_back(sms.text);
        return out;
    }

  private:
    void read() {
        auto messages = worker_->receive();
        if (!messages) {
            worker_.reset();
            ++losses;
            return;
        }
        for (auto& message : *messages) {
            if (auto* hello = std::get_if<local::ModemHello>(&message)) {
                ++hellos;
                name = hello->name;
            } else if (auto* sms = std::get_if<local::SmsArrived>(&message)) {
                arrived.push_back(*sms);
                if (keep) keep_it(*sms);
            } else if (auto* outcome = std::get_if<local::SmsOutcome>(&message)) {
                outcomes.push_back(*outcome);
            } else if (auto* told = std::get_if<local::ModemState>(&message)) {
                state = *told;
            }
        }
    }

    std::string path_;
    std::optional<unix_socket::Listener> listener_;
    std::optional<unix_socket::Channel> worker_;
};

} // namespace kentongan::system_test
