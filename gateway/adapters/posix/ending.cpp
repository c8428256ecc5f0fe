#include "adapters/posix/ending.hpp"

#include "adapters/posix/state_files.hpp"

namespace kentongan::posix {

sigset_t ending_signals() {
    sigset_t out;
    ::sigemptyset(&out);
    ::sigaddset(&out, SIGTERM);
    ::sigaddset(&out, SIGINT);
    return out;
}

sigset_t block_ending_signals() {
    auto signals = ending_signals();
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    return signals;
}

int wait_for(const sigset_t& signals) {
    int number = 0;
    ::sigwait(&signals, &number);
    return number;
}

Status write_port_file(const std::string& path, std::span<const std::uint16_t> ports) {
    if (path.empty()) return {};
    std::string lines;
    for (auto port : ports) lines += std::to_string(port) + "\n";
    return write_file(path, lines, 0644);
}

} // namespace kentongan::posix
