#include "box/forward.hpp"

#include "base/log.hpp"
#include "box/status.hpp"
#include "dialogue/engine.hpp"

namespace kentongan::box {

Result<Bytes> Forward::upload(const std::array<std::uint8_t, 16>& nonce) {
    wire::Upload upload;
    upload.box = ground_.keys.shown.box;
    upload.nonce = nonce_ = nonce;
    upload.last_update = TRY(ground_.store.last_update());
    upload.waiting = TRY(ground_.store.waiting());
    std::size_t room = wire::kMaxUpload - 1024;
    for (auto& item : TRY(ground_.store.queued_items(wire::kMaxItemsPerUpload))) {
        if (item.envelope.size() + 8 > room) break;
        room -= item.envelope.size() + 8;
        upload.envelopes.push_back(std::move(item.envelope));
    }
    return wire::encode(upload, ground_.keys);
}

Result<wire::Download> Forward::read_answer(BytesView answer) const {
    return wire::decode_download(answer, ground_.district, ground_.keys.shown.box, nonce_);
}

Result<Forward::Absorbed> Forward::absorb(const wire::Download& download, Instant now) {
    for (const auto& receipt : download.receipts) TRY(ground_.store.retire_item(receipt.item, now));
    auto newest = TRY(ground_.store.last_update());
    for (const auto& update : download.updates) {
        if (update.sequence <= newest) continue; // seen before
        TRY(apply(update, now));
        newest = update.sequence;
    }
    TRY(ground_.store.set_contact(newest, now));
    TRY(ground_.store.drop_retired_before(now - kKeepRetired));
    return Absorbed{download.receipts.size(), download.updates.size(), download.more, download.district_time};
}

Status Forward::apply(const wire::StatusUpdate& update, Instant now) {
    auto row = TRY(ground_.store.case_of(update.item));
    if (!row) return {};
    auto moved = *row;
    moved.state = update.state;
    if (!standing_of(ground_.pack, moved)) {
        log(LogLevel::kWarning, "forward.unknown_state", {{"state", update.state}});
        return {};
    }
    TRY(ground_.store.set_state(update.item, {update.state, update.at}, update.reply));
    if (update.notice.empty()) return {};
    auto notice = wire::open_notice(ground_.keys, update.notice);
    if (!notice) {
        log(LogLevel::kWarning, "forward.notice",
            {LogField::of_static("error", name_of(notice.error().code))});
        return {};
    }
    auto phone = wire::pseudonym(ground_.keys.store, "phone", notice->to.e164);
    if (TRY(ground_.store.stopped(phone))) return {};
    auto text = dialogue::notice(ground_.pack, ground_.village, notice->language, notice->code);
    return outbox_.put(SmsKind::kNotice, notice->to, text, now);
}

} // namespace kentongan::box
