// What the kernel says that a connection cost, against what went over it.
#include "adapters/https/meter.hpp"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <vector>

using namespace kentongan;

namespace {

/// Two ends of a TCP connection on this machine.
struct Connection {
    int here = -1;
    int there = -1;
    explicit Connection(https::TcpMeter& meter) {
        int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(listener, 1) == 0);
        REQUIRE(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0);
        here = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        meter.opened(here);
        REQUIRE(::connect(here, reinterpret_cast<sockaddr*>(&address), size) == 0);
        there = ::accept(listener, nullptr, nullptr);
        REQUIRE(there >= 0);
        ::close(listener);
    }
    ~Connection() {
        if (here >= 0) ::close(here);
        ::close(there);
    }
    static void carry(int from, int to, std::size_t count) {
        std::vector<char> bytes(count, 'x');
        std::size_t read = 0;
        REQUIRE(::send(from, bytes.data(), count, 0) == static_cast<ssize_t>(count));
        while (read < count) {
            auto got = ::recv(to, bytes.data(), count - read, 0);
            REQUIRE(got > 0);
            read += static_cast<std::size_t>(got);
        }
    }
};

constexpr std::uint64_t kLeastHeader = 40, kMostHeader = 52;

} // namespace

TEST_CASE("bytes of both ways are counted with the headers of their packets, once") {
    https::TcpMeter meter;
    Connection connection(meter);
    auto handshake = meter.take();
    REQUIRE(handshake); // this kernel tells
    CHECK(handshake->up >= kLeastHeader);
    CHECK(handshake->up <= 3 * kMostHeader);

    Connection::carry(connection.here, connection.there, 10'000);
    Connection::carry(connection.there, connection.here, 3'000);
    auto used = meter.take();
    REQUIRE(used);
    CHECK(used->up >= 10'000 + kLeastHeader);
    CHECK(used->up <= 10'000 + 20 * kMostHeader);
    CHECK(used->down >= 3'000 + kLeastHeader);
    CHECK(used->down <= 3'000 + 20 * kMostHeader);
    auto idle = meter.take();
    REQUIRE(idle);
    CHECK(idle->up <= 2 * kMostHeader); // an acknowledgement that was late

    Connection::carry(connection.here, connection.there, 500);
    meter.closing(connection.here);
    ::close(connection.here);
    connection.here = -1;
    auto last = meter.take();
    REQUIRE(last);
    CHECK(last->up >= 500 + kLeastHeader);
    CHECK(meter.take()->up == 0);
}

TEST_CASE("what is no TCP socket is not taken for nothing used") {
    https::TcpMeter meter;
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    meter.opened(ends[0]);
    CHECK_FALSE(meter.take()); // an estimate takes its place
    meter.closing(ends[0]);
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK_FALSE(meter.take());
    CHECK(meter.take());
}
