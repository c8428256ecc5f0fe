#include "wire/case_words.hpp"

#include "wire/crockford.hpp"

#include <sodium.h>

#include <algorithm>

namespace kentongan::wire {
namespace {

bool inspectorate(domain::Recipient recipient) {
    return recipient == domain::Recipient::kInspectorate;
}

} // namespace

Result<Bytes> seal_words(const DistrictPublic& district, domain::Recipient recipient, ItemId item,
                         BytesView plain) {
    const auto& prekey = district.current();
    const auto& key = inspectorate(recipient) ? prekey.inspectorate : prekey.district;
    // A sealed box has no associated data, so the case's id goes inside: words cannot be moved to another
    // case.
    Bytes inside(item.value.begin(), item.value.end());
    inside.insert(inside.end(), plain.begin(), plain.end());
    Bytes sealed(inside.size() + crypto_box_SEALBYTES);
    int failed = crypto_box_seal(sealed.data(), inside.data(), inside.size(), key.data());
    wipe(inside);
    if (failed != 0) return fail(ErrorCode::kInternal, "case_words.seal");
    return sealed;
}

Result<Bytes> open_words(const DistrictSecret& district, domain::Recipient recipient, ItemId item,
                         BytesView sealed) {
    if (sealed.size() < crypto_box_SEALBYTES + item.value.size())
        return fail(ErrorCode::kDenied, "case_words.size");
    Bytes inside(sealed.size() - crypto_box_SEALBYTES);
    // Newest first: words outlive the prekey that they were sealed to.
    bool opened = std::any_of(district.prekeys.rbegin(), district.prekeys.rend(), [&](const auto& prekey) {
        const auto& shown = inspectorate(recipient) ? prekey.shown.inspectorate : prekey.shown.district;
        const auto& secret = inspectorate(recipient) ? prekey.inspectorate : prekey.district;
        return crypto_box_seal_open(inside.data(), sealed.data(), sealed.size(), shown.data(),
                                    secret.data()) == 0;
    });
    if (!opened) return fail(ErrorCode::kDenied, "case_words.open");
    if (!std::equal(item.value.begin(), item.value.end(), inside.begin()))
        return fail(ErrorCode::kDenied, "case_words.item");
    inside.erase(inside.begin(), inside.begin() + static_cast<std::ptrdiff_t>(item.value.size()));
    return inside;
}

Result<Bytes> seal_record(const DistrictPublic& district, domain::Recipient recipient, ItemId item,
                          const ItemSeed& seed, BytesView record) {
    Bytes plain(seed.key().begin(), seed.key().end());
    plain.insert(plain.end(), record.begin(), record.end());
    auto sealed = seal_words(district, recipient, item, plain);
    wipe(plain);
    return sealed;
}

Result<KeptRecord> open_record(const DistrictSecret& district, domain::Recipient recipient, ItemId item,
                               BytesView sealed) {
    auto plain = TRY(open_words(district, recipient, item, sealed));
    Key32 key{};
    if (plain.size() <= key.size()) return fail(ErrorCode::kCorrupt, "case_words.record");
    std::copy_n(plain.begin(), key.size(), key.begin());
    KeptRecord out{ItemSeed(key),
                   Bytes(plain.begin() + static_cast<std::ptrdiff_t>(key.size()), plain.end())};
    wipe(key);
    wipe(plain);
    return out;
}

std::string alias_of(const DistrictSecret& district, domain::Recipient recipient, std::string_view e164) {
    constexpr std::string_view kPurpose = "kentongan sender alias 2";
    // The two readers see different aliases of one number, and cannot put them together.
    auto reader = static_cast<std::uint8_t>(recipient);
    Key32 hash{};
    crypto_generichash_state state;
    crypto_generichash_init(&state, district.names.data(), district.names.size(), hash.size());
    auto purpose = as_bytes(kPurpose);
    auto number = as_bytes(e164);
    crypto_generichash_update(&state, purpose.data(), purpose.size());
    crypto_generichash_update(&state, &reader, 1);
    crypto_generichash_update(&state, number.data(), number.size());
    crypto_generichash_final(&state, hash.data(), hash.size());
    std::string out;
    for (std::size_t i = 0; i < 6; ++i) {
        if (i == 3) out += '-';
        out += kCrockford[hash[i] % kCrockford.size()];
    }
    return out;
}

} // namespace kentongan::wire
