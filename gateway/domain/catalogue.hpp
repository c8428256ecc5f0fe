// The catalogue: what a country pack says. Services, questions, life cycles, rules and words are data;
// kiosk pages, SMS dialogues and desk views are derived from it. Adding a service or a country
// changes no code (docs/formats/pack.md, docs/adr/0004-packs-as-data.md).
//
// Values only: no file, no clock. Built by domain/pack_reader from a checked pack; immutable afterwards,
// so any thread may read it.
#pragma once

#include "domain/tariff.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::domain {

/// BCP 47 tag, e.g. "id", "en", "jv-x-krama".
using LanguageTag = std::string;

struct Language {
    LanguageTag tag;
    std::string name; ///< In itself: "Indonesia".
    bool right_to_left = false;
    bool sms_ucs2 = false; ///< Written outside GSM-7: its SMS are UCS-2, 70 characters.
};

enum class FieldType : std::uint8_t { // on the wire: do not change values
    kChoice = 1,
    kText = 2,
    kNumber = 3,
    kMoney = 4, ///< Whole units of the pack's currency.
    kDate = 5,  ///< YYYY-MM-DD
    kIdentityNumber = 6,
    kPhone = 7, ///< E.164
    kYesNo = 8, ///< "yes" or "no"
    kPlace = 9, ///< One of the village's hamlets, by its id.
};

struct Choice {
    std::string id;
    std::uint8_t number = 0; ///< On the wire; never reused within a field.
    /// Id of the service that this choice leads to instead of being an answer; empty: an answer.
    std::string leads_to{};
};

/// Shown only when another field has this answer.
struct Condition {
    std::string field;
    std::string equals;
};

/// One question. Its words are texts: "<owner>.<id>.ask", ".help", and for choices "<owner>.<id>.<choice>",
/// where owner is "service.<service id>" or "applicant".
struct Field {
    std::string id;
    std::uint8_t number = 0; ///< On the wire; never reused within its owner.
    FieldType type = FieldType::kText;
    bool required = true;
    std::int64_t min = 0; ///< kText: least characters; kNumber, kMoney: least value.
    std::int64_t max = 0; ///< kText: most characters (code points); kNumber, kMoney: largest value.
    std::vector<Choice> choices;
    std::optional<Condition> when;
    bool sms = false; ///< Also asked in the SMS dialogue.
};

enum class ServiceKind : std::uint8_t { // on the wire: do not change values
    kLetter = 1,
    kComplaint = 2,
    kLevyReport = 3,
    /// A text that no dialogue understood, kept for an officer.
    kUnsorted = 4,
};

/// Whose key seals it.
enum class Recipient : std::uint8_t { // on the wire: do not change values
    kDistrict = 1,
    kInspectorate = 2,
};

struct Document {
    std::string id; ///< Text "document.<id>".
    bool must = true;
};

struct Service {
    std::string id;
    std::uint16_t number = 0; ///< On the wire; never reused within a pack.
    ServiceKind kind = ServiceKind::kLetter;
    Recipient recipient = Recipient::kDistrict;
    std::string icon;
    std::string lifecycle;             ///< Id of a Lifecycle.
    std::int64_t fee = 0;              ///< Whole currency units; 0 is shown as free.
    int target_days = 0;               ///< Working days.
    bool applicant = false;            ///< Asks the pack's applicant fields (identity) first.
    bool anonymous_offered = false;    ///< The person may keep their identity from everybody.
    bool confidential_offered = false; ///< The person may keep the content from the public.
    std::vector<Field> fields;
    std::vector<Document> documents;
    bool kiosk = true; ///< Offered on the kiosk.
    bool sms = true;   ///< Offered by SMS.
    std::string legal_ref;

    [[nodiscard]] const Field* field(std::string_view id) const;
};

/// What a state means to the machine; its word for people is text "state.<lifecycle>.<state>".
enum class StateRole : std::uint8_t {
    kReceived = 1, ///< Where every case begins; exactly one per life cycle.
    kWorking = 2,
    kNeedsPerson = 3, ///< Waits for the citizen.
    kForwarded = 4,   ///< With another office.
    kReady = 5,       ///< The citizen can collect or read the result.
    kDone = 6,        ///< Final, good.
    kRefused = 7,     ///< Final, with a reason.
    kCancelled = 8,   ///< Final, by the citizen or by expiry.
};

struct State {
    std::string id;
    std::uint8_t number = 0; ///< On the wire; never reused within a life cycle.
    StateRole role = StateRole::kWorking;
    std::vector<std::string> next; ///< Where an officer may move it.
    bool reason_required = false;  ///< Entering it needs a public reason.
    bool step = true;              ///< Drawn on the status stepper's straight way.
    [[nodiscard]] bool final() const { return role >= StateRole::kDone; }
};

struct Lifecycle {
    std::string id;
    std::vector<State> states; ///< The straight way first, in order.

    [[nodiscard]] const State* state(std::string_view id) const;
    [[nodiscard]] const State* state(std::uint8_t number) const;
    [[nodiscard]] const State& initial() const;
    [[nodiscard]] bool allows(const State& from, const State& to) const;
};

