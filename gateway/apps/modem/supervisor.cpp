#include "apps/modem/supervisor.hpp"

#include "base/log.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>

namespace kentongan::modem_app {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFirstPause = 1s;
constexpr std::chrono::milliseconds kLongestPause = 5s;
constexpr auto kGoodLife = 60s;
constexpr auto kGrace = 8s;

// Waits for one of `signals` at most `longest`; 0 when none came.
int next_signal(const sigset_t& signals, std::chrono::milliseconds longest) {
    timespec time{longest.count() / 1000, longest.count() % 1000 * 1'000'000};
    int got = ::sigtimedwait(&signals, nullptr, &time);
    return got > 0 ? got : 0;
}

pid_t start(const std::function<int()>& worker, const sigset_t& before) {
    pid_t parent = ::getpid();
    pid_t child = ::fork();
    if (child != 0) return child;
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    // A parent that was killed leaves no worker on the line behind it.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(1);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    // Messages lie in its memory: none of it goes to a file.
    rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    ::_exit(worker());
}

// Returns when the child has ended, or when a stop was asked for and carried out.
bool watch(pid_t child, const sigset_t& signals) {
    while (true) {
        int got = next_signal(signals, 10s);
        int status = 0;
        if (::waitpid(child, &status, WNOHANG) == child) {
            bool exited = WIFEXITED(status);
            log(LogLevel::kWarning, "modem.worker_ended",
                {{"exit", exited ? WEXITSTATUS(status) : -1}, {"signal", exited ? 0 : WTERMSIG(status)}});
            return got == SIGTERM || got == SIGINT;
        }
        if (got != SIGTERM && got != SIGINT) continue;
        ::kill(child, SIGTERM);
        auto deadline = Clock::now() + kGrace;
        while (Clock::now() < deadline) {
            if (::waitpid(child, &status, WNOHANG) == child) return true;
            next_signal(signals, 200ms);
        }
        ::kill(child, SIGKILL);
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        return true;
    }
}

} // namespace

int supervise(const std::function<int()>& worker) {
    sigset_t signals;
    sigset_t before;
    ::sigemptyset(&signals);
    for (int number : {SIGTERM, SIGINT, SIGCHLD}) ::sigaddset(&signals, number);
    ::sigprocmask(SIG_BLOCK, &signals, &before);
    ::signal(SIGPIPE, SIG_IGN);

    auto pause = kFirstPause;
    while (true) {
        auto born = Clock::now();
        auto child = start(worker, before);
        if (child < 0) {
            log(LogLevel::kError, "modem.fork", {{"errno", errno}});
        } else if (watch(child, signals)) {
            return 0;
        }
        if (Clock::now() - born >= kGoodLife) pause = kFirstPause;
        auto until = Clock::now() + pause;
        while (Clock::now() < until) {
            auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
            int got = next_signal(signals, std::max(left, 1ms));
            if (got == SIGTERM || got == SIGINT) return 0;
        }
        pause = std::min(pause * 2, kLongestPause);
    }
}

} // namespace kentongan::modem_app
