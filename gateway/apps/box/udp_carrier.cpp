#include "apps/box/udp_carrier.hpp"

#include "base/log.hpp"

#include <algorithm>

namespace kentongan::apps {
namespace {

// Calls and items share one space of ids.
constexpr std::uint64_t kCall = std::uint64_t{1} << 63;

std::uint64_t id_of(const ItemId& item) {
    auto place = wire::place_of(item);
    return std::uint64_t{place.epoch} << 16 | place.counter;
}

std::vector<std::uint64_t> ids_of(const std::vector<ItemId>& items) {
    std::vector<std::uint64_t> out(items.size());
    std::transform(items.begin(), items.end(), out.begin(), id_of);
    return out;
}

} // namespace

UdpCarrier::UdpCarrier(udp::Socket socket, bool v6, box::Box& box, BoxId id, std::uint16_t random)
    : socket_(std::move(socket)), headers_(v6 ? 48 : 28), box_(box),
      sender_(static_cast<std::uint16_t>(id.value), *this, wire::FlowLimits{}, random) {}

void UdpCarrier::ask(Instant wall, bool sparing) {
    if (call_) return;
    std::uint32_t echo = 0;
    while (echo == 0) wire::random_bytes({reinterpret_cast<std::uint8_t*>(&echo), sizeof echo});
    auto frame = box_.call(echo, wall, sparing);
    if (!frame) return;
    call_.emplace(kCall | ++calls_, std::move(*frame));
    sender_.wake();
}

void UdpCarrier::withdrawn(const std::vector<ItemId>& items) {
    sender_.withdrawn(ids_of(items));
}

box::Forward::Cargo UdpCarrier::cargo(Instant wall) {
    bool ordinary(
        box_.carriers().may(box::Carrier::kDatagrams, box::Share::kOrdinary, kLargestPacket, 0, wall));
    return {kLargestItem, !ordinary};
}

std::optional<wire::FrameSource::Piece> UdpCarrier::next(std::size_t room, const Busy& busy) {
    if (call_ && !busy(call_->first) && call_->second.size() <= room)
        return Piece{call_->second, {call_->first}};
    auto fitting = cargo(wall_);
    fitting.largest = std::min(room, fitting.largest);
    auto waiting = box_.outgoing(
        room, [&](const ItemId& item) { return busy(id_of(item)); }, fitting);
    if (!waiting || waiting->frames.empty()) return std::nullopt;
    // One frame at a time: what of the others fits is asked for again.
    auto carried = wire::items_of(waiting->frames.front());
    if (!carried) return std::nullopt;
    waiting->items.resize(carried->size());
    return Piece{std::move(waiting->frames.front()), ids_of(waiting->items)};
}

bool UdpCarrier::more(const Busy& busy) {
    if (call_ && !busy(call_->first)) return true;
    auto waiting = box_.outgoing(
        2 * kLargestItem, [&](const ItemId& item) { return busy(id_of(item)); }, cargo(wall_));
    return waiting && !waiting->items.empty();
}

void UdpCarrier::read(wire::Tick now, Instant wall, const Heard& heard) {
    for (;;) {
        auto received = socket_.receive();
        if (!received) continue; // a refusal of the past; silence is what counts
        if (!*received) return;
        box_.carriers().used(box::Carrier::kDatagrams, 0, headers_ + (*received)->datagram.size(), 0, wall);
        auto datagram = wire::read_datagram((*received)->datagram);
        if (!datagram || datagram->frames.empty()) continue;
        if (datagram->header.tag != wire::kUdpAnswer && datagram->header.tag != wire::kUdpAnswerMap) continue;
        std::vector<Bytes> frames;
        for (auto frame : datagram->frames) frames.emplace_back(frame.begin(), frame.end());
        auto absorbed = box_.absorb(wire::write_parcel(frames), wall, box::Carrier::kDatagrams);
        if (!absorbed) {
            log(LogLevel::kWarning, "udp.answer_refused",
                {LogField::of_static("error", name_of(absorbed.error().code)),
                 LogField::of_static("where", absorbed.error().where)});
            continue;
        }
        // Only now is the header worth anything: what it came with is from the district.
        sender_.answered(datagram->header, ids_of(absorbed->retired), now);
        if (call_ && absorbed->district_time) {
            std::uint64_t done = call_->first;
            call_.reset();
            sender_.withdrawn({&done, 1});
        }
        heard(*absorbed);
    }
}

void UdpCarrier::drive(wire::Tick now, Instant wall, const Heard& heard) {
    wall_ = wall;
    read(now, wall, heard);
    auto& carriers = box_.carriers();
    while (carriers.may(box::Carrier::kDatagrams, box::Share::kUrgent, kLargestPacket, 0, wall)) {
        auto datagram = sender_.next(now);
        if (!datagram) return;
        auto sent = socket_.send(*datagram);
        if (sent) {
            carriers.used(box::Carrier::kDatagrams, headers_ + datagram->size(), 0, 0, wall);
            continue;
        }
        if (sent.error().code == ErrorCode::kNoSpace) sender_.too_large(now);
        // Anything else is a datagram lost: the sender finds out by itself.
    }
}

} // namespace kentongan::apps
