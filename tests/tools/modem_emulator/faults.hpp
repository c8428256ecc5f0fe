// What goes wrong, when and how often: one row per fault that a test ordered.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::emulator {

enum class FaultKind : std::uint8_t {
    kNoReply,         ///< Not carried out, not answered.
    kDelayed,         ///< Carried out at once, answered after `delay`.
    kExecutedNoReply, ///< Carried out, the answer is lost.
    kError,           ///< Not carried out: ERROR, or +CMS/+CME ERROR with `code`.
    kGarbage,         ///< `bytes` of noise before the answer.
    kSplit,           ///< The answer comes byte by byte, `delay` apart.
    kMerged,          ///< The answer's line ends are missing but the last.
    kUrc,             ///< `text` between the lines of the answer.
    kHangUp,          ///< The device vanishes before the command is carried out.
    kExecutedHangUp,  ///< The device vanishes after it.
};

/// Where in a two-step command (+CMGS, +CMGW) the fault strikes.
enum class FaultStage : std::uint8_t { kPrompt, kFinal };

struct Fault {
    std::string command; ///< Without "+" ("CMGS"); "*" for any
    FaultKind kind = FaultKind::kNoReply;
    FaultStage stage = FaultStage::kFinal;
    int skip = 0;  ///< Commands to let through first
    int count = 1; ///< Then this many times; below 0 for ever
    std::chrono::milliseconds delay{0};
    int code = -1; ///< CMS or CME error; -1: plain ERROR
    bool cme = false;
    std::size_t bytes = 64;
    std::string text;
};

[[nodiscard]] std::optional<FaultKind> fault_kind(std::string_view name);

class FaultTable {
  public:
    void add(Fault fault) { rows_.push_back(std::move(fault)); }
    void clear() { rows_.clear(); }
    [[nodiscard]] std::size_t size() const { return rows_.size(); }
    /// The fault that strikes this command now, counted down.
    std::optional<Fault> strike(std::string_view command, FaultStage stage);

  private:
    std::vector<Fault> rows_;
};

/// Noise that is the same in every run.
[[nodiscard]] std::string garbage(std::size_t bytes, std::uint32_t seed);

} // namespace kentongan::emulator
