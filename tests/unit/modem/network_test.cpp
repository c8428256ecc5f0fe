// The way between two emulators.
#include "modem_emulator/network.hpp"
#include "tools/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

using namespace kentongan;
using namespace kentongan::emulator;

namespace {

const std::string kOne = "+6280000000090";
const std::string kOther = "+6280000000091";

struct Pair {
    test::TemporaryFolder folder;
    Network one{folder.path(), kOne};
    Network other{folder.path(), kOther};
    Pair() {
        REQUIRE(one.join());
        REQUIRE(other.join());
    }
    /// What comes of messages 0 … count - 1.
    std::vector<Bytes> carry(std::uint8_t count) {
        for (std::uint8_t i = 0; i < count; ++i) one.carry(kOther, {i});
        std::vector<Bytes> out;
        bool all = false;
        while (!all) {
            all = one.flush();
            for (auto& message : other.arrived()) out.push_back(std::move(message));
        }
        return out;
    }
};

} // namespace

TEST_CASE("a network carries in order, more than a socket holds, and to oneself") {
    Pair pair;
    auto got = pair.carry(200);
    REQUIRE(got.size() == 200);
    for (std::uint8_t i = 0; i < 200; ++i) CHECK(got[i] == Bytes{i});
    pair.other.carry(kOne, {1});
    pair.other.carry(kOther, {2});
    CHECK(pair.other.flush());
    CHECK(pair.one.arrived() == std::vector<Bytes>{{1}});
    CHECK(pair.other.arrived() == std::vector<Bytes>{{2}});
}

TEST_CASE("what is no number of the network goes nowhere") {
    Pair pair;
    for (const char* to :
         {"", "6280000000091", "+6280000000099", "+../6280000000091", "+62800000000911111111", "4444"})
        pair.one.carry(to, {1});
    CHECK(pair.one.flush());
    CHECK(pair.other.arrived().empty());
    CHECK(pair.one.counts().carried == 0);
    Network hostile(pair.folder.path(), "+../../x");
    CHECK(hostile.join().error().code == ErrorCode::kInvalid);
}

TEST_CASE("faults by count come first, faults by chance are the seed's") {
    auto run = [](PathFaults faults, std::uint64_t seed) {
        Pair pair;
        pair.one.set_faults(faults, seed);
        auto got = pair.carry(100);
        const auto& counts = pair.one.counts();
        CHECK(counts.carried + counts.lost == 100);
        CHECK(got.size() == counts.carried + counts.doubled);
        return got;
    };
    CHECK(run({2, 1, 0, 0}, 1).front() == Bytes{2});
    CHECK(run({2, 1, 0, 0}, 1)[1] == Bytes{2});
    CHECK(run({2, 1, 0, 0}, 1).size() == 99);
    auto lossy = run({0, 0, 30, 10}, 7);
    CHECK(lossy.size() > 55);
    CHECK(lossy.size() < 95);
    CHECK(lossy == run({0, 0, 30, 10}, 7));
    CHECK(lossy != run({0, 0, 30, 10}, 8));
    CHECK(run({0, 0, 100, 0}, 1).empty());
    CHECK(run({0, 0, 0, 100}, 1).size() == 200);
}

TEST_CASE("who leaves the network leaves nothing behind") {
    test::TemporaryFolder folder;
    Network one(folder.path(), kOne);
    REQUIRE(one.join());
    {
        Network other(folder.path(), kOther);
        REQUIRE(other.join());
        one.carry(kOther, {1});
    }
    CHECK(one.flush());
    CHECK(one.counts().lost == 1);
    one.carry(kOther, {2});
    CHECK(one.counts().carried == 1);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}
