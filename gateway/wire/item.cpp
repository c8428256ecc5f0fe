#include "wire/item.hpp"

#include "wire/noise.hpp"
#include "wire/padding.hpp"

#include <sodium.h>

#include <algorithm>

namespace kentongan::wire {
namespace {

constexpr std::uint8_t kOpening = 1;
constexpr std::uint8_t kInspectorate = 2;
constexpr std::uint8_t kKnownBits = kOpening | kInspectorate;

Key32 keyed(const Key32& key, std::string_view purpose) {
    Key32 out{};
    crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char*>(purpose.data()),
                       purpose.size(), key.data(), key.size());
    return out;
}

std::uint64_t number(const Key32& key, std::string_view purpose, std::uint32_t attempt) {
    ByteWriter message;
    message.text(purpose);
    message.u32(attempt);
    std::array<std::uint8_t, 16> digest{}; // libsodium's shortest; 8 of them are the number
    crypto_generichash(digest.data(), digest.size(), message.bytes().data(), message.bytes().size(),
                       key.data(), key.size());
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < 8; ++i) out = (out << 8) | digest[i];
    wipe(digest);
    return out;
}

} // namespace

ItemId item_id(const Place& place) {
    ByteWriter out;
    out.u32(place.box.value);
    out.u32(place.epoch);
    out.u32(place.counter);
    out.raw(place.mark);
    ItemId item;
    std::copy_n(out.bytes().begin(), item.value.size(), item.value.begin());
    return item;
}

Place place_of(const ItemId& item) {
    auto u32 = [&](std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 4; ++i) value = (value << 8) | item.value[at + i];
        return value;
    };
    Place out;
    out.box.value = u32(0);
    out.epoch = static_cast<std::uint16_t>(u32(4));
    out.counter = static_cast<std::uint16_t>(u32(8));
    std::copy_n(item.value.begin() + 12, out.mark.size(), out.mark.begin());
    return out;
}

Bytes encode(const ItemHeader& header) {
    ByteWriter out;
    out.u8(static_cast<std::uint8_t>(
        kItemTag | (header.opening() ? kOpening : 0) |
        (header.recipient == domain::Recipient::kInspectorate ? kInspectorate : 0)));
    out.u16(static_cast<std::uint16_t>(header.box.value));
    out.u16(header.epoch);
    if (header.opening())
        out.u8(header.key_id);
    else
        out.varint(header.counter);
    return std::move(out).take();
}

Bytes prologue_of(const ItemHeader& header) {
    constexpr std::string_view kContext = "kentongan item 2";
    Bytes out(kContext.begin(), kContext.end());
    auto bytes = encode(header);
    out.insert(out.end(), bytes.begin(), bytes.end());
    return out;
}

Result<ReadItem> read_item(BytesView item) {
    if (item.size() > kMaxItem) return fail(ErrorCode::kCorrupt, "item.size");
    ByteReader in(item);
    auto tag = TRY(in.u8());
    if ((tag & 0xF0) != kItemTag) return fail(ErrorCode::kCorrupt, "item.tag", tag);
    if ((tag & 0x0F & ~kKnownBits) != 0) return fail(ErrorCode::kUnsupported, "item.tag", tag);
    ReadItem out;
    out.header.recipient =
        (tag & kInspectorate) != 0 ? domain::Recipient::kInspectorate : domain::Recipient::kDistrict;
    out.header.box.value = TRY(in.u16());
    out.header.epoch = TRY(in.u16());
    if (out.header.box.value == 0 || out.header.epoch == 0) return fail(ErrorCode::kCorrupt, "item.place");
    if ((tag & kOpening) != 0) {
        out.header.key_id = TRY(in.u8());
    } else {
        auto counter = TRY(in.varint());
        if (counter == 0 || counter >= kMaxEpochItems) return fail(ErrorCode::kCorrupt, "item.counter");
        out.header.counter = static_cast<std::uint16_t>(counter);
    }
    out.associated = item.first(in.offset());
    out.sealed = item.subspan(in.offset());
    constexpr std::size_t kTagBytes = crypto_aead_chacha20poly1305_ietf_ABYTES;
    if (out.sealed.size() < kTagBytes + (out.header.opening() ? sizeof(Key32) : 0))
        return fail(ErrorCode::kCorrupt, "item.sealed");
    return out;
}

bool is_bare_opening(const ReadItem& item) {
    return item.header.opening() && item.sealed.size() < kNoiseOverhead + kLeastPadded;
}

domain::CaseCode ItemSeed::code(std::uint32_t attempt) const {
    return domain::make_case_code(number(key_, "kentongan code", attempt));
}

domain::ReceiptCode ItemSeed::receipt() const {
    return domain::make_receipt_code(number(key_, "kentongan receipt", 0));
}

ItemSeed seed_of_opening(const Key32& second) {
    return ItemSeed(keyed(second, "kentongan seed 0"));
}

ItemSeed seed_of_item(const Key32& key) {
    return ItemSeed(keyed(key, "kentongan seed"));
}

} // namespace kentongan::wire
