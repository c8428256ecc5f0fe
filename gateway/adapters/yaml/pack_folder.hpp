// A pack as a folder of files: finds them, reads them, has them checked (docs/formats/pack.md).
#pragma once

#include "base/result.hpp"
#include "domain/catalogue.hpp"
#include "domain/pack_tree.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::yaml {

/// Reads pack.yaml, services/*.yaml, texts/<tag>/*.yaml and dictionaries/<version>.zdict below `folder`, in
/// the order of their names. Other files are left alone. Of a dictionary only name and size are checked here
/// (wire::Dictionaries::load() does the rest).
///
/// Errors: kNotFound - `folder` is not a folder; kInvalid - the pack has faults: they are in `faults`.
/// Threads: any; blocks on the disk. Files are regular ones of at most yaml::kMaxFileBytes.
[[nodiscard]] Result<domain::Pack> load_pack(const std::filesystem::path& folder,
                                             std::vector<domain::PackFault>& faults);

/// Reads villages/<id>.yaml below `folder` against its pack.
///
/// Errors: kInvalid - `id` is no file name (it may come from a configuration), or the file has faults: they
/// are in `faults`; kNotFound - no such village.
[[nodiscard]] Result<domain::Village> load_village(const std::filesystem::path& folder, std::string_view id,
                                                   const domain::Pack& pack,
                                                   std::vector<domain::PackFault>& faults);

/// The ids of the villages below `folder`, sorted; empty if there are none.
[[nodiscard]] std::vector<std::string> village_ids(const std::filesystem::path& folder);

} // namespace kentongan::yaml
