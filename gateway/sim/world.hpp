// A district and its villages in one process: the same core as in the real programs, virtual time, faults of
// every kind, and everything from one seed (docs/adr/0018-one-seed-world.md).
//
// After each step the world compares what boxes and districts have with what was promised; after the last day
// it heals, and everything must arrive.
#pragma once

#include "domain/catalogue.hpp"
#include "sim/faults.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace kentongan::sim {

/// What is broken on purpose: each must be found, or the world's checks are.
enum class Sabotage : std::uint8_t {
    kNone,
    kLyingDisk,          ///< Boxes' disks say "written" before they have: received is said too early.
    kForgetfulDistrict,  ///< The district acknowledges what it has not kept.
    kRepeatedRandomness, ///< A box draws the same bytes after each start and forgets its epochs.
};

struct WorldOptions {
    std::uint64_t seed = 1;
    int villages = 1;
    int days = 1; ///< With people and faults; healing comes after them.
    Faults faults;
    int requests = 300;       ///< In 100 days and a village.
    int words_one_in = 2'000; ///< Moves of officers with an answer in words, which costs 20 ms each.
    Sabotage sabotage = Sabotage::kNone;
    /// Null: the small catalogue. They outlive the run.
    const domain::Pack* pack = nullptr;
    const domain::Village* village = nullptr;
};

struct Violation {
    std::uint64_t step = 0;
    std::int64_t at = 0; ///< Virtual milliseconds.
    std::string what;
};

struct WorldReport {
    std::uint64_t steps = 0;
    std::uint64_t promises = 0; ///< Requests that a citizen was told are received.
    std::uint64_t items = 0;    ///< Sealed.
    std::uint64_t cases = 0;
    std::uint64_t aside = 0; ///< Kept for a clerk.
    std::uint64_t moves = 0;
    std::uint64_t updates = 0; ///< Statuses that came to boxes.
    std::uint64_t questions = 0;
    std::uint64_t parcels = 0;
    std::uint64_t bytes_up = 0;
    std::uint64_t bytes_down = 0;
    std::uint64_t cuts = 0;
    std::uint64_t kills = 0;
    std::uint64_t restores = 0;
    std::uint64_t clones = 0;
    std::uint64_t replays = 0;
    std::uint64_t refused = 0;  ///< Parcels and frames that were not believed.
    std::uint64_t refusals = 0; ///< Requests that a store had no room for.
    std::uint64_t thefts = 0;
    std::uint64_t opened_later = 0; ///< By thieves: what was sealed after the theft, in the same epoch.
    std::uint64_t rotations = 0;
    std::uint64_t publications = 0;
    std::uint64_t revocations = 0;
    std::uint64_t chain_keys = 0;   ///< Different ones.
    std::int64_t drained_after = 0; ///< Virtual milliseconds from healing to empty queues.
    std::string trace;              ///< Digest of every event: equal for equal options.
    std::optional<Violation> violation;
};

/// Runs one world. While it runs, this process draws its randomness from the seed and logs nothing;
/// afterwards from the system again. Threads: one world at a time in a process.
[[nodiscard]] WorldReport run_world(const WorldOptions& options);

} // namespace kentongan::sim
