#include "apps/district/box_datagrams.hpp"

#include "base/log.hpp"
#include "wire/frame.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

namespace kentongan::district_app {
namespace {

wire::Tick steady_now() {
    return std::chrono::duration_cast<wire::Tick>(std::chrono::steady_clock::now().time_since_epoch());
}

} // namespace

BoxDatagrams::BoxDatagrams(udp::Socket socket, Office& office)
    : socket_(std::move(socket)), office_(office), stop_fd_(eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

BoxDatagrams::~BoxDatagrams() {
    std::uint64_t one = 1;
    [[maybe_unused]] auto written = ::write(stop_fd_, &one, sizeof one);
    thread_.join();
    ::close(stop_fd_);
}

void BoxDatagrams::run() {
    for (;;) {
        std::optional<wire::Tick> due;
        for (const auto& peer : peers_)
            if (auto at = peer.pace.deadline(); at && (!due || *at < *due)) due = at;
        int wait = -1;
        if (due) {
            auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - steady_now()).count();
            wait = static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
        }
        pollfd watched[] = {{stop_fd_, POLLIN, 0}, {socket_.fd(), POLLIN, 0}};
        ::poll(watched, 2, wait);
        if ((watched[0].revents & POLLIN) != 0) return;
        auto now = steady_now();
        receive(now);
        for (auto& peer : peers_)
            if (auto at = peer.pace.deadline(); at && *at <= now) answer(peer);
    }
}

BoxDatagrams::Peer& BoxDatagrams::peer_of(std::uint16_t box, const udp::Address& from) {
    auto found = std::find_if(peers_.begin(), peers_.end(),
                              [&](const Peer& one) { return one.box == box && one.address == from; });
    if (found != peers_.end()) {
        peers_.splice(peers_.begin(), peers_, found);
        return peers_.front();
    }
    if (peers_.size() >= kMaxPeers) peers_.pop_back();
    auto& fresh = peers_.emplace_front();
    fresh.box = box;
    fresh.address = from;
    return fresh;
}

void BoxDatagrams::receive(wire::Tick now) {
    // Bounded, so that answers that are due leave between two floods.
    for (std::size_t taken = 0; taken < 256; ++taken) {
        auto received = socket_.receive();
        if (!received) continue;
        if (!*received) return;
        auto datagram = wire::read_datagram((*received)->datagram);
        if (!datagram || datagram->frames.empty()) continue; // a keep-alive, or not ours
        const auto& header = datagram->header;
        if (header.tag != wire::kUdpData && header.tag != wire::kUdpDataPush) continue;
        auto& peer = peer_of(header.box, (*received)->from);
        for (auto frame : datagram->frames) peer.frames.emplace_back(frame.begin(), frame.end());
        peer.bytes += (*received)->datagram.size();
        bool due = peer.pace.arrived(header.seq, header.tag == wire::kUdpDataPush, now);
        if (due || ++peer.datagrams >= kMaxTogether) answer(peer);
    }
}

void BoxDatagrams::answer(Peer& peer) {
    auto parcel = wire::write_parcel(peer.frames);
    auto room = std::min<std::size_t>(peer.bytes * kMostAmplified, udp::kMaxDatagram - 300);
    peer.frames.clear();
    peer.bytes = 0;
    peer.datagrams = 0;
    auto header = peer.pace.header(peer.box);
    peer.pace.answered();
    Result<Bytes> answer = fail(ErrorCode::kInternal, "box_datagrams");
    {
        std::lock_guard guard(office_.mutex);
        answer = office_.intake.exchange(parcel, office_.clock(), room, domain::Carrier::kDatagrams);
    }
    if (!answer) {
        // Silence: whoever it was finds no oracle and no amplifier here. A box goes on by HTTPS.
        log(LogLevel::kDebug, "district.datagram_refused",
            {LogField::of_static("code", name_of(answer.error().code)),
             LogField::of_static("where", answer.error().where)});
        return;
    }
    if (answer->empty()) return;
    auto frames = wire::read_parcel(*answer);
    if (!frames) return;
    std::vector<Bytes> owned;
    for (auto frame : *frames) owned.emplace_back(frame.begin(), frame.end());
    auto datagram = wire::write_datagram(header, owned);
    // Too large for a datagram (many words in one update): not sent; the box asks by HTTPS.
    if (datagram.size() > udp::kMaxDatagram) return;
    [[maybe_unused]] auto sent = socket_.send_to(datagram, peer.address);
}

} // namespace kentongan::district_app
