// A pack file as a tree with line numbers: what adapters/yaml reads and domain/pack_reader understands.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kentongan::domain {

struct PackNode {
    enum class Kind { kScalar, kList, kMap };
    Kind kind = Kind::kScalar;
    int line = 0; ///< From 1.
    std::string scalar;
    std::vector<PackNode> items;                           ///< kList
    std::vector<std::pair<std::string, PackNode>> entries; ///< kMap, in file order; duplicate keys kept

    // Out of line: a tree holds pairs of its own type, which clang 14 cannot complete while it reads this
    // class.
    PackNode();
    PackNode(const PackNode&);
    PackNode(PackNode&&) noexcept;
    PackNode& operator=(const PackNode&);
    PackNode& operator=(PackNode&&) noexcept;
    ~PackNode();

    [[nodiscard]] const PackNode* find(std::string_view key) const;
};

struct PackFile {
    std::string path; ///< Relative to the pack, for messages.
    PackNode root;
};

/// One thing wrong in a pack, for the person who writes it: "services/sktm.yaml:12: …".
struct PackFault {
    std::string path;
    int line = 0;
    std::string message; ///< English; packs are written by technicians and translators.
};

} // namespace kentongan::domain
