#include "wire/keyring.hpp"

#include "wire/signature.hpp"

#include <algorithm>
#include <limits>

namespace kentongan::wire {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::string_view kContext = "kentongan keyring 1";

Status issue(DistrictSecret& keys, const RootSecret& root, Keyring next, std::span<const BoxId> revoked,
             std::uint32_t above) {
    if (root.shown != keys.shown.root) return fail(ErrorCode::kDenied, "keyring.root");
    next.revoked.assign(revoked.begin(), revoked.end());
    std::sort(next.revoked.begin(), next.revoked.end());
    next.revoked.erase(std::unique(next.revoked.begin(), next.revoked.end()), next.revoked.end());
    if (next.revoked.size() > kMaxRevoked) return fail(ErrorCode::kNoSpace, "keyring.revoked");
    auto newest = std::max(keys.shown.keyring.version, above);
    if (newest == std::numeric_limits<std::uint32_t>::max())
        return fail(ErrorCode::kNoSpace, "keyring.version");
    next.version = newest + 1;
    keys.shown.signed_keyring = sign_keyring(next, root);
    keys.shown.keyring = std::move(next);
    return {};
}

} // namespace

Bytes sign_keyring(const Keyring& keyring, const RootSecret& root) {
    ByteWriter out;
    out.u8(kFormat);
    out.u32(keyring.version);
    out.u8(keyring.current);
    out.u8(static_cast<std::uint8_t>(keyring.prekeys.size()));
    for (const auto& prekey : keyring.prekeys) {
        out.u8(prekey.id);
        out.raw(prekey.district);
        out.raw(prekey.inspectorate);
    }
    out.raw(keyring.downlink);
    out.u32(keyring.minimum_software);
    out.varint(keyring.revoked.size());
    std::uint32_t before = 0;
    for (auto box : keyring.revoked) {
        out.varint(box.value - before); // numbers grow, so the distance takes a byte as a rule
        before = box.value;
    }
    auto signature = sign(kContext, out.bytes(), root.sign);
    out.raw(signature);
    return std::move(out).take();
}

Result<Keyring> open_keyring(BytesView bytes, const Key32& root) {
    if (bytes.size() <= kSignature || bytes.size() > kMaxKeyring)
        return fail(ErrorCode::kCorrupt, "keyring.size");
    auto body = bytes.first(bytes.size() - kSignature);
    // A newer format may be signed otherwise: that it is newer is said before that it cannot be believed.
    if (body[0] != kFormat) return fail(ErrorCode::kUnsupported, "keyring.format", body[0]);
    if (!signed_by(kContext, body, bytes.last(kSignature), root))
        return fail(ErrorCode::kDenied, "keyring.signature");
    ByteReader reader(body.subspan(1));
    Keyring out;
    out.version = TRY(reader.u32());
    out.current = TRY(reader.u8());
    auto prekeys = TRY(reader.u8());
    if (out.version == 0 || prekeys == 0 || prekeys > kMaxValidPrekeys)
        return fail(ErrorCode::kCorrupt, "keyring.prekeys", prekeys);
    for (unsigned i = 0; i < prekeys; ++i) {
        Prekey prekey;
        prekey.id = TRY(reader.u8());
        prekey.district = TRY(reader.array<32>());
        prekey.inspectorate = TRY(reader.array<32>());
        if (prekey.id <= (out.prekeys.empty() ? 0 : out.prekeys.back().id))
            return fail(ErrorCode::kCorrupt, "keyring.prekey", prekey.id);
        out.prekeys.push_back(prekey);
    }
    if (out.prekey(out.current) == nullptr) return fail(ErrorCode::kCorrupt, "keyring.current", out.current);
    out.downlink = TRY(reader.array<32>());
    out.minimum_software = TRY(reader.u32());
    auto revoked = TRY(reader.varint());
    if (revoked > kMaxRevoked) return fail(ErrorCode::kCorrupt, "keyring.revoked");
    std::uint64_t box = 0;
    for (std::uint64_t i = 0; i < revoked; ++i) {
        auto distance = TRY(reader.varint());
        if (distance == 0 || distance > std::numeric_limits<std::uint32_t>::max() - box)
            return fail(ErrorCode::kCorrupt, "keyring.revoked");
        box += distance;
        out.revoked.push_back(BoxId{static_cast<std::uint32_t>(box)});
    }
    TRY(reader.end());
    return out;
}

Status accept_keyring(DistrictPublic& known, BytesView bytes) {
    auto fresh = TRY(open_keyring(bytes, known.root));
    if (fresh.version <= known.keyring.version)
        return fail(ErrorCode::kConflict, "keyring.version", fresh.version);
    known.keyring = std::move(fresh);
    known.signed_keyring.assign(bytes.begin(), bytes.end());
    return {};
}

Status issue_keyring(DistrictSecret& keys, const RootSecret& root, std::span<const BoxId> revoked,
                     std::uint32_t above) {
    return issue(keys, root, keys.shown.keyring, revoked, above);
}

Status rotate_prekey(DistrictSecret& keys, const RootSecret& root, BytesView seed,
                     std::span<const BoxId> revoked, std::uint32_t above) {
    auto newest = keys.prekeys.empty() ? 0 : keys.prekeys.back().shown.id;
    if (newest == 255) return fail(ErrorCode::kNoSpace, "keyring.prekey");
    auto fresh = prekey_from(static_cast<std::uint8_t>(newest + 1), seed);
    auto next = keys.shown.keyring;
    next.prekeys.push_back(fresh.shown);
    if (next.prekeys.size() > kPrekeysAfterRotation)
        next.prekeys.erase(next.prekeys.begin(),
                           next.prekeys.end() - static_cast<std::ptrdiff_t>(kPrekeysAfterRotation));
    next.current = fresh.shown.id;
    TRY(issue(keys, root, std::move(next), revoked, above));
    keys.prekeys.push_back(std::move(fresh));
    return {};
}

} // namespace kentongan::wire
