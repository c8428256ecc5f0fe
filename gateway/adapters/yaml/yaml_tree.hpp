// YAML text → tree with line numbers, by libyaml's event parser. Plain maps, lists and scalars only.
#pragma once

#include "domain/pack_tree.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace kentongan::yaml {

inline constexpr std::size_t kMaxFileBytes = 262'144;
inline constexpr std::size_t kMaxDepth = 16;
inline constexpr std::size_t kMaxNodes = 20'000;

/// Reads one YAML 1.1 document in UTF-8; `path` is only named in faults and in the result.
///
/// Anchors, aliases, tags, a second document, NUL bytes, keys that are not plain texts, and anything above
/// the limits are faults: a pack needs none of them, and an alias makes a kilobyte into gigabytes. Every
/// scalar stays a text: "no" is never read as false here. Nothing and one more entry in `faults` if the text
/// cannot be read. Threads: any. Never throws but bad_alloc.
[[nodiscard]] std::optional<domain::PackFile> parse(std::string_view path, std::string_view text,
                                                    std::vector<domain::PackFault>& faults);

} // namespace kentongan::yaml
