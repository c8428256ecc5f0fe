#include "wire/seal.hpp"

#include <sodium.h>

#include <algorithm>

namespace kentongan::wire {
namespace {

// version u8 · recipient u8 · box u32 · item 16 · sealed box · signature 64
constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeader = 1 + 1 + 4 + 16;
constexpr std::size_t kOverhead = kHeader + crypto_box_SEALBYTES + crypto_sign_BYTES;
// A signature over an envelope must never verify as a signature over anything else.
constexpr std::string_view kContext = "kentongan envelope 1";

Bytes signed_part(BytesView envelope) {
    Bytes out(kContext.begin(), kContext.end());
    out.insert(out.end(), envelope.begin(), envelope.end() - crypto_sign_BYTES);
    return out;
}

} // namespace

Result<EnvelopeHeader> read_header(BytesView envelope) {
    if (envelope.size() > kMaxEnvelope) return fail(ErrorCode::kCorrupt, "envelope.size");
    ByteReader reader(envelope);
    auto version = TRY(reader.u8());
    if (version != kVersion) return fail(ErrorCode::kUnsupported, "envelope.version", version);
    if (envelope.size() < kOverhead) return fail(ErrorCode::kCorrupt, "envelope.size");
    auto recipient = TRY(reader.u8());
    if (recipient != static_cast<std::uint8_t>(domain::Recipient::kDistrict) &&
        recipient != static_cast<std::uint8_t>(domain::Recipient::kInspectorate))
        return fail(ErrorCode::kCorrupt, "envelope.recipient", recipient);
    EnvelopeHeader header;
    header.recipient = static_cast<domain::Recipient>(recipient);
    header.box.value = TRY(reader.u32());
    header.item.value = TRY(reader.array<16>());
    return header;
}

Status verify(BytesView envelope, const BoxPublic& box) {
    auto header = TRY(read_header(envelope));
    if (header.box != box.box) return fail(ErrorCode::kDenied, "envelope.box");
    auto message = signed_part(envelope);
    const auto* signature = envelope.data() + envelope.size() - crypto_sign_BYTES;
    if (crypto_sign_verify_detached(signature, message.data(), message.size(), box.sign.data()) != 0)
        return fail(ErrorCode::kDenied, "envelope.signature");
    return {};
}

Result<Bytes> SealedBoxSealer::seal(domain::Recipient recipient, ItemId item, BytesView record) {
    if (record.size() + kOverhead + item.value.size() > kMaxEnvelope)
        return fail(ErrorCode::kNoSpace, "envelope.seal");
    ByteWriter out;
    out.u8(kVersion);
    out.u8(static_cast<std::uint8_t>(recipient));
    out.u32(box_.shown.box.value);
    out.raw(item.value);

    const auto& key = recipient == domain::Recipient::kInspectorate ? district_.current().inspectorate
                                                                    : district_.current().district;
    // The item id goes inside as well: a sealed box has no associated data, and a ciphertext moved under
    // another header must not open.
    Bytes inside(item.value.begin(), item.value.end());
    inside.insert(inside.end(), record.begin(), record.end());
    Bytes sealed(inside.size() + crypto_box_SEALBYTES);
    int failed = crypto_box_seal(sealed.data(), inside.data(), inside.size(), key.data());
    wipe(inside);
    if (failed != 0) return fail(ErrorCode::kInternal, "envelope.seal");
    out.raw(sealed);

    std::array<std::uint8_t, crypto_sign_BYTES> signature{};
    Bytes envelope = std::move(out).take();
    envelope.resize(envelope.size() + crypto_sign_BYTES);
    auto message = signed_part(envelope);
    crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), box_.sign.data());
    std::copy(signature.begin(), signature.end(), envelope.end() - crypto_sign_BYTES);
    return envelope;
}

Result<Bytes> open(BytesView envelope, const DistrictSecret& district) {
    auto header = TRY(read_header(envelope));
    auto sealed = envelope.subspan(kHeader, envelope.size() - kHeader - crypto_sign_BYTES);
    bool inspectorate = header.recipient == domain::Recipient::kInspectorate;
    Bytes inside(sealed.size() - crypto_box_SEALBYTES);
    // The envelope does not name its prekey; what was sealed before a rotation opens with an older one.
    bool opened = std::any_of(district.prekeys.rbegin(), district.prekeys.rend(), [&](const auto& prekey) {
        const auto& shown = inspectorate ? prekey.shown.inspectorate : prekey.shown.district;
        const auto& secret = inspectorate ? prekey.inspectorate : prekey.district;
        return crypto_box_seal_open(inside.data(), sealed.data(), sealed.size(), shown.data(),
                                    secret.data()) == 0;
    });
    if (!opened) return fail(ErrorCode::kDenied, "envelope.open");
    if (inside.size() < header.item.value.size() ||
        !std::equal(header.item.value.begin(), header.item.value.end(), inside.begin()))
        return fail(ErrorCode::kDenied, "envelope.item");
    inside.erase(inside.begin(), inside.begin() + static_cast<std::ptrdiff_t>(header.item.value.size()));
    return inside;
}

} // namespace kentongan::wire
