// Who works at the desk: officers, their passwords, lock-out and sessions.
//
// The check of a password is slow on purpose and so is not done in here: begin_login() counts the try and
// hands out what to compare with, the caller compares without holding any lock, finish_login() decides.
#pragma once

#include "district/setting.hpp"
#include "wire/token.hpp"

#include <string>
#include <string_view>

namespace kentongan::district {

inline constexpr std::uint32_t kFreeTries = 5; ///< Wrong tries before the first lock.
inline constexpr seconds kFirstLock{30};       ///< Doubles with each further wrong try.
inline constexpr seconds kLongestLock{3600};
inline constexpr std::chrono::minutes kSessionIdle{15};
inline constexpr std::chrono::hours kSessionLength{8};
inline constexpr std::size_t kLeastPasswordCharacters = 10;
inline constexpr std::size_t kMaxOfficerName = 64; ///< Bytes.

/// Adds an officer. Hashes the password: slow, and not under any lock.
/// Errors: kInvalid - the name is empty, too long or has control characters, or the password has fewer than
/// kLeastPasswordCharacters or is not UTF-8 text; kConflict - the name is taken; kUnavailable - no memory to
/// hash.
[[nodiscard]] Status add_officer(Store& store, std::string_view name, Role role, std::string_view password);

/// Somebody who is signed in.
struct SignedIn {
    std::string name;
    Role role = Role::kOfficer;
    wire::Key32 page_token{}; ///< Every change must repeat it.
};

/// Threads: one at a time. Keeps a reference: the store outlives it.
class Accounts {
  public:
    /// `nobody`: a password hash that no password makes, compared with for unknown names so that they take as
    /// long.
    Accounts(Store& store, Randomness randomness, std::string nobody)
        : store_(store), randomness_(std::move(randomness)), nobody_(std::move(nobody)) {}

    struct Try {
        std::string name;
        std::string kept; ///< For wire::password_matches().
        bool known = false;
    };
    struct Started {
        wire::Token token{}; ///< For the cookie; only its digest is kept.
        SignedIn who;
    };

    /// Counts the try, durably, before anything is compared.
    /// Errors: kDenied - locked; `native` is how many seconds. Others: the store's; nobody may sign in then.
    [[nodiscard]] Result<Try> begin_login(std::string_view name, Instant now);
    /// Errors: kDenied - the name or the password is wrong; which of them is not said.
    [[nodiscard]] Result<Started> finish_login(const Try& attempt, bool matches, Instant now);

    /// Errors: kDenied - no such session, idle for kSessionIdle, older than kSessionLength, or the officer is
    /// gone.
    /// `a_person`: somebody did something; a page that looks for news by itself does not keep a session
    /// alive.
    [[nodiscard]] Result<SignedIn> signed_in(const wire::Token& token, Instant now, bool a_person = true);
    /// Not an error: there was no such session.
    [[nodiscard]] Status logout(const wire::Token& token);

  private:
    Store& store_;
    Randomness randomness_;
    std::string nobody_;
};

} // namespace kentongan::district
