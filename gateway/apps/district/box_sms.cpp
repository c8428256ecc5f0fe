#include "apps/district/box_sms.hpp"

#include "base/log.hpp"
#include "wire/token.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

namespace kentongan::district_app {
namespace {

namespace local = wire::local;
using std::chrono::steady_clock;

constexpr auto kTick = std::chrono::seconds(1);

bool may_say(const local::Message& message) {
    return std::holds_alternative<local::ModemHello>(message) ||
           std::holds_alternative<local::ModemState>(message) ||
           std::holds_alternative<local::SmsArrived>(message) ||
           std::holds_alternative<local::SmsOutcome>(message);
}

// Far from an earlier program's orders.
std::uint64_t first_order() {
    std::array<std::uint8_t, 8> random{};
    wire::random_bytes(random);
    std::uint64_t out = 0;
    for (auto byte : random) out = out << 8 | byte;
    return out >> 1;
}

} // namespace

BoxSms::BoxSms(unix_socket::Listener listener, Office& office, district::SmsLimits limits,
               district::SmsPace pace)
    : listener_(std::move(listener)), office_(office),
      desk_(office.store, office.setting, office.intake, limits, pace, first_order()),
      stop_fd_(eventfd(0, EFD_CLOEXEC)), thread_([this] { run(); }) {}

BoxSms::~BoxSms() {
    std::uint64_t one = 1;
    [[maybe_unused]] auto written = ::write(stop_fd_, &one, sizeof one);
    thread_.join();
    ::close(stop_fd_);
}

void BoxSms::run() {
    auto next_tick = steady_clock::now();
    for (;;) {
        std::vector<pollfd> watched{{stop_fd_, POLLIN, 0}, {listener_.fd(), POLLIN, 0}};
        for (const auto& [id, channel] : modems_)
            watched.push_back(
                {channel.fd(), static_cast<short>(POLLIN | (channel.wants_write() ? POLLOUT : 0)), 0});
        auto wait = std::chrono::ceil<std::chrono::milliseconds>(next_tick - steady_clock::now()).count();
        ::poll(watched.data(), watched.size(), static_cast<int>(std::clamp<std::int64_t>(wait, 0, 1000)));
        if ((watched[0].revents & POLLIN) != 0) return;
        accept();
        auto messages = read();
        if (!messages.empty()) {
            std::vector<district::ModemMessage> answers;
            {
                std::lock_guard guard(office_.mutex);
                answers = desk_.handle(messages, office_.clock());
            }
            say(answers);
        }
        if (steady_clock::now() < next_tick) continue;
        next_tick = steady_clock::now() + kTick;
        std::vector<district::ModemMessage> orders;
        {
            std::lock_guard guard(office_.mutex);
            orders = desk_.tick(office_.clock());
        }
        say(orders);
    }
}

void BoxSms::accept() {
    while (auto channel = listener_.accept()) {
        if (modems_.size() >= kMaxModems) {
            log(LogLevel::kWarning, "district.too_many_modems");
            continue;
        }
        modems_.emplace(next_modem_++, std::move(*channel));
        log(LogLevel::kInfo, "district.modem_connected");
    }
}

std::vector<district::ModemMessage> BoxSms::read() {
    std::vector<district::ModemMessage> out;
    std::vector<district::ModemId> gone;
    for (auto& [id, channel] : modems_) {
        bool open = channel.flush().has_value();
        auto messages = channel.receive();
        open = open && messages.has_value();
        if (messages) {
            for (auto& message : *messages) {
                if (!may_say(message)) {
                    log(LogLevel::kWarning, "district.message_not_permitted", {{"type", message.index()}});
                    open = false;
                    break;
                }
                out.push_back({id, std::move(message)});
            }
        }
        if (!open) gone.push_back(id);
    }
    for (auto id : gone) {
        // What it said last would be answered to nobody; it says it again to whoever it meets next.
        std::erase_if(out, [&](const auto& one) { return one.modem == id; });
        drop(id);
    }
    return out;
}

void BoxSms::say(const std::vector<district::ModemMessage>& messages) {
    for (const auto& [id, message] : messages) {
        auto modem = modems_.find(id);
        if (modem != modems_.end() && !modem->second.send(message)) drop(id);
    }
}

void BoxSms::drop(district::ModemId id) {
    log(LogLevel::kWarning, "district.modem_gone");
    modems_.erase(id);
    std::lock_guard guard(office_.mutex);
    desk_.left(id);
}

} // namespace kentongan::district_app
