// Datagrams and answers from anybody: what is read can be written again, and neither half of the conversation
// breaks.
#include "wire/ack_pace.hpp"
#include "wire/udp_sender.hpp"

#include <algorithm>
#include <cstdlib>

using namespace kentongan;
using namespace std::chrono_literals;

namespace {

struct Items final : wire::FrameSource {
    std::uint64_t left = 40;
    std::optional<Piece> next(std::size_t room, const Busy& busy) override {
        for (std::uint64_t id = 0; id < left; ++id)
            if (!busy(id) && room >= 97) return Piece{Bytes(97, 1), {id}};
        return std::nullopt;
    }
    bool more(const Busy& busy) override {
        for (std::uint64_t id = 0; id < left; ++id)
            if (!busy(id)) return true;
        return false;
    }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    BytesView all(data, size);
    if (auto read = wire::read_datagram(all)) {
        std::vector<Bytes> frames;
        for (auto frame : read->frames) frames.emplace_back(frame.begin(), frame.end());
        auto again = wire::write_datagram(read->header, frames);
        if (!std::equal(again.begin(), again.end(), all.begin(), all.end())) std::abort();
    }
    // The same bytes as a story: moments, and datagrams' heads that come at them.
    Items items;
    wire::UdpSender sender(7, items);
    wire::AckPace pace;
    wire::Tick now{};
    for (std::size_t at = 0; at + 8 <= size && at < 8 * 200; at += 8) {
        now += data[at] * 20ms;
        for (int i = 0; i < 100; ++i)
            if (!sender.next(now)) break;
        auto seq = static_cast<std::uint16_t>(data[at + 2] << 8 | data[at + 3]);
        wire::UdpHeader header{wire::kUdpAnswerMap, 7, seq,
                               static_cast<std::uint32_t>(data[at + 4]) * 0x01010101};
        std::uint64_t committed = data[at + 5] % 64;
        switch (data[at + 1] % 4) {
        case 0:
            (void)sender.answered(header, std::array{committed}, now);
            break;
        case 1:
            sender.withdrawn(std::array{committed});
            break;
        case 2:
            sender.too_large(now);
            break;
        default:
            if (pace.arrived(seq, data[at + 6] & 1, now)) pace.answered();
            (void)pace.header(7);
        }
        if (sender.flow().in_flight() > wire::FlowLimits{}.max_in_flight + 2000) std::abort();
        (void)sender.deadline();
    }
    return 0;
}
