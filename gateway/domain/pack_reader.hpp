// Pack files → catalogue. Everything a box may rely on is checked here; a pack with a fault is not loaded.
#pragma once

#include "domain/catalogue.hpp"
#include "domain/pack_tree.hpp"

#include <optional>
#include <vector>

namespace kentongan::domain {

struct PackFiles {
    PackFile pack;                  ///< pack.yaml
    std::vector<PackFile> services; ///< services/*.yaml, by name
    std::vector<PackFile> texts;    ///< texts/<tag>/<area>.yaml, by path; the path tells the language
};

/// Reads and checks a whole pack: unknown keys, missing texts in any language, texts that do not fit one SMS
/// with the longest values, unreachable states, numbers used twice, conditions on unknown fields, … Returns
/// the pack only if `faults` stays empty; otherwise every fault found, in file order.
[[nodiscard]] std::optional<Pack> read_pack(const PackFiles& files, std::vector<PackFault>& faults);

/// villages/<id>.yaml against its pack.
[[nodiscard]] std::optional<Village> read_village(const PackFile& file, const Pack& pack,
                                                  std::vector<PackFault>& faults);

} // namespace kentongan::domain
