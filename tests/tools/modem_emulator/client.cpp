#include "client.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace kentongan::emulator {

TemporaryFolder::TemporaryFolder() {
    auto name = std::filesystem::temp_directory_path().string() + "/kentongan-XXXXXX";
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Process::Process(std::vector<std::string> arguments) {
    int pipe[2] = {-1, -1};
    if (::pipe2(pipe, O_CLOEXEC) != 0) return;
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
        // Not even a crashed test leaves it running.
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        if (::getppid() != parent) ::_exit(127);
        ::dup2(pipe[1], STDOUT_FILENO);
        ::execv(argv[0], argv.data());
        ::_exit(127);
    }
    ::close(pipe[1]);
    out_ = pipe[0];
}

Process::~Process() {
    if (out_ >= 0) ::close(out_);
    if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        wait();
    }
}

std::string Process::read_line() {
    while (true) {
        auto end = buffer_.find('\n');
        if (end != std::string::npos) {
            auto line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            return line;
        }
        char chunk[512];
        auto got = ::read(out_, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return "";
        buffer_.append(chunk, static_cast<std::size_t>(got));
    }
}

void Process::signal(int number) const {
    if (pid_ > 0) ::kill(pid_, number);
}

int Process::wait() {
    int status = 0;
    while (pid_ > 0 && ::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

namespace {

std::vector<std::string> command_line(const std::string& program, const TemporaryFolder& folder,
                                      std::size_t capacity, const std::vector<std::string>& more) {
    std::vector<std::string> out{program,
                                 "--control",
                                 folder.file("control"),
                                 "--link",
                                 folder.file("modem"),
                                 "--capacity",
                                 std::to_string(capacity)};
    out.insert(out.end(), more.begin(), more.end());
    return out;
}

} // namespace

EmulatorClient::EmulatorClient(const std::string& program, const TemporaryFolder& folder,
                               std::size_t capacity, const std::vector<std::string>& more)
    : process_(command_line(program, folder, capacity, more)), device_(folder.file("modem")) {
    // The first line says that device and socket are there.
    if (process_.read_line().empty()) return;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    auto path = folder.file("control");
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    control_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(control_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        ::close(control_);
        control_ = -1;
    }
}

EmulatorClient::~EmulatorClient() {
    if (control_ < 0) return;
    order("quit");
    ::close(control_);
    process_.wait();
}

nlohmann::json EmulatorClient::order(const nlohmann::json& what) {
    nlohmann::json gone{{"ok", false}, {"error", "the emulator is gone"}};
    auto line = what.dump() + "\n";
    if (control_ < 0 || ::send(control_, line.data(), line.size(), MSG_NOSIGNAL) < 0) return gone;
    while (true) {
        auto end = buffer_.find('\n');
        if (end != std::string::npos) {
            auto answer = nlohmann::json::parse(buffer_.substr(0, end), nullptr, false);
            buffer_.erase(0, end + 1);
            return answer;
        }
        char chunk[4096];
        auto got = ::recv(control_, chunk, sizeof chunk, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return gone;
        buffer_.append(chunk, static_cast<std::size_t>(got));
    }
}

void EmulatorClient::receive(const std::string& from, const std::string& text) {
    order({{"do", "receive"}, {"from", from}, {"text", text}});
}

nlohmann::json EmulatorClient::wait_sent(std::size_t after, int timeout_ms) {
    return order({{"do", "wait_sent"}, {"after", after}, {"timeout_ms", timeout_ms}})["messages"];
}

std::size_t EmulatorClient::used() {
    return order("sim")["slots"].size();
}

bool EmulatorClient::wait_used(std::size_t count, int timeout_ms) {
    return order({{"do", "wait_sim"}, {"used", count}, {"timeout_ms", timeout_ms}})["ok"] == true;
}

int EmulatorClient::executed(const std::string& command) {
    return order("commands")["executed"].value(command, 0);
}

bool EmulatorClient::wait_executed(const std::string& command, int count, int timeout_ms) {
    return order({{"do", "wait_command"},
                  {"command", command},
                  {"count", count},
                  {"timeout_ms", timeout_ms}})["ok"] == true;
}

} // namespace kentongan::emulator
