// One key in memory that is never swapped out nor written to a core dump: where a chain's future lies.
#pragma once

#include "wire/keys.hpp"

namespace kentongan::wire {

/// 32 bytes in a page of their own between guard pages (sodium_malloc): locked against swap as far as the
/// process may lock (RLIMIT_MEMLOCK), left out of core dumps, zeroed when freed.
/// Threads: one at a time.
class GuardedKey {
  public:
    /// Holds nothing: get() may not be called.
    GuardedKey() = default;
    /// Errors are not values here: without 3 pages of memory the process ends (std::abort), as it would a
    /// moment later.
    explicit GuardedKey(const Key32& key);
    ~GuardedKey();
    GuardedKey(GuardedKey&& other) noexcept;
    GuardedKey& operator=(GuardedKey&& other) noexcept;
    GuardedKey(const GuardedKey&) = delete;
    GuardedKey& operator=(const GuardedKey&) = delete;

    [[nodiscard]] bool empty() const { return key_ == nullptr; }
    [[nodiscard]] const Key32& get() const { return *key_; }
    /// Overwrites in place: the old key is gone.
    void set(const Key32& key) { *key_ = key; }

  private:
    Key32* key_ = nullptr;
};

} // namespace kentongan::wire
