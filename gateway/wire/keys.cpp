#include "wire/keys.hpp"

#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace kentongan::wire {
namespace {

constexpr std::string_view kBoxPublicTitle = "kentongan-box-public 1";
constexpr std::string_view kBoxSecretTitle = "kentongan-box-secret 1";
constexpr std::string_view kDistrictPublicTitle = "kentongan-district-public 1";
constexpr std::string_view kDistrictSecretTitle = "kentongan-district-secret 1";
constexpr std::size_t kMaxKeyFile = 4096;

std::string line(std::string_view name, BytesView value) {
    return std::string(name) + ' ' + to_hex(value) + '\n';
}

// Reads "title\nname value\n…" in exactly the order it is written.
class KeyText {
  public:
    KeyText(std::string_view text, std::string_view title) : rest_(text) {
        if (text.size() > kMaxKeyFile) {
            status_ = fail(ErrorCode::kCorrupt, "keys.size");
            return;
        }
        auto first = next_line();
        if (first == title) return;
        auto kind = title.substr(0, title.find(' ') + 1);
        status_ = fail(first.starts_with(kind) ? ErrorCode::kUnsupported : ErrorCode::kCorrupt, "keys.title");
    }

    void number(std::string_view name, std::uint32_t& out) {
        auto value = value_of(name);
        if (!status_) return;
        auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), out);
        if (error != std::errc() || end != value.data() + value.size())
            status_ = fail(ErrorCode::kCorrupt, "keys.number");
    }

    template <std::size_t N>
    void key(std::string_view name, std::array<std::uint8_t, N>& out) {
        auto value = value_of(name);
        if (!status_) return;
        auto bytes = from_hex(value);
        if (!bytes || bytes->size() != N) {
            status_ = fail(ErrorCode::kCorrupt, "keys.value");
            return;
        }
        std::copy(bytes->begin(), bytes->end(), out.begin());
        wipe(*bytes);
    }

    Status end() {
        if (status_ && !rest_.empty()) status_ = fail(ErrorCode::kCorrupt, "keys.trailing");
        return status_;
    }

  private:
    std::string_view next_line() {
        auto at = rest_.find('\n');
        auto out = rest_.substr(0, at);
        rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + 1);
        return out;
    }
    std::string_view value_of(std::string_view name) {
        if (!status_) return {};
        auto text = next_line();
        if (!text.starts_with(name) || text.size() <= name.size() || text[name.size()] != ' ') {
            status_ = fail(ErrorCode::kCorrupt, "keys.line");
            return {};
        }
        return text.substr(name.size() + 1);
    }

    std::string_view rest_;
    Status status_;
};

std::string body(const BoxPublic& keys) {
    return "box " + std::to_string(keys.box.value) + '\n' + line("sign", keys.sign) +
           line("agree", keys.agree);
}

std::string body(const DistrictPublic& keys) {
    return line("district", keys.district) + line("inspectorate", keys.inspectorate) +
           line("sign", keys.sign);
}

void read_body(KeyText& text, BoxPublic& keys) {
    text.number("box", keys.box.value);
    text.key("sign", keys.sign);
    text.key("agree", keys.agree);
}

void read_body(KeyText& text, DistrictPublic& keys) {
    text.key("district", keys.district);
    text.key("inspectorate", keys.inspectorate);
    text.key("sign", keys.sign);
}

std::string titled(std::string_view title, const std::string& rest) {
    return std::string(title) + '\n' + rest;
}

} // namespace

BoxSecret::~BoxSecret() {
    wipe(sign);
    wipe(agree);
    wipe(store);
}

DistrictSecret::~DistrictSecret() {
    wipe(district);
    wipe(inspectorate);
    wipe(sign);
}

void random_bytes(std::span<std::uint8_t> out) {
    randombytes_buf(out.data(), out.size());
}

BoxSecret make_box_keys(BoxId box) {
    BoxSecret keys;
    keys.shown.box = box;
    crypto_sign_keypair(keys.shown.sign.data(), keys.sign.data());
    crypto_box_keypair(keys.shown.agree.data(), keys.agree.data());
    random_bytes(keys.store);
    return keys;
}

DistrictSecret make_district_keys() {
    DistrictSecret keys;
    crypto_box_keypair(keys.shown.district.data(), keys.district.data());
    crypto_box_keypair(keys.shown.inspectorate.data(), keys.inspectorate.data());
    crypto_sign_keypair(keys.shown.sign.data(), keys.sign.data());
    return keys;
}

std::string write_text(const BoxPublic& keys) {
    return titled(kBoxPublicTitle, body(keys));
}

std::string write_text(const BoxSecret& keys) {
    return titled(kBoxSecretTitle, body(keys.shown) + line("sign-secret", keys.sign) +
                                       line("agree-secret", keys.agree) + line("store", keys.store));
}

std::string write_text(const DistrictPublic& keys) {
    return titled(kDistrictPublicTitle, body(keys));
}

std::string write_text(const DistrictSecret& keys) {
    return titled(kDistrictSecretTitle, body(keys.shown) + line("district-secret", keys.district) +
                                            line("inspectorate-secret", keys.inspectorate) +
                                            line("sign-secret", keys.sign));
}

Result<BoxPublic> read_box_public(std::string_view text) {
    KeyText reader(text, kBoxPublicTitle);
    BoxPublic keys;
    read_body(reader, keys);
    TRY(reader.end());
    return keys;
}

Result<BoxSecret> read_box_secret(std::string_view text) {
    KeyText reader(text, kBoxSecretTitle);
    BoxSecret keys;
    read_body(reader, keys.shown);
    reader.key("sign-secret", keys.sign);
    reader.key("agree-secret", keys.agree);
    reader.key("store", keys.store);
    TRY(reader.end());
    return keys;
}

Result<DistrictPublic> read_district_public(std::string_view text) {
    KeyText reader(text, kDistrictPublicTitle);
    DistrictPublic keys;
    read_body(reader, keys);
    TRY(reader.end());
    return keys;
}

Result<DistrictSecret> read_district_secret(std::string_view text) {
    KeyText reader(text, kDistrictSecretTitle);
    DistrictSecret keys;
    read_body(reader, keys.shown);
    reader.key("district-secret", keys.district);
    reader.key("inspectorate-secret", keys.inspectorate);
    reader.key("sign-secret", keys.sign);
    TRY(reader.end());
    return keys;
}

} // namespace kentongan::wire
