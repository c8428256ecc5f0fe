// One conversation engine over the catalogue: text in, one text out. Drives SMS now; USSD renders the same
// nodes.
//
// Pure: no store, no clock, no radio. The box keeps the Conversation (sealed at rest) and carries out what a
// Turn says.
#pragma once

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "domain/request.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace kentongan::dialogue {

/// Where one sender is. Personal (it may hold the text of a report): sealed at rest, dropped after kKeep.
struct Conversation {
    domain::LanguageTag language; ///< Empty: the pack's default.
    std::string node;             ///< Empty: at the start.
    std::map<std::string, std::string> slots;
    bool stopped = false; ///< Asked for no more notices (STOP).
    Instant touched{};

    [[nodiscard]] Bytes to_bytes() const;
    /// Errors: kCorrupt.
    static Result<Conversation> from_bytes(BytesView bytes);
};

/// A sender's state lives this long: SMS is slow (domain brief §6.2).
inline constexpr std::chrono::hours kKeep{24};
/// Longest text an engine is given, in bytes; the box cuts longer ones (a 10-part SMS has 1,530 characters).
/// Of that, the first domain::kMaxTextCharacters characters are kept in a report.
inline constexpr std::size_t kMaxText = 4096;

/// What the box knows of a case, for the sender who asks.
struct CaseView {
    std::string lifecycle;
    std::string state;
    Instant since{};
    std::string service; ///< Empty unless the sender is the phone that asked.
};

struct Lookups {
    virtual ~Lookups() = default;
    /// Errors: kNotFound - no such code; kDenied - too many guesses from this sender.
    virtual Result<CaseView> status(const domain::CaseCode& code) = 0;
    /// Open cases that this phone asked for.
    virtual int open_cases() = 0;
};

struct Turn {
    /// One SMS (proved at pack check for the longest values); empty when `submit` is set: then the
    /// reply is submitted() or not_accepted(), after the box has or has not committed.
    std::string reply;
    /// A finished request, to be checked, sealed and committed.
    std::optional<domain::Draft> submit;
    /// A text that nobody understood and that the sender did not decide about: kept for an officer.
    std::optional<domain::Draft> keep_unsorted;
    /// The sender asked to be forgotten as far as the box can: drop the conversation.
    bool forget = false;
};

/// Advances `conversation` by one incoming text.
[[nodiscard]] Turn answer(const domain::Pack& pack, const domain::Village& village,
                          Conversation& conversation, std::string_view text, Lookups& lookups, Instant now);

/// The reply after the commit of Turn::submit.
[[nodiscard]] std::string submitted(const domain::Pack& pack, const domain::Village& village,
                                    const Conversation& conversation, const domain::Service& service,
                                    const domain::CaseCode& code);
/// The reply when nothing could be kept (disk full, …): says so, and that the person may try again.
[[nodiscard]] std::string not_accepted(const domain::Pack& pack, const domain::Village& village,
                                       const Conversation& conversation);
/// The content-free notice that a case has changed: names neither person nor matter.
[[nodiscard]] std::string notice(const domain::Pack& pack, const domain::Village& village,
                                 std::string_view language, const domain::CaseCode& code);

/// A conversation that has reached kKeep: what of it must still go to an officer.
[[nodiscard]] std::optional<domain::Draft> expire(const domain::Pack& pack, const Conversation& conversation);

} // namespace kentongan::dialogue
