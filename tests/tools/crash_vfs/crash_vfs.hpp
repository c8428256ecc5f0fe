// A disk that loses power: an SQLite VFS in memory, from one seed.
//
// What was synced is safe. What was not may, at the cut, be there, be missing, be torn within a write, or be
// garbage, each write for itself and so in any order; names that were created or unlinked since the folder
// was last synced may be there or not. As on unix, SQLite syncs the folder when it deletes with syncDir and
// when a new journal or WAL is synced for the first time, and never for a new database file.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>

namespace kentongan::test {

class CrashDisk {
  public:
    explicit CrashDisk(std::uint64_t seed);
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
    /// What the program itself does after opening: fsync of the folder.
    void sync_folder();
    /// Power is back: the disk holds what survived. All connections must be closed.
    void restore();

    struct State;

  private:
    std::unique_ptr<State> state_;
};

} // namespace kentongan::test
