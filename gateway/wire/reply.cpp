#include "wire/reply.hpp"

#include <sodium.h>

namespace kentongan::wire {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
// On a box: some 20 ms of one Cortex-A53 core and 16 MiB, for each of at most a few look-ups a minute.
constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemory = std::size_t{16} * 1024 * 1024;

Result<Key32> reply_key(const domain::ReceiptCode& receipt, ItemId item) {
    static_assert(sizeof(item.value) == crypto_pwhash_SALTBYTES);
    Key32 key{};
    if (crypto_pwhash(key.data(), key.size(), receipt.digits.data(), receipt.digits.size(), item.value.data(),
                      kPasses, kMemory, crypto_pwhash_ALG_ARGON2ID13) != 0)
        return fail(ErrorCode::kNoSpace, "reply.key"); // only memory can be missing
    return key;
}

} // namespace

Result<Bytes> seal_reply(const domain::ReceiptCode& receipt, ItemId item, const Reply& reply) {
    if (reply.reason.size() > kMaxReplyText || reply.answer.size() > kMaxReplyText)
        return fail(ErrorCode::kNoSpace, "reply.text");
    auto key = TRY(reply_key(receipt, item));
    ByteWriter plain;
    plain.text(reply.reason);
    plain.text(reply.answer);
    Bytes message = std::move(plain).take();
    Bytes out(1 + kNonce + message.size() + kTag);
    out[0] = kVersion;
    random_bytes(std::span(out).subspan(1, kNonce));
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + 1 + kNonce, nullptr, message.data(),
                                               message.size(), item.value.data(), item.value.size(), nullptr,
                                               out.data() + 1, key.data());
    wipe(key);
    wipe(message);
    return out;
}

Result<Reply> open_reply(const domain::ReceiptCode& receipt, ItemId item, BytesView sealed) {
    if (sealed.size() < 1 + kNonce + kTag) return fail(ErrorCode::kCorrupt, "reply.size");
    if (sealed[0] != kVersion) return fail(ErrorCode::kUnsupported, "reply.version", sealed[0]);
    auto key = TRY(reply_key(receipt, item));
    auto boxed = sealed.subspan(1 + kNonce);
    Bytes plain(boxed.size() - kTag);
    int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, boxed.data(),
                                                            boxed.size(), item.value.data(),
                                                            item.value.size(), sealed.data() + 1, key.data());
    wipe(key);
    if (failed != 0) return fail(ErrorCode::kDenied, "reply.open");
    ByteReader reader(plain);
    Reply reply;
    reply.reason = TRY(reader.text(kMaxReplyText));
    reply.answer = TRY(reader.text(kMaxReplyText));
    TRY(reader.end());
    return reply;
}

Bytes seal_notice(const BoxPublic& box, const Notice& notice) {
    ByteWriter plain;
    plain.text(notice.to.e164);
    plain.text(notice.language);
    plain.text(notice.code.digits);
    Bytes out(plain.bytes().size() + crypto_box_SEALBYTES);
    // Fails only for a public key of low order, which registration refuses; an empty notice then tells
    // nobody.
    if (crypto_box_seal(out.data(), plain.bytes().data(), plain.bytes().size(), box.agree.data()) != 0)
        out.clear();
    return out;
}

Result<Notice> open_notice(const BoxSecret& box, BytesView sealed) {
    if (sealed.size() < crypto_box_SEALBYTES) return fail(ErrorCode::kCorrupt, "notice.size");
    Bytes plain(sealed.size() - crypto_box_SEALBYTES);
    if (crypto_box_seal_open(plain.data(), sealed.data(), sealed.size(), box.shown.agree.data(),
                             box.agree.data()) != 0)
        return fail(ErrorCode::kDenied, "notice.open");
    ByteReader reader(plain);
    Notice notice;
    notice.to.e164 = TRY(reader.text(20));
    notice.language = TRY(reader.text(35));
    notice.code.digits = TRY(reader.text(8));
    TRY(reader.end());
    return notice;
}

} // namespace kentongan::wire
