// The intake's second half: what a box is told after the commit.
#include "base/log.hpp"
#include "district/intake.hpp"
#include "district/publishing.hpp"
#include "wire/brief_update.hpp"
#include "wire/seal.hpp"

#include <algorithm>

namespace kentongan::district {
namespace {

// What an answer with news has besides updates and pieces.
constexpr std::size_t kNewsHead = 40;
// A status without words: item, state, time, two lengths.
constexpr std::size_t kUpdateHead = 24;
constexpr std::size_t kPieceHead = 16;

bool is_keyring(BytesView bulletin) {
    auto header = wire::read_bulletin_header(bulletin);
    return header && header->kind == wire::BulletinKind::kKeyring;
}

std::uint64_t after(const wire::Call& call) {
    return call.last_update <= Intake::kMaxSequence ? call.last_update : 0;
}

} // namespace

void Taken::add(Taken later) {
    touched.merge(later.touched);
    fresh = fresh || later.fresh;
    revoked = later.revoked;
    // One that asked stays asked; the newest question is the one that its box waits for.
    if (call && !later.call) return;
    call = std::move(later.call);
    link = later.link;
    key_id = later.key_id;
}

Result<Bytes> Intake::answer(const Taken& taken, Instant now, std::size_t room) {
    if (taken.nothing()) return Bytes();
    // A box reads only what is bound to its own epochs. Where a copy shares a number, each gets frames of its
    // own, and the news stands in one that both can read.
    std::vector<wire::Answer> answers(1);
    for (const auto& key : taken.touched) {
        auto at = chain_at_.find(key);
        if (at == chain_at_.end()) continue;
        const auto& here = at->second->second.chain.here();
        wire::Ack ack{std::get<1>(key), std::get<2>(key), here.next(), here.beyond()};
        if (shared(key))
            answers.emplace_back().acks.push_back(ack);
        else if (answers.front().acks.size() < wire::kMaxAcks)
            answers.front().acks.push_back(ack);
    }
    if (taken.call) TRY(add_news(taken, room, now, answers.front()));
    std::vector<Bytes> out;
    for (auto& answer : answers) {
        if (&answer == &answers.front() && answers.size() > 1 && !taken.call && answer.acks.empty()) continue;
        answer.box = taken.box;
        answer.key_id = taken.key_id;
        out.push_back(wire::encode(answer, taken.link->down));
    }
    return wire::write_parcel(out);
}

bool Intake::shared(const EpochKey& key) const {
    // The cache holds all chains of a number or none of them.
    auto first = chain_at_.lower_bound({std::get<0>(key), std::get<1>(key), wire::Mark{}});
    auto second = first == chain_at_.end() ? first : std::next(first);
    return second != chain_at_.end() && std::get<0>(second->first) == std::get<0>(key) &&
           std::get<1>(second->first) == std::get<1>(key);
}

Status Intake::add_news(const Taken& taken, std::size_t room, Instant now, wire::Answer& answer) {
    const auto& call = *taken.call;
    answer.echo = call.echo;
    answer.district_time = now;
    answer.newest_epoch = TRY(store_.newest_epoch(call.box));
    answer.keyring = setting_.keys.shown.keyring.version;
    // A revoked box may be in a thief's hands: it is told that its items are kept, and nothing of any
    // citizen.
    if (taken.revoked) return {};
    room -= std::min(room, kNewsHead);
    for (auto& update : TRY(store_.updates_after(call.box, after(call), wire::kMaxUpdates + 1))) {
        auto size = kUpdateHead + update.reply.size() + update.notice.size();
        // The first goes whatever its size: a carrier too narrow for it would wait for ever.
        if (answer.updates.size() == wire::kMaxUpdates || (size > room && !answer.updates.empty())) {
            answer.more = true;
            return {};
        }
        room -= std::min(room, size);
        answer.updates.push_back(std::move(update));
    }
    return add_publication(call, room, answer);
}

Status Intake::add_publication(const wire::Call& call, std::size_t room, wire::Answer& answer) {
    auto& known = holdings_[call.box];
    if (!call.holdings.empty() && wire::holdings_mark(call.holdings) == call.held)
        known = {call.held, call.holdings};
    if (known.mark != call.held) {
        answer.tell = true;
        answer.more = true;
        return {};
    }
    auto next = TRY(next_bulletin(store_, setting_.keys, call.box, known.list));
    if (!next) return {};
    // Keys are never too dear.
    if (call.sparing && !is_keyring(*next)) return {};
    auto mark = wire::bulletin_mark(*next);
    std::vector<wire::ByteRange> missing{{0, static_cast<std::uint32_t>(next->size())}};
    for (const auto& want : call.wants)
        if (want.mark == mark) missing = want.missing;
    answer.more = !missing.empty();
    for (auto range : missing) {
        while (range.size > 0 && range.from < next->size()) {
            if (room <= kPieceHead || answer.pieces.size() == wire::kMaxPieces) return {};
            auto size = std::min<std::size_t>(range.size, room - kPieceHead);
            auto piece = wire::piece_of(*next, mark, range.from, size);
            auto taken = static_cast<std::uint32_t>(piece.bytes.size());
            room -= std::min(room, kPieceHead + piece.bytes.size());
            range.from += taken;
            range.size -= std::min(range.size, taken);
            answer.pieces.push_back(std::move(piece));
        }
    }
    return {};
}

// --- in one frame ---

Result<std::vector<std::pair<Intake::EpochKey, wire::Ack>>> Intake::brief_acks(const Taken& taken) {
    std::vector<std::pair<EpochKey, wire::Ack>> out;
    std::optional<std::pair<EpochKey, wire::Ack>> of_copied;
    for (const auto& key : taken.touched) {
        auto epochs = TRY(store_.epochs(taken.box, std::get<1>(key)));
        for (const auto& row : epochs) {
            if (row.mark != std::get<2>(key)) continue;
            auto here = TRY(wire::ReceivedSet::read(row.received));
            std::pair one{key, wire::Ack{row.number, row.mark, here.next(), here.beyond()}};
            // Where a copy shares the number, only that epoch's owner can open the frame: one of its own.
            if (epochs.size() > 1)
                of_copied = one;
            else
                out.push_back(one);
        }
    }
    if (out.empty() && of_copied) out.push_back(*of_copied);
    return out;
}

Result<std::uint8_t> Intake::key_held(const Taken& taken) {
    if (taken.call) return taken.key_id;
    // A box without a link does not hear of a new keyring: what it last sealed with, it has.
    auto newest = TRY(store_.newest_epoch(taken.box));
    for (const auto& row : TRY(store_.epochs(taken.box, newest))) {
        if (row.copied) continue;
        return TRY(wire::read_item(row.opening)).header.key_id;
    }
    return setting_.keys.shown.keyring.current;
}

Result<std::optional<BriefAnswer>> Intake::brief_answer(Taken& taken, Instant now, std::size_t room) {
    if (room < kLeastBrief) return fail(ErrorCode::kInvalid, "intake.room", static_cast<std::int64_t>(room));
    auto box = store_.box(taken.box);
    if (!box) return fail(ErrorCode::kDenied, "intake.box", taken.box.value);
    // A stolen box would have the district pay for it.
    if (box->revoked) return std::optional<BriefAnswer>();
    auto key_id = TRY(key_held(taken));
    TRY(link_by(key_id, *box, taken));
    wire::Answer answer;
    answer.box = taken.box;
    answer.key_id = taken.key_id;
    answer.brief = true;
    auto fits = [&] { return wire::encode(answer, taken.link->down).size() <= room; };
    if (taken.call) {
        answer.echo = taken.call->echo;
        TRY(add_brief_head(taken.box, now, answer));
    }
    for (const auto& [key, ack] : TRY(brief_acks(taken))) {
        if (answer.acks.size() == wire::kMaxAcks) break;
        answer.acks.push_back(ack);
        if (!fits()) {
            answer.acks.pop_back();
            break;
        }
        taken.touched.erase(key);
    }
    TRY(add_brief_updates(taken, *box, now, room, answer));
    if (!taken.call && answer.acks.empty() && answer.updates.empty()) return std::optional<BriefAnswer>();
    BriefAnswer out;
    out.acks = answer.acks.size();
    out.news = !answer.updates.empty() || answer.more;
    answer.brief = !answer.updates.empty();
    out.frame = wire::encode(answer, taken.link->down);
    taken.call.reset();
    return std::optional(std::move(out));
}

Status Intake::add_brief_head(BoxId box, Instant now, wire::Answer& answer) {
    answer.district_time = now;
    answer.newest_epoch = TRY(store_.newest_epoch(box));
    answer.keyring = setting_.keys.shown.keyring.version;
    return {};
}

Status Intake::add_brief_updates(const Taken& taken, const Box& box, Instant now, std::size_t room,
                                 wire::Answer& answer) {
    auto from = taken.call ? after(*taken.call) : box.acknowledged;
    auto waiting = TRY(store_.updates_after(taken.box, from, kMostBrief + 1));
    if (waiting.empty()) return {};
    auto without = answer;
    TRY(add_brief_head(taken.box, now, answer));
    auto fits = [&] { return wire::encode(answer, taken.link->down).size() <= room; };
    for (const auto& update : waiting) {
        answer.updates.push_back(TRY(brief(box, update)));
        if (answer.updates.size() <= kMostBrief && fits()) continue;
        answer.updates.pop_back();
        answer.more = true;
        break;
    }
    if (answer.updates.empty()) {
        answer = without; // no room beside the acknowledgements: the next one
        answer.more = true;
        return {};
    }
    if (answer.more) return {};
    for (std::size_t i = 0; i < answer.updates.size(); ++i) {
        auto& update = answer.updates[i];
        if (!update.reply_follows) continue;
        update.reply = waiting[i].reply;
        update.reply_follows = false;
        if (fits()) continue;
        update.reply.clear();
        update.reply_follows = true;
    }
    return {};
}

Result<wire::StatusUpdate> Intake::brief(const Box& box, wire::StatusUpdate update) {
    update.reply_follows = !update.reply.empty();
    update.reply.clear();
    if (update.notice.empty()) return update;
    update.notice.clear();
    // What was sealed to the box is too long for this, and closed to us: whom to tell stands in the record.
    auto request = request_of(box, update.item);
    if (!request &&
        (request.error().code == ErrorCode::kUnavailable || request.error().code == ErrorCode::kNoSpace))
        return tl::unexpected<Error>(request.error());
    if (!request || !request->notify) {
        log(LogLevel::kWarning, "district.brief_notice", {{"box", box.keys.box.value}});
        return update;
    }
    wire::Notice notice{*request->notify, request->language, request->code};
    if (wire::fits_brief(notice)) update.to_tell = std::move(notice);
    return update;
}

Result<domain::Request> Intake::request_of(const Box& box, const ItemId& item) {
    auto row = TRY(store_.case_row(item));
    auto record = TRY(store_.record(item));
    return read_request(setting_, box, item, row.recipient, record);
}

} // namespace kentongan::district
