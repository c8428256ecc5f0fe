#include "wire/answer.hpp"

#include "wire/brief_update.hpp"
#include "wire/token.hpp"

#include <algorithm>

namespace kentongan::wire {
namespace {

// What an answer holds besides acknowledgements: an acknowledgement alone stays short.
constexpr std::uint8_t kHasEcho = 1;
constexpr std::uint8_t kHasNews = 2; // time, newest epoch, keyring, updates, pieces
constexpr std::uint8_t kMore = 4;
constexpr std::uint8_t kBeyond = 8; // any acknowledgement has a map
constexpr std::uint8_t kTell = 16;
constexpr std::uint8_t kBrief = 32;
constexpr std::uint8_t kKnownFlags = 63;
constexpr std::size_t kMaxNotice = 256;

// Beside the number of wants, in its byte: a call without them is what it was before they were.
constexpr std::uint8_t kWantsMask = 15;
constexpr std::uint8_t kUsed = 16;
constexpr std::uint8_t kSparing = 32;
static_assert(kMaxWants <= kWantsMask);

Bytes outer(FrameKind kind, BoxId box, std::uint8_t key_id) {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(kind));
    out.u16(static_cast<std::uint16_t>(box.value));
    out.u8(key_id);
    return std::move(out).take();
}
constexpr std::size_t kOuter = 4;

Bytes sealed(Bytes head, const SivKey& key, BytesView plain, BytesView bound) {
    auto associated = head;
    associated.insert(associated.end(), bound.begin(), bound.end());
    auto body = siv_seal(key, associated, plain);
    head.insert(head.end(), body.begin(), body.end());
    return head;
}

void write_item(ByteWriter& out, const ItemId& item) {
    auto place = place_of(item);
    out.u16(place.epoch);
    out.varint(place.counter);
    out.raw(place.mark);
}

Result<ItemId> read_item_id(ByteReader& in, BoxId box) {
    Place place;
    place.box = box;
    place.epoch = TRY(in.u16());
    auto counter = TRY(in.varint());
    if (counter >= kMaxEpochItems) return fail(ErrorCode::kCorrupt, "answer.item");
    place.counter = static_cast<std::uint16_t>(counter);
    place.mark = TRY(in.array<4>());
    return item_id(place);
}

Result<std::uint32_t> read_u32(ByteReader& in) {
    auto value = TRY(in.varint());
    if (value > 0xFFFFFFFF) return fail(ErrorCode::kCorrupt, "answer.number");
    return static_cast<std::uint32_t>(value);
}

Result<std::size_t> read_count(ByteReader& in, std::size_t most) {
    auto value = TRY(in.varint());
    if (value > most) return fail(ErrorCode::kCorrupt, "answer.count");
    return static_cast<std::size_t>(value);
}

void write_news(ByteWriter& out, const Answer& answer) {
    out.instant(answer.district_time);
    out.u16(answer.newest_epoch);
    out.varint(answer.keyring);
    out.varint(answer.updates.size());
    if (!answer.updates.empty()) out.varint(answer.updates.front().sequence);
    for (const auto& update : answer.updates) {
        write_item(out, update.item);
        if (answer.brief) {
            write_brief(out, update, answer.district_time);
            continue;
        }
        out.u8(update.state);
        out.instant(update.at);
        out.block(update.reply);
        out.block(update.notice);
    }
    out.varint(answer.pieces.size());
    for (const auto& piece : answer.pieces) write_piece(out, piece);
}

// All but item and sequence.
Result<StatusUpdate> read_update(ByteReader& in) {
    StatusUpdate out;
    out.state = TRY(in.u8());
    out.at = TRY(in.instant());
    auto reply = TRY(in.block(kMaxReply));
    out.reply.assign(reply.begin(), reply.end());
    auto notice = TRY(in.block(kMaxNotice));
    out.notice.assign(notice.begin(), notice.end());
    return out;
}

Status read_news(ByteReader& in, Answer& answer) {
    answer.district_time = TRY(in.instant());
    answer.newest_epoch = TRY(in.u16());
    answer.keyring = TRY(read_u32(in));
    auto updates = TRY(read_count(in, kMaxUpdates));
    auto sequence = updates > 0 ? TRY(in.varint()) : 0;
    for (std::size_t i = 0; i < updates; ++i) {
        auto item = TRY(read_item_id(in, answer.box));
        auto update = answer.brief ? TRY(read_brief(in, answer.district_time)) : TRY(read_update(in));
        update.sequence = sequence + i;
        update.item = item;
        answer.updates.push_back(std::move(update));
    }
    auto pieces = TRY(read_count(in, kMaxPieces));
    for (std::size_t i = 0; i < pieces; ++i) answer.pieces.push_back(TRY(read_piece(in)));
    return {};
}

std::uint8_t flags_of(const Answer& answer) {
    bool news = answer.district_time != Instant{} || answer.newest_epoch != 0 || answer.keyring != 0 ||
                !answer.updates.empty() || !answer.pieces.empty();
    bool beyond =
        std::any_of(answer.acks.begin(), answer.acks.end(), [](const Ack& ack) { return ack.beyond != 0; });
    return static_cast<std::uint8_t>((answer.echo != 0 ? kHasEcho : 0) | (news ? kHasNews : 0) |
                                     (answer.more ? kMore : 0) | (answer.tell ? kTell : 0) |
                                     (beyond ? kBeyond : 0) |
                                     (answer.brief && !answer.updates.empty() ? kBrief : 0));
}

std::uint8_t bit_of(domain::Carrier carrier) {
    return static_cast<std::uint8_t>(1U << (static_cast<unsigned>(carrier) - 1));
}

void write_used(ByteWriter& out, const DayOfUse& used) {
    out.varint(used.day);
    std::uint8_t which = 0;
    for (const auto& [carrier, use] : used.carriers) which |= bit_of(carrier);
    out.u8(which);
    for (const auto& [carrier, use] : used.carriers)
        for (auto value : {use.up, use.down, use.messages, use.cost}) out.varint(value);
}

Result<DayOfUse> read_used(ByteReader& in) {
    DayOfUse out;
    out.day = TRY(read_u32(in));
    auto which = TRY(in.u8());
    if (out.day == 0 || which == 0 || which >> domain::kCarriers.size() != 0)
        return fail(ErrorCode::kCorrupt, "call.used");
    for (auto carrier : domain::kCarriers) {
        if ((which & bit_of(carrier)) == 0) continue;
        CarrierUse use;
        for (auto* value : {&use.up, &use.down, &use.messages}) {
            *value = TRY(in.varint());
            if (*value > domain::kMostCounted) return fail(ErrorCode::kCorrupt, "call.used");
        }
        use.cost = TRY(in.varint());
        if (use.cost > kMostCost || use == CarrierUse{}) return fail(ErrorCode::kCorrupt, "call.used");
        out.carriers.emplace(carrier, use);
    }
    return out;
}

} // namespace

