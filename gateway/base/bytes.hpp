// Bytes in and out, bounded: what every format of this house is read and written with.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

[[nodiscard]] BytesView as_bytes(std::string_view text);
[[nodiscard]] std::string_view as_text(BytesView bytes);

/// Lower-case hexadecimal; for keys on paper, fingerprints and tests, never for personal data.
[[nodiscard]] std::string to_hex(BytesView bytes);
/// Errors: kInvalid - an odd length or a digit that is not hexadecimal.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);

/// Overwrites memory in a way that the compiler may not remove; the size stays.
void wipe(std::span<std::uint8_t> bytes);
void wipe(std::string& text);

/// Appends integers (big-endian, fixed width), varints (LEB128, at most 10 bytes) and
/// length-prefixed strings to a byte vector.
class ByteWriter {
  public:
    void u8(std::uint8_t value) { bytes_.push_back(value); }
    void u16(std::uint16_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void varint(std::uint64_t value);
    /// Unix seconds as u64; a time before 1970 is written as 1970.
    void instant(Instant value);
    void raw(BytesView bytes);
    /// varint length, then the bytes.
    void block(BytesView bytes);
    void text(std::string_view utf8) { block(as_bytes(utf8)); }

    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    [[nodiscard]] Bytes take() && { return std::move(bytes_); }

  private:
    Bytes bytes_;
};

/// Reads what ByteWriter wrote. Every read checks the remaining length first.
///
/// Errors: kCorrupt - the bytes end too early, a varint is over-long, or a length is above the limit given;
/// `native` is the offset. Lifetime: keeps a view only; the bytes must outlive it.
class ByteReader {
  public:
    explicit ByteReader(BytesView bytes) : bytes_(bytes) {}

    Result<std::uint8_t> u8();
    Result<std::uint16_t> u16();
    Result<std::uint32_t> u32();
    Result<std::uint64_t> u64();
    Result<std::uint64_t> varint();
    /// Also kCorrupt: a time after the year 9999. Differences of what this returns cannot overflow.
    Result<Instant> instant();
    Result<BytesView> raw(std::size_t count);
    Result<BytesView> block(std::size_t max_size);
    Result<std::string> text(std::size_t max_size);
    template <std::size_t N>
    Result<std::array<std::uint8_t, N>> array() {
        auto view = TRY(raw(N));
        std::array<std::uint8_t, N> out{};
        std::copy(view.begin(), view.end(), out.begin());
        return out;
    }

    [[nodiscard]] std::size_t remaining() const { return bytes_.size() - at_; }
    [[nodiscard]] std::size_t offset() const { return at_; }
    /// kCorrupt unless every byte was read: trailing bytes are refused, not ignored.
    Status end() const;

  private:
    BytesView bytes_;
    std::size_t at_ = 0;
};

} // namespace kentongan
