#include "wire/siv.hpp"

#include <sodium.h>

#include <algorithm>
#include <string_view>

namespace kentongan::wire {
namespace {

using Tag = std::array<std::uint8_t, kSivOverhead>;

Tag tag_of(const SivKey& key, BytesView associated, BytesView plain) {
    // The length first: no byte can move between associated data and message.
    ByteWriter length;
    length.u64(associated.size());
    crypto_generichash_state state;
    Tag out{};
    crypto_generichash_init(&state, key.tag.data(), key.tag.size(), out.size());
    crypto_generichash_update(&state, length.bytes().data(), length.bytes().size());
    crypto_generichash_update(&state, associated.data(), associated.size());
    crypto_generichash_update(&state, plain.data(), plain.size());
    crypto_generichash_final(&state, out.data(), out.size());
    return out;
}

void stream(const SivKey& key, const Tag& tag, BytesView in, std::uint8_t* out) {
    static_assert(std::tuple_size_v<Tag> >= crypto_stream_chacha20_ietf_NONCEBYTES);
    if (in.empty()) return; // libsodium is promised a pointer
    crypto_stream_chacha20_ietf_xor(out, in.data(), in.size(), tag.data(), key.stream.data());
}

Key32 derived(const Key32& root, std::string_view purpose) {
    Key32 out{};
    crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char*>(purpose.data()),
                       purpose.size(), root.data(), root.size());
    return out;
}

} // namespace

Result<LinkKeys> link_keys(const Key32& own, const Key32& other, const Key32& psk) {
    Key32 shared{};
    if (crypto_scalarmult_curve25519(shared.data(), own.data(), other.data()) != 0)
        return fail(ErrorCode::kInvalid, "link.key");
    Key32 root{};
    crypto_generichash(root.data(), root.size(), shared.data(), shared.size(), psk.data(), psk.size());
    wipe(shared);
    LinkKeys out;
    out.up.tag = derived(root, "kentongan up tag");
    out.up.stream = derived(root, "kentongan up stream");
    out.down.tag = derived(root, "kentongan down tag");
    out.down.stream = derived(root, "kentongan down stream");
    wipe(root);
    return out;
}

Bytes siv_seal(const SivKey& key, BytesView associated, BytesView plain) {
    auto tag = tag_of(key, associated, plain);
    Bytes out(tag.size() + plain.size());
    std::copy(tag.begin(), tag.end(), out.begin());
    stream(key, tag, plain, out.data() + tag.size());
    return out;
}

Result<Bytes> siv_open(const SivKey& key, BytesView associated, BytesView sealed) {
    Tag tag{};
    if (sealed.size() < tag.size()) return fail(ErrorCode::kCorrupt, "siv.size");
    std::copy_n(sealed.begin(), tag.size(), tag.begin());
    auto cipher = sealed.subspan(tag.size());
    Bytes out(cipher.size());
    stream(key, tag, cipher, out.data());
    auto right = tag_of(key, associated, out);
    if (sodium_memcmp(right.data(), tag.data(), tag.size()) != 0) {
        wipe(out);
        return fail(ErrorCode::kDenied, "siv.open");
    }
    return out;
}

} // namespace kentongan::wire
