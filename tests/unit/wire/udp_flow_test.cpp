#include "wire/udp_flow.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace std::chrono_literals;
using wire::Tick;
using wire::UdpFlow;

namespace {

// Sends whatever may leave; the numbers.
std::vector<UdpFlow::Seq> send_all(UdpFlow& flow, Tick now) {
    std::vector<UdpFlow::Seq> out;
    while (auto permit = flow.may_send(now)) out.push_back(flow.sent(permit->max_bytes, now));
    return out;
}

void ack(UdpFlow& flow, std::vector<UdpFlow::Seq> seqs, Tick now) {
    flow.acked(seqs, seqs.back(), now);
}

// Lets `count` datagrams pass one after the other over a link of `rate` bytes a second and 100 ms.
Tick pass(UdpFlow& flow, int count, double rate, Tick now, bool large_arrive = true) {
    Tick free = now;
    std::vector<std::tuple<Tick, UdpFlow::Seq>> under_way;
    while (count > 0) {
        while (auto permit = flow.may_send(now)) {
            free = std::max(free, now) +
                   Tick(static_cast<Tick::rep>(double(permit->max_bytes + 28) / rate * 1e6));
            auto seq = flow.sent(permit->max_bytes, now);
            if (permit->max_bytes <= 512 || large_arrive) under_way.emplace_back(free + 100ms, seq);
        }
        if (under_way.empty()) {
            REQUIRE(flow.deadline(true));
            now = std::max(now, *flow.deadline(true));
            continue;
        }
        auto [at, seq] = under_way.front();
        if (auto next = flow.deadline(true); next && *next < at) {
            now = std::max(now, *next);
            (void)flow.take_lost(now);
            if (flow.may_send(now)) continue;
        }
        now = std::max(now, at);
        under_way.erase(under_way.begin());
        ack(flow, {seq}, now);
        --count;
    }
    return now;
}

} // namespace

TEST_CASE("before the first answer four small datagrams leave, and no more") {
    UdpFlow flow({}, 100);
    auto seqs = send_all(flow, 1s);
    CHECK(seqs == std::vector<UdpFlow::Seq>{100, 101, 102, 103});
    CHECK(flow.in_flight() == 4 * 540);
    CHECK_FALSE(flow.may_send(2s));
    CHECK(flow.deadline(true) == Tick(4s));
    CHECK(flow.take_lost(3s).empty());
    CHECK_FALSE(flow.carrier_dead());
}

TEST_CASE("silence is probed ever more rarely, and after two tries the carrier is dead") {
    UdpFlow flow;
    send_all(flow, 0s);
    std::vector<Tick> tries;
    Tick now{};
    std::size_t datagrams = 0;
    while (now < 3600s) {
        auto next = flow.deadline(true);
        REQUIRE(next);
        now = std::max(now, *next);
        (void)flow.take_lost(now);
        auto sent = send_all(flow, now);
        datagrams += sent.size();
        if (!sent.empty()) tries.push_back(now);
        CHECK(flow.in_flight() <= 4 * 540 + 2 * 540);
        CHECK(flow.carrier_dead() == (tries.size() >= 2));
    }
    REQUIRE(tries.size() > 5);
    CHECK(tries[0] == Tick(3s));
    CHECK(tries[1] == Tick(9s));
    CHECK(tries[2] == Tick(21s));
    CHECK(tries[5] - tries[4] == Tick(60s));
    CHECK(datagrams < 70); // two, and two, and then one each minute
    ack(flow, {flow.next_seq() - 1}, now + 1s);
    CHECK_FALSE(flow.carrier_dead());
    CHECK(send_all(flow, now + 1s).size() <= 5);
}

TEST_CASE("an answer to a datagram that was given up is a sign of life all the same") {
    UdpFlow flow;
    auto first = send_all(flow, 0s);
    for (auto at : {3s, 9s}) {
        (void)flow.take_lost(at);
        send_all(flow, at);
    }
    REQUIRE(flow.carrier_dead());
    ack(flow, {first[0]}, 10s);
    CHECK_FALSE(flow.carrier_dead());
}

TEST_CASE("a datagram is lost when a later one arrived and its time is over, or three later ones arrived") {
    UdpFlow flow;
    auto seqs = send_all(flow, 0s);
    ack(flow, {seqs[1]}, 800ms);
    CHECK(flow.take_lost(800ms).empty());
    CHECK(flow.deadline(false) == Tick(900ms)); // 9/8 of the round trip
    CHECK(flow.take_lost(900ms) == std::vector<UdpFlow::Seq>{seqs[0]});
    CHECK(flow.take_lost(901ms).empty());

    UdpFlow other;
    seqs = send_all(other, 0s);
    ack(other, {seqs[3]}, 800ms);
    CHECK(other.take_lost(800ms) == std::vector<UdpFlow::Seq>{seqs[0]});
    CHECK(other.loss() > 0);
}

TEST_CASE("acknowledging twice, unknown numbers or what was forgotten changes nothing") {
    UdpFlow flow;
    auto seqs = send_all(flow, 0s);
    ack(flow, {seqs[0]}, 1s);
    auto left = flow.in_flight();
    ack(flow, {seqs[0], 999}, 2s);
    CHECK(flow.in_flight() == left);
    CHECK(flow.round_trip() == Tick(1s));
    flow.forgotten(std::array{seqs[1], UdpFlow::Seq{999}});
    CHECK(flow.in_flight() == left - 540);
    CHECK_FALSE(flow.is_in_flight(seqs[1]));
}

TEST_CASE("the rate that is measured is the link's, and the window stays near two round trips of it") {
    for (double rate : {300.0, 1200.0, 2500.0}) {
        UdpFlow flow;
        pass(flow, 60, rate, 0s);
        INFO(rate << " bytes/s, srtt " << flow.round_trip()->count() << " us, loss " << flow.loss());
        CHECK(flow.rate() == Approx(rate).epsilon(0.05));
        CHECK(flow.window() <=
              std::max<std::size_t>(5 * 540, static_cast<std::size_t>(2.1 * (540 + 0.1 * rate) + 540)));
        CHECK(flow.datagram_size() == 512);
    }
}

TEST_CASE("datagrams grow on a faster link, and only while large ones arrive") {
    UdpFlow flow;
    auto now = pass(flow, 100, 16'000, 0s);
    CHECK(flow.datagram_size() == 1100);
    pass(flow, 60, 1200, now);
    pass(flow, 60, 1200, now + 60s);
    CHECK(flow.datagram_size() == 512);

    UdpFlow tunnelled;
    now = pass(tunnelled, 200, 16'000, 0s, false);
    CHECK(tunnelled.datagram_size() == 512);
    pass(tunnelled, 100, 16'000, now + 11min);
    CHECK(tunnelled.datagram_size() == 1100); // tried again later

    UdpFlow refused;
    now = pass(refused, 100, 16'000, 0s);
    refused.too_large(now);
    CHECK(refused.datagram_size() == 512);
}

TEST_CASE("a window is bounded however fast the link") {
    UdpFlow flow;
    pass(flow, 2000, 50e6, 0s);
    CHECK(flow.window() <= wire::FlowLimits{}.max_in_flight);
}

TEST_CASE("a mapping is kept awake only for something that is soon to come") {
    CHECK_FALSE(wire::keep_alive_at(100s, std::nullopt));
    CHECK_FALSE(wire::keep_alive_at(100s, 110s)); // comes before the mapping is forgotten
    CHECK(wire::keep_alive_at(100s, 150s) == Tick(125s));
    CHECK_FALSE(wire::keep_alive_at(100s, 100s + 10min)); // calling then is cheaper
}
