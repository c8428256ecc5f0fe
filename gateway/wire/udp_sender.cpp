#include "wire/udp_sender.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace kentongan::wire {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLeastRoom = 24; // below this no frame of ours fits: not worth a question
constexpr std::size_t kMaxTracks = 4096;
constexpr unsigned kAnyCopies = std::numeric_limits<unsigned>::max();
constexpr unsigned kLongestRest = 6; // doublings

} // namespace

UdpSender::UdpSender(std::uint16_t box, FrameSource& source, FlowLimits limits, std::uint16_t first)
    // Above 65,535, so that a number of the wire always has a wide one below ours.
    : box_(box), source_(source), flow_(limits, UdpFlow::Seq{0x10000} + first) {}

FrameSource::Busy UdpSender::busy(unsigned copies, const std::vector<std::uint64_t>& taken) const {
    return [this, copies, &taken](std::uint64_t id) {
        if (std::find(taken.begin(), taken.end(), id) != taken.end()) return true;
        auto at = tracks_.find(id);
        return at != tracks_.end() && (at->second.copies >= copies || at->second.until);
    };
}

// How often one thing may be under way at once when nothing new waits: then the link's time is free, and on a
// lossy one waiting a round trip to learn of each loss is what the tail costs. Without loss, copies would
// only cost bytes.
unsigned UdpSender::copies_allowed() const {
    if (flow_.loss() < 0.08) return 1;
    return flow_.loss() < 0.16 ? 2 : 3;
}

UdpSender::Built UdpSender::build(std::size_t room, unsigned copies) {
    Built out;
    room -= std::min(room, kUdpHeader);
    // What nobody has under way first, then what one datagram has, and so on.
    for (unsigned level = copies == kAnyCopies ? kAnyCopies : 1; level <= copies && level > 0; ++level) {
        while (room >= kLeastRoom) {
            // One byte less than the length prefix at its longest takes.
            auto piece = source_.next(room - (parcel_cost(room) - room), busy(level, out.ids));
            if (!piece || piece->frame.empty() || piece->ids.empty()) break;
            auto cost = parcel_cost(piece->frame.size());
            if (cost > room) break; // a source that breaks its word loses its turn
            room -= cost;
            out.copy |= level > 1;
            out.ids.insert(out.ids.end(), piece->ids.begin(), piece->ids.end());
            out.frames.push_back(std::move(piece->frame));
        }
    }
    return out;
}

std::optional<Bytes> UdpSender::next(Tick now) {
    settle(now);
    auto permit = flow_.may_send(now);
    if (!permit) return std::nullopt;
    auto built = build(permit->max_bytes, copies_allowed());
    if (built.frames.empty() && permit->probe) built = build(permit->max_bytes, kAnyCopies);
    if (built.frames.empty()) {
        flow_.idle();
        starved_ = true;
        return std::nullopt;
    }
    if (tracks_.size() > kMaxTracks)
        std::erase_if(tracks_, [](const auto& one) { return one.second.copies == 0; });
    for (auto id : built.ids) {
        auto& track = tracks_[id];
        ++track.copies;
        ++track.sends;
    }
    bool push = permit->probe || built.copy || flow_.loss() >= 0.08 || !source_.more(busy(1, {}));
    auto seq = static_cast<std::uint16_t>(flow_.next_seq());
    auto out = write_datagram({push ? kUdpDataPush : kUdpData, box_, seq}, built.frames);
    carried_.emplace(flow_.sent(out.size(), now), std::move(built.ids));
    ++counters_.datagrams;
    counters_.bytes += out.size();
    counters_.copies += built.copy;
    return out;
}

UdpFlow::Seq UdpSender::widen(std::uint16_t seq) const {
    auto newest = flow_.next_seq() - 1;
    return newest - static_cast<std::uint16_t>(static_cast<std::uint16_t>(newest) - seq);
}

