// Small files of a program's state folder: keys and sockets' neighbours. Written whole and durably, read
// bounded.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace kentongan::posix {

/// The whole file. Errors: kNotFound; kNoSpace - larger than `max_size`; kUnavailable - errno in `native`.
Result<std::string> read_file(const std::string& path, std::size_t max_size);

/// Writes `content` beside `path`, syncs, renames over it and syncs the folder: after a power cut the file is
/// the old or the new one, whole. `mode` e.g. 0600 for secrets; applied before the first byte is written.
/// Errors: kNoSpace; kUnavailable.
Status write_file(const std::string& path, std::string_view content, unsigned mode);

/// As write_file(), but an existing file is an error: kConflict. Keys are never overwritten by accident.
Status create_file(const std::string& path, std::string_view content, unsigned mode);

/// Makes a folder that only its owner may enter; existing is no error.
Status make_private_folder(const std::string& path);

/// Share of the file system at `path` that is in use, in percent.
Result<int> disk_used_percent(const std::string& path);

} // namespace kentongan::posix
