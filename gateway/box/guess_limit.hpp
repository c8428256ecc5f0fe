// How often one asker may miss: with 2,000 live codes among 10^7, the limit is the defence, not the code.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <unordered_map>

namespace kentongan::box {

/// Growing back-off: kFree misses cost nothing, then 15 s, 30 s, … up to the asker's longest; an hour without
/// a miss forgives. Bounded memory: the asker longest without a miss is forgotten at kMostAskers.
class GuessLimit {
  public:
    static constexpr int kFree = 5;
    static constexpr seconds kFirst{15};
    static constexpr seconds kLongest{3600};
    /// Where many people share one asker (the touchscreen): one visitor's guessing must not close it to the
    /// others.
    static constexpr seconds kLongestShared{60};
    static constexpr std::size_t kMostAskers = 4096;

    /// How long this asker must still wait; 0: may ask.
    [[nodiscard]] seconds wait(std::uint64_t asker, Instant now) const;
    void missed(std::uint64_t asker, Instant now, seconds longest = kLongest);

  private:
    struct Misses {
        int count = 0;
        Instant last{};
        Instant until{};
    };
    std::unordered_map<std::uint64_t, Misses> askers_;
};

/// How many messages one number may send: kHour in an hour, kDay in a day (domain brief §6.2).
class MessageLimit {
  public:
    static constexpr int kHour = 20;
    static constexpr int kDay = 60;
    static constexpr std::size_t kMostSenders = 8192;
    static constexpr seconds kRepeat{60}; ///< The same text within this time is one message.

    enum class Verdict { kServe, kRepeat, kFirstTooMany, kTooMany };
    /// `text_hash`: absent for texts so short that saying them again is an answer ("1", and "1" again).
    Verdict admit(std::uint64_t sender, std::optional<std::uint64_t> text_hash, Instant now);

  private:
    struct Counts {
        Instant hour{};
        Instant day{};
        int in_hour = 0;
        int in_day = 0;
        bool told = false;
        std::optional<std::uint64_t> last_text;
        Instant last_at{};
    };
    std::unordered_map<std::uint64_t, Counts> senders_;
};

} // namespace kentongan::box
