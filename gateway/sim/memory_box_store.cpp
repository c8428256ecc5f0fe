#include "sim/memory_box_store.hpp"

#include <algorithm>

namespace kentongan::sim {
namespace {

template <class Map, class Predicate>
void drop_if(Map& map, Predicate old) {
    std::erase_if(map, [&](const auto& entry) { return old(entry.second); });
}

template <class Map, class Key>
auto found(const Map& map, const Key& key) -> std::optional<typename Map::mapped_type> {
    auto at = map.find(key);
    return at == map.end() ? std::nullopt : std::optional(at->second);
}

} // namespace

Status MemoryBoxStore::writable() const {
    if (full_) return fail(ErrorCode::kNoSpace, "memory.full");
    return {};
}

Status MemoryBoxStore::begin() {
    if (before_) return fail(ErrorCode::kInternal, "memory.begin");
    before_ = now_;
    return {};
}

Status MemoryBoxStore::commit() {
    if (!before_) return fail(ErrorCode::kInternal, "memory.commit");
    before_.reset();
    return {};
}

void MemoryBoxStore::rollback() {
    if (before_) now_ = std::move(*before_);
    before_.reset();
}

Status MemoryBoxStore::put_item(const box::QueuedItem& item, Instant) {
    TRY(writable());
    if (now_.places.contains(item.item)) return fail(ErrorCode::kConflict, "memory.item");
    now_.places[item.item] = now_.next_place;
    now_.items[now_.next_place++] = {item, std::nullopt};
    return {};
}

Result<std::vector<box::QueuedItem>> MemoryBoxStore::queued_items(std::size_t most) {
    std::vector<box::QueuedItem> out;
    for (auto urgency : {box::Urgency::kFirst, box::Urgency::kOrdinary, box::Urgency::kBulk})
        for (const auto& [place, item] : now_.items)
            if (!item.retired && item.item.urgency == urgency && out.size() < most) out.push_back(item.item);
    return out;
}

Result<std::vector<ItemId>> MemoryBoxStore::queued_between(const ItemId& first, const ItemId& last) {
    std::vector<ItemId> out;
    for (auto at = now_.places.lower_bound(first); at != now_.places.end() && at->first <= last; ++at)
        if (!now_.items[at->second].retired) out.push_back(at->first);
    return out;
}

Status MemoryBoxStore::put_epoch(const box::EpochRow& row) {
    TRY(writable());
    now_.epochs[row.number] = row;
    now_.highest_epoch = std::max(now_.highest_epoch, row.number);
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
    now_.highest_epoch = std::max(now_.highest_epoch, up_to);
    return {};
}

Status MemoryBoxStore::retire_item(ItemId item, Instant now) {
    auto place = now_.places.find(item);
    if (place == now_.places.end()) return {};
    auto& retired = now_.items[place->second].retired;
    if (!retired) retired = now;
    return {};
}

Status MemoryBoxStore::drop_retired_before(Instant before) {
    for (auto at = now_.items.begin(); at != now_.items.end();) {
        if (at->second.retired && *at->second.retired < before) {
            now_.places.erase(at->second.item.item);
            at = now_.items.erase(at);
        } else {
            ++at;
        }
    }
    return {};
}

Result<std::uint32_t> MemoryBoxStore::waiting() {
    return static_cast<std::uint32_t>(std::count_if(now_.items.begin(), now_.items.end(),
                                                    [](const auto& entry) { return !entry.second.retired; }));
}

Status MemoryBoxStore::put_case(const box::CaseRow& row) {
    TRY(writable());
    if (now_.cases.contains(row.item)) return fail(ErrorCode::kConflict, "memory.case");
    for (const auto& [item, other] : now_.cases)
        if (other.code == row.code || other.once == row.once)
            return fail(ErrorCode::kConflict, "memory.code");
    now_.cases[row.item] = row;
    now_.events[row.item].push_back({row.state, row.since});
    return {};
}

Result<std::optional<box::CaseRow>> MemoryBoxStore::case_of(ItemId item) {
    return found(now_.cases, item);
}

Result<std::optional<box::CaseRow>> MemoryBoxStore::case_by_once(const box::Pseudonym& once) {
    for (const auto& [item, row] : now_.cases)
        if (row.once == once) return std::optional(row);
    return std::optional<box::CaseRow>();
}

Result<std::optional<box::CaseRow>> MemoryBoxStore::case_by_code(const box::Pseudonym& code) {
    for (const auto& [item, row] : now_.cases)
        if (row.code == code) return std::optional(row);
    return std::optional<box::CaseRow>();
}

Result<std::optional<box::CaseRow>> MemoryBoxStore::case_by_receipt(const box::Pseudonym& receipt) {
    for (const auto& [item, row] : now_.cases)
        if (row.receipt == receipt) return std::optional(row);
    return std::optional<box::CaseRow>();
}

Status MemoryBoxStore::set_state(ItemId item, const box::CaseEvent& event, BytesView reply) {
    TRY(writable());
    auto row = now_.cases.find(item);
    if (row == now_.cases.end()) return {};
    row->second.state = event.state;
    row->second.since = event.at;
    if (!reply.empty()) row->second.reply.assign(reply.begin(), reply.end());
    now_.events[item].push_back(event);
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

Status MemoryBoxStore::set_contact(std::uint64_t last_update, Instant at) {
    TRY(writable());
    now_.last_update = last_update;
    now_.last_contact = at;
    return {};
}

Status MemoryBoxStore::put_exports(std::uint32_t newest) {
    TRY(writable());
    now_.exports = std::max(now_.exports, newest);
    return {};
}

Status MemoryBoxStore::put_carrier_book(const box::CarrierBook& book) {
    TRY(writable());
    auto contacts = now_.carrier_book ? now_.carrier_book->contacts : decltype(book.contacts)();
    for (const auto& [carrier, at] : book.contacts) contacts[carrier] = at;
    now_.carrier_book = book;
    now_.carrier_book->contacts = std::move(contacts);
    return {};
}

Status MemoryBoxStore::put_carrier_day(const box::CarrierDay& row) {
    TRY(writable());
    now_.carrier_days[{row.day, row.carrier}] = row;
    return {};
}

Result<std::vector<box::CarrierDay>> MemoryBoxStore::carrier_days(std::int32_t first, std::int32_t last) {
    std::vector<box::CarrierDay> out;
    for (const auto& [key, row] : now_.carrier_days)
        if (row.day >= first && row.day <= last) out.push_back(row);
    return out;
}

Status MemoryBoxStore::keep_carrier_days(std::int32_t first, std::int32_t last) {
    drop_if(now_.carrier_days, [&](const box::CarrierDay& row) { return row.day < first || row.day > last; });
    return {};
}

Status MemoryBoxStore::put_bulletin(const box::HeldBulletin& bulletin) {
    TRY(writable());
    auto& held = now_.bulletins[bulletin.name];
    if (held && held->version >= bulletin.version) return fail(ErrorCode::kConflict, "memory.bulletin");
    held = std::make_shared<const box::HeldBulletin>(bulletin);
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
    TRY(drop_assembly(assembly.mark));
    now_.assemblies.push_back(std::make_shared<const box::SavedAssembly>(assembly));
    if (now_.assemblies.size() > kMostAssemblies) now_.assemblies.erase(now_.assemblies.begin());
    return {};
}

Result<std::vector<box::SavedAssembly>> MemoryBoxStore::assemblies() {
    std::vector<box::SavedAssembly> out;
    for (const auto& one : now_.assemblies) out.push_back(*one);
    return out;
}

Status MemoryBoxStore::drop_assembly(std::uint32_t mark) {
    std::erase_if(now_.assemblies, [&](const auto& one) { return one->mark == mark; });
    return {};
}

Result<std::optional<Bytes>> MemoryBoxStore::conversation(const box::Pseudonym& phone) {
    auto entry = found(now_.conversations, phone);
    return entry ? std::optional(entry->first) : std::nullopt;
}

Status MemoryBoxStore::put_conversation(const box::Pseudonym& phone, BytesView content, Instant touched) {
    TRY(writable());
    now_.conversations[phone] = {Bytes(content.begin(), content.end()), touched};
    return {};
}

Status MemoryBoxStore::drop_conversation(const box::Pseudonym& phone) {
    now_.conversations.erase(phone);
    return {};
}

Result<std::vector<box::Store::OldConversation>> MemoryBoxStore::conversations_before(Instant before,
                                                                                      std::size_t most) {
    std::vector<OldConversation> out;
    for (const auto& [phone, entry] : now_.conversations)
        if (entry.second < before && out.size() < most) out.push_back({phone, entry.first});
    return out;
}

Status MemoryBoxStore::set_stopped(const box::Pseudonym& phone, bool stopped) {
    TRY(writable());
    if (stopped)
        now_.stopped.insert(phone);
    else
        now_.stopped.erase(phone);
    return {};
}

Result<bool> MemoryBoxStore::sms_seen(const std::array<std::uint8_t, 16>& fingerprint) {
    return now_.seen.contains(fingerprint);
}

Status MemoryBoxStore::mark_sms_seen(const std::array<std::uint8_t, 16>& fingerprint, Instant now) {
    TRY(writable());
    now_.seen.emplace(fingerprint, now);
    return {};
}

Status MemoryBoxStore::forget_sms_seen_before(Instant before) {
    drop_if(now_.seen, [&](Instant at) { return at < before; });
    return {};
}

Status MemoryBoxStore::put_part(const box::SmsPart& part) {
    TRY(writable());
    now_.parts[{part.sender, part.reference, part.count}].emplace(part.number, part);
    return {};
}

Result<std::vector<box::SmsPart>> MemoryBoxStore::parts(const box::Pseudonym& sender, std::uint16_t reference,
                                                        std::uint8_t count) {
    std::vector<box::SmsPart> out;
    auto message = now_.parts.find({sender, reference, count});
    if (message == now_.parts.end()) return out;
    for (const auto& [number, part] : message->second) out.push_back(part);
    return out;
}

Status MemoryBoxStore::drop_parts(const box::Pseudonym& sender, std::uint16_t reference, std::uint8_t count) {
    now_.parts.erase({sender, reference, count});
    return {};
}

Result<std::vector<box::SmsPart>> MemoryBoxStore::stale_parts(Instant before, std::size_t most) {
    std::vector<box::SmsPart> out;
    for (const auto& [key, message] : now_.parts) {
        auto newest = std::max_element(message.begin(), message.end(), [](const auto& a, const auto& b) {
            return a.second.at < b.second.at;
        });
        if (newest->second.at < before && out.size() < most) out.push_back(newest->second);
    }
    return out;
}

Status MemoryBoxStore::quarantine(const std::array<std::uint8_t, 16>& fingerprint, BytesView content,
                                  Instant now) {
    TRY(writable());
    now_.quarantine.emplace(fingerprint, std::pair(Bytes(content.begin(), content.end()), now));
    while (now_.quarantine.size() > kMostQuarantined)
        now_.quarantine.erase(
            std::min_element(now_.quarantine.begin(), now_.quarantine.end(),
                             [](const auto& a, const auto& b) { return a.second.second < b.second.second; }));
    return {};
}

Result<std::uint64_t> MemoryBoxStore::put_sms(const box::OutgoingSms& sms) {
    TRY(writable());
    auto id = now_.next_sms++;
    now_.sms[id] = sms;
    now_.sms[id].id = id;
    return id;
}

Result<std::optional<box::OutgoingSms>> MemoryBoxStore::next_sms(Instant now) {
    const box::OutgoingSms* best = nullptr;
    for (const auto& [id, sms] : now_.sms)
        if (!sms.submitting && sms.due <= now && sms.expires > now &&
            (best == nullptr || sms.kind < best->kind))
            best = &sms;
    return best == nullptr ? std::nullopt : std::optional(*best);
}

Result<std::optional<box::OutgoingSms>> MemoryBoxStore::sms(std::uint64_t id) {
    return found(now_.sms, id);
}

Status MemoryBoxStore::update_sms(const box::OutgoingSms& sms) {
    TRY(writable());
    auto row = now_.sms.find(sms.id);
    if (row != now_.sms.end()) row->second = sms;
    return {};
}

Status MemoryBoxStore::drop_sms(std::uint64_t id) {
    now_.sms.erase(id);
    return {};
}

Result<std::vector<box::OutgoingSms>> MemoryBoxStore::submitting_sms() {
    std::vector<box::OutgoingSms> out;
    for (const auto& [id, sms] : now_.sms)
        if (sms.submitting) out.push_back(sms);
    return out;
}

Status MemoryBoxStore::drop_expired_sms(Instant now) {
    drop_if(now_.sms, [&](const box::OutgoingSms& sms) { return sms.expires <= now && !sms.submitting; });
    return {};
}

} // namespace kentongan::sim
