#include "faults.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace kentongan::emulator {

std::optional<FaultKind> fault_kind(std::string_view name) {
    static constexpr std::array<std::pair<std::string_view, FaultKind>, 10> kNames{{
        {"no_reply", FaultKind::kNoReply},
        {"delayed", FaultKind::kDelayed},
        {"executed_no_reply", FaultKind::kExecutedNoReply},
        {"error", FaultKind::kError},
        {"garbage", FaultKind::kGarbage},
        {"split", FaultKind::kSplit},
        {"merged", FaultKind::kMerged},
        {"urc", FaultKind::kUrc},
        {"hang_up", FaultKind::kHangUp},
        {"executed_hang_up", FaultKind::kExecutedHangUp},
    }};
    for (auto [text, kind] : kNames)
        if (text == name) return kind;
    return std::nullopt;
}

std::optional<Fault> FaultTable::strike(std::string_view command, FaultStage stage) {
    for (auto row = rows_.begin(); row != rows_.end(); ++row) {
        if ((row->command != command && row->command != "*") || row->stage != stage) continue;
        if (row->skip > 0) {
            --row->skip;
            continue;
        }
        Fault struck = *row;
        if (row->count > 0 && --row->count == 0) rows_.erase(row);
        return struck;
    }
    return std::nullopt;
}

std::string garbage(std::size_t bytes, std::uint32_t seed) {
    std::string out;
    std::uint32_t state = seed * 2654435761u + 1;
    while (out.size() < bytes) {
        state = state * 1664525u + 1013904223u;
        auto byte = static_cast<char>(state >> 24);
        out += byte;
    }
    return out;
}

} // namespace kentongan::emulator
