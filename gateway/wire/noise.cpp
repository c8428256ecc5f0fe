#include "wire/noise.hpp"

#include <sodium.h>

#include <algorithm>
#include <limits>
#include <string_view>

namespace kentongan::wire {
namespace {

constexpr std::size_t kTag = crypto_aead_chacha20poly1305_ietf_ABYTES;
using Nonce = std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES>;

// §12.3: 32 zero bits, then the counter, little-endian.
Nonce nonce_of(std::uint64_t counter) {
    Nonce out{};
    for (std::size_t i = 0; i < 8; ++i) out[4 + i] = static_cast<std::uint8_t>(counter >> (8 * i));
    return out;
}

Bytes seal_at(const Key32& key, std::uint64_t counter, BytesView associated, BytesView plain) {
    Bytes out(plain.size() + kTag);
    auto nonce = nonce_of(counter);
    crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, plain.data(), plain.size(),
                                              associated.data(), associated.size(), nullptr, nonce.data(),
                                              key.data());
    return out;
}

Key32 sha256(std::initializer_list<BytesView> parts) {
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (auto part : parts) crypto_hash_sha256_update(&state, part.data(), part.size());
    Key32 out{};
    crypto_hash_sha256_final(&state, out.data());
    return out;
}

Key32 hmac(const Key32& key, std::initializer_list<BytesView> parts) {
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key.data(), key.size());
    for (auto part : parts) crypto_auth_hmacsha256_update(&state, part.data(), part.size());
    Key32 out{};
    crypto_auth_hmacsha256_final(&state, out.data());
    sodium_memzero(&state, sizeof state);
    return out;
}

// §5.2, SymmetricState.
class Symmetric {
  public:
    explicit Symmetric(std::string_view protocol) {
        if (protocol.size() <= hash_.size())
            std::copy(protocol.begin(), protocol.end(), hash_.begin());
        else
            hash_ = sha256({as_bytes(protocol)});
        chain_ = hash_;
    }
    ~Symmetric() {
        wipe(chain_);
        wipe(key_);
    }
    Symmetric(const Symmetric&) = delete;
    Symmetric& operator=(const Symmetric&) = delete;

    void mix_hash(BytesView data) { hash_ = sha256({hash_, data}); }
    void mix_key(BytesView material) {
        auto outputs = derive(material);
        chain_ = outputs[0];
        key_ = outputs[1];
        wipe(outputs[0]);
        wipe(outputs[1]);
        wipe(outputs[2]);
    }
    void mix_key_and_hash(BytesView material) {
        auto outputs = derive(material);
        chain_ = outputs[0];
        mix_hash(outputs[1]);
        key_ = outputs[2];
        for (auto& output : outputs) wipe(output);
    }
    [[nodiscard]] NoiseSecrets split() const {
        auto outputs = derive({});
        NoiseSecrets out;
        out.first = outputs[0];
        out.second = outputs[1];
        for (auto& output : outputs) wipe(output);
        return out;
    }
    [[nodiscard]] const Key32& key() const { return key_; }
    [[nodiscard]] const Key32& hash() const { return hash_; }

  private:
    // HKDF of §4.3. Asking for two outputs gives the first two of three.
    [[nodiscard]] std::array<Key32, 3> derive(BytesView material) const {
        auto temporary = hmac(chain_, {material});
        constexpr std::uint8_t kOne = 1;
        constexpr std::uint8_t kTwo = 2;
        constexpr std::uint8_t kThree = 3;
        std::array<Key32, 3> out;
        out[0] = hmac(temporary, {BytesView(&kOne, 1)});
        out[1] = hmac(temporary, {out[0], BytesView(&kTwo, 1)});
        out[2] = hmac(temporary, {out[1], BytesView(&kThree, 1)});
        wipe(temporary);
        return out;
    }

    Key32 hash_{};
    Key32 chain_{};
    Key32 key_{};
};

bool agree(Key32& out, const Key32& secret, const Key32& shown) {
    return crypto_scalarmult_curve25519(out.data(), secret.data(), shown.data()) == 0;
}

