// The power fails at any moment under the district's store (commit points 2 and 4): no case, record, epoch or
// move that was acknowledged is lost, and nothing is corrupt. And the control that must lose.
#include "adapters/sqlite/district_store.hpp"
#include "power_loss.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

#include <algorithm>
#include <random>
#include <vector>

using namespace kentongan;

namespace {

constexpr const char* kPath = "/district.db";
const Instant kNow = from_unix(1764000000);
constexpr BoxId kBox{7};

/// What a box or an officer was told is kept.
struct Acknowledged {
    ItemId id;
    Bytes record;
    std::uint16_t epoch = 0;
    std::uint32_t version = 1;  ///< At least.
    std::uint64_t sequence = 0; ///< Of the update of the newest move; 0: none was told.
};

class Regency : public test::UnderCuts {
  public:
    Regency(std::uint64_t seed, test::Safety safety)
        : UnderCuts(seed, test::WalName::kSyncedBySqlite, safety) {}

  private:
    std::size_t promised() const override { return told_.size(); }

    void work() override {
        auto store = sqlite::SqliteDistrictStore::open(kPath, options_);
        if (!store) return;
        if (!registered_) {
            district::Box box;
            box.keys.box = kBox;
            box.village = "contoh";
            auto done = (*store)->register_box(box);
            if (!done && done.error().code != ErrorCode::kConflict) return;
            registered_ = true;
            ++tally_.acknowledged;
        }
        while (!disk_.is_cut()) {
            bool kept = random_() % 4 == 0 && !told_.empty() ? move(**store) : receive(**store);
            // Nothing but the cut may fail.
            REQUIRE(kept != disk_.is_cut());
        }
    }

    bool receive(district::Store& store) {
        district::Delivery delivery;
        delivery.box = kBox;
        delivery.at = kNow;
        std::vector<Acknowledged> batch;
        auto epoch = static_cast<std::uint16_t>(++epochs_);
        for (std::uint64_t i = 1 + random_() % 3; i > 0; --i) {
            district::NewCase found;
            for (auto& byte : found.row.id.value) byte = static_cast<std::uint8_t>(random_());
            found.row.box = kBox;
            found.row.code = "48217739";
            found.row.service = "domisili";
            found.row.lifecycle = "letter";
            found.row.state = "received";
            found.row.received_at = found.row.due_at = found.row.changed_at = kNow;
            found.record = Bytes(200 + random_() % 4000, static_cast<std::uint8_t>(random_()));
            batch.push_back({found.row.id, found.record, epoch, 1, 0});
            delivery.cases.push_back(std::move(found));
        }
        district::EpochRow opened;
        opened.box = kBox;
        opened.number = epoch;
        opened.opening = Bytes(96, 0x4f);
        opened.received = Bytes{1};
        opened.items = static_cast<std::uint16_t>(batch.size());
        delivery.epochs.push_back(opened);
        // This is where a box is told "received", and retires its only copy.
        if (!store.receive(delivery)) return false;
        told_.insert(told_.end(), batch.begin(), batch.end());
        tally_.acknowledged += batch.size();
        return true;
    }

    bool move(district::Store& store) {
        auto& one = told_[random_() % told_.size()];
        district::CaseMove move;
        move.id = one.id;
        move.expected_version = one.version;
        move.event = {kNow, "Sari", "received", "working", Bytes(60, 0x33)};
        move.update.item = one.id;
        move.update.state = 2;
        move.update.at = kNow;
        move.update.reply = Bytes(90, 0x44);
        auto sequence = store.move(move);
        // Where it was not told, it may have happened all the same.
        if (!sequence) return false;
        ++one.version;
        one.sequence = *sequence;
        return true;
    }

    void verify() override {
        auto store = sqlite::SqliteDistrictStore::open(kPath, options_);
        if (!store) {
            ++tally_.corrupt;
            tally_.lost += told_.size();
            start_anew();
            return;
        }
        bool known = (*store)->box(kBox).has_value();
        if (registered_ && !known) ++tally_.lost;
        registered_ = known;
        auto updates = (*store)->updates_after(kBox, 0, 10'000);
        std::vector<Acknowledged> still;
        for (auto& one : told_) {
            auto row = (*store)->case_row(one.id);
            auto record = (*store)->record(one.id);
            auto epochs = (*store)->epochs(kBox, one.epoch);
            bool there = row && row->version >= one.version && record && *record == one.record && epochs &&
                         epochs->size() == 1;
            if (there && one.sequence != 0)
                there = updates && std::any_of(updates->begin(), updates->end(), [&](const auto& update) {
                            return update.sequence == one.sequence && update.item == one.id;
                        });
            if (!there) {
                ++tally_.lost;
                continue;
            }
            one.version = row->version;
            still.push_back(std::move(one));
        }
        told_ = std::move(still);
        // Numbered from 1 without a gap, whatever was cut.
        for (std::size_t i = 0; updates && i < updates->size(); ++i)
            if ((*updates)[i].sequence != i + 1) ++tally_.corrupt;
        store->reset(); // the crash disk bears one connection
        if (!sound()) ++tally_.corrupt;
    }

    /// SQLite's own word.
    bool sound() {
        sqlite3* raw = nullptr;
        sqlite3_stmt* check = nullptr;
        bool out =
            sqlite3_open_v2(kPath, &raw, SQLITE_OPEN_READWRITE, disk_.vfs_name().c_str()) == SQLITE_OK &&
            sqlite3_prepare_v2(raw, "PRAGMA quick_check(1)", -1, &check, nullptr) == SQLITE_OK &&
            sqlite3_step(check) == SQLITE_ROW &&
            std::string_view(reinterpret_cast<const char*>(sqlite3_column_text(check, 0))) == "ok";
        sqlite3_finalize(check);
        sqlite3_close(raw);
        return out;
    }

    void start_anew() override {
        disk_.erase();
        told_.clear();
        registered_ = false;
    }

    bool registered_ = false;
    std::uint64_t epochs_ = 0;
    std::vector<Acknowledged> told_;
};

} // namespace

TEST_CASE("no power cut loses what the district acknowledged or leaves a corrupt store") {
    auto tally = Regency(20261126, test::Safety::kFull).live(test::cuts_wanted() / 10);
    tally.print("district, durable");
    CHECK(tally.acknowledged > tally.cuts);
    CHECK(tally.lost == 0);
    CHECK(tally.corrupt == 0);
}

TEST_CASE("the district's control without full syncs loses") {
    auto tally = Regency(20261126, test::Safety::kNormal).live(2'000);
    tally.print("district, control");
    CHECK(tally.lost > 0);
}
