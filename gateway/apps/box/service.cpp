#include "apps/box/service.hpp"

#include "adapters/posix/state_files.hpp"
#include "base/log.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

namespace kentongan::apps {
namespace {

using std::chrono::steady_clock;

// A kiosk's threads and a few modems; anything more is not ours.
constexpr std::size_t kMostPeers = 16;
// A failing link is tried again ever more rarely, up to this many poll intervals; something new is worth an
// early try.
constexpr int kLongestBackoff = 10;
constexpr std::chrono::seconds kEarlyTry{5};

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
           std::holds_alternative<wire::local::StickExport>(message) ||
           std::holds_alternative<wire::local::StickRead>(message) ||
           std::holds_alternative<wire::local::StickAnswer>(message) ||
           std::holds_alternative<wire::local::StickWrite>(message);
}

std::uint32_t fresh_echo() {
    std::uint32_t echo = 0;
    while (echo == 0) wire::random_bytes({reinterpret_cast<std::uint8_t*>(&echo), sizeof echo});
    return echo;
}

} // namespace

BoxService::BoxService(BoxServiceOptions options, domain::Pack pack, domain::Village village,
                       wire::BoxSecret keys, wire::DistrictPublic district)
    : options_(std::move(options)), pack_(std::move(pack)), village_(std::move(village)), keys_(keys),
      district_(district), sealer_(keys_, district_.current()),
      uplink_(std::make_unique<https::Uplink>(options_.uplink)),
      answered_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

BoxService::~BoxService() {
    uplink_.reset();
    ::close(answered_fd_);
}

Instant BoxService::now() const {
    return std::chrono::floor<seconds>(std::chrono::system_clock::now()) + clock_off_;
}

Status BoxService::open_store() {
    box_.reset();
    store_.reset();
    store_ = TRY(sqlite::SqliteBoxStore::open(options_.state + "/box.db"));
    box_ = std::make_unique<box::Box>(box::Ground{pack_, village_, keys_, district_, *store_, sealer_,
                                                  TRY(wire::Dictionaries::load(pack_.dictionaries))},
                                      options_.sms);
    udp_.reset(); // it spoke for the box before
    next_udp_ = steady_clock::now();
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
        std::vector<pollfd> watched{{stop_fd, POLLIN, 0},
                                    {answered_fd_, POLLIN, 0},
                                    {kiosks.fd(), POLLIN, 0},
                                    {modems.fd(), POLLIN, 0}};
        for (auto& [id, peer] : peers_)
            watched.push_back({peer.channel.fd(),
                               static_cast<short>(POLLIN | (peer.channel.wants_write() ? POLLOUT : 0)), 0});
        if (consoles) watched.push_back({consoles->fd(), POLLIN, 0});
        auto next_step = next_tick_;
        if (udp_) {
            watched.push_back({udp_->fd(), POLLIN, 0});
            if (auto due = udp_->deadline())
                next_step = std::min(
                    next_step,
                    steady_clock::time_point(std::chrono::duration_cast<steady_clock::duration>(*due)));
        }
        auto wait = std::chrono::ceil<std::chrono::milliseconds>(next_step - steady_clock::now());
        ::poll(watched.data(), watched.size(), static_cast<int>(std::clamp<long>(wait.count(), 0, 1000)));
        if ((watched[0].revents & POLLIN) != 0) return {};

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
            if (udp_) udp_->withdrawn(by_sms.retired);
            hurry_ = box_->has_waiting();
        }
        answer_sticks(sticks);
        take_answer();
        if (steady_clock::now() >= next_tick_) once_a_second();
        drive_datagrams();
        drive_uplink();

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
        if (udp_) udp_->withdrawn(reply.absorbed.retired);
        deliver({{one.peer, std::move(reply.answer)}});
    }
}

void BoxService::once_a_second() {
    next_tick_ = steady_clock::now() + std::chrono::seconds(1);
    auto used = posix::disk_used_percent(options_.state);
    box_->set_storage_low(used && *used >= options_.refuse_at_percent);
    deliver(box_->tick(now()));
}

void BoxService::open_datagrams() {
    if (!options_.datagrams || udp_ || steady_clock::now() < next_udp_) return;
    // A name may take seconds to resolve; the first answer is kept by resolvers, and a number takes no time.
    auto address = udp::Address::resolve(options_.datagrams->first, options_.datagrams->second);
    auto socket = address ? udp::Socket::connect(*address) : tl::unexpected<Error>(address.error());
    if (!socket) {
        next_udp_ = steady_clock::now() + udp_rest_;
        return;
    }
    std::uint16_t first = 0;
    wire::random_bytes({reinterpret_cast<std::uint8_t*>(&first), sizeof first});
    udp_ = std::make_unique<UdpCarrier>(std::move(*socket), *box_, keys_.shown.box, first);
    udp_->ask();
}

