#include "wire/seeded_randomness.hpp"

#include "base/bytes.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

namespace kentongan::wire {
namespace {

// ChaCha20's stream in blocks: the n-th block's nonce is n.
struct Stream {
    std::array<unsigned char, crypto_stream_chacha20_KEYBYTES> key{};
    std::uint64_t block = 0;
    std::array<unsigned char, 512> ready{};
    std::size_t used = sizeof(ready);

    void fill(unsigned char* out, std::size_t size) {
        while (size > 0) {
            if (used == ready.size()) {
                ByteWriter nonce;
                nonce.u64(block++);
                crypto_stream_chacha20(ready.data(), ready.size(), nonce.bytes().data(), key.data());
                used = 0;
            }
            auto count = std::min(size, ready.size() - used);
            std::copy_n(ready.data() + used, count, out);
            used += count;
            out += count;
            size -= count;
        }
    }
};

// libsodium's hooks are plain functions, so what they draw from is global.
Stream& stream() {
    static Stream one;
    return one;
}

const char* hook_name() {
    return "kentongan seeded";
}

std::uint32_t hook_random() {
    std::array<unsigned char, 4> bytes{};
    stream().fill(bytes.data(), bytes.size());
    return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
           static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

void hook_buf(void* const out, const std::size_t size) {
    stream().fill(static_cast<unsigned char*>(out), size);
}

} // namespace

void use_seeded_randomness(std::uint64_t seed) {
    // First, because it draws once itself, and only once in a process.
    if (sodium_init() < 0) return;
    static randombytes_implementation hooks{hook_name, hook_random, nullptr, nullptr, hook_buf, nullptr};
    stream() = Stream();
    ByteWriter text;
    text.raw(as_bytes("kentongan seeded randomness 1"));
    text.u64(seed);
    crypto_generichash(stream().key.data(), stream().key.size(), text.bytes().data(), text.bytes().size(),
                       nullptr, 0);
    randombytes_set_implementation(&hooks);
}

void use_system_randomness() {
    randombytes_set_implementation(&randombytes_sysrandom_implementation);
}

} // namespace kentongan::wire
