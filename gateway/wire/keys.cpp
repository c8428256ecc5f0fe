#include "wire/keys.hpp"

#include "wire/key_text.hpp"
#include "wire/keyring.hpp"
#include "wire/token.hpp"

#include <sodium.h>

#include <algorithm>

namespace kentongan::wire {
namespace {

constexpr std::string_view kBoxSecretTitle = "kentongan-box-secret 2";
constexpr std::string_view kDistrictPublicTitle = "kentongan-district-public 2";
constexpr std::string_view kDistrictSecretTitle = "kentongan-district-secret 2";
constexpr std::string_view kRootTitle = "kentongan-district-root 1";
constexpr std::string_view kPskKeyTitle = "kentongan-district-psk-key 1";
constexpr std::string_view kRecoveryTitle = "kentongan-recovery-key 1";
// One prekey in the secret's file: number, district's and inspectorate's secret.
constexpr std::size_t kPrekeyLine = 1 + 32 + 32;

// Many keys from one seed, each under a name of its own.
class Derivation {
  public:
    explicit Derivation(BytesView seed) : master_(digest("kentongan key seed 1", seed)) {}
    ~Derivation() { wipe(master_); }
    Derivation(const Derivation&) = delete;
    Derivation& operator=(const Derivation&) = delete;
    void operator()(std::string_view name, Key32& out) const {
        crypto_generichash(out.data(), out.size(), as_bytes(name).data(), name.size(), master_.data(),
                           master_.size());
    }
    void pair(std::string_view name, Key32& shown, Key32& secret) const {
        (*this)(name, secret);
        shown = public_of(secret);
    }
    void signing(std::string_view name, Key32& shown, Key64& secret) const {
        Key32 seed{};
        (*this)(name, seed);
        crypto_sign_seed_keypair(shown.data(), secret.data(), seed.data());
        wipe(seed);
    }

  private:
    Key32 master_;
};

// 64 random bytes, then what else is known.
class FreshSeed {
  public:
    explicit FreshSeed(BytesView hedge = {}) : bytes_(64) {
        random_bytes(bytes_);
        bytes_.insert(bytes_.end(), hedge.begin(), hedge.end());
    }
    ~FreshSeed() { wipe(bytes_); }
    FreshSeed(const FreshSeed&) = delete;
    FreshSeed& operator=(const FreshSeed&) = delete;
    [[nodiscard]] BytesView bytes() const { return bytes_; }

