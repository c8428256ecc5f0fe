#include "wire/bulletin.hpp"

#include "wire/keyring.hpp"
#include "wire/signature.hpp"
#include "wire/token.hpp"

#include <sodium.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <memory>

namespace kentongan::wire {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::uint8_t kSavedFormat = 1;
constexpr std::string_view kContext = "kentongan bulletin 1";
// Published once, read by hundreds over links that cost money: time at the district is the cheap part.
constexpr int kLevel = 19;
// Base and result at their largest, together: every byte of the base can be referred to.
constexpr int kMaxWindowLog = 21;

struct FreeContext {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

Key32 plain_digest(BytesView bytes) {
    Key32 out{};
    crypto_generichash(out.data(), out.size(), bytes.data(), bytes.size(), nullptr, 0);
    return out;
}

Result<Bytes> pack(BytesView content, BytesView base) {
    std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
    if (!context) return fail(ErrorCode::kNoSpace, "bulletin.memory");
    auto window =
        std::clamp(static_cast<int>(std::bit_width(content.size() + base.size())), 10, kMaxWindowLog);
    // Size, checksum and dictionary are said, better, by the signed header.
    std::size_t failed = 0;
    for (auto [parameter, value] : {std::pair(ZSTD_c_compressionLevel, kLevel),
                                    {ZSTD_c_windowLog, window},
                                    {ZSTD_c_enableLongDistanceMatching, base.empty() ? 0 : 1},
                                    {ZSTD_c_contentSizeFlag, 0},
                                    {ZSTD_c_checksumFlag, 0},
                                    {ZSTD_c_dictIDFlag, 0}})
        failed |= ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), parameter, value));
    failed |= ZSTD_isError(ZSTD_CCtx_refPrefix(context.get(), base.data(), base.size()));
    Bytes out(ZSTD_compressBound(content.size()));
    auto size = ZSTD_compress2(context.get(), out.data(), out.size(), content.data(), content.size());
    if (failed != 0 || ZSTD_isError(size)) return fail(ErrorCode::kInternal, "bulletin.pack");
    out.resize(size);
    return out;
}

Bytes header_bytes(const BulletinHeader& header) {
    ByteWriter out;
    out.u8(kFormat);
    out.u8(static_cast<std::uint8_t>(header.kind));
    out.u8(static_cast<std::uint8_t>(header.packing));
    out.varint(header.box.value);
    out.text(header.name);
    out.u32(header.version);
    if (header.packing == Packing::kDelta) out.u32(header.base);
    out.varint(header.size);
    out.raw(header.digest);
    if (header.packing != Packing::kWhole) {
        out.varint(header.packed);
        out.raw(header.packed_digest);
    }
    return std::move(out).take();
}

// What holds of every header, whoever signed it.
Status consistent(const BulletinHeader& header) {
    bool keyring = header.kind == BulletinKind::kKeyring;
    bool fits = is_bulletin_name(header.name) && (header.name == kKeyringName) == keyring &&
                header.version > 0 && header.size <= kMaxBulletinContent &&
                header.packed <= kMaxBulletinContent;
    if (keyring)
        fits =
            fits && header.packing == Packing::kWhole && header.size <= kMaxKeyring && header.box == BoxId{};
    if (header.packing == Packing::kDelta) fits = fits && header.base > 0 && header.base < header.version;
    if (!fits) return fail(ErrorCode::kCorrupt, "bulletin.header");
    return {};
}

} // namespace

bool is_bulletin_name(std::string_view name) {
    return !name.empty() && name.size() <= kMaxBulletinName &&
           std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
           });
}

Result<Bytes> make_bulletin(const BulletinSource& source, const std::optional<BulletinBase>& base,
                            const Key64& key) {
    if (source.content.size() > kMaxBulletinContent) return fail(ErrorCode::kNoSpace, "bulletin.size");
    BulletinHeader header;
    header.kind = source.kind;
    header.box = source.box;
    header.name = source.name;
    header.version = source.version;
    header.size = static_cast<std::uint32_t>(source.content.size());
    header.digest = plain_digest(source.content);
    Bytes packed;
    if (base) {
        header.packing = Packing::kDelta;
        header.base = base->version;
        packed = TRY(pack(source.content, base->content));
    } else if (source.kind != BulletinKind::kKeyring) {
        packed = TRY(pack(source.content, {}));
        // The second digest and its length must be earned as well.
        if (packed.size() + 36 < source.content.size()) header.packing = Packing::kCompressed;
    }
    if (header.packing == Packing::kWhole) packed.assign(source.content.begin(), source.content.end());
    if (packed.size() > kMaxBulletinContent) return fail(ErrorCode::kNoSpace, "bulletin.size");
    header.packed = static_cast<std::uint32_t>(packed.size());
    header.packed_digest = plain_digest(packed);
    if (auto possible = consistent(header); !possible) return fail(ErrorCode::kInvalid, "bulletin.source");
    auto out = header_bytes(header);
    auto signature = sign(kContext, out, key);
    out.insert(out.end(), signature.begin(), signature.end());
    out.insert(out.end(), packed.begin(), packed.end());
    return out;
}

