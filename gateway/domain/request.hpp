// One request of one citizen, whatever the channel: every form, dialogue and menu ends in a Request.
#pragma once

#include "base/ids.hpp"
#include "base/time.hpp"
#include "domain/catalogue.hpp"
#include "domain/codes.hpp"
#include "domain/numbers.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kentongan::domain {

enum class Channel : std::uint8_t { // on the wire: do not change values
    kKiosk = 1,
    kSms = 2,
    kUssd = 3,
    kAssisted = 4, ///< An officer typed, the citizen confirmed.
};

/// Field id → canonical answer: choice id, text, decimal number, YYYY-MM-DD, digits, E.164, "yes"/"no",
/// hamlet id.
using Answers = std::map<std::string, std::string>;

inline constexpr std::size_t kMaxTextCharacters = 2000;
inline constexpr std::size_t kMaxAnswers = 64;

/// What the person filled in, not yet checked.
struct Draft {
    std::string service;
    LanguageTag language;
    Channel channel = Channel::kKiosk;
    Answers answers;
    bool anonymous = false;
    bool confidential = false;
    /// Where to send a notice when the state changes: as typed; empty for none.
    std::string notify_phone;
    /// The consent words that the person agreed to (Pack::consent_version); empty if not asked or refused.
    std::string consent_version;
};

/// A checked request with its names. Personal: never logged, never stored but sealed.
struct Request {
    ItemId id;           ///< Not in the record: whoever opened it knows it.
    CaseCode code;       ///< Likewise.
    ReceiptCode receipt; ///< Likewise.
    /// Which try at a free code gave `code`, from 0.
    std::uint32_t attempt = 0;
    std::string service;
    LanguageTag language;
    Channel channel = Channel::kKiosk;
    Instant accepted_at{}; ///< The box's clock.
    Answers answers;
    bool anonymous = false;
    bool confidential = false;
    std::optional<Msisdn> notify; ///< Agreed to a notice by SMS.
    std::optional<Msisdn> sender; ///< The phone it came from (SMS, USSD); absent when anonymous at the kiosk.
    std::string consent_version;
};

/// One answer against one field. Returns the canonical answer or the problem, in the words of the pack.
struct Checked {
    std::optional<Problem> problem;
    std::string canonical;
};
[[nodiscard]] Checked check_answer(const Pack& pack, const Village& village, const Service& service,
                                   const Field& field, std::string_view typed);

/// The whole draft: every required and shown field answered, every answer valid, nothing unknown.
/// By SMS a letter needs only its fields with `sms`, and a report only one answer. Answers to questions that
/// are not shown are dropped. Problems that belong to no field have an empty `field`. On success the answers
/// in `draft` are canonical and the list is empty.
[[nodiscard]] std::vector<Problem> check_draft(const Pack& pack, const Village& village, Draft& draft);

/// Whether `field` is shown given `answers`.
[[nodiscard]] bool shown(const Field& field, const Answers& answers);

/// Code points in UTF-8 text; nothing if malformed or with control characters other than line feed.
[[nodiscard]] std::optional<std::size_t> characters(std::string_view utf8);

} // namespace kentongan::domain
