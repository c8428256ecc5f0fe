// modem-emulator: an AT modem on a pseudo terminal, with a network and faults that a test plays.
#include "control.hpp"
#include "modem.hpp"
#include "network.hpp"
#include "terminal.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <list>
#include <optional>

namespace {

using namespace kentongan;
using namespace kentongan::emulator;

constexpr std::size_t kMaxControlLine = 64 * 1024;
constexpr std::size_t kMaxClients = 32;

volatile std::sig_atomic_t stop_asked = 0;

void ask_to_stop(int) {
    stop_asked = 1;
}

struct Options {
    std::string control;
    std::string link;
    std::size_t capacity = 30;
    std::string network;
    std::string number;
};

constexpr const char* kHelp =
    "Usage: modem-emulator [--control SOCKET] [--link PATH] [--capacity SLOTS]\n"
    "                      [--network FOLDER --number +NUMBER]\n"
    "\n"
    "An AT modem in PDU mode on a pseudo terminal. Prints {\"device\":\"/dev/pts/N\"} as its\n"
    "first line. --control listens for orders (docs/formats/modem-emulator.md); --link keeps\n"
    "a symbolic link to the present device. Emulators with one --network send to each other's\n"
    "--number. Ends on SIGTERM or the order \"quit\".\n";

struct Client {
    int fd = -1;
    std::string in;
    std::string out;
    std::list<Pending> pending;
    bool gone = false;

    void say(const nlohmann::json& answer) {
        out += answer.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
    }
};

int listen_at(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return -1;
    std::memcpy(address.sun_path, path.data(), path.size());
    int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ::unlink(path.c_str());
    if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(fd, 16) != 0)
        return -1;
    return fd;
}

// One thread, one loop: the line, the orders and what is due.
class Loop {
  public:
    Loop(Modem& modem, Terminal& terminal, Network* network, int listener)
        : modem_(modem), terminal_(terminal), network_(network), control_(modem, terminal, network),
          listener_(listener) {}

    void run() {
        while (stop_asked == 0 && !(control_.quit() && all_said())) {
            wait();
            if (terminal_.plugged()) modem_.feed(terminal_.read());
            exchange_with_network();
            if (modem_.take_hang_up()) {
                terminal_.unplug();
                line_out_.clear();
            }
            accept();
            for (auto& client : clients_) serve(client);
            say_on_line();
            for (auto& client : clients_) answer_pending(client);
            clients_.remove_if([](Client& client) {
                if (client.gone) ::close(client.fd);
                return client.gone;
            });
        }
        for (auto& client : clients_) ::close(client.fd);
    }

  private:
    bool all_said() {
        for (auto& client : clients_)
            if (!client.out.empty() && !client.gone) return false;
        return true;
    }

