// Padding: the length of what is sealed tells one of a few buckets, not how long a story is.
#pragma once

#include "base/bytes.hpp"

namespace kentongan::wire {

/// What fits one binary SMS in a following item: 140 − header 7 − MAC 16.
inline constexpr std::size_t kSmsPayload = 117;

/// The same in an opening: 140 − header 6 − ephemeral key 32 − MAC 16.
inline constexpr std::size_t kSmsOpeningPayload = 86;

/// No record is padded to less, in either.
inline constexpr std::size_t kLeastPadded = 64;

/// What a payload rides in: their headers differ, and so does what fits one SMS.
enum class Riding { kItem, kOpening };

/// The bucket of `size` bytes. In an item 64, 80, 96, 117, then multiples of 64 (128, 192, …); in an opening
/// 64, 86, then the same multiples.
[[nodiscard]] std::size_t padded_size(std::size_t size, Riding riding = Riding::kItem);

/// Appends zero bytes until `ahead` and the record fill a bucket; `ahead` is what else will be sealed before
/// it. A record ends in a byte that is not zero (its last bit that is set marks its end), so padding needs no
/// mark of its own. An empty record stays a record: zeros alone.
/// Errors: kInvalid - the last byte is zero, so that unpad() would take it away.
[[nodiscard]] Result<Bytes> pad(Bytes record, std::size_t ahead = 0, Riding riding = Riding::kItem);

/// Without the zero bytes at its end. Lifetime: a view of `padded`.
[[nodiscard]] BytesView unpad(BytesView padded);

} // namespace kentongan::wire
