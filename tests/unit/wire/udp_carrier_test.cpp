// The UDP carrier over a simulated link in virtual time. Correctness is asserted for every seed, efficiency
// for medians.
#include "unit/wire/udp_world.hpp"

#include <catch2/catch.hpp>

#include <cstdio>

using namespace kentongan;
using namespace std::chrono_literals;
using test::LinkShape;
using test::UdpWorld;

namespace {

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
    return values[values.size() / 2];
}

// Five items of 97 bytes in a datagram: 20 x (28 + 5) + 100 x (1 + 97) IP bytes.
constexpr double kLeastBytes = 10'460;

LinkShape thin(double loss) {
    LinkShape out;
    out.loss = loss;
    return out;
}

wire::UdpHeader played_again(std::uint16_t seq, std::uint32_t arrived) {
    return {wire::kUdpAnswerMap, 7, seq, arrived};
}

} // namespace

TEST_CASE("100 requests at 9.6 kbit/s and 600 ms take little more than the link's limit") {
    struct Row {
        double loss, time_over_limit, window10s, bytes_over_limit;
    };
    for (auto [loss, time_over_limit, window10s, bytes_over_limit] :
         {Row{0, 1.15, 100, 1.01}, Row{0.05, 1.15, 75, 1.1}, Row{0.2, 1.3, 60, 1.25},
          Row{0.3, 1.5, 45, 1.3}}) {
        std::vector<double> times, windows, up_bytes, down_bytes;
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            UdpWorld world(thin(loss), seed);
            world.queue.add(100);
            world.run(10s);
            windows.push_back(static_cast<double>(world.committed.size()));
            if (!world.queue.empty()) world.run(600s);
            CHECK(world.queue.empty());
            CHECK(world.committed.size() == 100);
            CHECK(world.up.overflowed() == 0);
            CHECK(world.most_in_flight <= 15 * 540); // of which the lossy ones are mostly gone
            times.push_back(std::chrono::duration<double>(world.finished).count());
            up_bytes.push_back(static_cast<double>(world.up.bytes()));
            down_bytes.push_back(static_cast<double>(world.down.bytes()));
        }
        auto limit = kLeastBytes / (1 - loss) / 1200 + 0.6;
        auto least = kLeastBytes / (1 - loss);
        std::printf(
            "loss %2.0f %%: %5.2f s, %.2f x the limit; %6.0f bytes up (%.2f x), %5.0f down; %3.0f in 10 s\n",
            loss * 100, median(times), median(times) / limit, median(up_bytes), median(up_bytes) / least,
            median(down_bytes), median(windows));
        CHECK(median(times) <= time_over_limit * limit);
        CHECK(median(windows) >= window10s);
        CHECK(median(up_bytes) <= bytes_over_limit * least);
        CHECK(median(up_bytes) + median(down_bytes) <= 130 * 100 / (1 - loss) * bytes_over_limit);
    }
}

TEST_CASE("without loss nothing is sent twice, and two datagrams share an answer") {
    UdpWorld world(thin(0), 1);
    world.queue.add(100);
    world.run(60s);
    CHECK(world.duplicates == 0);
    CHECK(world.sender.counters().copies == 0);
    CHECK(world.up.bytes() == static_cast<std::uint64_t>(kLeastBytes));
    CHECK(world.down.datagrams() <= 13);
    CHECK(world.sender.quiet());
    CHECK_FALSE(world.sender.next(world.now));
    CHECK_FALSE(world.sender.deadline());
}