Result<BulletinHeader> read_bulletin_header(BytesView bytes, std::size_t* head) {
    ByteReader in(bytes.first(std::min(bytes.size(), kMaxBulletinHead)));
    auto format = TRY(in.u8());
    if (format != kFormat) return fail(ErrorCode::kUnsupported, "bulletin.format", format);
    BulletinHeader out;
    auto kind = TRY(in.u8());
    auto packing = TRY(in.u8());
    if (kind < 1 || kind > 3) return fail(ErrorCode::kUnsupported, "bulletin.kind", kind);
    if (packing > 2) return fail(ErrorCode::kUnsupported, "bulletin.packing", packing);
    out.kind = static_cast<BulletinKind>(kind);
    out.packing = static_cast<Packing>(packing);
    auto box = TRY(in.varint());
    if (box > UINT32_MAX) return fail(ErrorCode::kCorrupt, "bulletin.box");
    out.box.value = static_cast<std::uint32_t>(box);
    out.name = TRY(in.text(kMaxBulletinName));
    out.version = TRY(in.u32());
    if (out.packing == Packing::kDelta) out.base = TRY(in.u32());
    auto size = TRY(in.varint());
    if (size > kMaxBulletinContent) return fail(ErrorCode::kCorrupt, "bulletin.size");
    out.size = static_cast<std::uint32_t>(size);
    out.digest = TRY(in.array<32>());
    if (out.packing == Packing::kWhole) {
        out.packed = out.size;
        out.packed_digest = out.digest;
    } else {
        auto packed = TRY(in.varint());
        if (packed > kMaxBulletinContent) return fail(ErrorCode::kCorrupt, "bulletin.size");
        out.packed = static_cast<std::uint32_t>(packed);
        out.packed_digest = TRY(in.array<32>());
    }
    TRY(consistent(out));
    TRY(in.raw(kSignature));
    if (head != nullptr) *head = in.offset();
    return out;
}

Result<BulletinHeader> check_bulletin(BytesView bytes, const DistrictPublic& district, BoxId box,
                                      std::uint32_t held) {
    std::size_t head = 0;
    auto header = TRY(read_bulletin_header(bytes, &head));
    const auto& key = header.kind == BulletinKind::kKeyring ? district.root : district.keyring.downlink;
    if (!signed_by(kContext, bytes.first(head - kSignature), bytes.subspan(head - kSignature, kSignature),
                   key))
        return fail(ErrorCode::kDenied, "bulletin.signature");
    if (header.box != BoxId{} && header.box != box) return fail(ErrorCode::kDenied, "bulletin.box");
    if (header.version <= held) return fail(ErrorCode::kConflict, "bulletin.version", header.version);
    if (header.packing == Packing::kDelta && header.base != held)
        return fail(ErrorCode::kConflict, "bulletin.base", header.base);
    return header;
}

Result<OpenedBulletin> open_bulletin(BytesView bytes, const DistrictPublic& district, BoxId box,
                                     const BulletinBase& held) {
    OpenedBulletin out;
    out.header = TRY(check_bulletin(bytes, district, box, held.version));
    std::size_t head = 0;
    TRY(read_bulletin_header(bytes, &head));
    auto packed = bytes.subspan(head);
    if (packed.size() != out.header.packed || plain_digest(packed) != out.header.packed_digest)
        return fail(ErrorCode::kCorrupt, "bulletin.packed_digest");
    out.content = TRY(unpack(out.header.packing, packed, held.content, out.header.size));
    if (plain_digest(out.content) != out.header.digest) return fail(ErrorCode::kCorrupt, "bulletin.digest");
    return out;
}

