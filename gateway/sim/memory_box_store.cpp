#include "sim/memory_box_undo.hpp"

#include <algorithm>
#include <limits>

namespace kentongan::sim {

void MemoryBoxStore::undo_to(std::size_t size) {
    for (; undo_.size() > size; undo_.pop_back()) undo_.back()(now_);
    open_ = false;
}

Status MemoryBoxStore::powered() {
    if (!powerless_ && writes_left_ && (*writes_left_)-- <= 0) powerless_ = true;
    if (powerless_) return fail(ErrorCode::kUnavailable, "memory.power");
    return {};
}

Status MemoryBoxStore::writable() {
    TRY(powered());
    if (full_) return fail(ErrorCode::kNoSpace, "memory.full");
    return {};
}

void MemoryBoxStore::power_cut() {
    undo_to(0);
    powerless_ = false;
    writes_left_.reset();
    broken_commit_ = Broken::kNo;
}

Status MemoryBoxStore::begin() {
    TRY(powered());
    if (open_) return fail(ErrorCode::kInternal, "memory.begin");
    open_ = true;
    begun_at_ = undo_.size();
    return {};
}

Status MemoryBoxStore::commit() {
    TRY(powered());
    if (!open_) return fail(ErrorCode::kInternal, "memory.commit");
    auto broken = std::exchange(broken_commit_, Broken::kNo);
    if (broken == Broken::kLost) return fail(ErrorCode::kUnavailable, "memory.commit");
    open_ = false;
    if (!lying_) undo_.clear();
    if (broken == Broken::kKept) return fail(ErrorCode::kUnavailable, "memory.commit");
    return {};
}

void MemoryBoxStore::rollback() {
    if (open_) undo_to(begun_at_);
}

Bytes MemoryBoxStore::dump() const {
    ByteWriter out;
    for (const auto& [place, item] : now_.items) {
        out.raw(item.item.item.value);
        out.block(item.item.sealed);
    }
    for (const auto& [number, row] : now_.epochs) {
        out.u16(number);
        out.raw(row.mark);
        out.u16(row.items);
    }
    for (const auto& [item, row] : now_.cases) {
        out.raw(item.value);
        for (const auto* name : {&row.once, &row.code, &row.receipt}) out.raw(*name);
        if (row.phone) out.raw(*row.phone);
        out.u16(row.service);
        out.u8(row.state);
        out.instant(row.since);
        out.block(row.codes);
        out.block(row.reply);
    }
    for (const auto& [item, events] : now_.events)
        for (const auto& event : events) out.u8(event.state);
    for (const auto& [phone, entry] : now_.conversations) {
        out.raw(phone);
        out.block(entry.first);
    }
    for (const auto& [key, message] : now_.parts)
        for (const auto& [number, part] : message) out.block(part.content);
    for (const auto& [name, entry] : now_.quarantine) out.block(entry.first);
    for (const auto& [id, sms] : now_.sms) out.block(sms.content);
    for (const auto& [name, held] : now_.bulletins) out.block(held->content);
    for (const auto& one : now_.assemblies) out.block(one->saved);
    return std::move(out).take();
}

Status MemoryBoxStore::put_item(const box::QueuedItem& item, Instant now) {
    TRY(writable());
    if (now_.places.contains(item.item)) return fail(ErrorCode::kConflict, "memory.item");
    auto place = now_.next_place;
    set(&World::next_place, place + 1);
    put(&World::places, item.item, place);
    auto kept = item;
    kept.queued_at = now;
    kept.by_sms = {};
    put(&World::items, place, {std::move(kept), std::nullopt});
    put(&World::queue, {item.urgency, place}, item.item);
    return {};
}

Result<std::vector<box::QueuedItem>> MemoryBoxStore::queued_items(std::size_t most) {
    return queued_up_to(std::numeric_limits<std::size_t>::max(), most);
}

Result<std::vector<box::QueuedItem>> MemoryBoxStore::queued_up_to(std::size_t size, std::size_t most) {
    std::vector<box::QueuedItem> out;
    for (auto at = now_.queue.begin(); at != now_.queue.end() && out.size() < most; ++at) {
        const auto& item = now_.items.at(at->first.second).item;
        if (item.sealed.size() <= size) out.push_back(item);
    }
    return out;
}

Status MemoryBoxStore::put_by_sms(ItemId item, const box::Resend& resend) {
    TRY(writable());
    auto place = now_.places.find(item);
    if (place == now_.places.end()) return {};
    auto row = now_.items.at(place->second);
    if (row.retired) return {};
    row.item.by_sms = resend;
    put(&World::items, place->second, std::move(row));
    return {};
}

Result<std::vector<ItemId>> MemoryBoxStore::queued_between(const ItemId& first, const ItemId& last) {
    std::vector<ItemId> out;
    for (auto at = now_.places.lower_bound(first); at != now_.places.end() && at->first <= last; ++at)
        if (!now_.items.at(at->second).retired) out.push_back(at->first);
    return out;
}

Status MemoryBoxStore::put_epoch(const box::EpochRow& row) {
    TRY(writable());
    put(&World::epochs, row.number, row);
    set(&World::highest_epoch, std::max(now_.highest_epoch, row.number));
    return {};
}

Result<std::optional<box::EpochRow>> MemoryBoxStore::epoch(std::uint16_t number) {
    return found(now_.epochs, number);
}

Result<std::optional<box::EpochRow>> MemoryBoxStore::newest_epoch(domain::Recipient recipient) {
    for (auto at = now_.epochs.rbegin(); at != now_.epochs.rend(); ++at)
        if (at->second.recipient == recipient) return std::optional(at->second);
    return std::optional<box::EpochRow>();
}

Status MemoryBoxStore::skip_epochs(std::uint16_t up_to) {
    TRY(writable());
    set(&World::highest_epoch, std::max(now_.highest_epoch, up_to));
    return {};
}

Status MemoryBoxStore::retire_item(ItemId item, Instant now) {
    TRY(powered());
    auto place = now_.places.find(item);
    if (place == now_.places.end()) return {};
    auto row = now_.items.at(place->second);
    if (row.retired) return {};
    row.retired = now;
    drop(&World::queue, {row.item.urgency, place->second});
    put(&World::retired, {now, place->second}, item);
    put(&World::items, place->second, std::move(row));
    return {};
}

Status MemoryBoxStore::drop_retired_before(Instant before) {
    TRY(powered());
    while (!now_.retired.empty() && now_.retired.begin()->first.first < before) {
        auto [key, item] = *now_.retired.begin();
        drop(&World::places, item);
        drop(&World::items, key.second);
        drop(&World::retired, key);
    }
    return {};
}

Result<std::uint32_t> MemoryBoxStore::waiting() {
    return static_cast<std::uint32_t>(now_.queue.size());
}

Result<std::uint32_t> MemoryBoxStore::waiting_above(std::size_t size) {
    return static_cast<std::uint32_t>(
        std::count_if(now_.queue.begin(), now_.queue.end(), [&](const auto& entry) {
            return now_.items.at(entry.first.second).item.sealed.size() > size;
        }));
}

Status MemoryBoxStore::put_case(const box::CaseRow& row) {
    TRY(writable());
    if (now_.cases.contains(row.item)) return fail(ErrorCode::kConflict, "memory.case");
    if (now_.by_code.contains(row.code) || now_.by_once.contains(row.once))
        return fail(ErrorCode::kConflict, "memory.code");
    put(&World::cases, row.item, row);
    put(&World::by_once, row.once, row.item);
    put(&World::by_code, row.code, row.item);
    put(&World::by_receipt, row.receipt, row.item);
    put(&World::events, row.item, {{row.state, row.since}});
    return {};
}

Result<std::optional<box::CaseRow>> MemoryBoxStore::case_of(ItemId item) {
    return found(now_.cases, item);
}

Result<std::optional<box::CaseRow>> MemoryBoxStore::case_at(const std::map<box::Pseudonym, ItemId>& index,
                                                            const box::Pseudonym& name) const {
    auto item = index.find(name);
    if (item == index.end()) return std::optional<box::CaseRow>();
    return std::optional(now_.cases.at(item->second));
}

Result<std::optional<box::CaseRow>> MemoryBoxStore::case_by_once(const box::Pseudonym& once) {
    return case_at(now_.by_once, once);
}

Result<std::optional<box::CaseRow>> MemoryBoxStore::case_by_code(const box::Pseudonym& code) {
    return case_at(now_.by_code, code);
}

Result<std::optional<box::CaseRow>> MemoryBoxStore::case_by_receipt(const box::Pseudonym& receipt) {
    return case_at(now_.by_receipt, receipt);
}

Status MemoryBoxStore::set_state(ItemId item, const box::CaseEvent& event, BytesView reply) {
    TRY(writable());
    auto found_row = now_.cases.find(item);
    if (found_row == now_.cases.end()) return {};
    auto row = found_row->second;
    row.state = event.state;
    row.since = event.at;
    if (!reply.empty()) row.reply.assign(reply.begin(), reply.end());
    put(&World::cases, item, std::move(row));
    auto events = found(now_.events, item).value_or(std::vector<box::CaseEvent>());
    events.push_back(event);
    put(&World::events, item, std::move(events));
    return {};
}

Status MemoryBoxStore::put_reply(ItemId item, BytesView reply) {
    TRY(writable());
    auto row = found(now_.cases, item);
    if (!row) return {};
    row->reply.assign(reply.begin(), reply.end());
    put(&World::cases, item, std::move(*row));
    return {};
}

Result<std::vector<box::CaseEvent>> MemoryBoxStore::history(ItemId item) {
    return found(now_.events, item).value_or(std::vector<box::CaseEvent>());
}

Result<std::vector<box::CaseRow>> MemoryBoxStore::cases_of_phone(const box::Pseudonym& phone) {
    std::vector<box::CaseRow> out;
    for (const auto& [item, row] : now_.cases)
        if (row.phone == phone) out.push_back(row);
    return out;
}

Status MemoryBoxStore::set_contact(std::uint64_t last_update, std::uint64_t last_whole, Instant at) {
    TRY(writable());
    set(&World::last_update, last_update);
    set(&World::last_whole, last_whole);
    set(&World::last_contact, at);
    return {};
}

Status MemoryBoxStore::put_sms_call(const box::Resend& resend) {
    TRY(writable());
    set(&World::sms_call, resend);
    return {};
}

Status MemoryBoxStore::put_exports(std::uint32_t newest) {
    TRY(writable());
    set(&World::exports, std::max(now_.exports, newest));
    return {};
}

Status MemoryBoxStore::put_carrier_book(const box::CarrierBook& book) {
    TRY(writable());
    auto whole = book;
    if (now_.carrier_book) // those not named stay
        whole.contacts.insert(now_.carrier_book->contacts.begin(), now_.carrier_book->contacts.end());
    set(&World::carrier_book, std::optional(std::move(whole)));
    return {};
}

Status MemoryBoxStore::put_carrier_day(const box::CarrierDay& row) {
    TRY(writable());
    put(&World::carrier_days, {row.day, row.carrier}, row);
    return {};
}

Result<std::vector<box::CarrierDay>> MemoryBoxStore::carrier_days(std::int32_t first, std::int32_t last) {
    std::vector<box::CarrierDay> out;
    for (const auto& [key, row] : now_.carrier_days)
        if (row.day >= first && row.day <= last) out.push_back(row);
    return out;
}

Status MemoryBoxStore::keep_carrier_days(std::int32_t first, std::int32_t last) {
    TRY(powered());
    drop_if(&World::carrier_days,
            [&](const box::CarrierDay& row) { return row.day < first || row.day > last; });
    return {};
}

Status MemoryBoxStore::put_bulletin(const box::HeldBulletin& bulletin) {
    TRY(writable());
    auto held = now_.bulletins.find(bulletin.name);
    if (held != now_.bulletins.end() && held->second->version >= bulletin.version)
        return fail(ErrorCode::kConflict, "memory.bulletin");
    put(&World::bulletins, bulletin.name, std::make_shared<const box::HeldBulletin>(bulletin));
    return {};
}

Result<std::optional<box::HeldBulletin>> MemoryBoxStore::bulletin(const std::string& name) {
    auto held = now_.bulletins.find(name);
    return held == now_.bulletins.end() ? std::nullopt : std::optional(*held->second);
}

Result<std::vector<box::HeldBulletin>> MemoryBoxStore::bulletins() {
    std::vector<box::HeldBulletin> out;
    for (const auto& [name, held] : now_.bulletins) out.push_back({held->kind, name, held->version, {}});
    return out;
}

Status MemoryBoxStore::put_assembly(const box::SavedAssembly& assembly) {
    TRY(writable());
    auto all = now_.assemblies;
    std::erase_if(all, [&](const auto& one) { return one->mark == assembly.mark; });
    all.push_back(std::make_shared<const box::SavedAssembly>(assembly));
    if (all.size() > kMostAssemblies) all.erase(all.begin());
    set(&World::assemblies, std::move(all));
    return {};
}

Result<std::vector<box::SavedAssembly>> MemoryBoxStore::assemblies() {
    std::vector<box::SavedAssembly> out;
    for (const auto& one : now_.assemblies) out.push_back(*one);
    return out;
}

Status MemoryBoxStore::drop_assembly(std::uint32_t mark) {
    TRY(powered());
    auto all = now_.assemblies;
    if (std::erase_if(all, [&](const auto& one) { return one->mark == mark; }) != 0)
        set(&World::assemblies, std::move(all));
    return {};
}

} // namespace kentongan::sim
