// The world's own randomness: small, fast, and the same on every machine (the distributions of <random> are
// not).
#pragma once

#include <cstdint>

namespace kentongan::sim {

/// xoshiro256** (Blackman and Vigna, 2018), seeded by SplitMix64. Not for keys.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) {
        for (auto& word : state_) {
            seed += 0x9E3779B97F4A7C15U;
            auto mixed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9U;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
            word = mixed ^ (mixed >> 31);
        }
    }

    std::uint64_t next() {
        auto out = turned(state_[1] * 5, 7) * 9;
        auto shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = turned(state_[3], 45);
        return out;
    }

    /// 0 to `limit` - 1; `limit` above 0. The bias is below 2^-40 for the small limits used here.
    std::uint64_t below(std::uint64_t limit) { return next() % limit; }
    std::int64_t between(std::int64_t least, std::int64_t most) {
        return least + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(most - least + 1)));
    }
    /// True in `chance` of 10,000 cases.
    bool happens(int chance) { return chance > 0 && below(10'000) < static_cast<std::uint64_t>(chance); }

  private:
    static std::uint64_t turned(std::uint64_t value, int by) { return (value << by) | (value >> (64 - by)); }
    std::uint64_t state_[4]{};
};

} // namespace kentongan::sim