    void wait() {
        std::vector<pollfd> fds;
        if (listener_ >= 0) fds.push_back({listener_, POLLIN, 0});
        if (network_ != nullptr) fds.push_back({network_->fd(), POLLIN, 0});
        if (terminal_.plugged()) {
            bool due = !line_out_.empty() && line_out_.front().first <= Clock::now();
            fds.push_back({terminal_.fd(), static_cast<short>(due ? POLLIN | POLLOUT : POLLIN), 0});
        }
        auto next = Clock::now() + (network_waits_ ? std::chrono::milliseconds(10) : std::chrono::seconds(1));
        if (!line_out_.empty() && line_out_.front().first > Clock::now())
            next = std::min(next, line_out_.front().first);
        for (auto& client : clients_) {
            fds.push_back({client.fd, static_cast<short>(client.out.empty() ? POLLIN : POLLIN | POLLOUT), 0});
            for (auto& pending : client.pending) next = std::min(next, pending.deadline);
        }
        auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
        ::poll(fds.data(), fds.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
    }

    void exchange_with_network() {
        if (network_ == nullptr) return;
        auto now = std::chrono::floor<seconds>(std::chrono::system_clock::now());
        for (; carried_ < modem_.sent().size(); ++carried_) {
            const auto& sent = modem_.sent()[carried_];
            auto submit = from_hex(sent.pdu_hex);
            if (!submit || !sent.understood) continue;
            auto deliver = deliver_of_submit(*submit, network_->number(), now);
            if (deliver) network_->carry(sent.message.to, std::move(deliver).take());
        }
        network_waits_ = !network_->flush();
        for (const auto& pdu : network_->arrived()) {
            auto hex = to_hex(pdu);
            for (auto& c : hex) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            modem_.deliver(std::move(hex), tpdu_length(pdu));
        }
    }

    void accept() {
        while (listener_ >= 0) {
            int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (fd < 0) return;
            if (clients_.size() >= kMaxClients)
                ::close(fd);
            else
                clients_.emplace_back().fd = fd;
        }
    }

    void serve(Client& client) {
        char chunk[4096];
        while (true) {
            auto got = ::recv(client.fd, chunk, sizeof chunk, 0);
            if (got < 0 && errno == EINTR) continue;
            if (got == 0 || (got < 0 && errno != EAGAIN)) client.gone = true;
            if (got <= 0) break;
            client.in.append(chunk, static_cast<std::size_t>(got));
            if (client.in.size() > kMaxControlLine) client.gone = true;
        }
        for (auto end = client.in.find('\n'); end != std::string::npos; end = client.in.find('\n')) {
            auto outcome = control_.handle(client.in.substr(0, end));
            client.in.erase(0, end + 1);
            if (outcome.pending)
                client.pending.push_back(std::move(*outcome.pending));
            else
                client.say(outcome.answer);
        }
    }

    void answer_pending(Client& client) {
        for (auto pending = client.pending.begin(); pending != client.pending.end();) {
            auto answer = pending->answer(Clock::now() >= pending->deadline);
            if (answer) client.say(*answer);
            pending = answer ? client.pending.erase(pending) : std::next(pending);
        }
        while (!client.out.empty()) {
            auto put = ::send(client.fd, client.out.data(), client.out.size(), MSG_NOSIGNAL);
            if (put <= 0) {
                if (put < 0 && errno != EAGAIN && errno != EINTR) client.gone = true;
                break;
            }
            client.out.erase(0, static_cast<std::size_t>(put));
        }
    }

    void say_on_line() {
        auto due = Clock::now();
        if (!line_out_.empty()) due = std::max(due, line_out_.back().first);
        for (auto& piece : modem_.take_output()) {
            due += piece.delay;
            line_out_.emplace_back(due, std::move(piece.bytes));
        }
        if (!terminal_.plugged()) line_out_.clear();
        while (!line_out_.empty() && line_out_.front().first <= Clock::now()) {
            auto& bytes = line_out_.front().second;
            bytes.erase(0, terminal_.write(bytes));
            if (!bytes.empty()) break;
            line_out_.pop_front();
        }
        // Nobody reads: a modem does not remember for ever either.
        while (line_out_.size() > 4096) line_out_.pop_front();
    }

    Modem& modem_;
    Terminal& terminal_;
    Network* network_;
    std::size_t carried_ = 0;    ///< Of what the modem sent, how much the network has
    bool network_waits_ = false; ///< A receiver's queue is full.
    Control control_;
    int listener_;
    std::list<Client> clients_;
    std::deque<std::pair<Clock::time_point, std::string>> line_out_;
};

} // namespace

int main(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        std::string_view name = argv[i];
        if (name == "--help") {
            std::fputs(kHelp, stdout);
            return 0;
        }
        if (i + 1 >= argc) {
            std::fputs(kHelp, stderr);
            return 2;
        }
        const char* value = argv[++i];
        if (name == "--control") {
            options.control = value;
        } else if (name == "--link") {
            options.link = value;
        } else if (name == "--capacity") {
            options.capacity = std::strtoul(value, nullptr, 10);
        } else if (name == "--network") {
            options.network = value;
        } else if (name == "--number") {
            options.number = value;
        } else {
            std::fputs(kHelp, stderr);
            return 2;
        }
    }
    if (options.network.empty() != options.number.empty()) {
        std::fputs(kHelp, stderr);
        return 2;
    }
    struct sigaction action {};
    action.sa_handler = ask_to_stop;
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGINT, &action, nullptr);
    ::signal(SIGPIPE, SIG_IGN);

    Terminal terminal(options.link);
    if (!terminal.plug_in()) {
        std::fputs("modem-emulator: no pseudo terminal\n", stderr);
        return 1;
    }
    int listener = options.control.empty() ? -1 : listen_at(options.control);
    if (!options.control.empty() && listener < 0) {
        std::fprintf(stderr, "modem-emulator: cannot listen at %s\n", options.control.c_str());
        return 1;
    }
    std::optional<Network> network;
    if (!options.network.empty()) {
        network.emplace(options.network, options.number);
        if (!network->join()) {
            std::fprintf(stderr, "modem-emulator: cannot join %s as %s\n", options.network.c_str(),
                         options.number.c_str());
            return 1;
        }
    }
    std::printf("%s\n", nlohmann::json{{"device", terminal.path()}}.dump().c_str());
    std::fflush(stdout);

    Modem modem(options.capacity);
    Loop(modem, terminal, network ? &*network : nullptr, listener).run();
    if (listener >= 0) {
        ::close(listener);
        ::unlink(options.control.c_str());
    }
    return 0;
}
