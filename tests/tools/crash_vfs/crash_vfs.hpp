// A disk that loses power: an SQLite VFS in memory, from one seed.
//
// What was synced is safe. What was not may, at the cut, be there, be missing, be torn within a write, or be
// garbage, each write for itself and so in any order; names that were created or unlinked since the folder
// was last synced may be there or not. As on unix, SQLite syncs the folder when it deletes with syncDir and
// when a new journal or WAL is synced for the first time, and never for a new database file. A disk may be
// told to leave out the one for a new WAL: then the name of the file with all that was acknowledged is as
// safe as the program's own fsync of the folder makes it.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>

namespace kentongan::test {

enum class WalName : std::uint8_t { kSyncedBySqlite, kSyncedByProgram };

class CrashDisk {
  public:
    explicit CrashDisk(std::uint64_t seed, WalName wal_name = WalName::kSyncedBySqlite);
    ~CrashDisk();
    CrashDisk(const CrashDisk&) = delete;
    CrashDisk& operator=(const CrashDisk&) = delete;

    /// Name of the VFS, for OpenOptions::vfs.
    [[nodiscard]] const std::string& vfs_name() const;
    /// An empty disk again.
    void erase();
    /// The power fails at the `operations`-th change from now (1 = the next). Until restore(), everything
    /// fails.
    void cut_after(std::uint64_t operations);
    [[nodiscard]] bool is_cut() const;
    /// Changes made since the last cut_after().
    [[nodiscard]] std::uint64_t operations() const;
    /// fsync of the folder, for OpenOptions::sync_folder. False: the power failed during it or before.
    bool sync_folder();
    /// Power is back: the disk holds what survived. All connections must be closed.
    void restore();

    struct State;

  private:
    std::unique_ptr<State> state_;
};

} // namespace kentongan::test