Result<Bytes> unpack(Packing packing, BytesView packed, BytesView base, std::size_t size) {
    if (size > kMaxBulletinContent) return fail(ErrorCode::kCorrupt, "bulletin.size");
    if (packing == Packing::kWhole) {
        if (packed.size() != size) return fail(ErrorCode::kCorrupt, "bulletin.size");
        return Bytes(packed.begin(), packed.end());
    }
    // One frame and nothing else: no skippable frames, nothing behind it.
    if (ZSTD_findFrameCompressedSize(packed.data(), packed.size()) != packed.size())
        return fail(ErrorCode::kCorrupt, "bulletin.frame");
    std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
    if (!context) return fail(ErrorCode::kNoSpace, "bulletin.memory");
    if (packing == Packing::kDelta &&
        ZSTD_isError(ZSTD_DCtx_refPrefix(context.get(), base.data(), base.size())))
        return fail(ErrorCode::kInternal, "bulletin.unpack");
    // In one call, the result itself is zstd's window: a frame that claims a larger one allocates nothing,
    // and one that would write more than `size` bytes fails.
    Bytes out(size);
    auto made = ZSTD_decompressDCtx(context.get(), out.data(), out.size(), packed.data(), packed.size());
    if (ZSTD_isError(made) || made != size) return fail(ErrorCode::kCorrupt, "bulletin.unpack");
    return out;
}

std::uint32_t bulletin_mark(BytesView bulletin) {
    auto hash = digest("kentongan bulletin mark 1", bulletin);
    return static_cast<std::uint32_t>(hash[0]) << 24 | static_cast<std::uint32_t>(hash[1]) << 16 |
           static_cast<std::uint32_t>(hash[2]) << 8 | hash[3];
}

Piece piece_of(BytesView bulletin, std::uint32_t mark, std::uint32_t offset, std::size_t size) {
    size = std::min({size, kMaxPiece, bulletin.size() - offset});
    auto bytes = bulletin.subspan(offset, size);
    return {mark, static_cast<std::uint32_t>(bulletin.size()), offset, Bytes(bytes.begin(), bytes.end())};
}

void write_piece(ByteWriter& out, const Piece& piece) {
    out.u32(piece.mark);
    out.varint(piece.total);
    out.varint(piece.offset);
    out.block(piece.bytes);
}

Result<Piece> read_piece(ByteReader& in) {
    Piece out;
    out.mark = TRY(in.u32());
    auto total = TRY(in.varint());
    auto offset = TRY(in.varint());
    auto bytes = TRY(in.block(kMaxPiece));
    if (bytes.empty() || total > kMaxBulletin || offset > total || bytes.size() > total - offset)
        return fail(ErrorCode::kCorrupt, "piece.place");
    out.total = static_cast<std::uint32_t>(total);
    out.offset = static_cast<std::uint32_t>(offset);
    out.bytes.assign(bytes.begin(), bytes.end());
    return out;
}

void write_holdings(ByteWriter& out, std::span<const Holding> holdings) {
    auto count = std::min(holdings.size(), kMaxHoldings);
    out.varint(count);
    for (const auto& one : holdings.first(count)) {
        out.text(one.name);
        out.varint(one.version);
    }
}

Result<std::vector<Holding>> read_holdings(ByteReader& in) {
    auto count = TRY(in.varint());
    if (count > kMaxHoldings) return fail(ErrorCode::kCorrupt, "holdings.count");
    std::vector<Holding> out;
    for (std::uint64_t i = 0; i < count; ++i) {
        Holding one;
        one.name = TRY(in.text(kMaxBulletinName));
        auto version = TRY(in.varint());
        if (!is_bulletin_name(one.name) || version > UINT32_MAX)
            return fail(ErrorCode::kCorrupt, "holdings.value");
        one.version = static_cast<std::uint32_t>(version);
        out.push_back(std::move(one));
    }
    return out;
}

void write_want(ByteWriter& out, const Want& want) {
    auto count = std::min(want.missing.size(), kMaxGaps);
    out.u32(want.mark);
    out.varint(count);
    for (std::size_t i = 0; i < count; ++i) {
        out.varint(want.missing[i].from);
        out.varint(want.missing[i].size);
    }
}

Result<Want> read_want(ByteReader& in) {
    Want out;
    out.mark = TRY(in.u32());
    auto count = TRY(in.varint());
    if (count > kMaxGaps) return fail(ErrorCode::kCorrupt, "want.count");
    for (std::uint64_t i = 0; i < count; ++i) {
        auto from = TRY(in.varint());
        auto size = TRY(in.varint());
        if (from > kMaxBulletin || size == 0 || size > kMaxBulletin - from)
            return fail(ErrorCode::kCorrupt, "want.range");
        out.missing.push_back({static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(size)});
    }
    return out;
}

