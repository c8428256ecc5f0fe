#include "wire/enrolment.hpp"

#include "wire/crockford.hpp"
#include "wire/key_text.hpp"
#include "wire/keyring.hpp"
#include "wire/signature.hpp"
#include "wire/token.hpp"

#include <sodium.h>

#include <algorithm>

namespace kentongan::wire {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::string_view kRequestContext = "kentongan enrolment request 1";
constexpr std::string_view kWelcomeContext = "kentongan enrolment welcome 1";
constexpr std::string_view kRequestTitle = "kentongan-enrolment-request 1";
constexpr std::string_view kWelcomeTitle = "kentongan-enrolment-welcome 1";
constexpr std::string_view kStartTitle = "kentongan-enrolment-started 1";
constexpr std::size_t kFingerprintDigits = 30;

// format u8 · box u32 · sign 32 · agree 32 · district 32
constexpr std::size_t kRequestHeader = 1 + 4 + 32 + 32 + 32;
// digest of the header 32 · code 10 · psk 32
constexpr std::size_t kInside = 32 + kCodeDigits + 32;
constexpr std::size_t kRequest = kRequestHeader + crypto_box_SEALBYTES + kInside + kSignature;
static_assert(kRequest <= kMaxRequest);

Bytes both(const Key32& left, const Key32& right) {
    Bytes out(left.begin(), left.end());
    out.insert(out.end(), right.begin(), right.end());
    return out;
}

Key32 district_digest(const Key32& root, const Key32& enrolment) {
    return digest("kentongan district fingerprint 1", both(root, enrolment));
}

// Luhn's idea with odd weights over 32: any one wrong digit is found, and nearly every swap of neighbours.
char check_digit(std::string_view nine) {
    unsigned sum = 0;
    for (std::size_t i = 0; i < nine.size(); ++i)
        sum += static_cast<unsigned>(2 * i + 1) * crockford_value(nine[i]);
    return kCrockford[sum % 32];
}

bool box_number(BoxId box) {
    return box.value >= 1 && box.value <= kMaxBoxNumber;
}

std::string titled(std::string_view title, std::string_view name, BytesView bytes) {
    return std::string(title) + '\n' + key_line(name, bytes);
}

Result<Bytes> read_titled(std::string_view text, std::string_view title, std::string_view name,
                          std::size_t max) {
    KeyText reader(text, title);
    auto bytes = reader.bytes(name, max);
    TRY(reader.end());
    return bytes;
}

} // namespace

EnrolmentRequest::~EnrolmentRequest() {
    wipe(psk);
    wipe(code);
}

std::string fingerprint(const BoxPublic& box) {
    ByteWriter out;
    out.u32(box.box.value);
    out.raw(box.sign);
    out.raw(box.agree);
    return crockford(digest("kentongan box fingerprint 1", out.bytes()), kFingerprintDigits);
}

std::string fingerprint(const DistrictPublic& district) {
    return crockford(district_digest(district.root, district.enrolment), kFingerprintDigits);
}

std::string invitation_code(const std::array<std::uint8_t, 6>& random) {
    auto shown = crockford(random, kCodeDigits - 1);
    std::erase(shown, '-');
    shown += check_digit(shown);
    return shown;
}

Result<std::string> read_invitation_code(std::string_view typed) {
    auto code = TRY(read_crockford(typed, kCodeDigits));
    if (check_digit(std::string_view(code).substr(0, kCodeDigits - 1)) != code.back())
        return fail(ErrorCode::kInvalid, "enrolment.code");
    return code;
}

std::string shown_code(std::string_view code) {
    return std::string(code.substr(0, kCodeDigits / 2)) + '-' + std::string(code.substr(kCodeDigits / 2));
}

Result<EnrolmentStart> start_enrolment(BoxId box, const DistrictPublic& district, std::string_view code) {
    ByteWriter hedge;
    hedge.text(code);
    hedge.u32(box.value);
    hedge.raw(district.root);
    hedge.raw(district.enrolment);
    auto mixed = std::move(hedge).take();
    EnrolmentStart out;
    out.keys = make_box_keys(box, mixed);
    wipe(mixed);
    out.keys.root = district.root;
    out.request = TRY(make_request(out.keys, district, code));
    return out;
}

Result<Bytes> make_request(const BoxSecret& keys, const DistrictPublic& district, std::string_view code) {
    if (!box_number(keys.shown.box)) return fail(ErrorCode::kInvalid, "enrolment.box");
    auto digits = TRY(read_invitation_code(code));
    ByteWriter out;
    out.u8(kFormat);
    out.u32(keys.shown.box.value);
    out.raw(keys.shown.sign);
    out.raw(keys.shown.agree);
    out.raw(district_digest(district.root, district.enrolment));
    // A sealed box has no associated data: without this digest somebody could take psk and code out of one
    // request and send them under his own keys.
    auto header = digest(kRequestContext, out.bytes());
    Bytes inside(header.begin(), header.end());
    inside.insert(inside.end(), digits.begin(), digits.end());
    inside.insert(inside.end(), keys.psk.begin(), keys.psk.end());
    Bytes sealed(inside.size() + crypto_box_SEALBYTES);
    int failed = crypto_box_seal(sealed.data(), inside.data(), inside.size(), district.enrolment.data());
    wipe(inside);
    if (failed != 0) return fail(ErrorCode::kInvalid, "enrolment.key");
    out.raw(sealed);
    auto signature = sign(kRequestContext, out.bytes(), keys.sign);
    out.raw(signature);
    return std::move(out).take();
}

