// Randomness that follows from one number: for simulated worlds and tests alone. No program of a box or of a
// district links this (kentongan_seeded_randomness); whoever knows the number knows every key.
#pragma once

#include <cstdint>

namespace kentongan::wire {

/// From now on everything that this process draws - ephemeral keys, nonces, random_bytes(), libsodium's own -
/// is the same for the same seed. Calling it again begins anew. Threads: one draws, as long as this is in
/// force.
void use_seeded_randomness(std::uint64_t seed);

/// The system's randomness again.
void use_system_randomness();

} // namespace kentongan::wire
