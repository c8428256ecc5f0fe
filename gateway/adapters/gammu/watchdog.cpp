#include "adapters/gammu/watchdog.hpp"

#include "base/log.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace kentongan::gammu {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(250);

} // namespace

Watchdog::Watchdog() : thread_([this] { look(); }) {}

Watchdog::~Watchdog() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Watchdog::arm(std::chrono::milliseconds budget) {
    std::lock_guard lock(mutex_);
    // Not notified: the thread looks often enough, and arming happens ten times a second.
    deadline_ = std::chrono::steady_clock::now() + budget;
}

void Watchdog::disarm() {
    std::lock_guard lock(mutex_);
    deadline_.reset();
}

void Watchdog::guard(const std::string& path) {
    std::lock_guard lock(mutex_);
    path_ = path;
    device_ = identity_of(path);
}

std::optional<Watchdog::Identity> Watchdog::identity_of(const std::string& path) {
    struct stat there {};
    if (::stat(path.c_str(), &there) != 0) return std::nullopt;
    return Identity{there.st_dev, there.st_ino, there.st_rdev};
}

void Watchdog::look() {
    std::unique_lock lock(mutex_);
    while (!stop_) {
        changed_.wait_for(lock, kLookEvery);
        if (stop_ || !deadline_) continue;
        if (std::chrono::steady_clock::now() >= *deadline_) {
            log(LogLevel::kError, "modem.call_hung");
            ::_exit(kExitHung);
        }
        if (device_ && identity_of(path_) != device_) {
            log(LogLevel::kWarning, "modem.unplugged");
            ::_exit(kExitUnplugged);
        }
    }
}

} // namespace kentongan::gammu
