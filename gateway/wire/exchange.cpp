#include "wire/exchange.hpp"

#include "wire/seal.hpp"

#include <sodium.h>

#include <algorithm>

namespace kentongan::wire {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::string_view kUploadContext = "kentongan upload 1";
constexpr std::string_view kDownloadContext = "kentongan download 1";
constexpr std::size_t kMaxSmallBlock = 8 * 1024;

void sign(ByteWriter& out, std::string_view context, const Key64& secret) {
    Bytes message(context.begin(), context.end());
    message.insert(message.end(), out.bytes().begin(), out.bytes().end());
    std::array<std::uint8_t, crypto_sign_BYTES> signature{};
    crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), secret.data());
    out.raw(signature);
}

Status check(BytesView bytes, std::string_view context, const Key32& key) {
    Bytes message(context.begin(), context.end());
    message.insert(message.end(), bytes.begin(), bytes.end() - crypto_sign_BYTES);
    if (crypto_sign_verify_detached(bytes.data() + bytes.size() - crypto_sign_BYTES, message.data(),
                                    message.size(), key.data()) != 0)
        return fail(ErrorCode::kDenied, "exchange.signature");
    return {};
}

Result<ByteReader> body_of(BytesView bytes, std::size_t max) {
    if (bytes.size() > max || bytes.size() < 1 + crypto_sign_BYTES)
        return fail(ErrorCode::kCorrupt, "exchange.size");
    ByteReader reader(bytes.first(bytes.size() - crypto_sign_BYTES));
    auto version = TRY(reader.u8());
    if (version != kVersion) return fail(ErrorCode::kUnsupported, "exchange.version", version);
    return reader;
}

} // namespace

Bytes encode(const Upload& upload, const BoxSecret& box) {
    ByteWriter out;
    out.u8(kVersion);
    out.u32(upload.box.value);
    out.raw(upload.nonce);
    out.varint(upload.last_update);
    out.varint(upload.waiting);
    out.varint(upload.envelopes.size());
    for (const auto& envelope : upload.envelopes) out.block(envelope);
    sign(out, kUploadContext, box.sign);
    return std::move(out).take();
}

Result<Upload> decode_upload(BytesView bytes,
                             const std::function<std::optional<BoxPublic>(BoxId)>& box_named) {
    auto reader = TRY(body_of(bytes, kMaxUpload));
    Upload upload;
    upload.box.value = TRY(reader.u32());
    auto box = box_named(upload.box);
    if (!box) return fail(ErrorCode::kDenied, "exchange.box", upload.box.value);
    TRY(check(bytes, kUploadContext, box->sign));
    upload.nonce = TRY(reader.array<16>());
    upload.last_update = TRY(reader.varint());
    auto waiting = TRY(reader.varint());
    upload.waiting = static_cast<std::uint32_t>(std::min<std::uint64_t>(waiting, UINT32_MAX));
    auto count = TRY(reader.varint());
    if (count > kMaxItemsPerUpload) return fail(ErrorCode::kCorrupt, "exchange.items");
    for (std::uint64_t i = 0; i < count; ++i) {
        auto envelope = TRY(reader.block(kMaxEnvelope));
        upload.envelopes.emplace_back(envelope.begin(), envelope.end());
    }
    TRY(reader.end());
    return upload;
}

Bytes encode(const Download& download, const DistrictSecret& district) {
    ByteWriter out;
    out.u8(kVersion);
    out.u32(download.box.value);
    out.raw(download.nonce);
    out.instant(download.district_time);
    out.varint(download.receipts.size());
    for (const auto& receipt : download.receipts) {
        out.raw(receipt.item.value);
        out.u8(static_cast<std::uint8_t>(receipt.level));
    }
    out.varint(download.updates.size());
    for (const auto& update : download.updates) {
        out.varint(update.sequence);
        out.raw(update.item.value);
        out.u8(update.state);
        out.instant(update.at);
        out.block(update.reply);
        out.block(update.notice);
    }
    out.u8(download.more ? 1 : 0);
    sign(out, kDownloadContext, district.sign);
    return std::move(out).take();
}

Result<Download> decode_download(BytesView bytes, const DistrictPublic& district, BoxId box,
                                 const std::array<std::uint8_t, 16>& nonce) {
    auto reader = TRY(body_of(bytes, kMaxDownload));
    TRY(check(bytes, kDownloadContext, district.keyring.downlink));
    Download download;
    download.box.value = TRY(reader.u32());
    download.nonce = TRY(reader.array<16>());
    if (download.box != box || download.nonce != nonce) return fail(ErrorCode::kDenied, "exchange.nonce");
    download.district_time = TRY(reader.instant());
    auto receipts = TRY(reader.varint());
    if (receipts > kMaxItemsPerUpload) return fail(ErrorCode::kCorrupt, "exchange.receipts");
    for (std::uint64_t i = 0; i < receipts; ++i) {
        ItemReceipt receipt;
        receipt.item.value = TRY(reader.array<16>());
        auto level = TRY(reader.u8());
        if (level < 1 || level > 2) return fail(ErrorCode::kCorrupt, "exchange.level", level);
        receipt.level = static_cast<ItemReceipt::Level>(level);
        download.receipts.push_back(receipt);
    }
    auto updates = TRY(reader.varint());
    if (updates > kMaxUpdatesPerDownload) return fail(ErrorCode::kCorrupt, "exchange.updates");
    for (std::uint64_t i = 0; i < updates; ++i) {
        StatusUpdate update;
        update.sequence = TRY(reader.varint());
        update.item.value = TRY(reader.array<16>());
        update.state = TRY(reader.u8());
        update.at = TRY(reader.instant());
        auto reply = TRY(reader.block(kMaxSmallBlock));
        auto notice = TRY(reader.block(kMaxSmallBlock));
        update.reply.assign(reply.begin(), reply.end());
        update.notice.assign(notice.begin(), notice.end());
        download.updates.push_back(std::move(update));
    }
    auto more = TRY(reader.u8());
    if (more > 1) return fail(ErrorCode::kCorrupt, "exchange.more", more);
    download.more = more == 1;
    TRY(reader.end());
    return download;
}

} // namespace kentongan::wire
