// Ed25519 over a context and a body: a signature for one use never serves for another. Internal to wire.
#pragma once

#include "wire/keys.hpp"

namespace kentongan::wire {

inline constexpr std::size_t kSignature = 64;

/// Signs: length of the context (1 byte) ‖ context ‖ body. Contexts are at most 255 bytes.
[[nodiscard]] Key64 sign(std::string_view context, BytesView body, const Key64& secret);
[[nodiscard]] bool signed_by(std::string_view context, BytesView body, BytesView signature, const Key32& key);

} // namespace kentongan::wire
