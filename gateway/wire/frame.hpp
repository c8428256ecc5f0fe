// L2: frames, and how many of them travel together (docs/formats/frame.md). The same bytes on every carrier.
//
// A frame is a single item (wire/item.hpp), a batch of neighbours, a call or an answer (wire/answer.hpp). An
// SMS carries one frame as it is; a datagram, an HTTPS body and a file carry a parcel: each frame behind its
// length.
#pragma once

#include "wire/item.hpp"

#include <span>
#include <vector>

namespace kentongan::wire {

enum class FrameKind : std::uint8_t { // high nibble of the first byte
    kItem = 0x20,
    kBatch = 0x30,
    kCall = 0x40,
    kAnswer = 0x50,
};

inline constexpr std::size_t kMaxFrame = 64 * 1024;
inline constexpr std::size_t kMaxParcel = 256 * 1024;
inline constexpr std::size_t kMaxFramesPerParcel = 1024;
inline constexpr std::size_t kMaxBatch = 255;

/// Errors: kCorrupt - empty; kUnsupported - of no kind that is known here.
[[nodiscard]] Result<FrameKind> kind_of(BytesView frame);

/// Bytes that a batch costs besides 1 or 2 for each item's length.
inline constexpr std::size_t kBatchHeader = 8;

/// Neighbours of one epoch, their headers written once. `items`: whole items as sealed, following ones only,
/// counters growing by one; at least one. Not checked: the caller groups them (see compose()).
[[nodiscard]] Bytes write_batch(std::span<const BytesView> items);

/// A batch as the single items that went in, byte for byte; a single item as itself.
/// Errors: kCorrupt, kUnsupported - neither.
[[nodiscard]] Result<std::vector<Bytes>> items_of(BytesView frame);

/// Frames for `items`, in their order, neighbours batched, in at most `room` bytes of a parcel. `used` is set
/// to how many items went in: the first that does not fit ends it.
[[nodiscard]] std::vector<Bytes> compose(std::span<const BytesView> items, std::size_t room,
                                         std::size_t& used);

[[nodiscard]] Bytes write_parcel(std::span<const Bytes> frames);
/// Lifetime: views into `parcel`. Errors: kCorrupt - cut off, above a limit, or empty.
[[nodiscard]] Result<std::vector<BytesView>> read_parcel(BytesView parcel);
/// Bytes that a frame takes in a parcel.
[[nodiscard]] std::size_t size_in_parcel(std::size_t frame);

} // namespace kentongan::wire
