// What the district publishes to its boxes: keyrings, packs and documents (docs/formats/bulletin.md). Signed,
// numbered upwards, compressed or as a delta against a version that the box holds; carried in pieces that may
// come in any order, twice, and over several links.
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "wire/keys.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::wire {

enum class BulletinKind : std::uint8_t { kKeyring = 1, kPack = 2, kDocument = 3 }; // wire values
enum class Packing : std::uint8_t { kWhole = 0, kCompressed = 1, kDelta = 2 };     // wire values

inline constexpr std::size_t kMaxBulletinName = 64;
inline constexpr std::size_t kMaxBulletinContent = 1024 * 1024;
/// Header and signature.
inline constexpr std::size_t kMaxBulletinHead = 256;
inline constexpr std::size_t kMaxBulletin = kMaxBulletinHead + kMaxBulletinContent;
/// The name of every bulletin of kind kKeyring, and of no other.
inline constexpr std::string_view kKeyringName = "keyring";

struct BulletinHeader {
    BulletinKind kind = BulletinKind::kDocument;
    Packing packing = Packing::kWhole;
    BoxId box;                 ///< 0: for every box.
    std::string name;          ///< 1 to 64 of [a-z0-9._-]
    std::uint32_t version = 0; ///< Of this name; only grows. A newer version is all that ends an older one.
    std::uint32_t base = 0;    ///< kDelta: the version that this is a change of; otherwise 0.
    std::uint32_t size = 0;    ///< Bytes of the result.
    std::uint32_t packed = 0;  ///< Bytes behind the head.
    Key32 digest{};            ///< BLAKE2b-256 of the whole result.
    Key32 packed_digest{};     ///< The same of what is behind the head; not on the wire for kWhole.
    bool operator==(const BulletinHeader&) const = default;
};

[[nodiscard]] bool is_bulletin_name(std::string_view name);

// --- the district's side ---

/// What is published; the views must live during the call.
struct BulletinSource {
    BulletinKind kind = BulletinKind::kDocument;
    BoxId box;
    std::string_view name;
    std::uint32_t version = 0;
    BytesView content;
};
struct BulletinBase {
    std::uint32_t version = 0;
    BytesView content;
};
/// Head and packed content. Without a base the smaller of whole and compressed; with one the delta. Keyrings
/// are always whole. `key` is the downlink key's secret, for a keyring the root's: a box that knows only an
/// older keyring must be able to believe it. Errors: kInvalid - a name, version or base that cannot be;
/// kNoSpace - more than kMaxBulletinContent.
[[nodiscard]] Result<Bytes> make_bulletin(const BulletinSource& source,
                                          const std::optional<BulletinBase>& base, const Key64& key);

// --- the box's side ---

/// The head of a bulletin, believed: `bytes` are the bulletin or its beginning of at least kMaxBulletinHead
/// bytes. `held` is the version of this name that the box holds, 0 for none. Errors: kDenied - not signed by
/// this district's downlink key (keyrings: its root), or for another box; kConflict - not newer than `held`
/// ("bulletin.version"), or a change of another version ("bulletin.base"); kCorrupt; kUnsupported - a newer
/// format.
[[nodiscard]] Result<BulletinHeader> check_bulletin(BytesView bytes, const DistrictPublic& district,
                                                    BoxId box, std::uint32_t held);
/// As check_bulletin() without asking who signed: for what a store already believes, and to know the name
/// first. `head` gets the bytes up to the packed content.
[[nodiscard]] Result<BulletinHeader> read_bulletin_header(BytesView bytes, std::size_t* head = nullptr);

struct OpenedBulletin {
    BulletinHeader header;
    Bytes content;
};
/// The content of a whole bulletin. zstd sees no byte that the district has not signed.
/// Errors: as check_bulletin(); kCorrupt - a digest or a size does not fit.
[[nodiscard]] Result<OpenedBulletin> open_bulletin(BytesView bytes, const DistrictPublic& district, BoxId box,
                                                   const BulletinBase& held);

