#include "domain/pack_tree.hpp"

namespace kentongan::domain {

const PackNode* PackNode::find(std::string_view key) const {
    for (const auto& [name, node] : entries)
        if (name == key) return &node;
    return nullptr;
}

} // namespace kentongan::domain
