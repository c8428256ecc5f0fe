// Calls and answers: from anybody nothing opens; what the other end itself could seal makes no crash, and
// what decodes has one spelling.
//
// The first byte chooses the door: 0 a frame as it came; 1 the message of a call, sealed here; 2 the head of
// an answer behind its length, and its message, sealed here.
#include "wire/answer.hpp"

#include <algorithm>
#include <cstdlib>

using namespace kentongan;

namespace {

void must(bool held) {
    if (!held) std::abort();
}

wire::Key32 filled(std::uint8_t with) {
    wire::Key32 out{};
    out.fill(with);
    return out;
}

// Epochs with even numbers are known.
std::optional<wire::Mark> mark_of(std::uint16_t epoch) {
    if (epoch % 2 != 0) return std::nullopt;
    return wire::Mark{1, 2, static_cast<std::uint8_t>(epoch >> 8), static_cast<std::uint8_t>(epoch)};
}

Bytes sealed(const wire::SivKey& key, BytesView head, BytesView bound, BytesView plain) {
    Bytes associated(head.begin(), head.end());
    associated.insert(associated.end(), bound.begin(), bound.end());
    auto body = wire::siv_seal(key, associated, plain);
    Bytes out(head.begin(), head.end());
    out.insert(out.end(), body.begin(), body.end());
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto keys = *wire::link_keys(filled(1), wire::agree_pair(filled(2)).shown, filled(3));
    if (size == 0) return 0;
    BytesView rest(data + 1, size - 1);
    switch (data[0] % 3) {
    case 0:
        (void)wire::read_sealed_for(rest);
        must(!wire::decode_call(rest, keys.up).has_value());
        must(!wire::decode_answer(rest, keys.down, mark_of).has_value());
        break;
    case 1: {
        auto frame = sealed(keys.up, Bytes{0x40, 0, 7, 1}, {}, rest);
        auto call = wire::decode_call(frame, keys.up);
        if (!call) break;
        must(call->wants.size() <= wire::kMaxWants && call->holdings.size() <= wire::kMaxHoldings);
        must(wire::encode(*call, keys.up) == frame);
        must(!wire::decode_call(frame, keys.down)); // the ways have keys of their own
        break;
    }
    default: {
        if (rest.empty() || rest[0] > rest.size() - 1) break;
        auto head = rest.subspan(1, rest[0]);
        Bytes bound;
        for (std::size_t at = 6; at + 1 < head.size(); at += 2)
            if (auto mark = mark_of(static_cast<std::uint16_t>(head[at] << 8 | head[at + 1])))
                bound.insert(bound.end(), mark->begin(), mark->end());
        auto frame = sealed(keys.down, head, bound, rest.subspan(1 + head.size()));
        auto answer = wire::decode_answer(frame, keys.down, mark_of);
        if (!answer) break;
        must(answer->acks.size() <= wire::kMaxAcks && answer->updates.size() <= wire::kMaxUpdates &&
             answer->pieces.size() <= wire::kMaxPieces);
        for (const auto& ack : answer->acks) must(mark_of(ack.epoch) == ack.mark);
        must(wire::encode(*answer, keys.down) == frame);
        auto other = [](std::uint16_t) { return std::optional(wire::Mark{9, 9, 9, 9}); };
        must(answer->acks.empty() || !wire::decode_answer(frame, keys.down, other));
    }
    }
    return 0;
}
