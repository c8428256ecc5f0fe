// A box that answers from memory, as the kiosk sees it: same once-token, same codes; limited guesses. Nothing
// sealed, nothing kept; for tests of whoever asks a box.
#pragma once

#include "wire/local.hpp"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace kentongan::test {

class FakeBox {
  public:
    static constexpr const char* kCode = "48217739";
    static constexpr const char* kReceipt = "4821773901425538";
    static constexpr int kFreeMisses = 3;

    /// Threads: any.
    wire::local::Message answer(const wire::local::Message& question) {
        namespace local = wire::local;
        std::lock_guard lock(mutex_);
        if (const auto* submit = std::get_if<local::Submit>(&question)) {
            if (refuse_with != 0) return local::Refused{submit->call, refuse_with, 0, problems};
            submitted_.push_back(*submit);
            auto number = codes_.emplace(submit->once.value, codes_.size()).first->second;
            auto code = std::string(kCode);
            code[6] = static_cast<char>('0' + number % 10);
            return local::Accepted{submit->call, code, kReceipt, 1};
        }
        if (const auto* ask = std::get_if<local::AskStatus>(&question)) {
            clients_.push_back(ask->client);
            if (misses_[ask->client] >= kFreeMisses) return local::Refused{ask->call, 4, 15, {}};
            bool full = ask->digits == kReceipt;
            if (!full && ask->digits != kCode) {
                if (ask->digits.size() != 8 && ask->digits.size() != 16)
                    return local::Refused{ask->call, 1, 0, {}};
                ++misses_[ask->client];
                return local::Refused{ask->call, 2, 0, {}};
            }
            local::CaseStatus status;
            status.call = ask->call;
            status.lifecycle = "letter";
            status.state = "diperiksa";
            status.since = 1764000000;
            status.history = {{"diterima", 1763990000}, {"diperiksa", 1764000000}};
            status.full = full;
            if (full) status.service = "domisili";
            return status;
        }
        local::Health health;
        if (const auto* ask = std::get_if<local::AskHealth>(&question)) health.call = ask->call;
        health.waiting = 3;
        health.last_contact = 1764000000;
        health.modem_ready = true;
        health.signal_percent = 60;
        return health;
    }

    /// An ErrorCode with which every Submit is refused; 0: none is.
    std::uint8_t refuse_with = 0;
    std::vector<wire::local::Pair> problems;

    [[nodiscard]] std::vector<wire::local::Submit> submitted() {
        std::lock_guard lock(mutex_);
        return submitted_;
    }
    [[nodiscard]] std::vector<std::uint64_t> clients() {
        std::lock_guard lock(mutex_);
        return clients_;
    }

  private:
    std::mutex mutex_;
    std::vector<wire::local::Submit> submitted_;
    std::map<std::array<std::uint8_t, 16>, std::size_t> codes_;
    std::map<std::uint64_t, int> misses_;
    std::vector<std::uint64_t> clients_;
};

} // namespace kentongan::test
