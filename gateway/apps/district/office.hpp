// The district's core behind one lock, and how many may do slow work at once.
#pragma once

#include "district/accounts.hpp"
#include "district/cases.hpp"
#include "district/intake.hpp"

#include <mutex>
#include <semaphore>

namespace kentongan::district_app {

/// One thread at a time works with store, intake, cases and accounts; hold `mutex` while you do.
struct Office {
    Office(district::Store& kept, const district::Setting& given, district::Randomness randomness,
           std::string nobody, std::function<Instant()> wall_clock)
        : store(kept), setting(given), intake(kept, given), cases(kept, given),
          accounts(kept, std::move(randomness), std::move(nobody)), clock(std::move(wall_clock)) {}

    std::mutex mutex;
    district::Store& store;
    const district::Setting& setting;
    district::Intake intake;
    district::Cases cases;
    district::Accounts accounts;
    std::function<Instant()> clock;
};

/// Places for work that takes tens of megabytes and of milliseconds (Argon2id). Threads: any.
class Places {
  public:
    static constexpr std::ptrdiff_t kCount = 2;
    /// How long one waits for a place. The thread that waits serves nobody meanwhile.
    static constexpr std::chrono::milliseconds kPatience{1500};

    class Place {
      public:
        explicit Place(std::counting_semaphore<kCount>* places) : places_(places) {}
        Place(Place&& other) noexcept : places_(std::exchange(other.places_, nullptr)) {}
        Place& operator=(Place&&) = delete;
        ~Place() {
            if (places_ != nullptr) places_->release();
        }

      private:
        std::counting_semaphore<kCount>* places_;
    };

    /// Nothing if none became free in time.
    [[nodiscard]] std::optional<Place> take() {
        if (!places_.try_acquire_for(kPatience)) return std::nullopt;
        return Place(&places_);
    }

  private:
    std::counting_semaphore<kCount> places_{kCount};
};

} // namespace kentongan::district_app
