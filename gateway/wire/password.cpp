#include "wire/password.hpp"

#include <sodium.h>

#include <array>
#include <cerrno>

namespace kentongan::wire {

Result<std::string> hash_password(std::string_view password) {
    if (password.empty() || password.size() > kMaxPassword)
        return fail(ErrorCode::kInvalid, "password.length");
    std::array<char, crypto_pwhash_STRBYTES> kept{};
    if (crypto_pwhash_str(kept.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        return fail(ErrorCode::kUnavailable, "password.hash");
    return std::string(kept.data());
}

Result<bool> password_matches(const std::string& kept, std::string_view password) {
    if (kept.size() >= crypto_pwhash_STRBYTES) return false;
    std::array<char, crypto_pwhash_STRBYTES> padded{};
    kept.copy(padded.data(), kept.size());
    // An over-long password is cut, not refused at once: a quick answer would tell it apart, and it was never
    // set.
    bool too_long = password.size() > kMaxPassword;
    errno = 0;
    int failed =
        crypto_pwhash_str_verify(padded.data(), password.data(), too_long ? kMaxPassword : password.size());
    if (failed != 0 && errno == ENOMEM) return fail(ErrorCode::kUnavailable, "password.check", ENOMEM);
    return failed == 0 && !too_long;
}

} // namespace kentongan::wire
