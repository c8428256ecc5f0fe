// What the power-loss tests of the two stores share: how a store opens on the crash disk, and the count.
#pragma once

#include "adapters/sqlite/database.hpp"
#include "tools/crash_vfs/crash_vfs.hpp"

#include <cstdio>
#include <cstdlib>

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

/// For the box; the district's store gets a tenth.
inline std::uint64_t cuts_wanted() {
    const char* wanted = std::getenv("KENTONGAN_CUTS");
    return wanted == nullptr ? 50'000 : std::strtoull(wanted, nullptr, 10);
}

} // namespace kentongan::test
