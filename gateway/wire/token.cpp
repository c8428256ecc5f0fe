#include "wire/token.hpp"

#include <sodium.h>

namespace kentongan::wire {

Key32 digest(std::string_view purpose, BytesView bytes) {
    Key32 out{};
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, out.size());
    auto length = static_cast<std::uint8_t>(purpose.size());
    crypto_generichash_update(&state, &length, 1);
    auto name = as_bytes(purpose);
    crypto_generichash_update(&state, name.data(), length);
    crypto_generichash_update(&state, bytes.data(), bytes.size());
    crypto_generichash_final(&state, out.data(), out.size());
    return out;
}

Key32 token_hash(const Token& token) {
    return digest("kentongan session 1", token);
}

Key32 page_token(const Token& token) {
    return digest("kentongan page token 1", token);
}

bool same_secret(BytesView left, BytesView right) {
    return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

} // namespace kentongan::wire