/// Exactly `size` bytes, at most kMaxBulletinContent, or kCorrupt. Takes no more memory than that and zstd's
/// own 160 KiB, whatever `packed` claims.
[[nodiscard]] Result<Bytes> unpack(Packing packing, BytesView packed, BytesView base, std::size_t size);

// --- on the way ---

inline constexpr std::size_t kMaxPiece = 16 * 1024;

/// Some consecutive bytes of one bulletin.
struct Piece {
    std::uint32_t mark = 0;  ///< bulletin_mark(): whose bytes these are.
    std::uint32_t total = 0; ///< Bytes of the whole bulletin.
    std::uint32_t offset = 0;
    Bytes bytes; ///< 1 to kMaxPiece
    bool operator==(const Piece&) const = default;
};
/// Tells bulletins on the way apart. Not a proof of anything.
[[nodiscard]] std::uint32_t bulletin_mark(BytesView bulletin);
/// A piece of `bulletin`; `size` is cut at its end and at kMaxPiece. `offset` must lie inside.
[[nodiscard]] Piece piece_of(BytesView bulletin, std::uint32_t mark, std::uint32_t offset, std::size_t size);
void write_piece(ByteWriter& out, const Piece& piece);
/// Errors: kCorrupt - malformed, or outside its bulletin.
[[nodiscard]] Result<Piece> read_piece(ByteReader& in);

struct ByteRange {
    std::uint32_t from = 0;
    std::uint32_t size = 0;
    bool operator==(const ByteRange&) const = default;
};

/// What a box says it holds, and what it still wants of something on the way.
struct Holding {
    std::string name;
    std::uint32_t version = 0;
    bool operator==(const Holding&) const = default;
};
struct Want {
    std::uint32_t mark = 0;
    std::vector<ByteRange> missing; ///< The first few gaps.
    bool operator==(const Want&) const = default;
};
inline constexpr std::size_t kMaxHoldings = 256;
inline constexpr std::size_t kMaxGaps = 64;
void write_holdings(ByteWriter& out, std::span<const Holding> holdings);
[[nodiscard]] Result<std::vector<Holding>> read_holdings(ByteReader& in);
void write_want(ByteWriter& out, const Want& want);
[[nodiscard]] Result<Want> read_want(ByteReader& in);

/// Puts the pieces of one bulletin together. A value: save() and load() carry it over a restart.
class Assembly {
  public:
    /// So many separate runs of bytes are kept at once; a piece that would make one more is refused and comes
    /// again.
    static constexpr std::size_t kMaxRuns = 1024;

    /// An empty one for the bulletin that `piece` belongs to; the piece is not taken yet.
    /// Errors: kCorrupt - a total that no bulletin has.
    [[nodiscard]] static Result<Assembly> for_piece(const Piece& piece);

    /// Bytes that are there stay as they came first; whatever is wrong shows in the digests.
    /// Errors: kConflict - of another bulletin; kCorrupt - outside it; kNoSpace - kMaxRuns.
    Status take(const Piece& piece);

    [[nodiscard]] std::uint32_t mark() const { return mark_; }
    [[nodiscard]] std::uint32_t total() const { return static_cast<std::uint32_t>(bytes_.size()); }
    [[nodiscard]] std::uint32_t received() const;
    [[nodiscard]] bool complete() const { return received() == total(); }
    /// The first `most` gaps.
    [[nodiscard]] std::vector<ByteRange> missing(std::size_t most = kMaxGaps) const;
    /// The bytes from the beginning without a gap. Enough for check_bulletin() as soon as has_head().
    [[nodiscard]] BytesView beginning() const;
    [[nodiscard]] bool has_head() const;

    [[nodiscard]] Bytes save() const;
    /// Errors: kCorrupt.
    [[nodiscard]] static Result<Assembly> load(BytesView saved);

  private:
    Assembly(std::uint32_t mark, std::uint32_t total) : mark_(mark), bytes_(total) {}

    std::uint32_t mark_;
    Bytes bytes_;
    std::vector<ByteRange> runs_; ///< What is there: by place, none touching the next.
};

} // namespace kentongan::wire
