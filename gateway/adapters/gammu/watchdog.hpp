// Ends the process when a call into libGammu takes longer than it may: a hung call ends for certain in no
// other way.
#pragma once

#include <chrono>

namespace kentongan::gammu {

/// Exit status of a process that the watchdog ended.
inline constexpr int kExitHung = 75;

/// One per process (it takes SIGALRM and a monotonic timer). Only the process that runs libGammu makes one;
/// the box's journal then holds a submitted message as "unknown", and a supervisor starts the process again.
class Watchdog {
  public:
    Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    ~Watchdog();

    void arm(std::chrono::milliseconds budget);
    void disarm();

  private:
    void* timer_ = nullptr;
    bool made_ = false;
};

} // namespace kentongan::gammu
