// Words that travel back to one citizen: only the 16 digits of their receipt open them.
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "domain/catalogue.hpp"
#include "domain/codes.hpp"
#include "domain/numbers.hpp"
#include "wire/keys.hpp"

namespace kentongan::wire {

/// What an officer says with a change of state.
struct Reply {
    std::string reason; ///< Why it was refused, what is missing, …; may be empty
    std::string answer; ///< May be empty
};
inline constexpr std::size_t kMaxReplyText = 2000; ///< Bytes of each.

/// Sealed under a key that Argon2id makes of the receipt (a stolen box gives the attacker ciphertext and 50
/// bits to guess at 2 passes over 16 MiB each). Takes some 20 ms. Errors: kNoSpace - a text above
/// kMaxReplyText.
[[nodiscard]] Result<Bytes> seal_reply(const domain::ReceiptCode& receipt, ItemId item, const Reply& reply);

/// Errors: kDenied - another receipt's, or altered.
[[nodiscard]] Result<Reply> open_reply(const domain::ReceiptCode& receipt, ItemId item, BytesView sealed);

/// Whom the box shall tell, sealed to the box: it keeps no phone number of its own.
struct Notice {
    domain::Msisdn to;
    domain::LanguageTag language;
    domain::CaseCode code;
    bool operator==(const Notice&) const = default;
};
[[nodiscard]] Bytes seal_notice(const BoxPublic& box, const Notice& notice);
/// Errors: kDenied - not for this box, or altered.
[[nodiscard]] Result<Notice> open_notice(const BoxSecret& box, BytesView sealed);

} // namespace kentongan::wire
