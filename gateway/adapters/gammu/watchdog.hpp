// Ends the process when a call into libGammu takes longer than it may, or when the device under it is gone: a
// hung call ends for certain in no other way.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace kentongan::gammu {

/// Exit statuses of a process that the watchdog ended.
inline constexpr int kExitHung = 75;
inline constexpr int kExitUnplugged = 76;

/// Only the process that runs libGammu makes one. The box's journal then holds a submitted message as
/// "unknown", and a supervisor starts the process again.
///
/// Looks four times a second, from a thread of its own and by the monotonic clock. No signal: libGammu's
/// waits would be cut short by one, and its interrupted reads look like a hang-up.
class Watchdog {
  public:
    Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    ~Watchdog();

    /// From now until disarm(), for at most `budget`.
    void arm(std::chrono::milliseconds budget);
    void disarm();
    /// While armed, `path` must stay the device that it is now: libGammu does not notice a pulled plug, and
    /// waits for minutes. Not an error: no such path, which is then not watched.
    void guard(const std::string& path);

  private:
    struct Identity {
        dev_t folder = 0;
        ino_t node = 0;
        dev_t device = 0;
        bool operator==(const Identity&) const = default;
    };
    static std::optional<Identity> identity_of(const std::string& path);
    void look();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<std::chrono::steady_clock::time_point> deadline_;
    std::string path_;
    std::optional<Identity> device_;
    bool stop_ = false;
    std::thread thread_;
};

} // namespace kentongan::gammu
