// A sealed item's name and outer form, as it travels alone (docs/formats/item.md).
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "domain/catalogue.hpp"
#include "domain/codes.hpp"
#include "wire/keys.hpp"

#include <optional>
#include <string_view>

namespace kentongan::wire {

/// An epoch has at most this many items: counters 0 to 1023.
inline constexpr std::uint16_t kMaxEpochItems = 1024;
/// The largest item that is sealed or read.
inline constexpr std::size_t kMaxItem = 16 * 1024;
/// What one SMS carries (3GPP TS 23.040, 8-bit data without a header).
inline constexpr std::size_t kSmsBytes = 140;

/// The first bytes of an epoch's ephemeral key: tells two epochs of one number apart, as a copied or
/// restored box makes them.
using Mark = std::array<std::uint8_t, 4>;

/// An item's place in what a box has sealed.
struct Place {
    BoxId box; ///< At most 65,535: that is what the wire holds.
    std::uint16_t epoch = 0;
    std::uint16_t counter = 0; ///< 0: the opening.
    Mark mark{};
    auto operator<=>(const Place&) const = default;
};

/// An item's name everywhere: box u32 · epoch u32 · counter u32 · mark, big-endian.
[[nodiscard]] ItemId item_id(const Place& place);
[[nodiscard]] Place place_of(const ItemId& item);

/// The public part of an item.
struct ItemHeader {
    BoxId box;
    std::uint16_t epoch = 0;
    std::uint16_t counter = 0;
    domain::Recipient recipient = domain::Recipient::kDistrict;
    std::uint8_t key_id = 0; ///< Of the district's prekey; openings only.
    [[nodiscard]] bool opening() const { return counter == 0; }
    bool operator==(const ItemHeader&) const = default;
};

inline constexpr std::uint8_t kItemTag = 0x20; ///< High nibble of an item's first byte.

/// What an opening's handshake is bound to: version and header.
[[nodiscard]] Bytes prologue_of(const ItemHeader& header);

/// 6 bytes for an opening, 6 or 7 for another item. They are the associated data of its sealing.
[[nodiscard]] Bytes encode(const ItemHeader& header);

struct ReadItem {
    ItemHeader header;
    BytesView associated; ///< The header's bytes.
    BytesView sealed;     ///< Opening: ephemeral key and payload; else ciphertext and tag.
};
/// Lifetime: views into `item`.
/// Errors: kCorrupt - not an item, or above kMaxItem; kUnsupported - of a newer version.
[[nodiscard]] Result<ReadItem> read_item(BytesView item);

/// An opening that brings no record, only the way to what follows it (docs/formats/item.md).
[[nodiscard]] bool is_bare_opening(const ReadItem& item);

/// What follows from one item's key, at the box that seals it and at the district that opens it, and nowhere
/// else: so neither travels nor is kept. Wiped at its end.
class ItemSeed {
  public:
    explicit ItemSeed(const Key32& key) : key_(key) {}
    ~ItemSeed() { wipe(key_); }
    ItemSeed(const ItemSeed&) = default;
    ItemSeed& operator=(const ItemSeed&) = default;

    /// `attempt`: 0, or higher where the box had that code in use.
    [[nodiscard]] domain::CaseCode code(std::uint32_t attempt) const;
    [[nodiscard]] domain::ReceiptCode receipt() const;
    /// For keeping it sealed beside the record.
    [[nodiscard]] const Key32& key() const { return key_; }

  private:
    Key32 key_;
};

/// The seed of an epoch's first item, from the second key of its handshake.
[[nodiscard]] ItemSeed seed_of_opening(const Key32& second);
/// The seed of the item that `key` seals.
[[nodiscard]] ItemSeed seed_of_item(const Key32& key);

/// What an opening says of the epoch before it, so that a courier who holds back its end is found out.
struct ClosedEpoch {
    std::uint16_t number = 0; ///< 0: there was none.
    std::uint16_t items = 0;
    bool operator==(const ClosedEpoch&) const = default;
};

} // namespace kentongan::wire
