#include "wire/bits.hpp"

#include <bit>

namespace kentongan::wire {
namespace {

constexpr unsigned kGroupBits = 4;
constexpr unsigned kMostGroups = 16;

} // namespace

void BitWriter::put(std::uint64_t value, unsigned count) {
    for (unsigned left = count; left > 0; --left) {
        if (size_ % 8 == 0) bytes_.push_back(0);
        if (((value >> (left - 1)) & 1U) != 0)
            bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (0x80U >> (size_ % 8)));
        ++size_;
    }
}

void BitWriter::groups(std::uint64_t value) {
    do {
        auto low = value & ((1U << kGroupBits) - 1);
        value >>= kGroupBits;
        flag(value != 0);
        put(low, kGroupBits);
    } while (value != 0);
}

void BitWriter::bytes(BytesView bytes) {
    for (auto byte : bytes) put(byte, 8);
}

void BitWriter::append(const BitWriter& other) {
    for (std::size_t at = 0; at < other.size_; at += 8) {
        auto count = static_cast<unsigned>(std::min<std::size_t>(8, other.size_ - at));
        put(static_cast<std::uint64_t>(other.bytes_[at / 8]) >> (8 - count), count);
    }
}

Bytes BitWriter::finish() && {
    flag(true);
    return std::move(bytes_);
}

void BitWriter::wipe() {
    kentongan::wipe(bytes_);
    bytes_.clear();
    size_ = 0;
}

Result<BitReader> BitReader::of(BytesView bytes) {
    if (bytes.empty() || bytes.back() == 0) return fail(ErrorCode::kCorrupt, "bits.mark");
    auto after = static_cast<std::size_t>(std::countr_zero(bytes.back()));
    return BitReader(bytes, bytes.size() * 8 - after - 1);
}

Result<std::uint64_t> BitReader::take(unsigned count) {
    if (count > remaining()) return fail(ErrorCode::kCorrupt, "bits.short", static_cast<std::int64_t>(at_));
    std::uint64_t value = 0;
    for (unsigned i = 0; i < count; ++i, ++at_)
        value = value << 1 | ((static_cast<unsigned>(bytes_[at_ / 8]) >> (7 - at_ % 8)) & 1U);
    return value;
}

Result<bool> BitReader::flag() {
    return TRY(take(1)) == 1;
}

Result<std::uint64_t> BitReader::groups() {
    std::uint64_t value = 0;
    for (unsigned group = 0; group < kMostGroups; ++group) {
        auto more = TRY(flag());
        auto low = TRY(take(kGroupBits));
        // The one form of a number: the last group is not empty, and it fits a signed number.
        if ((!more && low == 0 && group > 0) || (group + 1 == kMostGroups && low >= 8)) break;
        value |= low << (group * kGroupBits);
        if (!more) return value;
    }
    return fail(ErrorCode::kCorrupt, "bits.groups", static_cast<std::int64_t>(at_));
}

Result<Bytes> BitReader::rest() {
    if (remaining() % 8 != 0) return fail(ErrorCode::kCorrupt, "bits.rest", static_cast<std::int64_t>(at_));
    Bytes out;
    out.reserve(remaining() / 8);
    while (remaining() > 0) out.push_back(static_cast<std::uint8_t>(TRY(take(8))));
    return out;
}

Status BitReader::end() const {
    if (remaining() != 0) return fail(ErrorCode::kCorrupt, "bits.trailing", static_cast<std::int64_t>(at_));
    return {};
}

} // namespace kentongan::wire
