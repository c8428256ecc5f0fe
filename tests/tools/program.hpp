// A program of this house as a child of a test; ended with it.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <vector>

extern char** environ;

namespace kentongan::test {

class Program {
  public:
    /// `log`: a file that takes its standard error; empty: the test's own.
    explicit Program(std::vector<std::string> words, const std::string& log = {}) {
        std::vector<char*> arguments;
        for (auto& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        posix_spawn_file_actions_t files;
        ::posix_spawn_file_actions_init(&files);
        if (!log.empty())
            ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, log.c_str(),
                                               O_WRONLY | O_CREAT | O_APPEND, 0600);
        if (::posix_spawn(&pid_, arguments[0], &files, nullptr, arguments.data(), environ) != 0) pid_ = -1;
        ::posix_spawn_file_actions_destroy(&files);
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        (void)wait();
    }

    [[nodiscard]] bool started() const { return pid_ > 0; }
    void signal(int number) const {
        if (pid_ > 0) ::kill(pid_, number);
    }
    /// Its exit status, or minus the signal that ended it.
    int wait() {
        int status = 0;
        if (pid_ <= 0 || ::waitpid(pid_, &status, 0) != pid_) return -1000;
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    /// Lines of a file that the program writes when it is ready; empty if it did not within `limit`.
    std::vector<std::string>
    wait_for_lines(const std::string& path,
                   std::chrono::milliseconds limit = std::chrono::seconds(30)) const {
        auto until = std::chrono::steady_clock::now() + limit;
        std::vector<std::string> lines;
        while (lines.empty() && std::chrono::steady_clock::now() < until) {
            std::ifstream file(path);
            for (std::string line; std::getline(file, line);) lines.push_back(line);
            if (lines.empty()) ::poll(nullptr, 0, 5); // not for timing: between two looks
        }
        return lines;
    }

  private:
    pid_t pid_ = -1;
};

} // namespace kentongan::test
