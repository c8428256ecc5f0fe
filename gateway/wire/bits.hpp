// Bits in and out, bounded: what the record is written and read with (docs/formats/record.md).
#pragma once

#include "base/bytes.hpp"

namespace kentongan::wire {

/// Appends bits, the most significant first.
class BitWriter {
  public:
    /// The low `count` (0–64) bits of `value`.
    void put(std::uint64_t value, unsigned count);
    void flag(bool value) { put(value ? 1 : 0, 1); }
    /// A number of any size: groups of four bits, the lowest first, each after a bit that says "another
    /// follows".
    void groups(std::uint64_t value);
    void bytes(BytesView bytes);
    void append(const BitWriter& other);

    /// Bits written so far.
    [[nodiscard]] std::size_t size() const { return size_; }
    /// The bits, a one that marks their end, and zeros to the next byte: the last byte is never zero.
    [[nodiscard]] Bytes finish() &&;
    /// Overwrites what was written.
    void wipe();

  private:
    Bytes bytes_;
    std::size_t size_ = 0;
};

/// Reads what BitWriter wrote. Every read checks first what is left.
///
/// Errors: kCorrupt - the bits end too early, or a number is longer than need be or than 63 bits; `native` is
/// the bit offset. Lifetime: keeps a view only; the bytes must outlive it.
class BitReader {
  public:
    /// Errors: kCorrupt - there is no mark of the end, or zero bytes follow it.
    [[nodiscard]] static Result<BitReader> of(BytesView bytes);

    Result<std::uint64_t> take(unsigned count);
    Result<bool> flag();
    Result<std::uint64_t> groups();
    /// The rest, which must be whole bytes.
    Result<Bytes> rest();

    [[nodiscard]] std::size_t remaining() const { return end_ - at_; }
    [[nodiscard]] std::size_t offset() const { return at_; }
    /// kCorrupt unless every bit was read.
    Status end() const;

  private:
    BitReader(BytesView bytes, std::size_t end) : bytes_(bytes), end_(end) {}

    BytesView bytes_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
};

} // namespace kentongan::wire