Result<EnrolmentRequest> open_request(BytesView bytes, const DistrictSecret& district) {
    if (bytes.empty()) return fail(ErrorCode::kCorrupt, "enrolment.size");
    if (bytes[0] != kFormat) return fail(ErrorCode::kUnsupported, "enrolment.format", bytes[0]);
    if (bytes.size() != kRequest) return fail(ErrorCode::kCorrupt, "enrolment.size");
    ByteReader reader(bytes);
    TRY(reader.u8());
    EnrolmentRequest out;
    out.box.box.value = TRY(reader.u32());
    out.box.sign = TRY(reader.array<32>());
    out.box.agree = TRY(reader.array<32>());
    auto asked = TRY(reader.array<32>());
    auto sealed = TRY(reader.raw(crypto_box_SEALBYTES + kInside));
    if (!signed_by(kRequestContext, bytes.first(bytes.size() - kSignature), bytes.last(kSignature),
                   out.box.sign))
        return fail(ErrorCode::kDenied, "enrolment.signature");
    if (asked != district_digest(district.shown.root, district.shown.enrolment))
        return fail(ErrorCode::kDenied, "enrolment.district");
    std::array<std::uint8_t, kInside> inside{};
    if (crypto_box_seal_open(inside.data(), sealed.data(), sealed.size(), district.shown.enrolment.data(),
                             district.enrolment.data()) != 0)
        return fail(ErrorCode::kDenied, "enrolment.open");
    auto header = digest(kRequestContext, bytes.first(kRequestHeader));
    bool same = std::equal(header.begin(), header.end(), inside.begin());
    auto code = read_invitation_code(as_text(BytesView(inside).subspan(32, kCodeDigits)));
    std::copy_n(inside.begin() + 32 + kCodeDigits, 32, out.psk.begin());
    wipe(inside);
    if (!same) return fail(ErrorCode::kDenied, "enrolment.header");
    if (!code) return fail(ErrorCode::kCorrupt, "enrolment.code");
    if (!box_number(out.box.box)) return fail(ErrorCode::kCorrupt, "enrolment.box");
    out.code = std::move(*code);
    out.digest = digest("kentongan enrolment request digest 1", bytes);
    return out;
}

Bytes make_welcome(const EnrolmentRequest& request, std::string_view village,
                   const DistrictSecret& district) {
    ByteWriter out;
    out.u8(kFormat);
    out.u32(request.box.box.value);
    out.raw(request.digest);
    out.text(village);
    out.raw(district.shown.root);
    out.raw(district.shown.enrolment);
    out.block(district.shown.signed_keyring);
    auto signature = sign(kWelcomeContext, out.bytes(), district.sign);
    out.raw(signature);
    return std::move(out).take();
}

Result<Welcome> open_welcome(BytesView bytes, const BoxSecret& box, BytesView request) {
    if (bytes.size() <= kSignature || bytes.size() > kMaxWelcome)
        return fail(ErrorCode::kCorrupt, "welcome.size");
    auto body = bytes.first(bytes.size() - kSignature);
    ByteReader reader(body);
    auto format = TRY(reader.u8());
    if (format != kFormat) return fail(ErrorCode::kUnsupported, "welcome.format", format);
    BoxId named{TRY(reader.u32())};
    auto answered = TRY(reader.array<32>());
    Welcome out;
    out.village = TRY(reader.text(kMaxVillageId));
    out.district.root = TRY(reader.array<32>());
    out.district.enrolment = TRY(reader.array<32>());
    auto keyring = TRY(reader.block(kMaxKeyring));
    TRY(reader.end());
    if (out.district.root != box.root) return fail(ErrorCode::kDenied, "welcome.root");
    // From the root over the keyring to the welcome: each link is checked before the next is read.
    TRY(accept_keyring(out.district, keyring));
    if (!signed_by(kWelcomeContext, body, bytes.last(kSignature), out.district.keyring.downlink))
        return fail(ErrorCode::kDenied, "welcome.signature");
    if (named != box.shown.box || answered != digest("kentongan enrolment request digest 1", request))
        return fail(ErrorCode::kDenied, "welcome.request");
    if (out.district.keyring.revokes(named)) return fail(ErrorCode::kDenied, "welcome.revoked");
    return out;
}

std::string request_text(BytesView request) {
    return titled(kRequestTitle, "request", request);
}

Result<Bytes> read_request_text(std::string_view text) {
    return read_titled(text, kRequestTitle, "request", kMaxRequest);
}

std::string welcome_text(BytesView welcome) {
    return titled(kWelcomeTitle, "welcome", welcome);
}

Result<Bytes> read_welcome_text(std::string_view text) {
    return read_titled(text, kWelcomeTitle, "welcome", kMaxWelcome);
}

std::string write_text(const EnrolmentStart& start) {
    return titled(kStartTitle, "request", start.request) + write_text(start.keys);
}

Result<EnrolmentStart> read_enrolment_start(std::string_view text) {
    // Two lines of its own, then box.secret as it will be installed.
    auto first = text.find('\n');
    auto second = first == std::string_view::npos ? first : text.find('\n', first + 1);
    auto own = second == std::string_view::npos ? text : text.substr(0, second + 1);
    EnrolmentStart out;
    out.request = TRY(read_titled(own, kStartTitle, "request", kMaxRequest));
    out.keys = TRY(read_box_secret(text.substr(own.size())));
    return out;
}

} // namespace kentongan::wire
