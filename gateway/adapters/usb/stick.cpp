#include "adapters/usb/stick.hpp"

#include <algorithm>

namespace kentongan::usb {
namespace {

// Files take whole clusters, up to 64 KiB on large sticks, and so may the folder itself.
constexpr std::uint64_t kCluster = 64 * 1024;

Status write_whole(Folder& stick, const std::string& name, BytesView content) {
    auto temporary = wire::temporary_name(name);
    TRY(stick.write(temporary, content));
    return stick.rename(temporary, name);
}

Status read_back(Folder& stick, const std::string& name, BytesView content) {
    auto there = TRY(stick.read(name, content.size()));
    if (!std::equal(there.begin(), there.end(), content.begin(), content.end()))
        return fail(ErrorCode::kCorrupt, "usb.read_back");
    return {};
}

} // namespace

Result<std::uint8_t> free_slot(Folder& stick, wire::StickWay way, BoxId box) {
    auto bytes = stick.read(wire::manifest_name(way, box), wire::kMaxManifest);
    if (!bytes) {
        if (bytes.error().code == ErrorCode::kUnavailable) return tl::unexpected<Error>(bytes.error());
        return std::uint8_t{0};
    }
    auto manifest = wire::read_manifest(*bytes);
    return static_cast<std::uint8_t>(manifest && manifest->slot == 0 ? 1 : 0);
}

Status put_export(Folder& stick, BytesView manifest, std::span<const Bytes> files) {
    auto words = TRY(wire::read_manifest(manifest));
    if (words.files.size() != files.size()) return fail(ErrorCode::kInvalid, "usb.manifest");
    std::uint64_t needed = kCluster * 2;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (words.files[i] != wire::stick_file(files[i])) return fail(ErrorCode::kInvalid, "usb.manifest");
        needed += (files[i].size() / kCluster + 1) * kCluster;
    }
    auto name_of = [&](std::uint8_t slot, std::size_t index) {
        return wire::stick_file_name(words.way, words.box, slot, index);
    };
    auto manifest_name = wire::manifest_name(words.way, words.box);
    // What an export that was cut off has left makes room first.
    for (std::size_t i = 0; i < wire::kMaxStickFiles; ++i) {
        TRY(stick.remove(name_of(words.slot, i)));
        TRY(stick.remove(wire::temporary_name(name_of(words.slot, i))));
    }
    TRY(stick.remove(wire::temporary_name(manifest_name)));
    if (TRY(stick.free_bytes()) < needed) return fail(ErrorCode::kNoSpace, "usb.full");

    for (std::size_t i = 0; i < files.size(); ++i) TRY(write_whole(stick, name_of(words.slot, i), files[i]));
    TRY(stick.sync());
    for (std::size_t i = 0; i < files.size(); ++i) TRY(read_back(stick, name_of(words.slot, i), files[i]));
    TRY(write_whole(stick, manifest_name, manifest));
    TRY(stick.sync());
    TRY(read_back(stick, manifest_name, manifest));
    // From here on the new export counts; what cannot be removed is in nobody's way.
    for (std::size_t i = 0; i < wire::kMaxStickFiles; ++i)
        (void)stick.remove(name_of(static_cast<std::uint8_t>(1 - words.slot), i));
    (void)stick.sync();
    return {};
}

Result<Bytes> get_manifest(Folder& stick, wire::StickWay way, BoxId box) {
    return stick.read(wire::manifest_name(way, box), wire::kMaxManifest);
}

Result<Bytes> get_file(Folder& stick, const wire::StickManifest& manifest, std::size_t index) {
    if (index >= manifest.files.size()) return fail(ErrorCode::kNotFound, "usb.index");
    auto name = wire::stick_file_name(manifest.way, manifest.box, manifest.slot, index);
    auto bytes = stick.read(name, manifest.files[index].size);
    // Longer than the manifest says is as wrong as shorter.
    if (!bytes && bytes.error().code == ErrorCode::kNoSpace) return fail(ErrorCode::kCorrupt, "usb.file");
    if (!bytes) return bytes;
    if (wire::stick_file(*bytes) != manifest.files[index]) return fail(ErrorCode::kCorrupt, "usb.file");
    return bytes;
}

Result<std::vector<BoxId>> boxes_on(Folder& stick) {
    std::vector<BoxId> out;
    for (const auto& name : TRY(stick.names(kMostNames)))
        if (auto box = wire::box_of_manifest(name)) out.push_back(*box);
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

} // namespace kentongan::usb
