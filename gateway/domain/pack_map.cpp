#include "domain/pack_map.hpp"

#include "domain/request.hpp"

#include <algorithm>
#include <charconv>

namespace kentongan::domain {

void Faults::add(std::string_view path, int line, std::string message) {
    if (out_.size() < kMost) out_.push_back(PackFault{std::string(path), line, std::move(message)});
}

bool is_pack_id(std::string_view text) {
    auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
    if (text.empty() || text.size() > 32 || !letter(text.front())) return false;
    return std::all_of(text.begin(), text.end(),
                       [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

MapReader::MapReader(const PackNode& node, std::string_view path, Faults& faults)
    : node_(node), path_(path), faults_(faults) {
    if (node.kind != PackNode::Kind::kMap) fault(node.line, "expected a map of keys and values");
}

int MapReader::line_of(std::string_view key) const {
    const auto* found = node_.find(key);
    return found != nullptr ? found->line : node_.line;
}

const PackNode* MapReader::optional(std::string_view key) {
    known_.emplace(key);
    return node_.find(key);
}

const PackNode* MapReader::required(std::string_view key) {
    const auto* found = optional(key);
    if (found == nullptr && node_.kind == PackNode::Kind::kMap)
        fault(node_.line, "missing key \"" + std::string(key) + "\"");
    return found;
}

std::string MapReader::text(std::string_view key, std::size_t max_characters) {
    if (required(key) == nullptr) return {};
    auto value = text_or(key, {}, max_characters);
    if (value.empty()) fault(line_of(key), "\"" + std::string(key) + "\" must not be empty");
    return value;
}

std::string MapReader::text_or(std::string_view key, std::string fallback, std::size_t max_characters) {
    const auto* found = optional(key);
    if (found == nullptr) return fallback;
    if (found->kind != PackNode::Kind::kScalar) {
        fault(found->line, "\"" + std::string(key) + "\" must be a text");
        return fallback;
    }
    auto count = characters(found->scalar);
    if (!count) {
        fault(found->line, "\"" + std::string(key) + "\" has control characters");
        return fallback;
    }
    if (*count > max_characters) {
        fault(found->line,
              "\"" + std::string(key) + "\" has more than " + std::to_string(max_characters) + " characters");
        return fallback;
    }
    return found->scalar;
}

std::string MapReader::id(std::string_view key) {
    const auto* found = required(key);
    if (found == nullptr) return {};
    if (found->kind == PackNode::Kind::kScalar && is_pack_id(found->scalar)) return found->scalar;
    fault(found->line,
          "\"" + std::string(key) +
              "\" must be lower-case letters, digits and _, beginning with a letter, at most 32");
    return {};
}

std::optional<std::int64_t> MapReader::number_in(const PackNode& node, std::int64_t min, std::int64_t max) {
    std::int64_t value = 0;
    const auto* end = node.scalar.data() + node.scalar.size();
    auto [stopped, error] = std::from_chars(node.scalar.data(), end, value);
    if (node.kind == PackNode::Kind::kScalar && error == std::errc() && stopped == end && value >= min &&
        value <= max)
        return value;
    fault(node.line, "expected a whole number from " + std::to_string(min) + " to " + std::to_string(max));
    return std::nullopt;
}

std::int64_t MapReader::number(std::string_view key, std::int64_t min, std::int64_t max) {
    return required(key) != nullptr ? number_or(key, min, min, max) : min;
}

std::int64_t MapReader::number_or(std::string_view key, std::int64_t fallback, std::int64_t min,
                                  std::int64_t max) {
    const auto* found = optional(key);
    return found != nullptr ? number_in(*found, min, max).value_or(fallback) : fallback;
}

bool MapReader::flag_or(std::string_view key, bool fallback) {
    const auto* found = optional(key);
    if (found == nullptr) return fallback;
    if (found->kind == PackNode::Kind::kScalar && (found->scalar == "true" || found->scalar == "false"))
        return found->scalar == "true";
    fault(found->line, "\"" + std::string(key) + "\" must be true or false");
    return fallback;
}

const std::vector<PackNode>& MapReader::list(std::string_view key, bool must, std::size_t max) {
    static const std::vector<PackNode> kNone;
    const auto* found = must ? required(key) : optional(key);
    if (found == nullptr) return kNone;
    if (found->kind != PackNode::Kind::kList) {
        fault(found->line, "\"" + std::string(key) + "\" must be a list");
        return kNone;
    }
    if (must && found->items.empty()) fault(found->line, "\"" + std::string(key) + "\" must not be empty");
    if (found->items.size() > max) {
        fault(found->line, "\"" + std::string(key) + "\" has more than " + std::to_string(max) + " entries");
        return kNone;
    }
    return found->items;
}

std::vector<std::string> MapReader::words(std::string_view key, bool must, std::size_t max) {
    std::vector<std::string> out;
    for (const auto& item : list(key, must, max)) {
        if (item.kind != PackNode::Kind::kScalar || item.scalar.empty() || !characters(item.scalar))
            fault(item.line, "entries of \"" + std::string(key) + "\" must be texts");
        else
            out.push_back(item.scalar);
    }
    return out;
}

void MapReader::done() {
    std::set<std::string_view> seen;
    for (const auto& [key, value] : node_.entries) {
        // A foreign key may be long or hold anything: it is named only when it looks like one.
        auto name = is_pack_id(key) ? " \"" + key + "\"" : std::string();
        if (!known_.contains(key)) fault(value.line, "unknown key" + name);
        if (!seen.insert(key).second) fault(value.line, "key" + name + " stands here twice");
    }
}

} // namespace kentongan::domain
