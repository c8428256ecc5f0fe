// One conversation between a box and its district: sealed items up; receipts and statuses down.
// The same bytes on every carrier (docs/formats/exchange.md).
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "wire/keys.hpp"

#include <array>
#include <functional>
#include <optional>
#include <vector>

namespace kentongan::wire {

inline constexpr std::size_t kMaxItemsPerUpload = 64;
inline constexpr std::size_t kMaxUpload = 256 * 1024;
inline constexpr std::size_t kMaxUpdatesPerDownload = 256;
inline constexpr std::size_t kMaxDownload = 2 * 1024 * 1024;

/// Box → district. An upload without envelopes asks for news.
struct Upload {
    BoxId box;
    std::array<std::uint8_t, 16>
        nonce{};                   ///< Repeated in the answer, so an old answer cannot be played again.
    std::uint64_t last_update = 0; ///< Sequence of the newest update this box has committed.
    std::uint32_t waiting = 0;     ///< Items still in the queue, for the district's fleet view.
    std::vector<Bytes> envelopes;
};

/// "Committed here." Sent only after the district's own commit; safe to send again.
struct ItemReceipt {
    ItemId item;
    /// kQuarantined: kept for a clerk (a revoked box, an envelope that does not open); the box may let it go
    /// too.
    enum class Level : std::uint8_t {
        kReceived = 1,
        kQuarantined = 2
    } level = Level::kReceived; // wire values
    bool operator==(const ItemReceipt&) const = default;
};

/// A case has changed its state.
struct StatusUpdate {
    std::uint64_t sequence = 0; ///< Per box, grows by one; the order of updates.
    ItemId item;
    std::uint8_t state = 0; ///< Number of the state in the service's life cycle.
    Instant at{};           ///< The district's clock.
    Bytes reply;            ///< wire/reply.hpp, or empty
    Bytes notice;           ///< wire/reply.hpp, or empty: nobody to tell
};

/// District → box, signed.
struct Download {
    BoxId box;
    std::array<std::uint8_t, 16> nonce{};
    Instant district_time{};
    std::vector<ItemReceipt> receipts;
    std::vector<StatusUpdate> updates; ///< Those after Upload::last_update, oldest first.
    bool more = false;                 ///< There are further updates: ask again at once.
};

/// Signed by the box, so only it can use up its updates.
[[nodiscard]] Bytes encode(const Upload& upload, const BoxSecret& box);
/// `box_named` finds the public keys of a registered box.
/// Errors: kCorrupt - malformed; kDenied - unknown box or wrong signature; kUnsupported - a newer version.
[[nodiscard]] Result<Upload> decode_upload(BytesView bytes,
                                           const std::function<std::optional<BoxPublic>(BoxId)>& box_named);

[[nodiscard]] Bytes encode(const Download& download, const DistrictSecret& district);
/// Errors: kCorrupt, kUnsupported; kDenied - not signed by this district, not for this box or not this nonce.
[[nodiscard]] Result<Download> decode_download(BytesView bytes, const DistrictPublic& district, BoxId box,
                                               const std::array<std::uint8_t, 16>& nonce);

} // namespace kentongan::wire
