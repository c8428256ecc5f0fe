// How a program is told to end, and how it tells which ports it took.
#pragma once

#include "base/result.hpp"

#include <csignal>
#include <cstdint>
#include <span>
#include <string>

namespace kentongan::posix {

/// SIGTERM and SIGINT.
[[nodiscard]] sigset_t ending_signals();

/// Blocks them, so that only wait_for(), sigtimedwait() or a signalfd takes them, and ignores SIGPIPE.
/// Call before any thread is made: all inherit it.
[[nodiscard]] sigset_t block_ending_signals();

/// Waits for one of `signals`, which are blocked; returns its number.
int wait_for(const sigset_t& signals);

/// Writes the numbers one a line, whole: a reader never sees half a file. An empty path: nothing.
/// Errors: as write_file().
Status write_port_file(const std::string& path, std::span<const std::uint16_t> ports);

} // namespace kentongan::posix
