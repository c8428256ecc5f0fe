#include "district/intake.hpp"

#include "district/boxes.hpp"
#include "wire/case_words.hpp"
#include "wire/seal.hpp"
#include "wire/token.hpp"

#include <algorithm>
#include <set>

namespace kentongan::district {
namespace {

// Quarantined items read at once.
constexpr std::size_t kAtOnce = 64;

Result<BoxId> box_of(BytesView frame) {
    ByteReader in(frame);
    TRY(in.u8());
    return BoxId{TRY(in.u16())};
}

// A box keeps its days for two months, and its clock may be a day off.
bool plausible(const wire::DayOfUse& used, Instant now) {
    auto today = std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
    return used.day <= today + 1 && used.day + 70 >= today;
}

} // namespace

/// One parcel while it is worked on. Its chains are copies: the commit decides whether they count.
struct Intake::Parcel {
    Box box;
    wire::SenderKeys sender;
    Instant now{};
    std::uint64_t room_aside = 0; ///< Items of this box that may still be kept aside.
    std::map<EpochKey, Chain> chains;
    std::set<EpochKey> changed;
    std::set<EpochKey> touched; ///< To be acknowledged.
    std::set<std::uint16_t> loaded;
    std::map<EpochKey, EpochRow> openings; ///< Of epochs that this parcel opens.
    std::set<std::uint16_t> from_held;     ///< Epochs whose held items were taken.
    Delivery delivery;
    bool believed = false; ///< Something in it was sealed by this box.