void BoxService::drive_datagrams() {
    open_datagrams();
    if (!udp_) return;
    auto time = steady_clock::now();
    if (hurry_) udp_->wake();
    if (time >= next_exchange_) {
        udp_->ask();
        next_exchange_ = time + options_.poll_every;
    }
    auto tick = std::chrono::duration_cast<wire::Tick>(time.time_since_epoch());
    udp_->drive(tick, now(), [&](const box::Forward::Absorbed& absorbed) {
        udp_rest_ = kFirstUdpRest;
        heard(absorbed);
        // A whole publication is cheaper by HTTPS than three times its request at a time.
        if (absorbed.more && absorbed.pieces)
            bulk_ = true;
        else if (absorbed.more)
            udp_->ask();
    });
    if (hurry_) bulk_ = bulk_ || box_->has_waiting_above(UdpCarrier::kLargestItem);
    hurry_ = false;
    if (!udp_->dead()) return;
    log(LogLevel::kWarning, "box.no_datagrams", {{"again_in_s", udp_rest_.count()}});
    udp_.reset();
    next_udp_ = time + udp_rest_;
    udp_rest_ = std::min(udp_rest_ * 2, kLongestUdpRest);
    hurry_ = true;
    next_exchange_ = time;
}

void BoxService::heard(const box::Forward::Absorbed& absorbed) {
    if (absorbed.district_time)
        clock_off_ = *absorbed.district_time - std::chrono::floor<seconds>(std::chrono::system_clock::now());
    if (!absorbed.retired.empty() || absorbed.updates > 0)
        log(LogLevel::kInfo, "box.exchanged",
            {{"retired", absorbed.retired.size()}, {"updates", absorbed.updates}});
}

void BoxService::drive_uplink() {
    if (uplink_->busy()) return;
    auto time = steady_clock::now();
    if (by_datagrams()) {
        if (!bulk_) return;
        bulk_ = false;
        next_exchange_ = time;
    }
    if (hurry_)
        next_exchange_ =
            std::min(next_exchange_,
                     backoff_ == backoff_.zero() ? time : time + std::min(kEarlyTry, options_.poll_every));
    hurry_ = false;
    if (time < next_exchange_) return;
    auto upload = box_->next_parcel(fresh_echo(), slice_);
    if (!upload) {
        next_exchange_ = time + options_.poll_every;
        return;
    }
    uplink_->start(std::move(upload).take(), [this](Result<Bytes> answer) {
        {
            std::lock_guard lock(answer_mutex_);
            answer_ = std::move(answer);
        }
        std::uint64_t one = 1;
        [[maybe_unused]] auto written = ::write(answered_fd_, &one, sizeof one);
    });
    // Until the answer comes: the uplink always answers, at the latest when the link is silent for its limit.
    next_exchange_ = steady_clock::time_point::max();
}

void BoxService::take_answer() {
    std::uint64_t count = 0;
    [[maybe_unused]] auto got = ::read(answered_fd_, &count, sizeof count);
    std::optional<Result<Bytes>> answer;
    {
        std::lock_guard lock(answer_mutex_);
        answer = std::exchange(answer_, std::nullopt);
    }
    if (!answer) return;
    auto time = steady_clock::now();
    Result<box::Forward::Absorbed> absorbed = fail(ErrorCode::kInternal, "box.answer");
    if (*answer)
        absorbed = box_->absorb(**answer, now());
    else
        absorbed = tl::unexpected<Error>(answer->error());
    if (absorbed) {
        backoff_ = backoff_.zero();
        slice_ = std::min(slice_ * 2, kLargestSlice);
        heard(*absorbed);
        if (udp_) udp_->withdrawn(absorbed->retired);
        // Without an acknowledgement an upload changed nothing: sending it again at once would only spin.
        bool again = absorbed->more || (!absorbed->retired.empty() && box_->has_waiting());
        if (by_datagrams())
            bulk_ = again && (absorbed->pieces || box_->has_waiting_above(UdpCarrier::kLargestItem));
        next_exchange_ = again && !by_datagrams() ? time : time + options_.poll_every;
        return;
    }
    log(LogLevel::kWarning, "box.exchange_failed",
        {LogField::of_static("error", name_of(absorbed.error().code)),
         LogField::of_static("where", absorbed.error().where),
         {"native", absorbed.error().native}});
    slice_ = kFirstSlice;
    backoff_ = std::clamp(backoff_ * 2, std::chrono::seconds(1), options_.poll_every * kLongestBackoff);
    next_exchange_ = time + backoff_;
}

} // namespace kentongan::apps
