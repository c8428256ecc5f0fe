// A test's hold on an emulator: starts it, gives it orders, ends it.
#pragma once

#include <nlohmann/json.hpp>
#include <sys/types.h>

#include <string>
#include <vector>

namespace kentongan::emulator {

/// A folder of its own under the system's temporary one, removed at the end.
class TemporaryFolder {
  public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

  private:
    std::string path_;
};

/// A program that a test runs; killed and reaped at the end.
class Process {
  public:
    /// The first string is the program's path. Its standard output can be read by lines.
    explicit Process(std::vector<std::string> arguments);
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    [[nodiscard]] pid_t pid() const { return pid_; }
    /// Empty at the end of the output.
    std::string read_line();
    void signal(int number) const;
    /// Waits for the end; the exit status, or 128 + the signal.
    int wait();

  private:
    pid_t pid_ = -1;
    int out_ = -1;
    std::string buffer_;
};

class EmulatorClient {
  public:
    /// Starts `program` with a fresh device at `folder`/modem and its control socket at `folder`/control, and
    /// with `more` options.
    EmulatorClient(const std::string& program, const TemporaryFolder& folder, std::size_t capacity = 30,
                   const std::vector<std::string>& more = {});
    EmulatorClient(const EmulatorClient&) = delete;
    EmulatorClient& operator=(const EmulatorClient&) = delete;
    ~EmulatorClient();

    /// The answer; {"ok":false} when the emulator is gone.
    nlohmann::json order(const nlohmann::json& what);
    nlohmann::json order(const char* what) { return order(nlohmann::json{{"do", what}}); }
    void receive(const std::string& from, const std::string& text);
    /// What was on air after the first `after` messages, once there is something.
    nlohmann::json wait_sent(std::size_t after, int timeout_ms = 20'000);
    std::size_t used();
    /// Whether the SIM holds exactly `count` before the time is over.
    bool wait_used(std::size_t count, int timeout_ms = 20'000);
    int executed(const std::string& command);
    bool wait_executed(const std::string& command, int count, int timeout_ms = 20'000);

    [[nodiscard]] const std::string& device() const { return device_; }

  private:
    Process process_;
    std::string device_;
    int control_ = -1;
    std::string buffer_;
};

} // namespace kentongan::emulator
