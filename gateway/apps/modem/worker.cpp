#include "apps/modem/worker.hpp"

#include "adapters/gammu/gammu_modem.hpp"
#include "adapters/posix/ending.hpp"
#include "adapters/unix_socket/channel.hpp"
#include "base/log.hpp"
#include "box/modem_duty.hpp"
#include "wire/token.hpp"

#include <poll.h>
#include <sys/random.h>

#include <algorithm>
#include <csignal>
#include <deque>
#include <optional>
#include <variant>

namespace kentongan::modem_app {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
namespace local = wire::local;

constexpr auto kPollEvery = 2s;
constexpr auto kReconnectEvery = 500ms;
constexpr auto kTurn = 50ms; // how long the box may wait for our ear; one read of libGammu takes as long
constexpr auto kLastWords = 500ms;

// Signals stay blocked and are asked for: one that came in the middle of libGammu's reading would look like a
// hang-up.
bool stop_asked() {
    static const sigset_t signals = posix::ending_signals();
    static constexpr timespec kNow{};
    return ::sigtimedwait(&signals, nullptr, &kNow) > 0;
}

box::Fingerprint fingerprint_of(BytesView pdu) {
    auto whole = wire::digest("sms.stored_pdu", pdu);
    box::Fingerprint out{};
    std::copy_n(whole.begin(), out.size(), out.begin());
    return out;
}

// Anywhere in the lower half of the numbers: far from an earlier worker's calls.
std::uint64_t first_call() {
    std::uint64_t out = 0;
    if (::getrandom(&out, sizeof out, 0) != static_cast<ssize_t>(sizeof out))
        out = static_cast<std::uint64_t>(Clock::now().time_since_epoch().count());
    return out >> 1;
}

class Worker {
  public:
    Worker(const Options& options, box::Modem& modem)
        : options_(options), modem_(modem), duty_(modem, fingerprint_of, first_call()) {}

    int run() {
        while (!stop_asked()) {
            if (!turn()) {
                say_last_words();
                return kExitLost;
            }
        }
        say_last_words();
        return kExitAsked;
    }

  private:
    // False: the modem is lost.
    bool turn() {
        if (!box_) connect();
        if (box_) listen_to_box();
        // One message a turn: a row of answers to send does not keep arrivals waiting.
        if (!inbox_.empty()) {
            auto message = std::move(inbox_.front());
            inbox_.pop_front();
            auto answers = duty_.handle(message);
            if (!answers) return lost(answers.error());
            say(*answers);
            // Room was made: what the network held back may be there already.
            if (inbox_.empty() && std::holds_alternative<local::SmsKept>(message)) news_ = true;
        }
        if (box_ && (news_ || Clock::now() >= next_poll_)) {
            news_ = false;
            next_poll_ = Clock::now() + kPollEvery;
            auto messages = duty_.poll();
            if (!messages) return lost(messages.error());
            say(*messages);
        }
        if (box_ && box_->wants_write() && !box_->flush()) drop_box();
        // Work is waiting: no listening, which takes 50 ms at the least.
        if (!inbox_.empty()) return true;
        auto heard = modem_.wait(kTurn);
        if (!heard) return lost(heard.error());
        news_ = news_ || *heard;
        return true;
    }

    bool lost(const Error& error) {
        log(LogLevel::kWarning, "modem.lost",
            {LogField::of_static("where", error.where), {"native", error.native}});
        return false;
    }

    void connect() {
        if (Clock::now() < next_connect_) return;
        next_connect_ = Clock::now() + kReconnectEvery;
        auto connected = unix_socket::Channel::connect(options_.socket);
        if (!connected) return;
        box_.emplace(std::move(connected).take());
        log(LogLevel::kInfo, "modem.box_connected");
        duty_.reconnected();
        next_poll_ = Clock::now();
        say({local::ModemHello{options_.name}});
    }

    void listen_to_box() {
        auto messages = box_->receive();
        if (!messages) return drop_box();
        for (auto& message : *messages) inbox_.push_back(std::move(message));
    }

    void say(const std::vector<local::Message>& messages) {
        for (const auto& message : messages)
            if (box_ && !box_->send(message)) drop_box();
    }

    void drop_box() {
        log(LogLevel::kWarning, "modem.box_gone");
        box_.reset();
        // What it asked and did not hear of is in its journal: it asks again or marks it unknown.
        inbox_.clear();
    }

    // An outcome that is known already should not be lost with this process.
    void say_last_words() {
        auto deadline = Clock::now() + kLastWords;
        while (box_ && box_->wants_write() && Clock::now() < deadline) {
            pollfd writable{box_->fd(), POLLOUT, 0};
            ::poll(&writable, 1, 50);
            if (!box_->flush()) box_.reset();
        }
    }

    const Options& options_;
    box::Modem& modem_;
    box::ModemDuty duty_;
    std::optional<unix_socket::Channel> box_;
    std::deque<local::Message> inbox_;
    bool news_ = false;
    Clock::time_point next_poll_{};
    Clock::time_point next_connect_{};
};

} // namespace

int run_worker(const Options& options) {
    auto signals = posix::ending_signals();
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);

    gammu::Watchdog watchdog;
    gammu::GammuOptions gammu_options;
    gammu_options.device = options.device;
    gammu_options.connection = options.connection;
    gammu_options.send_timeout = options.send_timeout;
    gammu_options.watchdog = &watchdog;
    auto modem = gammu::GammuModem::open(gammu_options);
    if (!modem) {
        log(LogLevel::kWarning, "modem.not_there",
            {LogField::of_static("where", modem.error().where), {"native", modem.error().native}});
        return kExitNoModem;
    }
    log(LogLevel::kInfo, "modem.ready");
    return Worker(options, **modem).run();
}

} // namespace kentongan::modem_app
