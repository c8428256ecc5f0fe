// The line between modem and computer: a pseudo terminal that can be unplugged and plugged in anew.
#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

namespace kentongan::emulator {

class Terminal {
  public:
    /// `link`: a symbolic link that always names the present device; empty for none.
    explicit Terminal(std::string link) : link_(std::move(link)) {}
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;
    ~Terminal();

    /// Errors: kUnavailable - no pseudo terminal to be had, or the link cannot be made.
    Status plug_in();
    /// Who has the device open reads an error from now on.
    void unplug();
    [[nodiscard]] bool plugged() const { return master_ >= 0; }
    [[nodiscard]] int fd() const { return master_; }
    [[nodiscard]] const std::string& path() const { return path_; }

    [[nodiscard]] std::string read();
    /// How much the line took.
    std::size_t write(std::string_view bytes);

  private:
    std::string link_;
    std::string path_;
    int master_ = -1;
    int slave_ = -1;
};

} // namespace kentongan::emulator
