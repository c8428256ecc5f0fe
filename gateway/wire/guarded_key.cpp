#include "wire/guarded_key.hpp"

#include <sodium.h>

#include <cstdlib>
#include <new>
#include <utility>

namespace kentongan::wire {

GuardedKey::GuardedKey(const Key32& key) {
    // A key has one alignment: sodium_malloc aligns the end of the page, so only bytes may lie there.
    static_assert(alignof(Key32) == 1);
    void* page = sodium_init() < 0 ? nullptr : sodium_malloc(sizeof(Key32));
    if (page == nullptr) std::abort();
    key_ = new (page) Key32(key);
}

GuardedKey::~GuardedKey() {
    sodium_free(key_);
}

GuardedKey::GuardedKey(GuardedKey&& other) noexcept : key_(std::exchange(other.key_, nullptr)) {}

GuardedKey& GuardedKey::operator=(GuardedKey&& other) noexcept {
    std::swap(key_, other.key_);
    return *this;
}

} // namespace kentongan::wire