Result<SealedFor> read_sealed_for(BytesView frame) {
    auto kind = TRY(kind_of(frame));
    if ((kind != FrameKind::kCall && kind != FrameKind::kAnswer) ||
        frame[0] != static_cast<std::uint8_t>(kind))
        return fail(ErrorCode::kCorrupt, "frame.kind");
    ByteReader in(frame);
    TRY(in.u8());
    SealedFor out;
    out.box.value = TRY(in.u16());
    out.key_id = TRY(in.u8());
    return out;
}

std::uint32_t holdings_mark(std::vector<Holding> holdings) {
    if (holdings.empty()) return 0;
    std::sort(holdings.begin(), holdings.end(),
              [](const Holding& left, const Holding& right) { return left.name < right.name; });
    ByteWriter all;
    write_holdings(all, holdings);
    auto hash = digest("kentongan holdings 1", all.bytes());
    return std::uint32_t{hash[0]} << 24 | std::uint32_t{hash[1]} << 16 | std::uint32_t{hash[2]} << 8 |
           hash[3];
}

Bytes encode(const Call& call, const SivKey& up) {
    ByteWriter plain;
    plain.u32(call.echo);
    plain.varint(call.last_update);
    plain.varint(call.waiting);
    plain.u16(call.newest.number);
    plain.varint(call.newest.items);
    plain.varint(call.keyring);
    plain.u32(call.held);
    plain.u8(static_cast<std::uint8_t>(call.wants.size() | (call.used ? kUsed : 0) |
                                       (call.sparing ? kSparing : 0)));
    for (const auto& want : call.wants) write_want(plain, want);
    if (call.used) write_used(plain, *call.used);
    if (!call.holdings.empty()) write_holdings(plain, call.holdings);
    return sealed(outer(FrameKind::kCall, call.box, call.key_id), up, plain.bytes(), {});
}