    [[nodiscard]] std::vector<Chain*> of(std::uint16_t epoch) {
        std::vector<Chain*> out;
        for (auto& [key, chain] : chains)
            if (std::get<1>(key) == epoch) out.push_back(&chain);
        return out;
    }
    [[nodiscard]] static EpochKey key(const wire::Place& place) {
        return {place.box, place.epoch, place.mark};
    }
};

Result<NewCase> Intake::new_case(const Box& box, const ItemId& item, domain::Recipient recipient,
                                 BytesView record, Instant now) const {
    auto request = TRY(read_request(setting_, box, item, recipient, record));
    const auto* service = setting_.pack.service(request.service);
    if (service == nullptr) return fail(ErrorCode::kUnsupported, "intake.service");
    const auto& lifecycle = setting_.pack.lifecycle_of(*service);

    NewCase out;
    out.row.id = item;
    out.row.box = box.keys.box;
    out.row.recipient = recipient;
    out.row.code = request.code.digits;
    out.row.service = service->id;
    out.row.lifecycle = lifecycle.id;
    out.row.state = lifecycle.initial().id;
    out.row.channel = request.channel;
    out.row.received_at = now;
    out.row.due_at = setting_.working_days.due(now, service->target_days,
                                               std::chrono::minutes(setting_.pack.utc_offset_minutes));
    out.row.changed_at = now;
    out.record.assign(record.begin(), record.end());
    return out;
}

// --- chains ---

Status Intake::load_chains(Parcel& parcel, std::uint16_t epoch) {
    if (!parcel.loaded.insert(epoch).second) return {};
    auto box = parcel.box.keys.box;
    bool cached = false;
    for (auto at = chain_at_.lower_bound({box, epoch, wire::Mark{}});
         at != chain_at_.end() && std::get<0>(at->first) == box && std::get<1>(at->first) == epoch; ++at) {
        parcel.chains.insert_or_assign(at->first, at->second->second);
        chains_.splice(chains_.begin(), chains_, at->second);
        cached = true;
    }
    // The cache holds all chains of a number or none of them.
    if (cached) return {};
    for (const auto& row : TRY(store_.epochs(box, epoch))) {
        auto opening = TRY(wire::read_item(row.opening));
        const auto* keys = setting_.keys.prekey(opening.header.key_id);
        if (keys == nullptr) continue; // its secret is not here any more: nothing new of it can be read
        auto begun = wire::ReceivingChain::begin(opening, parcel.sender, *keys);
        if (!begun) return fail(ErrorCode::kCorrupt, "intake.opening");
        wipe(begun->second.record);
        begun->first.received(TRY(wire::ReceivedSet::read(row.received)));
        parcel.chains.insert_or_assign(Parcel::key(begun->first.opening()), Chain{begun->first, row.copied});
    }
    return {};
}

void Intake::keep_chains(Parcel& parcel) {
    for (auto& [key, chain] : parcel.chains) {
        auto known = chain_at_.find(key);
        if (known != chain_at_.end()) {
            known->second->second = std::move(chain);
        } else {
            chains_.emplace_front(key, std::move(chain));
            chain_at_[key] = chains_.begin();
        }
    }
    while (chains_.size() > kMaxChains) {
        // All of one number together, or load_chains() would take some for all.
        auto [box, epoch, mark] = chains_.back().first;
        for (auto at = chain_at_.lower_bound({box, epoch, wire::Mark{}});
             at != chain_at_.end() && std::get<0>(at->first) == box && std::get<1>(at->first) == epoch;) {
            chains_.erase(at->second);
            at = chain_at_.erase(at);
        }
    }
}

// --- items ---

void Intake::hold(BoxId box, std::uint16_t epoch, BytesView item) {
    auto& of_box = held_[box];
    bool known = std::any_of(of_box.begin(), of_box.end(), [&](const auto& one) {
        return std::equal(one.second.begin(), one.second.end(), item.begin(), item.end());
    });
    if (known || held_count_ >= kMaxHeld) return;
    if (of_box.size() >= kMaxHeldPerBox) {
        of_box.pop_front();
        --held_count_;
    }
    of_box.emplace_back(epoch, Bytes(item.begin(), item.end()));
    ++held_count_;
}

Status Intake::take_opened(Parcel& parcel, Chain& chain, wire::OpenedItem opened, BytesView bytes) {
    parcel.believed = true;
    auto key = Parcel::key(opened.place);
    auto finish = [&] {
        chain.chain.received(opened.place.counter);
        parcel.changed.insert(key);
        parcel.touched.insert(key);
    };
    if (opened.record.empty()) { // an opening without an item
        finish();
        return {};
    }
    auto item = wire::item_id(opened.place);
    auto record = wire::seal_record(setting_.keys.shown, opened.recipient, item, opened.seed, opened.record);
    wipe(opened.record);
    if (!record) return tl::unexpected<Error>(record.error());

    std::optional<QuarantineReason> aside;
    if (parcel.box.revoked) aside = QuarantineReason::kRevokedBox;
    if (chain.copied) aside = QuarantineReason::kCopiedBox;
    if (!aside) {
        auto found = new_case(parcel.box, item, opened.recipient, *record, parcel.now);
        if (found)
            parcel.delivery.cases.push_back(std::move(*found));
        else
            aside = QuarantineReason::kNotUnderstood;
    }
    if (aside) {
        if (parcel.room_aside == 0) return {};
        --parcel.room_aside;
        parcel.delivery.quarantined.push_back({parcel.box.keys.box,
                                               wire::digest("kentongan quarantine 2", bytes), *aside,
                                               parcel.now, item, opened.recipient, std::move(*record)});
    }
    finish();
    return {};
}

Status Intake::take_opening(Parcel& parcel, const wire::ReadItem& item, BytesView bytes) {
    auto epoch = item.header.epoch;
    auto before = parcel.of(epoch);
    for (auto* one : before) {
        if (std::equal(one->chain.opening().mark.begin(), one->chain.opening().mark.end(),
                       item.sealed.begin())) {
            parcel.touched.insert(Parcel::key(one->chain.opening()));
            return {};
        }
    }
    const auto* keys = setting_.keys.prekey(item.header.key_id);
    if (keys == nullptr) {
        ++refused_;
        return {};
    }
    auto begun = wire::ReceivingChain::begin(item, parcel.sender, *keys);
    if (!begun) {
        ++refused_;
        return {};
    }
    auto& [chain, opened] = *begun;
    // Two live epochs of one number: somebody has a copy of this box.
    bool copied = !before.empty();
    auto key = Parcel::key(chain.opening());
    EpochRow row;
    row.box = parcel.box.keys.box;
    row.number = epoch;
    row.mark = chain.opening().mark;
    row.recipient = chain.recipient();
    row.opening.assign(bytes.begin(), bytes.end());
    row.copied = copied;
    if (opened.previous) row.previous = *opened.previous;
    parcel.openings[key] = std::move(row);
    auto& kept = parcel.chains.insert_or_assign(key, Chain{chain, copied}).first->second;
    TRY(take_opened(parcel, kept, std::move(opened), bytes));
    if (!kept.chain.here().has(0)) {
        // Its item could not be kept aside: without the opening the epoch is unknown until it comes again.
        parcel.openings.erase(key);
        parcel.chains.erase(key);
        return {};
    }
    return take_held(parcel, epoch);
}

Status Intake::take_held(Parcel& parcel, std::uint16_t epoch) {
    auto of_box = held_.find(parcel.box.keys.box);
    if (of_box == held_.end()) return {};
    parcel.from_held.insert(epoch);
    std::vector<Bytes> waiting;
    for (const auto& [number, item] : of_box->second)
        if (number == epoch) waiting.push_back(item);
    for (const auto& item : waiting) TRY(take_item(parcel, item));
    return {};
}

Status Intake::take_item(Parcel& parcel, BytesView bytes) {
    auto item = wire::read_item(bytes);
    if (!item || item->header.box != parcel.box.keys.box) {
        ++refused_;
        return {};
    }
    TRY(load_chains(parcel, item->header.epoch));
    if (item->header.opening()) return take_opening(parcel, *item, bytes);
    auto chains = parcel.of(item->header.epoch);
    if (chains.empty()) {
        hold(parcel.box.keys.box, item->header.epoch, bytes);
        return {};
    }
    std::vector<EpochKey> known;
    for (auto* one : chains) {
        auto opened = one->chain.open(*item);
        if (opened) return take_opened(parcel, *one, std::move(*opened), bytes);
        if (opened.error().code == ErrorCode::kConflict) known.push_back(Parcel::key(one->chain.opening()));
    }
    if (known.empty()) ++refused_;
    parcel.touched.insert(known.begin(), known.end());
    return {};
}

// --- exchange ---

Status Intake::link_by(std::uint8_t key_id, const Box& box, Taken& taken) {
    const auto* prekey = setting_.keys.prekey(key_id);
    if (prekey == nullptr) return fail(ErrorCode::kDenied, "intake.key", key_id);
    auto psk = psk_of(store_, box.keys.box, setting_.psk_key);
    if (!psk) return fail(ErrorCode::kDenied, "intake.psk", box.keys.box.value);
    taken.link = TRY(wire::link_keys(prekey->district, box.keys.agree, *psk));
    taken.key_id = key_id;
    wipe(*psk);
    return {};
}

Result<Bytes> Intake::exchange(BytesView bytes, Instant now, std::size_t room,
                               std::optional<domain::Carrier> by) {
    auto taken = TRY(take(bytes, now, {by, {}}));
    return answer(taken, now, room);
}

Result<Taken> Intake::take(BytesView bytes, Instant now, const Way& way) {
    auto frames = TRY(wire::read_parcel(bytes));
    Parcel parcel;
    parcel.now = now;
    auto id = TRY(box_of(frames.front()));
    auto box = store_.box(id);
    if (!box) {
        // A disk that cannot be read must not look like a box that was never registered.
        if (box.error().code != ErrorCode::kNotFound) return tl::unexpected<Error>(box.error());
        return fail(ErrorCode::kDenied, "intake.box", id.value);
    }
    parcel.box = std::move(*box);
    auto psk = psk_of(store_, id, setting_.psk_key);
    if (!psk) return fail(ErrorCode::kDenied, "intake.psk", id.value);
    parcel.sender = {id, parcel.box.keys.agree, *psk};
    auto aside = TRY(store_.quarantined_of(id));
    parcel.room_aside = kMaxQuarantinedPerBox - std::min(kMaxQuarantinedPerBox, aside);

    Taken taken;
    taken.box = id;
    taken.revoked = parcel.box.revoked;
    for (auto frame : frames) {
        if (TRY(box_of(frame)) != id) return fail(ErrorCode::kCorrupt, "parcel.boxes");
        auto kind = wire::kind_of(frame);
        if (kind && *kind == wire::FrameKind::kCall) {
            auto sealed_for = wire::read_sealed_for(frame);
            auto call = sealed_for && link_by(sealed_for->key_id, parcel.box, taken)
                            ? wire::decode_call(frame, taken.link->up)
                            : fail(ErrorCode::kDenied, "intake.call");
            if (call) {
                parcel.believed = true;
                taken.call = std::move(*call);
            } else {
                ++refused_;
            }
            continue;
        }
        // A damaged frame takes nothing else of its parcel with it.
        auto items = wire::items_of(frame);
        if (!items) {
            ++refused_;
            continue;
        }
        for (const auto& item : *items) TRY(take_item(parcel, item));
    }
    if (!parcel.believed && parcel.touched.empty()) {
        if (held_.contains(id)) return taken; // it may be, once its opening is here
        return fail(ErrorCode::kDenied, "intake.nothing", id.value);
    }
    TRY(commit(parcel, taken, way));
    return taken;
}

Status Intake::commit(Parcel& parcel, Taken& taken, const Way& way) {
    auto id = taken.box;
    auto& delivery = parcel.delivery;
    delivery.box = id;
    delivery.at = parcel.now;
    delivery.by = way.carrier;
    if (taken.call) {
        if (taken.call->used && plausible(*taken.call->used, parcel.now)) delivery.used = taken.call->used;
        delivery.waiting = taken.call->waiting;
        delivery.acknowledged = taken.call->last_update <= kMaxSequence ? taken.call->last_update : 0;
    }
    for (const auto& key : parcel.changed) {
        auto opening = parcel.openings.find(key);
        EpochRow row = opening != parcel.openings.end() ? opening->second : EpochRow{};
        const auto& [chain, copied] = parcel.chains.at(key);
        row.box = id;
        row.number = chain.opening().epoch;
        row.mark = chain.opening().mark;
        row.received = chain.here().bytes();
        row.items = static_cast<std::uint16_t>(chain.here().count());
        delivery.epochs.push_back(std::move(row));
        // Whoever has a copy of the box makes new items too.
        taken.fresh = taken.fresh || !copied;
    }
    taken.fresh = (taken.fresh || delivery.acknowledged > parcel.box.acknowledged) && !taken.revoked;
    delivery.linked = way.carrier != Carrier::kStick && way.carrier != Carrier::kSms;
    if (way.carrier == Carrier::kSms && !way.sms.number.empty()) {
        auto route = store_.sms_route(id);
        if (!route && route.error().code != ErrorCode::kNotFound) return tl::unexpected<Error>(route.error());
        if (taken.fresh || (route && route->source.number == way.sms.number)) delivery.sms = way.sms;
    }
    if (parcel.believed) TRY(store_.receive(delivery));
    taken_ += delivery.cases.size() + delivery.quarantined.size();
    keep_chains(parcel);
    if (auto of_box = held_.find(id); of_box != held_.end()) {
        held_count_ -= std::erase_if(of_box->second,
                                     [&](const auto& one) { return parcel.from_held.contains(one.first); });
        if (of_box->second.empty()) held_.erase(of_box);
    }
    taken.touched = std::move(parcel.touched);
    if (!taken.link) TRY(link_by(setting_.keys.shown.keyring.current, parcel.box, taken));
    return {};
}

// --- what was kept aside ---

Status Intake::adopt(const Quarantined& one, const Box& box, Instant now) {
    // It has waited for us, not for the citizen: due counts from when it came.
    auto found = TRY(new_case(box, one.item, one.recipient, one.record, one.at));
    found.row.changed_at = now;
    return store_.adopt(one, found);
}

Result<std::size_t> Intake::look_again(Instant now) {
    std::size_t adopted = 0;
    std::size_t skip = 0;
    for (;;) {
        auto some = TRY(store_.quarantined(skip, kAtOnce));
        if (some.empty()) return adopted;
        for (const auto& one : some) {
            ++skip;
            if (one.reason != QuarantineReason::kNotUnderstood) continue;
            auto box = TRY(store_.box(one.box));
            if (box.revoked) continue;
            auto done = adopt(one, box, now);
            if (done) {
                ++adopted;
                --skip;
            } else if (done.error().code == ErrorCode::kNoSpace ||
                       done.error().code == ErrorCode::kUnavailable) {
                return tl::unexpected<Error>(done.error());
            }
        }
    }
}

Result<ItemId> Intake::accept(const std::array<std::uint8_t, 32>& digest, Instant now) {
    for (std::size_t skip = 0;; skip += kAtOnce) {
        auto some = TRY(store_.quarantined(skip, kAtOnce));
        if (some.empty()) return fail(ErrorCode::kNotFound, "intake.quarantined");
        for (const auto& one : some) {
            if (one.digest != digest) continue;
            auto box = TRY(store_.box(one.box));
            TRY(adopt(one, box, now));
            return one.item;
        }
    }
}

} // namespace kentongan::district
