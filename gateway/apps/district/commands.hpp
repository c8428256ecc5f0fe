// The technician's commands; each does one thing and ends.
#pragma once

#include "adapters/sqlite/district_store.hpp"
#include "apps/district/options.hpp"
#include "wire/keys.hpp"

namespace kentongan::district_app {

/// Runs any command but serve. Says what it did on standard output, what failed on standard
/// error. Returns the exit status.
[[nodiscard]] int run_command(const Options& options);

/// The database of an initialised state folder.
/// Errors: kNotFound - not initialised; else as Database::open().
[[nodiscard]] Result<std::unique_ptr<sqlite::SqliteDistrictStore>> open_store(const std::string& state);
/// Errors: kNotFound - not initialised; kDenied - others than the owner may read the file; kCorrupt,
/// kUnsupported.
[[nodiscard]] Result<wire::DistrictSecret> read_keys(const std::string& state);
/// The key over the boxes' psks. Errors: as read_keys().
[[nodiscard]] Result<wire::Key32> read_psk_key(const std::string& state);
/// The root, from its own medium or the state folder. Only commands call this. Errors: as read_keys().
[[nodiscard]] Result<wire::RootSecret> read_root(const Options& options);

} // namespace kentongan::district_app