// A datagram left the flight; `arrived`: when it is known to have arrived.
void UdpSender::release(const std::vector<std::uint64_t>& ids, std::optional<Tick> arrived) {
    for (auto id : ids) {
        auto at = tracks_.find(id);
        if (at == tracks_.end()) continue;
        auto& track = at->second;
        if (track.copies > 0) --track.copies;
        if (!arrived) continue;
        // What the district got and does not commit (a full quarantine) is no reason to send it again at
        // once.
        auto rest = std::max<Tick>(4 * flow_.round_trip().value_or(500ms), 2s);
        track.until = *arrived + rest * (1U << std::min(track.rests++, kLongestRest));
        rest_ends_ = std::min(rest_ends_.value_or(*track.until), *track.until);
    }
}

bool UdpSender::Landing::says(UdpFlow::Seq seq) const {
    if (!echoed || seq > *echoed) return false;
    auto back = *echoed - seq;
    return back == 0 || (back <= 32 && (before >> (back - 1) & 1) != 0);
}

// Ends the flight of what arrived and of what carries nothing any more. Returns what certainly arrived.
// `now`: when the ids were committed by way of this path; nothing: another way.
std::vector<UdpFlow::Seq> UdpSender::land(const Landing& landing, std::span<const std::uint64_t> gone,
                                          std::optional<Tick> now) {
    // What was sent once and is committed arrived with the one datagram that carried it. What was sent more
    // often arrived with any of them: that ends their flight and measures nothing.
    std::unordered_map<std::uint64_t, bool> sent_once;
    for (auto id : gone) {
        if (auto at = tracks_.find(id); at != tracks_.end()) {
            sent_once.emplace(id, now && at->second.sends == 1);
            tracks_.erase(at);
        }
    }
    std::vector<UdpFlow::Seq> arrived;
    std::vector<UdpFlow::Seq> pointless;
    for (auto at = carried_.begin(); at != carried_.end();) {
        auto& ids = at->second;
        bool certain = landing.says(at->first);
        std::erase_if(ids, [&](std::uint64_t id) {
            auto found = sent_once.find(id);
            if (found == sent_once.end()) return false;
            certain |= found->second;
            return true;
        });
        if (!certain && !ids.empty()) {
            ++at;
            continue;
        }
        (certain ? arrived : pointless).push_back(at->first);
        release(ids, certain ? now : std::nullopt);
        at = carried_.erase(at);
    }
    flow_.forgotten(pointless);
    starved_ = false;
    return arrived;
}

std::vector<std::uint64_t> UdpSender::answered(const UdpHeader& header,
                                               std::span<const std::uint64_t> committed, Tick now) {
    Landing landing{widen(header.seq), header.arrived};
    std::vector<std::uint64_t> out;
    if (auto at = carried_.find(*landing.echoed); at != carried_.end()) out = at->second;
    auto arrived = land(landing, committed, now);
    flow_.acked(arrived, landing.echoed, now);
    settle(now);
    return out;
}

void UdpSender::withdrawn(std::span<const std::uint64_t> ids) {
    (void)land({}, ids, std::nullopt);
}

void UdpSender::too_large(Tick now) {
    flow_.too_large(now);
    auto at = carried_.find(flow_.next_seq() - 1);
    if (at == carried_.end()) return;
    release(at->second, std::nullopt);
    flow_.forgotten(std::array{at->first});
    carried_.erase(at);
    starved_ = false;
}

// Takes what was lost and what has rested back into the pool.
void UdpSender::settle(Tick now) {
    for (auto seq : flow_.take_lost(now)) {
        auto at = carried_.find(seq);
        if (at == carried_.end()) continue;
        release(at->second, std::nullopt);
        carried_.erase(at);
        starved_ = false;
    }
    if (!rest_ends_ || now < *rest_ends_) return;
    rest_ends_.reset();
    for (auto& [id, track] : tracks_) {
        if (!track.until) continue;
        if (*track.until <= now)
            track.until.reset();
        else if (!rest_ends_ || *track.until < *rest_ends_)
            rest_ends_ = track.until;
    }
    starved_ = false;
}

std::optional<Tick> UdpSender::deadline() const {
    auto out = flow_.deadline(!starved_);
    if (rest_ends_ && (!out || *rest_ends_ < *out)) out = rest_ends_;
    return out;
}

} // namespace kentongan::wire