TEST_CASE("other links, slower and faster: everything arrives, in good time, and no queue overflows") {
    struct Row {
        double rate;
        wire::Tick delay;
        std::uint64_t items;
        double least_bytes_each;
        double over_limit;
    };
    for (auto [rate, delay, items, each, over_limit] :
         {Row{2400, 300ms, 200, 104.6, 1.2}, Row{20'000, 50ms, 300, 104.6, 1.15},
          Row{64'000, 50ms, 500, 101, 1.2}, Row{384'000, 50ms, 2000, 101, 1.3}}) {
        for (double loss : {0.0, 0.1}) {
            LinkShape shape{rate, delay, loss};
            UdpWorld world(shape, 3);
            world.queue.add(items);
            world.run(600s);
            CHECK(world.queue.empty());
            auto limit = double(items) * each / (1 - loss) * 8 / rate +
                         2 * std::chrono::duration<double>(delay).count();
            auto took = std::chrono::duration<double>(world.finished).count();
            std::printf("%6.0f bit/s, loss %2.0f %%: %.2f x the limit\n", rate, loss * 100, took / limit);
            CHECK(took <= (loss > 0 ? 1.3 : 1.0) * over_limit * limit);
            CHECK(world.up.overflowed() <= 3); // once, when the start goes past the link's rate
        }
    }
}

TEST_CASE("a link that goes away is left in peace, and what waits arrives when it is back") {
    UdpWorld world(thin(0), 1);
    world.queue.add(100);
    world.run(3s);
    world.up.cut(true);
    auto before = world.up.datagrams();
    world.run(10min);
    CHECK(world.sender.carrier_dead());
    CHECK(world.up.datagrams() - before <= 24); // what was under way, then one a minute
    world.up.cut(false);
    auto back = world.now;
    world.run(back + 5min);
    CHECK(world.queue.empty());
    CHECK_FALSE(world.sender.carrier_dead());
    CHECK(world.finished - back < 60s + 13s); // a probe's wait, and the transfer
}

TEST_CASE("a path on which large datagrams vanish gets small ones") {
    LinkShape shape{128'000, 50ms, 0};
    shape.largest = 600;
    UdpWorld world(shape, 1);
    world.queue.add(1000);
    world.run(60s);
    CHECK(world.queue.empty());
    CHECK(world.finished < 10s);
    CHECK(world.sender.flow().datagram_size() == 512);
}

TEST_CASE("a socket that refuses a size loses nothing") {
    UdpWorld world({128'000, 50ms, 0}, 1);
    world.queue.add(500);
    bool refused = false;
    while (!world.queue.empty() && world.now < 60s) {
        world.deliver();
        while (auto datagram = world.sender.next(world.now)) {
            if (datagram->size() > 600) {
                refused = true;
                world.sender.too_large(world.now);
            } else {
                world.up.send(std::move(*datagram), world.now);
            }
        }
        auto next = world.soonest();
        if (!next) break;
        world.now = std::max(world.now, *next);
    }
    CHECK(refused);
    CHECK(world.queue.empty());
}

TEST_CASE("what is more important and comes later leaves next") {
    UdpWorld world(thin(0), 1);
    world.queue.add(100);
    world.run(3s);
    world.queue.add_urgent();
    world.sender.wake();
    auto asked = world.now;
    while (!world.committed.count(test::ItemQueue::kUrgent) && world.now < 60s) world.run(world.now + 10ms);
    CHECK(world.now - asked < 3500ms); // what is in flight, one datagram more, the delay
}

TEST_CASE("what arrives and is not committed is sent again, ever more rarely") {
    UdpWorld world(thin(0), 1);
    world.queue.add(1);
    world.refuses = {0};
    world.run(10min);
    CHECK(world.arrived >= 4);
    CHECK(world.arrived <= 9);
    world.refuses.clear();
    world.run(20min);
    CHECK(world.queue.empty());
}

TEST_CASE("answers that are lost, old, repeated or for nobody harm nothing") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        auto down = thin(0.5);
        UdpWorld world(thin(0.1), seed, 97, {}, &down);
        world.queue.add(60);
        std::mt19937_64 random(seed);
        while (!world.queue.empty() && world.now < 600s) {
            world.run(world.now + std::chrono::milliseconds(random() % 2000));
            // Played again by somebody, with any number.
            world.sender.answered(
                played_again(static_cast<std::uint16_t>(random()), static_cast<std::uint32_t>(random())), {},
                world.now);
            if (!world.answers.empty())
                world.sender.answered(
                    played_again(static_cast<std::uint16_t>(world.sender.flow().next_seq() - random() % 8),
                                 0),
                    {}, world.now);
        }
        CHECK(world.queue.empty());
        CHECK(world.committed.size() == 60);
    }
}

TEST_CASE("a frame of several items is acknowledged item by item") {
    // Frames of up to four items; half of each is committed, the rest comes again in frames of its own.
    struct Batches final : wire::FrameSource {
        std::set<std::uint64_t> waiting;
        std::optional<Piece> next(std::size_t room, const Busy& busy) override {
            Piece out;
            for (auto id : waiting) {
                if (busy(id) || out.frame.size() + 120 > room || out.ids.size() == 4) continue;
                out.frame.insert(out.frame.end(), 120, static_cast<std::uint8_t>(id));
                out.ids.push_back(id);
            }
            if (out.ids.empty()) return std::nullopt;
            return out;
        }
        bool more(const Busy& busy) override { return !std::all_of(waiting.begin(), waiting.end(), busy); }
    } source;
    source.waiting = {1, 2, 3, 4, 5, 6};
    wire::UdpSender sender(7, source);
    auto first = sender.next(0s);
    REQUIRE(first);
    CHECK(first->size() == 5 + 2 + 480);
    CHECK((*first)[0] == wire::kUdpData);
    auto second = sender.next(0s);
    REQUIRE(second);
    CHECK((*second)[0] == wire::kUdpDataPush);
    CHECK_FALSE(sender.next(0s));
    source.waiting = {3, 4, 5, 6};
    auto carried = sender.answered({wire::kUdpAnswer, 7, 0}, std::array<std::uint64_t, 2>{1, 2}, 1s);
    CHECK(carried == std::vector<std::uint64_t>{1, 2, 3, 4});
    CHECK_FALSE(sender.next(1s)); // 3 and 4 have arrived: the district is given time
    auto later = sender.deadline();
    REQUIRE(later);
    CHECK(*later > 2s);
    CHECK(*later <= 5s);
}

TEST_CASE("a datagram is read as it was written, and nothing else is") {
    std::vector<Bytes> frames{Bytes(3, 1), Bytes(200, 2)};
    auto bytes = wire::write_datagram({wire::kUdpDataPush, 0x0102, 0xfffe}, frames);
    CHECK(to_hex(BytesView(bytes).first(10)) == "620102fffe03010101c8");
    CHECK(bytes.size() == 5 + wire::parcel_cost(3) + wire::parcel_cost(200));
    auto read = wire::read_datagram(bytes);
    REQUIRE(read);
    CHECK(read->header.box == 0x0102);
    CHECK(read->header.seq == 0xfffe);
    REQUIRE(read->frames.size() == 2);
    CHECK(Bytes(read->frames[1].begin(), read->frames[1].end()) == frames[1]);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK(wire::read_datagram(BytesView(bytes).first(size)).has_value() == (size == 5 || size == 9));
    CHECK(wire::read_datagram(Bytes{0x60, 0, 1, 0, 1})->frames.empty());
    CHECK(wire::read_datagram(Bytes{0x60, 0, 1, 0, 1, 0}).error().code == ErrorCode::kCorrupt);
    CHECK(wire::read_datagram(Bytes{0x64, 0, 1, 0, 1}).error().code == ErrorCode::kUnsupported);
    CHECK(wire::read_datagram(Bytes(1401, 0x60)).error().code == ErrorCode::kCorrupt);
}

TEST_CASE("an answer's map tells which datagrams arrived") {
    wire::UdpHeader header{wire::kUdpAnswerMap, 7, 9, 0x80000001};
    auto bytes = wire::write_datagram(header, {});
    CHECK(to_hex(bytes) == "630007000980000001");
    CHECK(wire::read_datagram(bytes)->header.arrived == 0x80000001);
    CHECK_FALSE(wire::read_datagram(BytesView(bytes).first(7)));

    test::ItemQueue queue(400);
    queue.add(4);
    wire::UdpSender sender(7, queue, {}, 0xfffe);
    while (sender.next(0s)) {
    }
    // The third, number 0, is echoed; the first arrived; of the second nobody knows.
    CHECK(sender.answered({wire::kUdpAnswerMap, 7, 0, 0b10}, {}, 1s) == std::vector<std::uint64_t>{2});
    auto& flow = sender.flow();
    CHECK_FALSE(flow.is_in_flight(0x1fffe));
    CHECK(flow.is_in_flight(0x1ffff));
    CHECK_FALSE(flow.is_in_flight(0x20000));
    CHECK(flow.is_in_flight(0x20001));
}

TEST_CASE("what another carrier has brought is not sent any more, and is no sign of life") {
    test::ItemQueue queue(97);
    queue.add(20);
    wire::UdpSender sender(7, queue);
    while (sender.next(0s)) {
    }
    std::vector<std::uint64_t> all;
    for (std::uint64_t id = 0; id < 20; ++id) all.push_back(id);
    for (auto at : {3s, 9s})
        while (sender.next(at)) {
        }
    CHECK(sender.carrier_dead());
    for (auto id : all) queue.retire(id);
    sender.withdrawn(all);
    CHECK(sender.quiet());
    CHECK(sender.carrier_dead());
    CHECK_FALSE(sender.next(60s));
}

TEST_CASE("the examples of docs/formats/udp.md") {
    auto frames = std::array{from_hex("200007000101020304").value(), from_hex("20000700").value()};
    CHECK(to_hex(wire::write_datagram({wire::kUdpDataPush, 7, 300}, frames)) ==
          "620007012c09200007000101020304"
          "0420000700");
    CHECK(to_hex(wire::write_datagram({wire::kUdpAnswer, 7, 300}, std::array{from_hex("500007").value()})) ==
          "610007012c03500007");
    CHECK(to_hex(wire::write_datagram({wire::kUdpAnswerMap, 7, 300, 0xfffffffb},
                                      std::array{from_hex("500007").value()})) ==
          "630007012cfffffffb03500007");
    CHECK(to_hex(wire::write_datagram({wire::kUdpData, 7, 301}, {})) == "600007012d");
}
