// Exports on a stick: put whole or not at all, read with suspicion (docs/formats/stick.md).
#pragma once

#include "adapters/usb/folder.hpp"
#include "wire/stick.hpp"

#include <span>

namespace kentongan::usb {

/// The slot for the next export of this box and way: not the one that the manifest there speaks of, so that
/// the old export stays whole until the new one is.
/// Errors: as Folder; not that there is no manifest, or a damaged one.
[[nodiscard]] Result<std::uint8_t> free_slot(Folder& stick, wire::StickWay way, BoxId box);

/// Puts an export there: every file is written beside its name, synced, renamed, and read back; then the
/// manifest likewise; then what the old manifest spoke of goes. Ended at any byte, the stick holds the old
/// export or the new one whole, or a manifest that does not fit and is refused.
///
/// `manifest` is of `files`, and its slot the free one.
/// Errors: kNoSpace - the stick is full, found out before anything is written; kCorrupt - it does not give
/// back what it was given; kInvalid - the manifest is not of these files; else as Folder. The old export
/// still counts then.
[[nodiscard]] Status put_export(Folder& stick, BytesView manifest, std::span<const Bytes> files);

/// The manifest of this box and way. Errors: kNotFound - there is none; else as Folder.
[[nodiscard]] Result<Bytes> get_manifest(Folder& stick, wire::StickWay way, BoxId box);
/// One of its files, with the size and the digest that the manifest says.
/// Errors: kCorrupt - it has not; kNotFound; else as Folder.
[[nodiscard]] Result<Bytes> get_file(Folder& stick, const wire::StickManifest& manifest, std::size_t index);

/// Boxes of which there is an upward manifest, by number.
/// Errors: kNoSpace - more names in the folder than kMostNames; else as Folder.
[[nodiscard]] Result<std::vector<BoxId>> boxes_on(Folder& stick);
inline constexpr std::size_t kMostNames = 65536;

} // namespace kentongan::usb
