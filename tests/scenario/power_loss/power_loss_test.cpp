// The power fails at any moment under the real store: nothing that was acknowledged is lost, nothing is
// corrupt.
//
// And the controls: the same with synchronous=NORMAL, or without the fsync of the folder, must lose, or this
// harness proves nothing.
#include "adapters/sqlite/box_store.hpp"
#include "power_loss.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <vector>

using namespace kentongan;

namespace {

constexpr const char* kPath = "/box.db";
const Instant kNow = from_unix(1764000000);

struct Expected {
    ItemId item;
    std::uint8_t state = 1;
    bool retired = false;
};

class Village : public test::UnderCuts {
  public:
    Village(std::uint64_t seed, test::WalName wal_name, test::Safety safety)
        : UnderCuts(seed, wal_name, safety) {}

  private:
    std::size_t promised() const override { return acknowledged_.size(); }

    void work() override {
        auto store = sqlite::SqliteBoxStore::open(kPath, options_);
        if (!store) return;
        while (!disk_.is_cut()) {
            auto change = random_() % 4;
            if (change == 0 && !acknowledged_.empty()) {
                auto& one = acknowledged_[random_() % acknowledged_.size()];
                auto state = static_cast<std::uint8_t>(one.state + 1);
                auto done = (*store)->begin();
                if (done) done = (*store)->set_state(one.item, {state, kNow}, Bytes(40, state));
                if (done) done = (*store)->retire_item(one.item, kNow);
                if (done) done = (*store)->commit();
                if (!done) {
                    REQUIRE(disk_.is_cut());
                    // Whether it happened is open; both are right.
                    one.state = 0;
                    return;
                }
                one.state = state;
                one.retired = true;
            } else {
                accept(**store, 1 + random_() % 3);
            }
        }
    }

    void accept(sqlite::SqliteBoxStore& store, std::uint64_t count) {
        std::vector<Expected> batch;
        auto done = store.begin();
        for (std::uint64_t i = 0; done && i < count; ++i) {
            Expected one;
            for (auto& byte : one.item.value) byte = static_cast<std::uint8_t>(random_());
            box::CaseRow row;
            row.item = one.item;
            row.code = one.item.value;
            row.receipt = one.item.value;
            row.once = one.item.value;
            row.state = 1;
            row.since = kNow;
            done = store.put_item({one.item, Bytes(200 + random_() % 4000, 0x5a)}, kNow);
            if (done) done = store.put_case(row);
            batch.push_back(one);
        }
        if (done) done = store.commit();
        // This is where a citizen is told "received".
        if (!done) {
            REQUIRE(disk_.is_cut()); // nothing else may fail here, or the test would go round for ever
            return;
        }
        acknowledged_.insert(acknowledged_.end(), batch.begin(), batch.end());
        tally_.acknowledged += batch.size();
    }

    void verify() override {
        auto store = sqlite::SqliteBoxStore::open(kPath, options_);
        if (!store) {
            ++tally_.corrupt;
            tally_.lost += acknowledged_.size();
            start_anew();
            return;
        }
        if (!(*store)->verify()) ++tally_.corrupt;
        auto waiting = (*store)->queued_items(1000);
        std::vector<Expected> still;
        for (auto one : acknowledged_) {
            auto found = (*store)->case_of(one.item);
            bool there = found && found->has_value();
            if (there && one.state != 0 && (*found)->state < one.state) there = false;
            bool queued = waiting && std::any_of(waiting->begin(), waiting->end(),
                                                 [&](const auto& item) { return item.item == one.item; });
            if (there && !one.retired && one.state != 0 && !queued) there = false;
            if (!there) {
                ++tally_.lost;
                continue;
            }
            one.state = (*found)->state;
            one.retired = !queued;
            still.push_back(one);
        }
        acknowledged_ = std::move(still);
    }

    void start_anew() override {
        disk_.erase();
        acknowledged_.clear();
    }

    std::vector<Expected> acknowledged_;
};

} // namespace

TEST_CASE("no power cut loses an acknowledged request or leaves a corrupt store") {
    auto tally =
        Village(20261124, test::WalName::kSyncedBySqlite, test::Safety::kFull).live(test::cuts_wanted());
    tally.print("box, durable");
    CHECK(tally.acknowledged > tally.cuts);
    CHECK(tally.lost == 0);
    CHECK(tally.corrupt == 0);
}

TEST_CASE("the control without full syncs loses: the harness can see a loss") {
    auto tally = Village(20261124, test::WalName::kSyncedBySqlite, test::Safety::kNormal).live(2'000);
    tally.print("box, control");
    CHECK(tally.lost > 0);
}

TEST_CASE("a new log's name is kept by our own sync of the folder, and lost without it") {
    auto with = Village(20261125, test::WalName::kSyncedByProgram, test::Safety::kFull).live(2'000);
    with.print("box, names by fsync of the folder");
    CHECK(with.acknowledged > with.cuts);
    CHECK(with.lost == 0);
    CHECK(with.corrupt == 0);
    auto without = Village(20261125, test::WalName::kSyncedByProgram, test::Safety::kNoFolder).live(2'000);
    without.print("box, control without that fsync");
    CHECK(without.lost > 0);
}
