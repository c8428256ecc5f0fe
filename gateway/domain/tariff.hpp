// What a village may spend on each way to its district, a day: `carriers` of a village file
// (docs/formats/pack.md).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace kentongan::domain {

/// A way between a box and its district, the cheapest first. Stored and sent: do not change values.
enum class Carrier : std::uint8_t {
    kDatagrams = 1, ///< docs/formats/udp.md
    kHttps = 2,     ///< docs/formats/district-http.md
    kSms = 3,       ///< docs/formats/sms-frame.md
    kStick = 4,     ///< docs/formats/stick.md
};
inline constexpr std::array kCarriers{Carrier::kDatagrams, Carrier::kHttps, Carrier::kSms, Carrier::kStick};

/// As packs, consoles and logs name it: "datagrams". "?" for a value that is none.
[[nodiscard]] std::string_view name_of(Carrier carrier);

/// Of one carrier. Money is in the units of the pack's `money`, whole ones; a megabyte is 1,000,000 bytes.
/// Limits absent: none. A day is one of the village's calendar.
struct Tariff {
    bool allowed = true;
    std::optional<std::uint64_t> daily_bytes; ///< Both ways together.
    std::optional<std::uint64_t> daily_cost;
    std::uint64_t cost_per_megabyte = 0;
    std::uint64_t cost_per_message = 0;
    /// What is not urgent waits so long for a cheaper carrier before this one is used.
    std::chrono::seconds patience{0};
    bool operator==(const Tariff&) const = default;
};

/// What the reader of a village file takes at most: sums of them fit 64 bits.
inline constexpr std::uint64_t kMostDailyMegabytes = 1'000'000;
inline constexpr std::uint64_t kMostMoney = 1'000'000'000;

/// By carrier; those that the village says nothing of are missing.
using Tariffs = std::map<Carrier, Tariff>;

/// What holds where a village says nothing: IP and sticks without a limit; SMS not at all, for each costs.
[[nodiscard]] Tariff tariff_of(const Tariffs& tariffs, Carrier carrier);

/// What that much costs, in full; begun units of money count whole. Never too little, and never overflows:
/// more than kMostCounted bytes cost no more.
inline constexpr std::uint64_t kMostCounted = 1'000'000'000'000'000;
[[nodiscard]] std::uint64_t cost_of(const Tariff& tariff, std::uint64_t bytes, std::uint64_t messages);
/// How many bytes that much money pays for beside so many messages; nothing: bytes cost nothing.
[[nodiscard]] std::optional<std::uint64_t> bytes_for(const Tariff& tariff, std::uint64_t money,
                                                     std::uint64_t messages);

} // namespace kentongan::domain
