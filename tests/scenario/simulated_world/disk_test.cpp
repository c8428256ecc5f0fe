// What the world stands on: a disk that a power cut treats as it treats a real one, and randomness from a
// seed.
#include "sim/memory_box_store.hpp"
#include "wire/keys.hpp"
#include "wire/seeded_randomness.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;

namespace {

const Instant kNow = from_unix(1764000000);

ItemId item(std::uint8_t n) {
    ItemId id;
    id.value.fill(n);
    return id;
}

/// Five writes and their commit. False: the disk did not say that all of it is kept.
bool write_five(sim::MemoryBoxStore& disk, std::uint8_t from) {
    if (!disk.begin()) return false;
    for (std::uint8_t n = from; n < from + 5; ++n)
        if (!disk.put_item({item(n), {n}}, kNow)) return false;
    return disk.commit().has_value();
}

} // namespace

TEST_CASE("wherever the power goes, a transaction is there as a whole or not at all") {
    for (int at = 0; at < 10; ++at) {
        sim::MemoryBoxStore disk;
        REQUIRE(write_five(disk, 1));
        REQUIRE(disk.begin());
        REQUIRE(disk.retire_item(item(1), kNow));
        disk.cut_after(at);
        bool said = disk.commit().has_value() && write_five(disk, 10);
        disk.power_cut();
        INFO("power gone at write " << at);
        CHECK(disk.waiting().value() == (at == 0 ? 5U : said ? 9U : 4U));
        CHECK(disk.holds(item(14)) == said);
        CHECK(said == (at >= 8));
        CHECK(write_five(disk, 20));
    }
}

TEST_CASE("a commit that reports an error may have been one") {
    for (bool kept : {true, false}) {
        sim::MemoryBoxStore disk;
        disk.break_next_commit(kept);
        CHECK_FALSE(write_five(disk, 1));
        disk.rollback();
        CHECK(disk.waiting().value() == (kept ? 5U : 0U));
        CHECK(write_five(disk, 10));
    }
}

TEST_CASE("a lying disk loses what it has said is written") {
    sim::MemoryBoxStore disk;
    disk.set_lying(true);
    REQUIRE(write_five(disk, 1));
    CHECK(disk.waiting().value() == 5);
    disk.power_cut();
    CHECK(disk.waiting().value() == 0);
}

TEST_CASE("randomness from a seed repeats, and ends when it is told to") {
    auto draw = [] {
        wire::Key32 out{};
        wire::random_bytes(out);
        return out;
    };
    wire::use_seeded_randomness(7);
    auto first = draw();
    auto second = draw();
    CHECK(first != second);
    wire::use_seeded_randomness(7);
    CHECK(draw() == first);
    CHECK(draw() == second);
    wire::use_seeded_randomness(8);
    CHECK(draw() != first);
    wire::use_seeded_randomness(7);
    wire::use_system_randomness();
    CHECK(draw() != first);
}
