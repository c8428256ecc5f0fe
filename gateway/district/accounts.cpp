#include "district/accounts.hpp"

#include "wire/password.hpp"

#include <algorithm>

namespace kentongan::district {
namespace {

// A session is not written at each of its requests; it ends at most this much before it had to.
constexpr seconds kSeenGrain{30};

bool name_ok(std::string_view name) {
    auto count = domain::characters(name);
    return count && !name.empty() && name.size() <= kMaxOfficerName &&
           name.find('\n') == std::string_view::npos && name.front() != ' ' && name.back() != ' ';
}

seconds lock_after(std::uint32_t failures) {
    if (failures < kFreeTries) return seconds(0);
    auto doublings = std::min<std::uint32_t>(failures - kFreeTries, 16);
    return std::min(seconds(kFirstLock.count() << doublings), kLongestLock);
}

Attempts nothing_tried(const std::array<std::uint8_t, 32>& name) {
    Attempts fresh;
    fresh.name = name;
    return fresh;
}

wire::Key32 name_digest(std::string_view name) {
    return wire::digest("kentongan officer name 1", as_bytes(name));
}

} // namespace

Status add_officer(Store& store, std::string_view name, Role role, std::string_view password) {
    if (!name_ok(name)) return fail(ErrorCode::kInvalid, "accounts.name");
    auto length = domain::characters(password);
    if (!length || *length < kLeastPasswordCharacters || password.size() > wire::kMaxPassword)
        return fail(ErrorCode::kInvalid, "accounts.password");
    auto kept = TRY(wire::hash_password(password));
    return store.add_officer({std::string(name), role, kept});
}

Result<Accounts::Try> Accounts::begin_login(std::string_view name, Instant now) {
    auto key = name_digest(name);
    auto found = store_.attempts(key);
    if (!found && found.error().code != ErrorCode::kNotFound) return tl::unexpected<Error>(found.error());
    auto attempts = found ? *found : nothing_tried(key);
    // A clock that was set back must not lock anybody for longer than the longest lock.
    auto left = std::min(attempts.locked_until - now, kLongestLock);
    if (left > seconds(0)) return fail(ErrorCode::kDenied, "accounts.locked", left.count());

    Try out;
    out.name = name;
    auto officer = store_.officer(out.name);
    if (!officer && officer.error().code != ErrorCode::kNotFound)
        return tl::unexpected<Error>(officer.error());
    out.known = officer.has_value();
    out.kept = out.known ? officer->password : nobody_;

    attempts.known = out.known;
    attempts.failures = std::min<std::uint32_t>(attempts.failures + 1, 1000);
    attempts.locked_until = now + lock_after(attempts.failures);
    attempts.last = now;
    TRY(store_.save_attempts(attempts));
    return out;
}

Result<Accounts::Started> Accounts::finish_login(const Try& attempt, bool matches, Instant now) {
    if (!attempt.known || !matches) return fail(ErrorCode::kDenied, "accounts.wrong");
    auto officer = store_.officer(attempt.name);
    if (!officer) {
        if (officer.error().code == ErrorCode::kNotFound) return fail(ErrorCode::kDenied, "accounts.wrong");
        return tl::unexpected<Error>(officer.error());
    }
    auto cleared = nothing_tried(name_digest(attempt.name));
    cleared.known = true;
    cleared.last = now;
    TRY(store_.save_attempts(cleared));

    Started out;
    randomness_(out.token);
    Session session;
    session.token_hash = wire::token_hash(out.token);
    session.officer = officer->name;
    session.started = now;
    session.seen = now;
    TRY(store_.open_session(session, now - kSessionLength, now - kSessionIdle));
    out.who = {officer->name, officer->role, wire::page_token(out.token)};
    return out;
}

Result<SignedIn> Accounts::signed_in(const wire::Token& token, Instant now, bool a_person) {
    auto hash = wire::token_hash(token);
    auto session = store_.session(hash);
    if (!session) {
        if (session.error().code == ErrorCode::kNotFound) return fail(ErrorCode::kDenied, "accounts.session");
        return tl::unexpected<Error>(session.error());
    }
    // A session of the future comes from a clock that was set back: nobody knows how old it is.
    bool over = now - session->seen >= kSessionIdle || now - session->started >= kSessionLength ||
                session->started > now + kSeenGrain;
    auto officer = store_.officer(session->officer);
    if (!officer && officer.error().code != ErrorCode::kNotFound)
        return tl::unexpected<Error>(officer.error());
    if (over || !officer) {
        TRY(store_.close_session(hash));
        return fail(ErrorCode::kDenied, "accounts.session");
    }
    if (a_person && now - session->seen >= kSeenGrain) TRY(store_.touch_session(hash, now));
    return SignedIn{officer->name, officer->role, wire::page_token(token)};
}

Status Accounts::logout(const wire::Token& token) {
    return store_.close_session(wire::token_hash(token));
}

} // namespace kentongan::district
