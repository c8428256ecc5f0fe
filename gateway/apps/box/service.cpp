#include "apps/box/service.hpp"

#include "adapters/posix/state_files.hpp"
#include "base/log.hpp"

#include <poll.h>

#include <algorithm>

namespace kentongan::apps {
namespace {

using std::chrono::steady_clock;

// A kiosk's threads and a few modems; anything more is not ours.
constexpr std::size_t kMostPeers = 16;

bool from_kiosk(const wire::local::Message& message) {
    return std::holds_alternative<wire::local::Submit>(message) ||
           std::holds_alternative<wire::local::AskStatus>(message) ||
           std::holds_alternative<wire::local::AskHealth>(message);
}

bool from_modem(const wire::local::Message& message) {
    return std::holds_alternative<wire::local::ModemHello>(message) ||
           std::holds_alternative<wire::local::ModemState>(message) ||
           std::holds_alternative<wire::local::SmsArrived>(message) ||
           std::holds_alternative<wire::local::SmsOutcome>(message);
}

bool from_console(const wire::local::Message& message) {
    return std::holds_alternative<wire::local::AskBox>(message) ||
           std::holds_alternative<wire::local::AskLinks>(message) ||
           std::holds_alternative<wire::local::StickExport>(message) ||
           std::holds_alternative<wire::local::StickRead>(message) ||
           std::holds_alternative<wire::local::StickAnswer>(message) ||
           std::holds_alternative<wire::local::StickWrite>(message);
}

} // namespace

BoxService::BoxService(BoxServiceOptions options, domain::Pack pack, domain::Village village,
                       wire::BoxSecret keys, wire::DistrictPublic district)
    : options_(std::move(options)), pack_(std::move(pack)), village_(std::move(village)), keys_(keys),
      district_(district), sealer_(keys_, district_.current()),
      links_(
          options_.links, keys_.shown.box, [this] { return now(); },
          [this](const box::Forward::Absorbed& absorbed) { heard(absorbed); }) {}

Instant BoxService::now() const {
    return std::chrono::floor<seconds>(std::chrono::system_clock::now()) + clock_off_;
}

Status BoxService::open_store() {
    links_.leave();
    box_.reset();
    store_.reset();
    store_ = TRY(sqlite::SqliteBoxStore::open(options_.state + "/box.db"));
    box_ = std::make_unique<box::Box>(box::Ground{pack_, village_, keys_, district_, *store_, sealer_,
                                                  TRY(wire::Dictionaries::load(pack_.dictionaries))},
                                      options_.sms);
    links_.use(*box_);
    // Workers introduce themselves again; without that the new box would not know its modem.
    peers_.clear();
    return {};
}

Status BoxService::run(int stop_fd) {
    TRY(open_store());
    auto kiosks = TRY(unix_socket::Listener::open(options_.kiosk_socket));
    auto modems = TRY(unix_socket::Listener::open(options_.modem_socket));
    std::optional<unix_socket::Listener> consoles;
    if (!options_.console_socket.empty())
        consoles.emplace(TRY(unix_socket::Listener::open(options_.console_socket)));
    log(LogLevel::kInfo, "box.ready", {{"box", keys_.shown.box.value}});

    for (;;) {
        std::vector<pollfd> watched{{stop_fd, POLLIN, 0}, {kiosks.fd(), POLLIN, 0}, {modems.fd(), POLLIN, 0}};
        for (auto& [id, peer] : peers_)
            watched.push_back({peer.channel.fd(),
                               static_cast<short>(POLLIN | (peer.channel.wants_write() ? POLLOUT : 0)), 0});
        if (consoles) watched.push_back({consoles->fd(), POLLIN, 0});
        auto next_step = next_tick_;
        links_.watch(watched);
        if (auto due = links_.deadline()) next_step = std::min(next_step, *due);
        auto wait = std::chrono::ceil<std::chrono::milliseconds>(next_step - steady_clock::now());
        ::poll(watched.data(), watched.size(), static_cast<int>(std::clamp<long>(wait.count(), 0, 1000)));
        if ((watched[0].revents & POLLIN) != 0) {
            box_->before_stop();
            return {};
        }

        accept_from(kiosks, Kind::kKiosk);
        accept_from(modems, Kind::kModem);
        if (consoles) accept_from(*consoles, Kind::kConsole);
        std::vector<box::Inbound> batch;
        std::vector<box::Inbound> sticks;
        read_peers(batch, sticks);
        if (!batch.empty()) {
            deliver(box_->handle(batch, now()));
            auto by_sms = box_->heard_by_sms();
            heard(by_sms);
            links_.withdrawn(by_sms.retired);
            links_.hurry(box_->has_waiting());
        }
        answer_sticks(sticks);
        if (steady_clock::now() >= next_tick_) once_a_second();
        links_.drive();

        if (box_->store_failed()) {
            log(LogLevel::kError, "box.reopening_store");
            // After an I/O error the cache may show what the disk does not have: only a fresh, whole store
            // goes on.
            TRY(open_store());
            TRY(store_->verify());
        }
    }
}

void BoxService::accept_from(unix_socket::Listener& listener, Kind kind) {
    while (auto channel = listener.accept()) {
        if (peers_.size() >= kMostPeers) {
            log(LogLevel::kWarning, "box.too_many_peers");
            continue;
        }
        peers_.emplace(next_peer_++, Peer{std::move(*channel), kind});
    }
}

bool BoxService::may_say(Kind kind, const wire::local::Message& message) {
    switch (kind) {
    case Kind::kKiosk:
        return from_kiosk(message);
    case Kind::kModem:
        return from_modem(message);
    case Kind::kConsole:
        return from_console(message);
    }
    return false;
}

void BoxService::read_peers(std::vector<box::Inbound>& batch, std::vector<box::Inbound>& sticks) {
    std::vector<box::PeerId> gone;
    for (auto& [id, peer] : peers_) {
        bool open = peer.channel.flush().has_value();
        auto messages = peer.channel.receive();
        open = open && messages.has_value();
        if (messages) {
            for (auto& message : *messages) {
                // Each process may say only what its part is: a broken kiosk cannot play the modem.
                if (!may_say(peer.kind, message)) {
                    log(LogLevel::kWarning, "box.message_not_permitted", {{"type", message.index()}});
                    open = false;
                    break;
                }
                (peer.kind == Kind::kConsole ? sticks : batch).push_back({id, std::move(message)});
            }
        }
        if (!open) gone.push_back(id);
    }
    for (auto id : gone) drop(id);
}

void BoxService::drop(box::PeerId id) {
    peers_.erase(id);
    box_->peer_left(id, now());
}

void BoxService::deliver(std::vector<box::Outbound> messages) {
    for (auto& [id, message] : messages) {
        auto peer = peers_.find(id);
        if (peer == peers_.end()) continue;
        if (!peer->second.channel.send(message)) drop(id);
    }
}

void BoxService::answer_sticks(const std::vector<box::Inbound>& sticks) {
    for (const auto& one : sticks) {
        auto reply = box_->stick(one, fresh_echo(), now());
        heard(reply.absorbed);
        links_.withdrawn(reply.absorbed.retired);
        deliver({{one.peer, std::move(reply.answer)}});
    }
}

void BoxService::once_a_second() {
    next_tick_ = steady_clock::now() + std::chrono::seconds(1);
    auto used = posix::disk_used_percent(options_.state);
    box_->set_storage_low(used && *used >= options_.refuse_at_percent);
    deliver(box_->tick(now()));
}

void BoxService::heard(const box::Forward::Absorbed& absorbed) {
    if (absorbed.district_time)
        clock_off_ = *absorbed.district_time - std::chrono::floor<seconds>(std::chrono::system_clock::now());
    if (!absorbed.retired.empty() || absorbed.updates > 0)
        log(LogLevel::kInfo, "box.exchanged",
            {{"retired", absorbed.retired.size()}, {"updates", absorbed.updates}});
}

} // namespace kentongan::apps