Result<Call> decode_call(BytesView frame, const SivKey& up) {
    auto head = TRY(read_sealed_for(frame));
    if (TRY(kind_of(frame)) != FrameKind::kCall) return fail(ErrorCode::kCorrupt, "call.kind");
    auto plain = TRY(siv_open(up, frame.first(kOuter), frame.subspan(kOuter)));
    ByteReader in(plain);
    Call out;
    out.box = head.box;
    out.key_id = head.key_id;
    out.echo = TRY(in.u32());
    out.last_update = TRY(in.varint());
    out.waiting = TRY(read_u32(in));
    out.newest.number = TRY(in.u16());
    out.newest.items = static_cast<std::uint16_t>(TRY(read_count(in, kMaxEpochItems)));
    out.keyring = TRY(read_u32(in));
    out.held = TRY(in.u32());
    auto flags = TRY(in.u8());
    auto wants = flags & kWantsMask;
    if ((flags & ~(kWantsMask | kUsed | kSparing)) != 0)
        return fail(ErrorCode::kUnsupported, "call.flags", flags);
    if (static_cast<std::size_t>(wants) > kMaxWants) return fail(ErrorCode::kCorrupt, "call.wants");
    for (int i = 0; i < wants; ++i) out.wants.push_back(TRY(read_want(in)));
    out.sparing = (flags & kSparing) != 0;
    if ((flags & kUsed) != 0) out.used = TRY(read_used(in));
    if (in.remaining() > 0) {
        out.holdings = TRY(read_holdings(in));
        if (out.holdings.empty()) return fail(ErrorCode::kCorrupt, "call.holdings");
    }
    TRY(in.end());
    return out;
}

Bytes encode(const Answer& answer, const SivKey& down) {
    auto flags = flags_of(answer);
    bool beyond = (flags & kBeyond) != 0;
    // The epochs acknowledged stand outside the seal: their marks are needed before it opens.
    ByteWriter head;
    head.raw(outer(FrameKind::kAnswer, answer.box, answer.key_id));
    head.u8(flags);
    head.u8(static_cast<std::uint8_t>(answer.acks.size()));
    Bytes bound;
    for (const auto& ack : answer.acks) {
        head.u16(ack.epoch);
        bound.insert(bound.end(), ack.mark.begin(), ack.mark.end());
    }
    ByteWriter plain;
    if (answer.echo != 0) plain.u32(answer.echo);
    for (const auto& ack : answer.acks) {
        plain.u16(ack.next);
        if (beyond) plain.u64(ack.beyond);
    }
    if ((flags & kHasNews) != 0) write_news(plain, answer);
    return sealed(std::move(head).take(), down, plain.bytes(), bound);
}

Result<Answer> decode_answer(BytesView frame, const SivKey& down,
                             const std::function<std::optional<Mark>(std::uint16_t epoch)>& mark_of) {
    auto to = TRY(read_sealed_for(frame));
    if (TRY(kind_of(frame)) != FrameKind::kAnswer) return fail(ErrorCode::kCorrupt, "answer.kind");
    ByteReader head(frame);
    TRY(head.raw(kOuter));
    auto flags = TRY(head.u8());
    if ((flags & ~kKnownFlags) != 0) return fail(ErrorCode::kUnsupported, "answer.flags", flags);
    auto count = TRY(head.u8());
    if (count > kMaxAcks) return fail(ErrorCode::kCorrupt, "answer.acks");
    Answer out;
    out.box = to.box;
    out.key_id = to.key_id;
    out.more = (flags & kMore) != 0;
    out.tell = (flags & kTell) != 0;
    out.brief = (flags & kBrief) != 0;
    Bytes associated;
    for (std::size_t i = 0; i < count; ++i) {
        Ack ack;
        ack.epoch = TRY(head.u16());
        auto mark = mark_of(ack.epoch);
        if (!mark) return fail(ErrorCode::kDenied, "answer.epoch", ack.epoch);
        ack.mark = *mark;
        out.acks.push_back(ack);
    }
    auto outside = frame.first(head.offset());
    associated.assign(outside.begin(), outside.end());
    for (const auto& ack : out.acks) associated.insert(associated.end(), ack.mark.begin(), ack.mark.end());
    auto plain = TRY(siv_open(down, associated, frame.subspan(head.offset())));
    ByteReader in(plain);
    if ((flags & kHasEcho) != 0) out.echo = TRY(in.u32());
    for (auto& ack : out.acks) {
        ack.next = TRY(in.u16());
        if (ack.next > kMaxEpochItems) return fail(ErrorCode::kCorrupt, "answer.next");
        if ((flags & kBeyond) != 0) ack.beyond = TRY(in.u64());
    }
    if ((flags & kHasNews) != 0) TRY(read_news(in, out));
    TRY(in.end());
    // One spelling: no part is written that holds nothing.
    if (flags != flags_of(out)) return fail(ErrorCode::kCorrupt, "answer.empty");
    return out;
}

} // namespace kentongan::wire
