#include "adapters/udp/socket.hpp"

#include <catch2/catch.hpp>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

using namespace kentongan;
using udp::Address;
using udp::Socket;

namespace {

Address loopback(std::uint16_t port = 0) {
    return Address::numeric("127.0.0.1", port).value();
}

bool readable(const Socket& socket) {
    pollfd polled{socket.fd(), POLLIN, 0};
    return ::poll(&polled, 1, 5000) == 1;
}

} // namespace

TEST_CASE("datagrams go there and back, with the sender's address") {
    auto district = std::move(Socket::bind(loopback())).take();
    auto box = std::move(Socket::connect(district.local().value())).take();
    REQUIRE(box.send(Bytes{1, 2, 3}));
    REQUIRE(readable(district));
    auto got = district.receive();
    REQUIRE(got);
    REQUIRE(got->has_value());
    CHECK((*got)->datagram == Bytes{1, 2, 3});
    CHECK((*got)->from == box.local().value());
    REQUIRE(district.send_to(Bytes(udp::kMaxDatagram, 7), (*got)->from));
    REQUIRE(readable(box));
    CHECK(box.receive().value()->datagram == Bytes(udp::kMaxDatagram, 7));
    CHECK_FALSE(box.receive().value().has_value());
}

TEST_CASE("a connected socket hears its peer alone") {
    auto district = std::move(Socket::bind(loopback())).take();
    auto stranger = std::move(Socket::bind(loopback())).take();
    auto box = std::move(Socket::connect(district.local().value())).take();
    auto where = box.local().value();
    REQUIRE(stranger.send_to(Bytes{9}, where));
    REQUIRE(district.send_to(Bytes{1}, where));
    REQUIRE(readable(box));
    CHECK(box.receive().value()->datagram == Bytes{1});
    CHECK_FALSE(box.receive().value().has_value());
}

TEST_CASE("what is too large is neither sent nor received") {
    auto district = std::move(Socket::bind(loopback())).take();
    auto box = std::move(Socket::connect(district.local().value())).take();
    Bytes large(udp::kMaxDatagram + 1, 7);
    auto refused = box.send(large);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kNoSpace);
    CHECK(refused.error().native == EMSGSIZE);
    CHECK(box.send_to(large, district.local().value()).error().code == ErrorCode::kNoSpace);
    // Past our own check.
    REQUIRE(::send(box.fd(), large.data(), large.size(), 0) == static_cast<ssize_t>(large.size()));
    REQUIRE(box.send(Bytes{1}));
    REQUIRE(readable(district));
    CHECK(district.receive().value()->datagram == Bytes{1});
}

TEST_CASE("a refusal is an error of a later call, and the socket goes on") {
    auto nobody = loopback(std::move(Socket::bind(loopback())).take().local().value().port());
    auto box = std::move(Socket::connect(nobody)).take();
    REQUIRE(box.send(Bytes{1}));
    REQUIRE(readable(box));
    auto got = box.receive();
    REQUIRE_FALSE(got);
    CHECK(got.error().code == ErrorCode::kUnavailable);
    CHECK(got.error().native == ECONNREFUSED);
    CHECK_FALSE(box.receive().value().has_value());
}

TEST_CASE("addresses") {
    CHECK(Address::numeric("192.0.2.1", 7).value().port() == 7);
    CHECK(Address::numeric("2001:db8::1", 8).value().is_v6());
    CHECK(Address::numeric("2001:db8::1", 8).value() == Address::resolve("2001:db8:0::1", 8).value());
    CHECK_FALSE(Address::numeric("192.0.2.1", 7).value() == Address::numeric("192.0.2.2", 7).value());
    CHECK_FALSE(Address::numeric("192.0.2.1", 7).value() == Address::numeric("192.0.2.1", 8).value());
    CHECK(Address::numeric("district", 7).error().code == ErrorCode::kInvalid);
    CHECK(Address::resolve("", 7).error().code == ErrorCode::kInvalid);
    auto one = std::move(Socket::bind(loopback())).take();
    CHECK(Socket::bind(one.local().value()).error().code == ErrorCode::kConflict);
}

TEST_CASE("IPv6 works where the machine has it") {
    auto district = Socket::bind(Address::numeric("::1", 0).value());
    if (!district) return;
    auto box = std::move(Socket::connect(district->local().value())).take();
    REQUIRE(box.send(Bytes{1}));
    REQUIRE(readable(*district));
    CHECK(district->receive().value()->from == box.local().value());
}