  private:
    Bytes bytes_;
};

bool matches(const Key32& shown, const Key64& secret) {
    Key32 found{};
    crypto_sign_ed25519_sk_to_pk(found.data(), secret.data());
    if (found != shown) return false;
    // The secret's form repeats the public key; a damaged seed under a whole public key must not pass.
    Key32 seed{};
    Key64 again{};
    crypto_sign_ed25519_sk_to_seed(seed.data(), secret.data());
    crypto_sign_seed_keypair(found.data(), again.data(), seed.data());
    bool same = found == shown;
    wipe(seed);
    wipe(again);
    return same;
}

std::string body(const BoxPublic& keys) {
    return "box " + std::to_string(keys.box.value) + '\n' + key_line("sign", keys.sign) +
           key_line("agree", keys.agree);
}

std::string body(const DistrictPublic& keys) {
    return key_line("root", keys.root) + key_line("enrolment", keys.enrolment) +
           key_line("keyring", keys.signed_keyring);
}

void read_body(KeyText& text, DistrictPublic& keys) {
    text.key("root", keys.root);
    text.key("enrolment", keys.enrolment);
    keys.signed_keyring = text.bytes("keyring", kMaxKeyring);
}

std::string titled(std::string_view title, const std::string& rest) {
    return std::string(title) + '\n' + rest;
}

std::string_view title_of(LoneKey kind) {
    return kind == LoneKey::kPskKey ? kPskKeyTitle : kRecoveryTitle;
}

} // namespace

BoxSecret::~BoxSecret() {
    wipe(sign);
    wipe(agree);
    wipe(store);
    wipe(psk);
}

RootSecret::~RootSecret() {
    wipe(sign);
}

PrekeySecret::~PrekeySecret() {
    wipe(district);
    wipe(inspectorate);
}

DistrictSecret::~DistrictSecret() {
    wipe(sign);
    wipe(enrolment);
    wipe(names);
}

const Prekey* Keyring::prekey(std::uint8_t id) const {
    auto found = std::find_if(prekeys.begin(), prekeys.end(), [&](const auto& one) { return one.id == id; });
    return found == prekeys.end() ? nullptr : &*found;
}

bool Keyring::revokes(BoxId box) const {
    return std::binary_search(revoked.begin(), revoked.end(), box);
}

const Prekey& DistrictPublic::current() const {
    static const Prekey kNone;
    const auto* found = keyring.prekey(keyring.current);
    return found == nullptr ? kNone : *found;
}

const PrekeySecret* DistrictSecret::prekey(std::uint8_t id) const {
    auto found =
        std::find_if(prekeys.begin(), prekeys.end(), [&](const auto& one) { return one.shown.id == id; });
    return found == prekeys.end() ? nullptr : &*found;
}

void random_bytes(std::span<std::uint8_t> out) {
    randombytes_buf(out.data(), out.size());
}

Key32 public_of(const Key32& secret) {
    Key32 out{};
    crypto_scalarmult_base(out.data(), secret.data());
    return out;
}

BoxSecret box_keys_from(BoxId box, BytesView seed) {
    Derivation derive(seed);
    BoxSecret keys;
    keys.shown.box = box;
    derive.signing("box sign", keys.shown.sign, keys.sign);
    derive.pair("box agree", keys.shown.agree, keys.agree);
    derive("box store", keys.store);
    derive("box psk", keys.psk);
    return keys;
}

RootSecret root_from(BytesView seed) {
    RootSecret keys;
    Derivation(seed).signing("district root", keys.shown, keys.sign);
    return keys;
}

PrekeySecret prekey_from(std::uint8_t id, BytesView seed) {
    Derivation derive(seed);
    PrekeySecret keys;
    keys.shown.id = id;
    derive.pair("prekey district", keys.shown.district, keys.district);
    derive.pair("prekey inspectorate", keys.shown.inspectorate, keys.inspectorate);
    return keys;
}

DistrictSecret district_keys_from(const RootSecret& root, BytesView seed) {
    Derivation derive(seed);
    DistrictSecret keys;
    keys.shown.root = root.shown;
    derive.pair("district enrolment", keys.shown.enrolment, keys.enrolment);
    derive("district names", keys.names);
    keys.prekeys.push_back(prekey_from(1, seed));
    Keyring keyring;
    keyring.version = 1;
    keyring.current = 1;
    keyring.prekeys.push_back(keys.prekeys.front().shown);
    derive.signing("district downlink", keyring.downlink, keys.sign);
    keys.shown.signed_keyring = sign_keyring(keyring, root);
    keys.shown.keyring = std::move(keyring);
    return keys;
}

BoxSecret make_box_keys(BoxId box, BytesView hedge) {
    return box_keys_from(box, FreshSeed(hedge).bytes());
}

RootSecret make_root() {
    return root_from(FreshSeed().bytes());
}

DistrictSecret make_district_keys(const RootSecret& root) {
    return district_keys_from(root, FreshSeed().bytes());
}

DistrictSecret make_district_keys() {
    return make_district_keys(make_root());
}

std::string write_text(const BoxSecret& keys) {
    return titled(kBoxSecretTitle, body(keys.shown) + key_line("sign-secret", keys.sign) +
                                       key_line("agree-secret", keys.agree) + key_line("store", keys.store) +
                                       key_line("psk", keys.psk) + key_line("root", keys.root));
}

std::string write_text(const DistrictPublic& keys) {
    return titled(kDistrictPublicTitle, body(keys));
}

std::string write_text(const DistrictSecret& keys) {
    auto out = titled(kDistrictSecretTitle, body(keys.shown) + key_line("sign-secret", keys.sign) +
                                                key_line("enrolment-secret", keys.enrolment) +
                                                key_line("names", keys.names));
    for (const auto& prekey : keys.prekeys) {
        Bytes line{prekey.shown.id};
        line.insert(line.end(), prekey.district.begin(), prekey.district.end());
        line.insert(line.end(), prekey.inspectorate.begin(), prekey.inspectorate.end());
        out += key_line("prekey", line);
        wipe(line);
    }
    return out;
}

std::string write_text(const RootSecret& keys) {
    return titled(kRootTitle, key_line("root", keys.shown) + key_line("root-secret", keys.sign));
}

std::string write_text(LoneKey kind, const Key32& key) {
    return titled(title_of(kind), key_line("key", key));
}

Result<BoxSecret> read_box_secret(std::string_view text) {
    KeyText reader(text, kBoxSecretTitle);
    BoxSecret keys;
    reader.number("box", keys.shown.box.value);
    reader.key("sign", keys.shown.sign);
    reader.key("agree", keys.shown.agree);
    reader.key("sign-secret", keys.sign);
    reader.key("agree-secret", keys.agree);
    reader.key("store", keys.store);
    reader.key("psk", keys.psk);
    reader.key("root", keys.root);
    TRY(reader.end());
    if (!matches(keys.shown.sign, keys.sign) || public_of(keys.agree) != keys.shown.agree)
        return fail(ErrorCode::kCorrupt, "keys.pair");
    return keys;
}

Result<DistrictPublic> read_district_public(std::string_view text) {
    KeyText reader(text, kDistrictPublicTitle);
    DistrictPublic keys;
    read_body(reader, keys);
    TRY(reader.end());
    keys.keyring = TRY(open_keyring(keys.signed_keyring, keys.root));
    return keys;
}

Result<DistrictSecret> read_district_secret(std::string_view text) {
    KeyText reader(text, kDistrictSecretTitle);
    DistrictSecret keys;
    read_body(reader, keys.shown);
    reader.key("sign-secret", keys.sign);
    reader.key("enrolment-secret", keys.enrolment);
    reader.key("names", keys.names);
    while (reader.more("prekey")) {
        std::array<std::uint8_t, kPrekeyLine> line{};
        reader.key("prekey", line);
        PrekeySecret prekey;
        prekey.shown.id = line[0];
        std::copy_n(line.begin() + 1, 32, prekey.district.begin());
        std::copy_n(line.begin() + 33, 32, prekey.inspectorate.begin());
        prekey.shown.district = public_of(prekey.district);
        prekey.shown.inspectorate = public_of(prekey.inspectorate);
        wipe(line);
        if (!keys.prekeys.empty() && keys.prekeys.back().shown.id >= prekey.shown.id)
            return fail(ErrorCode::kCorrupt, "keys.prekey");
        keys.prekeys.push_back(prekey);
    }
    TRY(reader.end());
    keys.shown.keyring = TRY(open_keyring(keys.shown.signed_keyring, keys.shown.root));
    if (!matches(keys.shown.keyring.downlink, keys.sign) || public_of(keys.enrolment) != keys.shown.enrolment)
        return fail(ErrorCode::kCorrupt, "keys.pair");
    for (const auto& shown : keys.shown.keyring.prekeys) {
        const auto* secret = keys.prekey(shown.id);
        if (secret == nullptr || secret->shown != shown) return fail(ErrorCode::kCorrupt, "keys.prekey");
    }
    return keys;
}

Result<RootSecret> read_root(std::string_view text) {
    KeyText reader(text, kRootTitle);
    RootSecret keys;
    reader.key("root", keys.shown);
    reader.key("root-secret", keys.sign);
    TRY(reader.end());
    if (!matches(keys.shown, keys.sign)) return fail(ErrorCode::kCorrupt, "keys.pair");
    return keys;
}

Result<Key32> read_lone_key(LoneKey kind, std::string_view text) {
    KeyText reader(text, title_of(kind));
    Key32 key{};
    reader.key("key", key);
    TRY(reader.end());
    return key;
}

} // namespace kentongan::wire