Result<Assembly> Assembly::for_piece(const Piece& piece) {
    if (piece.total == 0 || piece.total > kMaxBulletin) return fail(ErrorCode::kCorrupt, "assembly.total");
    return Assembly(piece.mark, piece.total);
}

Status Assembly::take(const Piece& piece) {
    if (piece.mark != mark_ || piece.total != total()) return fail(ErrorCode::kConflict, "assembly.mark");
    if (piece.offset > total() || piece.bytes.size() > total() - piece.offset)
        return fail(ErrorCode::kCorrupt, "assembly.place");
    if (piece.bytes.empty()) return {};
    auto from = piece.offset;
    auto end = static_cast<std::uint32_t>(from + piece.bytes.size());
    auto ends = [](const ByteRange& run) { return run.from + run.size; };
    // The runs that overlap or touch [from, end) become one with it.
    auto first = std::find_if(runs_.begin(), runs_.end(), [&](const auto& run) { return ends(run) >= from; });
    auto last = std::find_if(first, runs_.end(), [&](const auto& run) { return run.from > end; });
    if (first == last && runs_.size() >= kMaxRuns) return fail(ErrorCode::kNoSpace, "assembly.runs");
    auto at = from;
    auto copy_until = [&](std::uint32_t until) {
        if (until <= at) return;
        std::copy(piece.bytes.begin() + (at - from), piece.bytes.begin() + (until - from),
                  bytes_.begin() + at);
    };
    auto whole = ByteRange{from, end - from};
    for (auto run = first; run != last; ++run) {
        copy_until(std::min(end, run->from));
        at = std::max(at, ends(*run));
        auto begin = std::min(whole.from, run->from);
        whole = {begin, std::max(ends(whole), ends(*run)) - begin};
    }
    copy_until(end);
    runs_.insert(runs_.erase(first, last), whole);
    return {};
}

std::uint32_t Assembly::received() const {
    std::uint32_t out = 0;
    for (const auto& run : runs_) out += run.size;
    return out;
}

std::vector<ByteRange> Assembly::missing(std::size_t most) const {
    std::vector<ByteRange> out;
    std::uint32_t at = 0;
    for (const auto& run : runs_) {
        if (out.size() == most) return out;
        if (run.from > at) out.push_back({at, run.from - at});
        at = run.from + run.size;
    }
    if (at < total() && out.size() < most) out.push_back({at, total() - at});
    return out;
}

BytesView Assembly::beginning() const {
    if (runs_.empty() || runs_.front().from != 0) return {};
    return BytesView(bytes_).first(runs_.front().size);
}

bool Assembly::has_head() const {
    return beginning().size() >= std::min<std::size_t>(bytes_.size(), kMaxBulletinHead);
}

Bytes Assembly::save() const {
    ByteWriter out;
    out.u8(kSavedFormat);
    out.u32(mark_);
    out.varint(total());
    out.varint(runs_.size());
    for (const auto& run : runs_) {
        out.varint(run.from);
        out.block(BytesView(bytes_).subspan(run.from, run.size));
    }
    return std::move(out).take();
}

Result<Assembly> Assembly::load(BytesView saved) {
    ByteReader in(saved);
    auto format = TRY(in.u8());
    if (format != kSavedFormat) return fail(ErrorCode::kCorrupt, "assembly.format", format);
    auto mark = TRY(in.u32());
    auto total = TRY(in.varint());
    auto runs = TRY(in.varint());
    if (total == 0 || total > kMaxBulletin || runs > kMaxRuns)
        return fail(ErrorCode::kCorrupt, "assembly.total");
    Assembly out(mark, static_cast<std::uint32_t>(total));
    std::uint64_t end = 0;
    for (std::uint64_t i = 0; i < runs; ++i) {
        auto from = TRY(in.varint());
        auto bytes = TRY(in.block(kMaxBulletin));
        if ((i > 0 && from <= end) || from > total || bytes.empty() || bytes.size() > total - from)
            return fail(ErrorCode::kCorrupt, "assembly.run");
        std::copy(bytes.begin(), bytes.end(), out.bytes_.begin() + static_cast<std::ptrdiff_t>(from));
        out.runs_.push_back({static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(bytes.size())});
        end = from + bytes.size();
    }
    TRY(in.end());
    return out;
}

} // namespace kentongan::wire
