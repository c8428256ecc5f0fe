// The power fails at any moment under the real store: nothing that was acknowledged is lost, nothing is
// corrupt.
//
// And the control: the same with synchronous=NORMAL must lose, or this harness proves nothing.
#include "adapters/sqlite/box_store.hpp"
#include "adapters/sqlite/district_store.hpp"
#include "tools/crash_vfs/crash_vfs.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

using namespace kentongan;

namespace {

constexpr const char* kPath = "/box.db";
const Instant kNow = from_unix(1764000000);

struct Tally {
    std::uint64_t cuts = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t lost = 0;
    std::uint64_t corrupt = 0;
};

struct Expected {
    ItemId item;
    std::uint8_t state = 1;
    bool retired = false;
};

// The store itself has to ask for its folder: what it forgets, the disk forgets.
sqlite::OpenOptions options(test::CrashDisk& disk, bool durable) {
    sqlite::OpenOptions out;
    out.vfs = disk.vfs_name();
    out.durable = durable;
    out.sync_folder = [&disk](const std::string&) -> Status {
        disk.sync_folder();
        return {};
    };
    return out;
}

class Village {
  public:
    Village(std::uint64_t seed, bool durable) : disk_(seed), random_(seed * 7919), durable_(durable) {}

    Tally live(std::uint64_t cuts) {
        while (tally_.cuts < cuts) {
            // A new disk now and then, so that the making of the database is cut as often as its use.
            if (acknowledged_.size() > 24 || random_() % 8 == 0) {
                disk_.erase();
                acknowledged_.clear();
            }
            disk_.cut_after(1 + random_() % 120);
            work();
            if (!disk_.is_cut()) disk_.cut_after(1);
            disk_.restore();
            ++tally_.cuts;
            verify();
        }
        return tally_;
    }

  private:
    Result<std::unique_ptr<sqlite::SqliteBoxStore>> open() {
        auto store = sqlite::SqliteBoxStore::open(kPath, options(disk_, durable_));
        if (store && disk_.is_cut()) return fail(ErrorCode::kUnavailable, "test.cut");
        return store;
    }

    void work() {
        auto store = open();
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
        if (!done) return;
        acknowledged_.insert(acknowledged_.end(), batch.begin(), batch.end());
        tally_.acknowledged += batch.size();
    }

    void verify() {
        auto store = sqlite::SqliteBoxStore::open(kPath, options(disk_, durable_));
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

    void start_anew() {
        disk_.erase();
        acknowledged_.clear();
    }

    test::CrashDisk disk_;
    std::mt19937_64 random_;
    bool durable_;
    std::vector<Expected> acknowledged_;
    Tally tally_;
};

/// The district's side of the promise: what is acknowledged to a box is committed.
class Office {
  public:
    Office(std::uint64_t seed, bool durable) : disk_(seed), random_(seed * 7919), durable_(durable) {}

    Tally live(std::uint64_t cuts) {
        while (tally_.cuts < cuts) {
            if (acknowledged_.size() > 24 || random_() % 8 == 0) {
                disk_.erase();
                acknowledged_.clear();
            }
            disk_.cut_after(1 + random_() % 160);
            work();
            if (!disk_.is_cut()) disk_.cut_after(1);
            disk_.restore();
            ++tally_.cuts;
            verify();
        }
        return tally_;
    }

  private:
    void work() {
        auto store = sqlite::SqliteDistrictStore::open(kPath, options(disk_, durable_));
        if (!store || disk_.is_cut()) return;
        district::Box box;
        box.keys.box = BoxId{7};
        box.keys.sign.fill(1);
        box.keys.agree.fill(2);
        box.village = "contoh";
        auto enrolled = (*store)->register_box(box);
        if (!enrolled && enrolled.error().code != ErrorCode::kConflict) return;
        while (!disk_.is_cut()) {
            district::Delivery delivery;
            delivery.box = box.keys.box;
            delivery.at = kNow;
            for (auto count = 1 + random_() % 3; count > 0; --count) {
                district::NewCase one;
                for (auto& byte : one.row.id.value) byte = static_cast<std::uint8_t>(random_());
                one.row.box = box.keys.box;
                one.row.code = "48217739";
                one.row.state = "received";
                one.record = Bytes(100 + random_() % 2000, 0x5a);
                delivery.cases.push_back(std::move(one));
            }
            district::EpochRow epoch;
            epoch.box = box.keys.box;
            epoch.number = 1;
            epoch.opening = {1};
            epoch.received = {static_cast<std::uint8_t>(random_())};
            delivery.epochs.push_back(epoch);
            // This is where a box is told that it may let go.
            if (!(*store)->receive(delivery)) return;
            for (const auto& one : delivery.cases) acknowledged_.push_back({one.row.id, epoch.received[0]});
            tally_.acknowledged += delivery.cases.size();
        }
    }

    void verify() {
        auto store = sqlite::SqliteDistrictStore::open(kPath, options(disk_, durable_));
        if (!store) {
            ++tally_.corrupt;
            tally_.lost += acknowledged_.size();
            disk_.erase();
            acknowledged_.clear();
            return;
        }
        std::vector<Expected> still;
        for (auto one : acknowledged_) {
            if ((*store)->case_row(one.item) && (*store)->record(one.item))
                still.push_back(one);
            else
                ++tally_.lost;
        }
        acknowledged_ = std::move(still);
    }

    test::CrashDisk disk_;
    std::mt19937_64 random_;
    bool durable_;
    std::vector<Expected> acknowledged_;
    Tally tally_;
};

void print(const char* what, const Tally& tally) {
    std::printf("%s: %llu cuts, %llu acknowledged, %llu lost, %llu corrupt\n", what,
                static_cast<unsigned long long>(tally.cuts),
                static_cast<unsigned long long>(tally.acknowledged),
                static_cast<unsigned long long>(tally.lost), static_cast<unsigned long long>(tally.corrupt));
}

std::uint64_t cuts_wanted() {
    const char* wanted = std::getenv("KENTONGAN_CUTS");
    return wanted == nullptr ? 50'000 : std::strtoull(wanted, nullptr, 10);
}

} // namespace

TEST_CASE("no power cut loses an acknowledged request or leaves a corrupt store") {
    auto tally = Village(20261124, true).live(cuts_wanted());
    print("durable", tally);
    CHECK(tally.acknowledged > tally.cuts);
    CHECK(tally.lost == 0);
    CHECK(tally.corrupt == 0);
}

TEST_CASE("the control without full syncs loses: the harness can see a loss") {
    auto tally = Village(20261124, false).live(2'000);
    print("control", tally);
    CHECK(tally.lost > 0);
}

TEST_CASE("no power cut loses what a district has acknowledged to its boxes") {
    auto tally = Office(20261125, true).live(cuts_wanted() / 10);
    print("district", tally);
    CHECK(tally.acknowledged > tally.cuts / 2);
    CHECK(tally.lost == 0);
    CHECK(tally.corrupt == 0);
}

TEST_CASE("the district's control without full syncs loses") {
    auto tally = Office(20261125, false).live(500);
    print("district's control", tally);
    CHECK(tally.lost > 0);
}
