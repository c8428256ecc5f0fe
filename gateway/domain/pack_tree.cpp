#include "domain/pack_tree.hpp"

namespace kentongan::domain {

PackNode::PackNode() = default;
PackNode::PackNode(const PackNode&) = default;
PackNode::PackNode(PackNode&&) noexcept = default;
PackNode& PackNode::operator=(const PackNode&) = default;
PackNode& PackNode::operator=(PackNode&&) noexcept = default;
PackNode::~PackNode() = default;

const PackNode* PackNode::find(std::string_view key) const {
    for (const auto& [name, node] : entries)
        if (name == key) return &node;
    return nullptr;
}

} // namespace kentongan::domain
