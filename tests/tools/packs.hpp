// The real packs of this house, for tests. Link kentongan_yaml.
#pragma once

#include "adapters/yaml/pack_folder.hpp"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

namespace kentongan::test {

inline const char* const kPackIds[] = {"id-jember", "xq-qamar"};

inline std::filesystem::path pack_folder(std::string_view id) {
    return std::filesystem::path(KENTONGAN_SOURCE_DIR) / "gateway" / "packs" / id;
}

/// Aborts the test program with the faults if the pack does not load.
inline domain::Pack test_pack(std::string_view id) {
    std::vector<domain::PackFault> faults;
    auto pack = yaml::load_pack(pack_folder(id), faults);
    for (const auto& fault : faults)
        std::fprintf(stderr, "%s:%d: %s\n", fault.path.c_str(), fault.line, fault.message.c_str());
    if (!pack) std::abort();
    return std::move(*pack);
}

/// The pack's example village: `village` names it, else the first one.
inline domain::Village test_village(const domain::Pack& pack, std::string_view village = {}) {
    auto folder = pack_folder(pack.id);
    auto ids = yaml::village_ids(folder);
    if (village.empty() && !ids.empty()) village = ids.front();
    std::vector<domain::PackFault> faults;
    auto loaded = yaml::load_village(folder, village, pack, faults);
    for (const auto& fault : faults)
        std::fprintf(stderr, "%s:%d: %s\n", fault.path.c_str(), fault.line, fault.message.c_str());
    if (!loaded) std::abort();
    return std::move(*loaded);
}

} // namespace kentongan::test
