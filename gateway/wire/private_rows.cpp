#include "wire/private_rows.hpp"

#include <sodium.h>

namespace kentongan::wire {
namespace {

constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

Pseudonym keyed_hash(const Key32& key, std::string_view purpose, BytesView value) {
    Pseudonym out{};
    crypto_generichash_state state;
    crypto_generichash_init(&state, key.data(), key.size(), out.size());
    // The length first: no purpose and value can run into another purpose.
    auto length = static_cast<unsigned char>(purpose.size());
    crypto_generichash_update(&state, &length, 1);
    crypto_generichash_update(&state, as_bytes(purpose).data(), purpose.size());
    crypto_generichash_update(&state, value.data(), value.size());
    crypto_generichash_final(&state, out.data(), out.size());
    return out;
}

} // namespace

Pseudonym pseudonym(const Key32& store_key, std::string_view purpose, BytesView value) {
    return keyed_hash(store_key, purpose, value);
}

Pseudonym pseudonym(const Key32& store_key, std::string_view purpose, std::string_view value) {
    return keyed_hash(store_key, purpose, as_bytes(value));
}

Key32 key_of_token(const Key32& store_key, const OnceToken& once) {
    Key32 out{};
    auto name = "kentongan codes" + std::string(once.value.begin(), once.value.end());
    crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char*>(name.data()),
                       name.size(), store_key.data(), store_key.size());
    return out;
}

Bytes seal_row(const Key32& store_key, std::string_view purpose, BytesView plain) {
    Bytes out(kNonce + plain.size() + kTag);
    random_bytes(std::span(out).first(kNonce));
    crypto_aead_xchacha20poly1305_ietf_encrypt(out.data() + kNonce, nullptr, plain.data(), plain.size(),
                                               as_bytes(purpose).data(), purpose.size(), nullptr, out.data(),
                                               store_key.data());
    return out;
}

Result<Bytes> open_row(const Key32& store_key, std::string_view purpose, BytesView sealed) {
    if (sealed.size() < kNonce + kTag) return fail(ErrorCode::kCorrupt, "row.size");
    Bytes plain(sealed.size() - kNonce - kTag);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, sealed.data() + kNonce,
                                                   sealed.size() - kNonce, as_bytes(purpose).data(),
                                                   purpose.size(), sealed.data(), store_key.data()) != 0)
        return fail(ErrorCode::kDenied, "row.open");
    return plain;
}

} // namespace kentongan::wire