// The tokens of "-> psk, e, es, ss" (without psk for K) up to the payload. `mix_agreed` mixes es and ss in.
template <class MixAgreed>
Status run_tokens(Symmetric& state, BytesView prologue, const Key32& initiator, const Key32& responder,
                  const Key32* psk, const Key32& ephemeral, MixAgreed mix_agreed) {
    state.mix_hash(prologue);
    state.mix_hash(initiator);
    state.mix_hash(responder);
    if (psk != nullptr) state.mix_key_and_hash(*psk);
    state.mix_hash(ephemeral);
    if (psk != nullptr) state.mix_key(ephemeral);
    return mix_agreed();
}

constexpr std::string_view kPlain = "Noise_K_25519_ChaChaPoly_SHA256";
constexpr std::string_view kWithPsk = "Noise_Kpsk0_25519_ChaChaPoly_SHA256";

} // namespace

AgreePair agree_pair(const Key32& secret) {
    AgreePair out;
    out.secret = secret;
    crypto_scalarmult_curve25519_base(out.shown.data(), secret.data());
    return out;
}

Result<NoiseWriter> NoiseWriter::begin(BytesView prologue, const AgreePair& initiator, const Key32& responder,
                                       const Key32* psk, const AgreePair& ephemeral, NoiseSecrets& secrets) {
    Symmetric state(psk != nullptr ? kWithPsk : kPlain);
    TRY(run_tokens(state, prologue, initiator.shown, responder, psk, ephemeral.shown, [&]() -> Status {
        Key32 shared{};
        if (!agree(shared, ephemeral.secret, responder)) return fail(ErrorCode::kInvalid, "noise.responder");
        state.mix_key(shared);
        if (!agree(shared, initiator.secret, responder)) return fail(ErrorCode::kInvalid, "noise.responder");
        state.mix_key(shared);
        wipe(shared);
        return {};
    }));
    NoiseWriter out;
    out.ephemeral_ = ephemeral.shown;
    out.key_ = state.key();
    out.hash_ = state.hash();
    secrets = state.split();
    return out;
}

Bytes NoiseWriter::write(BytesView payload) {
    Bytes out(ephemeral_.begin(), ephemeral_.end());
    auto sealed = seal_at(key_, 0, hash_, payload);
    out.insert(out.end(), sealed.begin(), sealed.end());
    wipe(key_);
    return out;
}

Result<NoiseOpened> noise_read(BytesView prologue, const Key32& initiator, const AgreePair& responder,
                               const Key32* psk, BytesView message) {
    if (message.size() < kNoiseOverhead) return fail(ErrorCode::kCorrupt, "noise.size");
    Key32 ephemeral{};
    std::copy_n(message.begin(), ephemeral.size(), ephemeral.begin());
    Symmetric state(psk != nullptr ? kWithPsk : kPlain);
    TRY(run_tokens(state, prologue, initiator, responder.shown, psk, ephemeral, [&]() -> Status {
        Key32 shared{};
        if (!agree(shared, responder.secret, ephemeral)) return fail(ErrorCode::kDenied, "noise.ephemeral");
        state.mix_key(shared);
        if (!agree(shared, responder.secret, initiator)) return fail(ErrorCode::kDenied, "noise.initiator");
        state.mix_key(shared);
        wipe(shared);
        return {};
    }));
    NoiseOpened out;
    auto payload = open_once(state.key(), state.hash(), message.subspan(ephemeral.size()));
    if (!payload) return fail(ErrorCode::kDenied, "noise.payload");
    out.payload = std::move(payload).take();
    out.secrets = state.split();
    return out;
}

Key32 noise_rekey(const Key32& key) {
    auto sealed = seal_at(key, std::numeric_limits<std::uint64_t>::max(), {}, Key32{});
    Key32 out{};
    std::copy_n(sealed.begin(), out.size(), out.begin());
    wipe(sealed);
    return out;
}

Bytes seal_once(const Key32& key, BytesView associated, BytesView plain) {
    return seal_at(key, 0, associated, plain);
}

Result<Bytes> open_once(const Key32& key, BytesView associated, BytesView sealed) {
    if (sealed.size() < kTag) return fail(ErrorCode::kCorrupt, "item.size");
    Bytes out(sealed.size() - kTag);
    auto nonce = nonce_of(0);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                  associated.data(), associated.size(), nonce.data(),
                                                  key.data()) != 0)
        return fail(ErrorCode::kDenied, "item.open");
    return out;
}

} // namespace kentongan::wire
