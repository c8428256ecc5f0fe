#include "wire/seal.hpp"

#include "wire/padding.hpp"

#include <sodium.h>

#include <algorithm>

namespace kentongan::wire {
namespace {

constexpr std::size_t kTag = crypto_aead_chacha20poly1305_ietf_ABYTES;
constexpr std::size_t kOpeningHeader = 6;
constexpr std::size_t kLongestHeader = 7;

// The number of items is a short varint; the statement has 3 or 4 bytes.
Bytes closed_statement(const ClosedEpoch& closed) {
    ByteWriter out;
    out.u16(closed.number);
    out.varint(closed.items);
    return std::move(out).take();
}

std::size_t size_as_opening(std::size_t payload) {
    return kOpeningHeader + kNoiseOverhead + padded_size(payload, Riding::kOpening);
}

bool fits_sms_alone(std::size_t payload) {
    return kLongestHeader + kTag + padded_size(payload) <= kSmsBytes;
}

// A first boot may have had little randomness to draw from: two boxes, or one box twice, must still not make
// the same ephemeral key.
AgreePair ephemeral_pair(const BoxSecret& box, const Key32& psk, std::uint16_t number) {
    Key32 random{};
    random_bytes(random);
    ByteWriter hedge;
    hedge.raw(box.agree);
    hedge.raw(psk);
    hedge.u32(box.shown.box.value);
    hedge.u16(number);
    auto message = std::move(hedge).take();
    Key32 secret{};
    crypto_generichash(secret.data(), secret.size(), message.data(), message.size(), random.data(),
                       random.size());
    wipe(message);
    wipe(random);
    auto pair = agree_pair(secret);
    wipe(secret);
    return pair;
}

} // namespace

Key32 psk_for(const Key32& psk, domain::Recipient recipient) {
    if (recipient == domain::Recipient::kDistrict) return psk;
    constexpr std::string_view kPurpose = "kentongan psk of the inspectorate";
    Key32 out{};
    crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char*>(kPurpose.data()),
                       kPurpose.size(), psk.data(), psk.size());
    return out;
}

bool Sealer::must_open(domain::Recipient recipient, Instant now) const {
    const auto& epoch = recipient == domain::Recipient::kInspectorate ? inspectorate_ : district_;
    return epoch.number == 0 || epoch.next >= kMaxEpochItems || epoch.key_id != to_.id ||
           now - epoch.opened >= kEpochLength || now < epoch.opened;
}

Status Sealer::open(domain::Recipient recipient, std::uint16_t number, const ClosedEpoch& previous,
                    Instant now) {
    if (box_.shown.box.value > 0xFFFF) return fail(ErrorCode::kNoSpace, "seal.box", box_.shown.box.value);
    Epoch epoch;
    epoch.number = number;
    epoch.key_id = to_.id;
    epoch.previous = previous;
    epoch.opened = now;
    auto pair = ephemeral_pair(box_, box_.psk, number);
    std::copy_n(pair.shown.begin(), epoch.mark.size(), epoch.mark.begin());
    auto initiator = agree_pair(box_.agree);
    auto psk = psk_for(box_.psk, recipient);
    const auto& responder = recipient == domain::Recipient::kInspectorate ? to_.inspectorate : to_.district;
    NoiseSecrets secrets;
    auto writer =
        NoiseWriter::begin(prologue_of(header(recipient, epoch)), initiator, responder, &psk, pair, secrets);
    wipe(psk);
    if (!writer) return tl::unexpected<Error>(writer.error());
    epoch.opening = *writer;
    epoch.key = GuardedKey(secrets.first);
    epoch.second = GuardedKey(secrets.second);
    of(recipient) = std::move(epoch);
    return {};
}

ItemHeader Sealer::header(domain::Recipient recipient, const Epoch& epoch) const {
    return {box_.shown.box, epoch.number, epoch.next, recipient,
            epoch.next == 0 ? epoch.key_id : std::uint8_t{0}};
}

Sealer::Turn Sealer::take(domain::Recipient recipient, std::size_t record_size) {
    auto& epoch = of(recipient);
    uncommitted_ = true;
    auto here = [&] { return item_id({box_.shown.box, epoch.number, epoch.next, epoch.mark}); };
    std::optional<std::pair<ItemId, Bytes>> opening;
    if (epoch.next == 0) {
        auto longest = record_size + kTurnSlack;
        auto statement = closed_statement(epoch.previous).size();
        if ((always_ || fits_sms_alone(longest)) && size_as_opening(longest + statement) > room_) {
            auto item = here();
            opening.emplace(item, write_opening(recipient, epoch, {}));
        }
    }
    auto seed = epoch.next == 0 ? seed_of_opening(epoch.second.get()) : seed_of_item(epoch.key.get());
    return {here(), seed, std::move(opening)};
}

Bytes Sealer::write_opening(domain::Recipient recipient, Epoch& epoch, BytesView record) {
    auto payload = closed_statement(epoch.previous);
    payload.insert(payload.end(), record.begin(), record.end());
    // A bare opening needs no padding: everybody sees that it is one.
    if (!record.empty()) payload.resize(padded_size(payload.size(), Riding::kOpening));
    auto out = encode(header(recipient, epoch));
    auto message = epoch.opening->write(payload);
    out.insert(out.end(), message.begin(), message.end());
    wipe(payload);
    epoch.opening.reset();
    epoch.second = GuardedKey();
    epoch.next = 1;
    return out;
}

Result<Bytes> Sealer::seal(domain::Recipient recipient, BytesView record) {
    if (record.empty() || record.back() == 0) return fail(ErrorCode::kInvalid, "seal.record");
    if (record.size() + 2 * kSmsBytes > kMaxItem) return fail(ErrorCode::kNoSpace, "seal.record");
    auto& epoch = of(recipient);
    if (epoch.next == 0) return write_opening(recipient, epoch, record);
    auto out = encode(header(recipient, epoch));
    auto padded = TRY(pad(Bytes(record.begin(), record.end())));
    auto sealed = seal_once(epoch.key.get(), out, padded);
    wipe(padded);
    auto next = noise_rekey(epoch.key.get());
    epoch.key.set(next);
    wipe(next);
    ++epoch.next;
    out.insert(out.end(), sealed.begin(), sealed.end());
    return out;
}

Sealer::Standing Sealer::standing(domain::Recipient recipient) const {
    const auto& epoch = recipient == domain::Recipient::kInspectorate ? inspectorate_ : district_;
    return {epoch.number, epoch.next, epoch.mark};
}

void Sealer::abandon() {
    uncommitted_ = false;
    district_ = Epoch();
    inspectorate_ = Epoch();
}

} // namespace kentongan::wire
