// The box's store in memory, second part: conversations, SMS that came and SMS to be sent.
#include "sim/memory_box_undo.hpp"

#include <algorithm>

namespace kentongan::sim {

Result<std::optional<Bytes>> MemoryBoxStore::conversation(const box::Pseudonym& phone) {
    auto entry = found(now_.conversations, phone);
    return entry ? std::optional(entry->first) : std::nullopt;
}

Status MemoryBoxStore::put_conversation(const box::Pseudonym& phone, BytesView content, Instant touched) {
    TRY(writable());
    put(&World::conversations, phone, {Bytes(content.begin(), content.end()), touched});
    return {};
}

Status MemoryBoxStore::drop_conversation(const box::Pseudonym& phone) {
    TRY(powered());
    drop(&World::conversations, phone);
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
        put(&World::stopped, phone, true);
    else
        drop(&World::stopped, phone);
    return {};
}

Result<bool> MemoryBoxStore::sms_seen(const std::array<std::uint8_t, 16>& fingerprint) {
    return now_.seen.contains(fingerprint);
}

Status MemoryBoxStore::mark_sms_seen(const std::array<std::uint8_t, 16>& fingerprint, Instant now) {
    TRY(writable());
    if (!now_.seen.contains(fingerprint)) put(&World::seen, fingerprint, now);
    return {};
}

Status MemoryBoxStore::forget_sms_seen_before(Instant before) {
    TRY(powered());
    drop_if(&World::seen, [&](Instant at) { return at < before; });
    return {};
}

Status MemoryBoxStore::put_part(const box::SmsPart& part) {
    TRY(writable());
    MessageKey key{part.sender, part.reference, part.count};
    auto message = found(now_.parts, key).value_or(std::map<std::uint8_t, box::SmsPart>());
    message.emplace(part.number, part);
    put(&World::parts, key, std::move(message));
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
    TRY(powered());
    drop(&World::parts, {sender, reference, count});
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
    if (now_.quarantine.contains(fingerprint)) return {};
    put(&World::quarantine, fingerprint, {Bytes(content.begin(), content.end()), now});
    while (now_.quarantine.size() > kMostQuarantined)
        drop(&World::quarantine,
             std::min_element(now_.quarantine.begin(), now_.quarantine.end(),
                              [](const auto& a, const auto& b) { return a.second.second < b.second.second; })
                 ->first);
    return {};
}

Result<std::uint64_t> MemoryBoxStore::put_sms(const box::OutgoingSms& sms) {
    TRY(writable());
    auto id = now_.next_sms;
    set(&World::next_sms, id + 1);
    auto row = sms;
    row.id = id;
    put(&World::sms, id, std::move(row));
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
    if (now_.sms.contains(sms.id)) put(&World::sms, sms.id, sms);
    return {};
}

Status MemoryBoxStore::drop_sms(std::uint64_t id) {
    TRY(powered());
    drop(&World::sms, id);
    return {};
}

Result<std::vector<box::OutgoingSms>> MemoryBoxStore::submitting_sms() {
    std::vector<box::OutgoingSms> out;
    for (const auto& [id, sms] : now_.sms)
        if (sms.submitting) out.push_back(sms);
    return out;
}

Status MemoryBoxStore::drop_expired_sms(Instant now) {
    TRY(powered());
    drop_if(&World::sms, [&](const box::OutgoingSms& sms) { return sms.expires <= now && !sms.submitting; });
    return {};
}

} // namespace kentongan::sim
