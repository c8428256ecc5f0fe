#include "wire/ack_pace.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace std::chrono_literals;
using wire::AckPace;
using wire::Tick;

namespace {

// Four datagrams in order, 400 ms apart, each answered; the next number is 4, the next time 1,600 ms.
AckPace grown() {
    AckPace pace;
    for (std::uint16_t seq = 0; seq < 4; ++seq) {
        CHECK(pace.arrived(seq, false, seq * Tick(400ms)));
        pace.answered();
    }
    return pace;
}

} // namespace

TEST_CASE("the first datagrams are answered at once, then every second") {
    auto pace = grown();
    CHECK_FALSE(pace.arrived(4, false, 1600ms));
    CHECK(pace.deadline() == Tick(2100ms)); // a quarter more than the usual gap
    CHECK(pace.arrived(5, false, 2000ms));
    CHECK(pace.header(7).seq == 5);
    pace.answered();
    CHECK_FALSE(pace.deadline());
    CHECK_FALSE(pace.arrived(6, false, 2400ms));
}

TEST_CASE("a gap, an old datagram, a repeated one and a push are answered at once") {
    for (auto seq : std::initializer_list<std::uint16_t>{5, 60, 3, 0, 0xffff})
        CHECK(grown().arrived(seq, false, 1600ms));
    CHECK(grown().arrived(4, true, 1600ms));
    auto pace = grown();
    CHECK(pace.arrived(2, false, 1600ms));
    CHECK(pace.header(7).seq == 2); // what came last, not what is newest
    pace.answered();
    CHECK_FALSE(pace.arrived(4, false, 1700ms));
}

TEST_CASE("numbers wrap around") {
    AckPace pace;
    std::uint16_t seq = 0xfffb;
    for (int i = 0; i < 4; ++i) {
        CHECK(pace.arrived(seq++, false, i * Tick(10ms)));
        pace.answered();
    }
    CHECK_FALSE(pace.arrived(0xffff, false, 40ms));
    CHECK(pace.arrived(0, false, 50ms));
}

TEST_CASE("after a minute of silence everything is new") {
    auto pace = grown();
    CHECK(pace.arrived(4, false, 90s));
    pace.answered();
    CHECK(pace.arrived(5, false, 91s));
}

TEST_CASE("on a faster link an answer maps the 32 datagrams before the one that it echoes") {
    auto thin = grown();
    CHECK(thin.header(7).tag == wire::kUdpAnswer);
    AckPace pace;
    for (auto seq : std::initializer_list<std::uint16_t>{0, 1, 2, 3, 4, 6, 8})
        CHECK(pace.arrived(seq, true, seq * Tick(10ms)));
    auto header = pace.header(7);
    CHECK(header.tag == wire::kUdpAnswerMap);
    CHECK(header.seq == 8);
    CHECK(header.arrived == 0b111110'10);
    CHECK(pace.arrived(5, false, 90ms)); // late: it is the echo, and what came before it
    CHECK(pace.header(7).seq == 5);
    CHECK(pace.header(7).arrived == 0b11111);
    CHECK(pace.arrived(60, false, 100ms));
    CHECK(pace.header(7).arrived == 0);
    CHECK(pace.arrived(1000, false, 110ms));
    CHECK(pace.header(7).arrived == 0);
}
