// A slow, lossy link between two network namespaces, in user space: one TUN device in each, one process
// between.
//
// link-shaper NEAR FAR     names under /run/netns; makes the device "link0" in each
//   --rate BITS/S --delay-ms MS (one way) --loss SHARE --fifo BYTES --seed N     both directions alike
//
// Serialisation counts IP bytes; loss is drawn after air time, as radio loses. IPv6 is not carried, so that
// the kernel's own neighbour talk is not counted. Lines on standard input: "counters", "reset", "cut",
// "join", "loss SHARE", "rate BITS/S"; each is answered by the counters in one line of JSON. SIGTERM or the
// end of the input ends it.
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Shape {
    double rate = 9600;
    double loss = 0;
    std::size_t fifo = 20'000;
    std::chrono::nanoseconds delay = std::chrono::milliseconds(300);
    bool cut = false;
};

[[noreturn]] void die(const std::string& what) {
    std::fprintf(stderr, "link-shaper: %s: %s\n", what.c_str(), std::strerror(errno));
    std::exit(1);
}

// The device is made in the namespace that this thread is in at that moment; the descriptor works from
// anywhere.
int make_device(const std::string& name) {
    int home = ::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int there = ::open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC);
    if (home < 0 || there < 0 || ::setns(there, CLONE_NEWNET) != 0) die("namespace " + name);
    int fd = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) die("/dev/net/tun");
    ifreq request{};
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    std::strncpy(request.ifr_name, "link0", IFNAMSIZ - 1);
    if (::ioctl(fd, TUNSETIFF, &request) != 0) die("TUNSETIFF");
    if (::setns(home, CLONE_NEWNET) != 0) die("setns");
    ::close(home);
    ::close(there);
    return fd;
}

class Direction {
  public:
    Direction(int from, int to, const Shape& shape, std::uint64_t seed)
        : from_(from), to_(to), shape_(shape), random_(seed) {}

    void read(Clock::time_point now) {
        std::array<char, 2048> packet;
        for (ssize_t size; (size = ::read(from_, packet.data(), packet.size())) > 0;) {
            if (packet[0] >> 4 != 4) continue;
            auto length = static_cast<std::size_t>(size);
            while (!fifo_.empty() && fifo_.front().first <= now) {
                queued_ -= fifo_.front().second;
                fifo_.pop_front();
            }
            if (queued_ + length > shape_.fifo) {
                ++overflowed;
                continue;
            }
            free_ = std::max(free_, now) +
                    std::chrono::nanoseconds(static_cast<std::int64_t>(double(length) * 8e9 / shape_.rate));
            fifo_.emplace_back(free_, length);
            queued_ += length;
            packets += 1;
            bytes += length;
            bool gone = std::uniform_real_distribution<>(0, 1)(random_) < shape_.loss || shape_.cut;
            lost += gone;
            if (!gone) flying_.push_back({free_ + shape_.delay, {packet.begin(), packet.begin() + size}});
        }
    }
    void write(Clock::time_point now) {
        for (; !flying_.empty() && flying_.front().first <= now; flying_.pop_front())
            if (::write(to_, flying_.front().second.data(), flying_.front().second.size()) < 0) ++refused;
    }
    [[nodiscard]] Clock::time_point next() const {
        return flying_.empty() ? Clock::time_point::max() : flying_.front().first;
    }
    void reset() { packets = bytes = lost = overflowed = refused = 0; }
    // Entered the air, lost or not; lost of these; did not fit into the FIFO; refused by the far device.
    unsigned long packets = 0, bytes = 0, lost = 0, overflowed = 0, refused = 0;

  private:
    int from_, to_;
    const Shape& shape_;
    std::mt19937_64 random_;
    Clock::time_point free_{};
    std::deque<std::pair<Clock::time_point, std::size_t>> fifo_;
    std::size_t queued_ = 0;
    std::deque<std::pair<Clock::time_point, std::vector<char>>> flying_;
};

void say(const Direction& up, const Direction& down) {
    auto one = [](const char* name, const Direction& direction, const char* end) {
        std::printf("\"%s_bytes\": %lu, \"%s_packets\": %lu, \"%s_lost\": %lu, \"%s_overflowed\": %lu%s",
                    name, direction.bytes, name, direction.packets, name, direction.lost, name,
                    direction.overflowed, end);
    };
    std::printf("{");
    one("up", up, ", ");
    one("down", down, "}\n");
    std::fflush(stdout);
}

} // namespace

int main(int count, char** words) {
    if (count < 3) {
        std::fprintf(
            stderr,
            "usage: link-shaper NEAR FAR [--rate N] [--delay-ms N] [--loss P] [--fifo N] [--seed N]\n");
        return 64;
    }
    Shape shape;
    std::uint64_t seed = 1;
    for (int i = 3; i + 1 < count; i += 2) {
        std::string name = words[i];
        double value = std::atof(words[i + 1]);
        if (name == "--rate")
            shape.rate = value;
        else if (name == "--delay-ms")
            shape.delay = std::chrono::nanoseconds(static_cast<std::int64_t>(value * 1e6));
        else if (name == "--loss")
            shape.loss = value;
        else if (name == "--fifo")
            shape.fifo = static_cast<std::size_t>(value);
        else if (name == "--seed")
            seed = static_cast<std::uint64_t>(value);
        else
            die("unknown option " + name);
    }
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    sigprocmask(SIG_BLOCK, &ending, nullptr);
    int signals = ::signalfd(-1, &ending, SFD_CLOEXEC);
    int near = make_device(words[1]);
    int far = make_device(words[2]);
    Direction up(near, far, shape, 2 * seed);
    Direction down(far, near, shape, 2 * seed + 1);
    say(up, down); // ready

    std::string line;
    while (true) {
        auto now = Clock::now();
        auto due = std::min(up.next(), down.next());
        timespec wait{3600, 0};
        if (due != Clock::time_point::max()) {
            auto left = std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(due - now)).count();
            wait = {left / 1'000'000'000, left % 1'000'000'000};
        }
        std::array<pollfd, 4> polled{
            {{near, POLLIN, 0}, {far, POLLIN, 0}, {signals, POLLIN, 0}, {0, POLLIN, 0}}};
        if (::ppoll(polled.data(), polled.size(), &wait, nullptr) < 0 && errno != EINTR) die("poll");
        now = Clock::now();
        if (polled[0].revents) up.read(now);
        if (polled[1].revents) down.read(now);
        up.write(now);
        down.write(now);
        if (polled[2].revents) break;
        if (polled[3].revents == 0) continue;
        std::array<char, 256> input;
        auto size = ::read(0, input.data(), input.size());
        if (size <= 0) break;
        line.append(input.data(), static_cast<std::size_t>(size));
        for (std::size_t end; (end = line.find('\n')) != std::string::npos; line.erase(0, end + 1)) {
            auto command = line.substr(0, end);
            if (command == "reset")
                up.reset(), down.reset();
            else if (command == "cut" || command == "join")
                shape.cut = command == "cut";
            else if (command.rfind("loss ", 0) == 0)
                shape.loss = std::atof(command.c_str() + 5);
            else if (command.rfind("rate ", 0) == 0)
                shape.rate = std::atof(command.c_str() + 5);
            say(up, down);
        }
    }
    say(up, down);
}
