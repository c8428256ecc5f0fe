// The parent: keeps one worker alive.
#pragma once

#include <functional>

namespace kentongan::modem_app {

/// Forks; the child runs `worker` and exits with its result; started again after 1 s, twice as long each time
/// up to 5 s, and after 1 s again once a worker has lived a minute. Returns the exit status after SIGTERM or
/// SIGINT.
[[nodiscard]] int supervise(const std::function<int()>& worker);

} // namespace kentongan::modem_app
