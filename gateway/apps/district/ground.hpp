// What the programs of a district stand on: its pack, villages, holidays and keys, read from files.
#pragma once

#include "apps/district/options.hpp"
#include "district/setting.hpp"

namespace kentongan::district_app {

/// Says on standard error what is wrong, every fault of the pack included.
/// Errors: whatever the first of them was.
[[nodiscard]] Result<district::Setting> read_setting(const Options& options);

/// "kentongan-district: what (code, where, native)" on standard error; returns exit status 1.
int failed(const char* what, const Error& error);

} // namespace kentongan::district_app
