// What the power-loss tests of the two stores share: how a store opens on the crash disk, when the power
// goes, and the count.
#pragma once

#include "adapters/sqlite/database.hpp"
#include "tools/crash_vfs/crash_vfs.hpp"

#include <cstdio>
#include <cstdlib>
#include <random>

namespace kentongan::test {

enum class Safety : std::uint8_t {
    kFull,     ///< As the programs run.
    kNormal,   ///< A control: synchronous=NORMAL.
    kNoFolder, ///< A control: the folder is never synced.
};

inline sqlite::OpenOptions options_for(CrashDisk& disk, Safety safety) {
    sqlite::OpenOptions out;
    out.vfs = disk.vfs_name();
    out.durable = safety != Safety::kNormal;
    out.sync_folder = [&disk, safety](const std::string&) -> Status {
        if (safety == Safety::kNoFolder || disk.sync_folder()) return {};
        return fail(ErrorCode::kUnavailable, "test.cut");
    };
    return out;
}

struct Tally {
    std::uint64_t cuts = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t lost = 0;
    std::uint64_t corrupt = 0;

    void print(const char* what) const {
        std::printf("%s: %llu cuts, %llu acknowledged, %llu lost, %llu corrupt\n", what,
                    static_cast<unsigned long long>(cuts), static_cast<unsigned long long>(acknowledged),
                    static_cast<unsigned long long>(lost), static_cast<unsigned long long>(corrupt));
    }
};

/// A store that works until the power goes, again and again, and is then asked for what it had promised.
class UnderCuts {
  public:
    virtual ~UnderCuts() = default;

    Tally live(std::uint64_t cuts) {
        while (tally_.cuts < cuts) {
            // A new disk now and then, so that the making of the database is cut as often as its use.
            if (promised() > 24 || random_() % 8 == 0) start_anew();
            disk_.cut_after(1 + random_() % 120);
            work();
            if (!disk_.is_cut()) disk_.cut_after(1);
            disk_.restore();
            ++tally_.cuts;
            verify();
        }
        return tally_;
    }

  protected:
    UnderCuts(std::uint64_t seed, WalName wal_name, Safety safety)
        : disk_(seed, wal_name), random_(seed * 7919), options_(options_for(disk_, safety)) {}

    virtual std::size_t promised() const = 0;
    /// Until the cut.
    virtual void work() = 0;
    /// Counts what is lost or corrupt; what stays is still promised.
    virtual void verify() = 0;
    /// An empty disk, nothing promised.
    virtual void start_anew() = 0;

    CrashDisk disk_;
    std::mt19937_64 random_;
    sqlite::OpenOptions options_;
    Tally tally_;
};

/// For the box; the district's store gets a tenth.
inline std::uint64_t cuts_wanted() {
    const char* wanted = std::getenv("KENTONGAN_CUTS");
    return wanted == nullptr ? 50'000 : std::strtoull(wanted, nullptr, 10);
}

} // namespace kentongan::test