/// How this country writes identity numbers (docs/formats/pack.md#identity_number).
struct IdentityRule {
    /// Checks one slice of digits.
    struct Part {
        enum class Kind : std::uint8_t { kOneOf, kRange, kNot };
        Kind kind = Kind::kRange;
        std::string id; ///< Error text is "identity.error.<id>".
        std::size_t at = 0;
        std::size_t length = 0;
        std::vector<std::string> one_of;                           ///< kOneOf, kNot
        std::vector<std::pair<std::int64_t, std::int64_t>> ranges; ///< kRange: any of these, inclusive
        bool unless_synthetic = false; ///< Not checked where synthetic numbers are allowed.
    };
    enum class Checksum : std::uint8_t { kNone, kLuhn, kDamm, kMod97 };

    std::size_t length = 0; ///< Digits, after `ignore` is stripped.
    std::string ignore;     ///< Characters that people type between digits, e.g. " .-".
    std::vector<std::size_t> groups;
    std::vector<Part> parts;
    Checksum checksum = Checksum::kNone;
};

/// How this country writes phone numbers.
struct PhoneRule {
    struct National {
        std::string starts;
        std::size_t min = 0; ///< Digits of the national significant number.
        std::size_t max = 0;
        bool synthetic = false; ///< Accepted only where synthetic numbers are allowed.
    };
    std::string country_code; ///< Digits, without "+".
    std::string trunk;        ///< National prefix, e.g. "0"; may be empty.
    std::vector<National> national;
};

struct Money {
    std::string code; ///< ISO 4217.
    std::string symbol;
    std::string group; ///< Thousands separator.
    bool symbol_first = true;
};

/// An SMS command word and its spellings in every language.
struct Keyword {
    /// "menu", "letter", "status", "report", "levy", "language", "help", "data", "delete", "stop", "yes",
    /// "no"; "filler": words before a command that mean nothing ("TYPE"); "other": known words answered with
    /// the menu.
    std::string command;
    std::vector<std::string> words; ///< Upper case (where the script has it), no digits.
};

/// An amount as people read it: "Rp1.234.567".
[[nodiscard]] std::string amount(const Money& money, std::int64_t units);

/// Local time in which nobody is sent an SMS that they did not ask for: whole hours, `from` on, `until` no
/// more. They may go over midnight.
struct QuietHours {
    int from = 0;
    int until = 0;
    bool operator==(const QuietHours&) const = default;
};

/// What common texts of a pack look like, for the compressor of records: opaque bytes here.
struct TextDictionary {
    std::uint32_t version = 0; ///< From 1; the newest writes, all read. A version's bytes never change.
    std::vector<std::uint8_t> bytes;
};
inline constexpr std::size_t kMaxDictionary = 64 * 1024;

struct Pack {
    std::string id; ///< "id-jember"
    std::uint32_t version = 0;
    std::string country; ///< ISO 3166-1 alpha-2, or "xx" for an invented one.
    LanguageTag default_language;
    std::vector<Language> languages;
    int utc_offset_minutes = 0;
    std::optional<QuietHours> quiet_hours; ///< Where a village says nothing of its own.
    std::string consent_version;           ///< Names the consent words that people saw.
    IdentityRule identity;
    PhoneRule phone;
    Money money;
    std::vector<Field> applicant; ///< Asked first by services with `applicant`.
    std::vector<Lifecycle> lifecycles;
    std::vector<Service> services;
    std::vector<Keyword> keywords;
    std::map<LanguageTag, std::map<std::string, std::string, std::less<>>> texts;
    std::vector<TextDictionary> dictionaries; ///< By version; may be empty.

    [[nodiscard]] const Service* service(std::string_view id) const;
    [[nodiscard]] const Service* service(std::uint16_t number) const;
    /// The one service of kind kUnsorted, if the pack has it.
    [[nodiscard]] const Service* service_of(ServiceKind kind) const;
    [[nodiscard]] const Lifecycle& lifecycle_of(const Service& service) const;
    [[nodiscard]] const Language* language(std::string_view tag) const;
    /// The text in that language, else in the default language, else the key itself.
    [[nodiscard]] std::string_view text(std::string_view language, std::string_view key) const;
    /// `text` with each {name} replaced; an unknown placeholder stays.
    [[nodiscard]] std::string text(std::string_view language, std::string_view key,
                                   const std::vector<std::pair<std::string_view, std::string>>& values) const;
    /// Applicant fields (if the service asks them) and then its own, in the order they are asked.
    [[nodiscard]] std::vector<const Field*> fields_of(const Service& service) const;
    /// "applicant" or "service.<id>": where the words of that field are.
    [[nodiscard]] std::string owner_of(const Service& service, const Field& field) const;
};

struct Hamlet {
    std::string id;
    std::uint8_t number = 0; ///< On the wire.
    std::string name;
};

/// One village's own data: `village.yaml` in a pack's villages/.
struct Village {
    std::string id;
    std::string name;               ///< At most 24 characters: it stands in SMS.
    std::string code;               ///< Region code as the country writes it.
    bool example = false;           ///< Invented, and said so wherever it is shown.
    bool synthetic_numbers = false; ///< Accept numbers that can belong to nobody (tests, demonstrations).
    std::string office_hours;
    std::string phone;                     ///< The number to text, as printed.
    std::optional<QuietHours> quiet_hours; ///< In force here: its own or the pack's.
    Tariffs carriers;                      ///< See tariff_of().
    std::vector<Hamlet> hamlets;
};

} // namespace kentongan::domain
