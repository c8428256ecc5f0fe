#include "wire/stick.hpp"

#include "wire/token.hpp"

#include <algorithm>

namespace kentongan::wire {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::string_view kPurpose = "kentongan stick manifest 1";
constexpr std::string_view kDigits = "0123456789ABCDEF";

// Authenticated with the link's key, whose other messages begin with a frame's tag and not with this.
Bytes associated(BytesView words) {
    ByteWriter out;
    out.raw(as_bytes(kPurpose));
    out.raw(words);
    return std::move(out).take();
}

std::string numbered(StickWay way, BoxId box) {
    std::string out(1, way == StickWay::kUp ? 'B' : 'D');
    for (int shift = 12; shift >= 0; shift -= 4) out += kDigits[box.value >> shift & 0xF];
    return out;
}

} // namespace

Key32 stick_digest(BytesView file) {
    return digest("kentongan stick file 1", file);
}

StickFile stick_file(BytesView file) {
    return {static_cast<std::uint32_t>(file.size()), stick_digest(file)};
}

Bytes write_manifest(const StickManifest& manifest, const SivKey& key) {
    ByteWriter out;
    out.u8(kVersion);
    out.u8(static_cast<std::uint8_t>(manifest.way));
    out.u16(static_cast<std::uint16_t>(manifest.box.value));
    out.u8(manifest.key_id);
    out.u8(manifest.slot);
    out.u32(manifest.sequence);
    out.instant(manifest.at);
    out.u8(static_cast<std::uint8_t>(manifest.files.size()));
    for (const auto& file : manifest.files) {
        out.u32(file.size);
        out.raw(file.digest);
    }
    out.raw(siv_seal(key, associated(out.bytes()), {}));
    return std::move(out).take();
}

Result<StickManifest> read_manifest(BytesView bytes) {
    if (bytes.size() > kMaxManifest) return fail(ErrorCode::kCorrupt, "manifest.size");
    ByteReader in(bytes);
    if (auto version = TRY(in.u8()); version != kVersion)
        return fail(ErrorCode::kUnsupported, "manifest.version", version);
    StickManifest out;
    auto way = TRY(in.u8());
    if (way != static_cast<std::uint8_t>(StickWay::kUp) && way != static_cast<std::uint8_t>(StickWay::kDown))
        return fail(ErrorCode::kCorrupt, "manifest.way", way);
    out.way = static_cast<StickWay>(way);
    out.box.value = TRY(in.u16());
    out.key_id = TRY(in.u8());
    out.slot = TRY(in.u8());
    if (out.box.value == 0 || out.slot > 1) return fail(ErrorCode::kCorrupt, "manifest.head");
    out.sequence = TRY(in.u32());
    out.at = TRY(in.instant());
    auto count = TRY(in.u8());
    if (count == 0 || count > kMaxStickFiles) return fail(ErrorCode::kCorrupt, "manifest.count", count);
    for (std::uint8_t i = 0; i < count; ++i) {
        StickFile file;
        file.size = TRY(in.u32());
        if (file.size == 0 || file.size > kMaxStickFile)
            return fail(ErrorCode::kCorrupt, "manifest.file", file.size);
        file.digest = TRY(in.array<32>());
        out.files.push_back(file);
    }
    TRY(in.raw(kSivOverhead));
    TRY(in.end());
    return out;
}

Status check_manifest(BytesView bytes, const SivKey& key) {
    if (bytes.size() < kSivOverhead) return fail(ErrorCode::kCorrupt, "manifest.size");
    auto words = bytes.first(bytes.size() - kSivOverhead);
    TRY(siv_open(key, associated(words), bytes.last(kSivOverhead)));
    return {};
}

std::string manifest_name(StickWay way, BoxId box) {
    return numbered(way, box) + ".KTM";
}

std::string stick_file_name(StickWay way, BoxId box, std::uint8_t slot, std::size_t index) {
    auto number = index + 1;
    auto out = numbered(way, box);
    out += slot == 0 ? 'A' : 'B';
    out += kDigits[number / 10 % 10];
    out += kDigits[number % 10];
    return out + ".KTN";
}

std::string temporary_name(std::string_view name) {
    return std::string(name.substr(0, name.find('.'))) + ".TMP";
}

std::optional<BoxId> box_of_manifest(std::string_view name) {
    std::string upper(name);
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    BoxId box;
    if (upper.size() != 9) return std::nullopt;
    for (std::size_t at = 1; at < 5; ++at) {
        auto digit = kDigits.find(upper[at]);
        if (digit == std::string_view::npos) return std::nullopt;
        box.value = box.value << 4 | static_cast<std::uint32_t>(digit);
    }
    if (box.value == 0 || upper != manifest_name(StickWay::kUp, box)) return std::nullopt;
    return box;
}

} // namespace kentongan::wire
