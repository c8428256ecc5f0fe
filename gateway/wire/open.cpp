#include "wire/open.hpp"

#include "wire/padding.hpp"
#include "wire/seal.hpp"

#include <algorithm>

namespace kentongan::wire {
namespace {

// What an opening carries besides the record; a payload shorter than any padding is a bare opening.
struct OpeningPayload {
    ClosedEpoch previous;
    Bytes record;
};

Result<OpeningPayload> read_payload(BytesView payload) {
    auto plain = payload.size() < kLeastPadded ? payload : unpad(payload);
    ByteReader in(plain);
    OpeningPayload out;
    out.previous.number = TRY(in.u16());
    auto items = TRY(in.varint());
    if (items > kMaxEpochItems) return fail(ErrorCode::kCorrupt, "item.closed");
    out.previous.items = static_cast<std::uint16_t>(items);
    auto record = TRY(in.raw(in.remaining()));
    out.record.assign(record.begin(), record.end());
    return out;
}

} // namespace

std::uint16_t ReceivedSet::next() const {
    std::uint16_t at = 0;
    while (at < kMaxEpochItems && here_[at]) ++at;
    return at;
}

std::uint64_t ReceivedSet::beyond() const {
    std::size_t base = std::size_t{next()} + 1;
    std::uint64_t out = 0;
    for (std::size_t bit = 0; bit < 64 && base + bit < kMaxEpochItems; ++bit)
        if (here_[base + bit]) out |= std::uint64_t{1} << bit;
    return out;
}

Bytes ReceivedSet::bytes() const {
    Bytes out;
    for (std::size_t at = 0; at < kMaxEpochItems; ++at) {
        if (!here_[at]) continue;
        out.resize(std::max(out.size(), at / 8 + 1));
        out[at / 8] = static_cast<std::uint8_t>(out[at / 8] | (1U << (at % 8)));
    }
    return out;
}

Result<ReceivedSet> ReceivedSet::read(BytesView bytes) {
    if (bytes.size() > kMaxEpochItems / 8) return fail(ErrorCode::kCorrupt, "received.size");
    ReceivedSet out;
    for (std::size_t at = 0; at < bytes.size() * 8; ++at)
        if ((bytes[at / 8] >> (at % 8) & 1) != 0) out.add(static_cast<std::uint16_t>(at));
    return out;
}

Result<std::pair<ReceivingChain, OpenedItem>>
ReceivingChain::begin(const ReadItem& opening, const SenderKeys& sender, const PrekeySecret& keys) {
    if (!opening.header.opening()) return fail(ErrorCode::kCorrupt, "chain.opening");
    if (opening.header.box != sender.box) return fail(ErrorCode::kDenied, "chain.box");
    AgreePair reader;
    bool inspectorate = opening.header.recipient == domain::Recipient::kInspectorate;
    reader.secret = inspectorate ? keys.inspectorate : keys.district;
    reader.shown = inspectorate ? keys.shown.inspectorate : keys.shown.district;
    auto psk = psk_for(sender.psk, opening.header.recipient);
    auto opened = noise_read(prologue_of(opening.header), sender.agree, reader, &psk, opening.sealed);
    wipe(psk);
    if (!opened) return tl::unexpected<Error>(opened.error());
    auto payload = read_payload(opened->payload);
    wipe(opened->payload);
    if (!payload) return tl::unexpected<Error>(payload.error());

    ReceivingChain chain;
    chain.opening_.box = sender.box;
    chain.opening_.epoch = opening.header.epoch;
    std::copy_n(opening.sealed.begin(), chain.opening_.mark.size(), chain.opening_.mark.begin());
    chain.recipient_ = opening.header.recipient;
    chain.low_key_ = opened->secrets.first;
    OpenedItem item{chain.opening_, chain.recipient_, std::move(payload->record),
                    seed_of_opening(opened->secrets.second), payload->previous};
    return std::pair(std::move(chain), std::move(item));
}

Result<OpenedItem> ReceivingChain::open(const ReadItem& item) const {
    const auto& header = item.header;
    if (header.box != opening_.box || header.epoch != opening_.epoch || header.recipient != recipient_)
        return fail(ErrorCode::kDenied, "chain.epoch");
    if (header.opening()) return fail(ErrorCode::kCorrupt, "chain.opening");
    if (header.counter < low_ || here_.has(header.counter)) return fail(ErrorCode::kConflict, "chain.known");
    auto key = low_key_;
    for (auto at = low_; at < header.counter; ++at, ++steps_) key = noise_rekey(key);
    auto padded = open_once(key, item.associated, item.sealed);
    if (!padded) {
        wipe(key);
        return tl::unexpected<Error>(padded.error());
    }
    auto seed = seed_of_item(key);
    wipe(key);
    auto record = unpad(*padded);
    if (record.empty()) return fail(ErrorCode::kCorrupt, "chain.padding");
    auto place = opening_;
    place.counter = header.counter;
    OpenedItem out{place, recipient_, Bytes(record.begin(), record.end()), seed, std::nullopt};
    wipe(*padded);
    return out;
}

void ReceivingChain::received(std::uint16_t counter) {
    here_.add(counter);
    forget_passed();
}

void ReceivingChain::received(const ReceivedSet& all) {
    here_ = all;
    forget_passed();
}

void ReceivingChain::forget_passed() {
    while (low_ < kMaxEpochItems && here_.has(low_)) {
        low_key_ = noise_rekey(low_key_);
        ++low_;
    }
}

} // namespace kentongan::wire
