#include "sim/office.hpp"

#include "district/publishing.hpp"
#include "wire/keyring.hpp"

namespace kentongan::sim {

Status OfficeStore::receive(const district::Delivery& delivery) {
    if (forgetful && !delivery.cases.empty()) return {};
    std::vector<Arrival> fresh;
    for (const auto& one : delivery.cases)
        if (!case_row(one.row.id)) fresh.push_back({one.row.id, one.row.box, one.row.code});
    auto before = TRY(quarantined_of(delivery.box));
    TRY(MemoryDistrictStore::receive(delivery));
    auto after = TRY(quarantined_of(delivery.box));
    // Its name for a clerk is the digest of its bytes, so what is new among these is new as an item.
    if (after != before)
        for (const auto& one : delivery.quarantined) {
            if (aside.contains(one.item)) continue;
            aside[one.item] = 1;
            fresh.push_back({one.item, one.box, ""});
        }
    arrived.insert(arrived.end(), fresh.begin(), fresh.end());
    return {};
}

Status OfficeStore::adopt(const district::Quarantined& quarantined, const district::NewCase& found) {
    TRY(MemoryDistrictStore::adopt(quarantined, found));
    aside.erase(quarantined.item);
    return {};
}

Result<std::uint64_t> OfficeStore::move(const district::CaseMove& move) {
    auto row = TRY(case_row(move.id));
    auto sequence = TRY(MemoryDistrictStore::move(move));
    auto update = move.update;
    update.sequence = sequence;
    update.reply.clear();
    update.notice.clear();
    issued[row.box].push_back(move.id);
    issued_of[move.id].push_back(std::move(update));
    return sequence;
}

Office::Office(const domain::Pack& pack, const std::map<std::string, domain::Village, std::less<>>& villages,
               const wire::Dictionaries& dictionaries, BytesView seed)
    : root(wire::root_from(seed)) {
    setting.pack = pack;
    setting.dictionaries = dictionaries;
    setting.villages = villages;
    setting.keys = wire::district_keys_from(root, seed);
    wire::random_bytes(setting.psk_key);
    restart({});
}

void Office::restart(Instant now) {
    if (intake) refused += intake->refused();
    cases = std::make_unique<district::Cases>(disk, setting);
    intake = std::make_unique<district::Intake>(disk, setting);
    // As the program does; a disk that refuses now is asked again at the next start.
    (void)intake->look_again(now).has_value();
}

Status Office::rotate(BytesView seed, Instant now) {
    auto revoked = TRY(district::revoked_boxes(disk));
    auto newest = TRY(district::newest_keyring(disk));
    TRY(wire::rotate_prekey(setting.keys, root, seed, revoked, newest));
    TRY(district::publish_keyring(disk, setting.keys, root, now));
    restart(now);
    return {};
}

Status Office::publish(Dice& dice, Instant now) {
    constexpr std::size_t kSize = 3000;
    while (news.size() < kSize) news.push_back(static_cast<std::uint8_t>('a' + dice.below(26)));
    for (int change = 0; change < 20; ++change)
        news[dice.below(news.size())] = static_cast<std::uint8_t>('A' + dice.below(26));
    news_version =
        TRY(district::publish(disk, setting.keys, {wire::BulletinKind::kDocument, {}, kNewsName, news}, now));
    return {};
}

Status Office::revoke(BoxId box, Instant now) {
    TRY(district::revoke_box(disk, box));
    auto revoked = TRY(district::revoked_boxes(disk));
    auto newest = TRY(district::newest_keyring(disk));
    TRY(wire::issue_keyring(setting.keys, root, revoked, newest));
    TRY(district::publish_keyring(disk, setting.keys, root, now));
    restart(now);
    return {};
}

} // namespace kentongan::sim
