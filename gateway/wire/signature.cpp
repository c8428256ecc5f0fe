#include "wire/signature.hpp"

#include <sodium.h>

namespace kentongan::wire {
namespace {

Bytes message(std::string_view context, BytesView body) {
    Bytes out;
    out.reserve(1 + context.size() + body.size());
    out.push_back(static_cast<std::uint8_t>(context.size()));
    out.insert(out.end(), context.begin(), context.end());
    out.insert(out.end(), body.begin(), body.end());
    return out;
}

} // namespace

Key64 sign(std::string_view context, BytesView body, const Key64& secret) {
    auto text = message(context, body);
    Key64 out{};
    crypto_sign_detached(out.data(), nullptr, text.data(), text.size(), secret.data());
    return out;
}

bool signed_by(std::string_view context, BytesView body, BytesView signature, const Key32& key) {
    static_assert(kSignature == crypto_sign_BYTES);
    if (signature.size() != kSignature) return false;
    auto text = message(context, body);
    return crypto_sign_verify_detached(signature.data(), text.data(), text.size(), key.data()) == 0;
}

} // namespace kentongan::wire
