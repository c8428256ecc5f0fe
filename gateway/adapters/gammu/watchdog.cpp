#include "adapters/gammu/watchdog.hpp"

#include <unistd.h>

#include <csignal>
#include <ctime>

namespace kentongan::gammu {
namespace {

void end_process(int) {
    // Only what a signal handler may do: the call that hangs holds whatever locks it likes.
    static constexpr char kLine[] = "error modem.call_hung\n";
    [[maybe_unused]] auto written = ::write(STDERR_FILENO, kLine, sizeof kLine - 1);
    ::_exit(kExitHung);
}

void set(void* timer, std::chrono::milliseconds budget) {
    itimerspec when{};
    when.it_value.tv_sec = budget.count() / 1000;
    when.it_value.tv_nsec = budget.count() % 1000 * 1'000'000;
    ::timer_settime(static_cast<timer_t>(timer), 0, &when, nullptr);
}

} // namespace

Watchdog::Watchdog() {
    struct sigaction action {};
    action.sa_handler = end_process;
    ::sigaction(SIGALRM, &action, nullptr);
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGALRM;
    timer_t timer{};
    if (::timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) {
        timer_ = timer;
        made_ = true;
    }
}

Watchdog::~Watchdog() {
    if (made_) ::timer_delete(static_cast<timer_t>(timer_));
    ::signal(SIGALRM, SIG_DFL);
}

void Watchdog::arm(std::chrono::milliseconds budget) {
    if (made_) set(timer_, budget);
}

void Watchdog::disarm() {
    if (made_) set(timer_, std::chrono::milliseconds(0));
}

} // namespace kentongan::gammu
