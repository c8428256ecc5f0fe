#include "base/bytes.hpp"

#include <algorithm>

namespace kentongan {

const char* name_of(ErrorCode code) {
    switch (code) {
    case ErrorCode::kInvalid:
        return "invalid";
    case ErrorCode::kNotFound:
        return "not_found";
    case ErrorCode::kConflict:
        return "conflict";
    case ErrorCode::kDenied:
        return "denied";
    case ErrorCode::kNoSpace:
        return "no_space";
    case ErrorCode::kCorrupt:
        return "corrupt";
    case ErrorCode::kUnavailable:
        return "unavailable";
    case ErrorCode::kUnsupported:
        return "unsupported";
    case ErrorCode::kInternal:
        return "internal";
    }
    return "internal";
}

BytesView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string_view as_text(BytesView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string to_hex(BytesView bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (auto byte : bytes) {
        out.push_back(kDigits[byte >> 4]);
        out.push_back(kDigits[byte & 15]);
    }
    return out;
}

Result<Bytes> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) return fail(ErrorCode::kInvalid, "hex.length");
    auto digit = [](char c) -> int {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    Bytes out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        int high = digit(text[i]);
        int low = digit(text[i + 1]);
        if (high < 0 || low < 0) return fail(ErrorCode::kInvalid, "hex.digit", static_cast<std::int64_t>(i));
        out.push_back(static_cast<std::uint8_t>(high << 4 | low));
    }
    return out;
}

void wipe(std::span<std::uint8_t> bytes) {
    volatile std::uint8_t* at = bytes.data();
    for (std::size_t i = 0; i < bytes.size(); ++i) at[i] = 0;
}

void wipe(std::string& text) {
    wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

void ByteWriter::u16(std::uint16_t value) {
    u8(static_cast<std::uint8_t>(value >> 8));
    u8(static_cast<std::uint8_t>(value));
}

void ByteWriter::u32(std::uint32_t value) {
    u16(static_cast<std::uint16_t>(value >> 16));
    u16(static_cast<std::uint16_t>(value));
}

void ByteWriter::u64(std::uint64_t value) {
    u32(static_cast<std::uint32_t>(value >> 32));
    u32(static_cast<std::uint32_t>(value));
}

void ByteWriter::varint(std::uint64_t value) {
    while (value >= 0x80) {
        u8(static_cast<std::uint8_t>(value | 0x80));
        value >>= 7;
    }
    u8(static_cast<std::uint8_t>(value));
}

void ByteWriter::instant(Instant value) {
    u64(static_cast<std::uint64_t>(std::max<std::int64_t>(to_unix(value), 0)));
}

void ByteWriter::raw(BytesView bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void ByteWriter::block(BytesView bytes) {
    varint(bytes.size());
    raw(bytes);
}

Result<BytesView> ByteReader::raw(std::size_t count) {
    if (count > remaining()) return fail(ErrorCode::kCorrupt, "bytes.short", static_cast<std::int64_t>(at_));
    auto view = bytes_.subspan(at_, count);
    at_ += count;
    return view;
}

Result<std::uint8_t> ByteReader::u8() {
    return TRY(raw(1))[0];
}

Result<std::uint16_t> ByteReader::u16() {
    auto b = TRY(raw(2));
    return static_cast<std::uint16_t>(b[0] << 8 | b[1]);
}

Result<std::uint32_t> ByteReader::u32() {
    std::uint32_t high = TRY(u16());
    std::uint32_t low = TRY(u16());
    return high << 16 | low;
}

Result<std::uint64_t> ByteReader::u64() {
    std::uint64_t high = TRY(u32());
    std::uint64_t low = TRY(u32());
    return high << 32 | low;
}

Result<std::uint64_t> ByteReader::varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        auto byte = TRY(u8());
        if (shift == 63 && byte > 1) break;
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) {
            // One value, one spelling: a padded varint would let the same record have many forms.
            if (byte == 0 && shift > 0) break;
            return value;
        }
    }
    return fail(ErrorCode::kCorrupt, "bytes.varint", static_cast<std::int64_t>(at_));
}

Result<Instant> ByteReader::instant() {
    constexpr std::uint64_t kEndOf9999 = 253'402'300'799;
    auto value = TRY(u64());
    if (value > kEndOf9999) return fail(ErrorCode::kCorrupt, "bytes.instant", static_cast<std::int64_t>(at_));
    return from_unix(static_cast<std::int64_t>(value));
}

Result<BytesView> ByteReader::block(std::size_t max_size) {
    auto size = TRY(varint());
    if (size > max_size) return fail(ErrorCode::kCorrupt, "bytes.block", static_cast<std::int64_t>(at_));
    return raw(static_cast<std::size_t>(size));
}

Result<std::string> ByteReader::text(std::size_t max_size) {
    return std::string(as_text(TRY(block(max_size))));
}

Status ByteReader::end() const {
    if (remaining() != 0) return fail(ErrorCode::kCorrupt, "bytes.trailing", static_cast<std::int64_t>(at_));
    return {};
}

} // namespace kentongan
