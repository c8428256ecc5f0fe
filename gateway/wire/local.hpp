// The local protocol: what the processes of one box say to each other over Unix sockets.
//
// Frame: length u32 (of what follows) · type u8 · body. Bodies are fields in declaration order
// (docs/formats/local-protocol.md). Every string and list is bounded when read; a peer that sends anything
// else is disconnected. Requests carry a `call` number that the answer repeats.
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "wire/sms_frame.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace kentongan::wire::local {

inline constexpr std::size_t kMaxFrame = 64 * 1024;

struct Pair {
    std::string name;
    std::string value;
    bool operator==(const Pair&) const = default;
};

// --- kiosk → box -------------------------------------------------------------------------------------------

/// A filled form. Answered by Accepted or Refused, after the commit.
struct Submit {
    std::uint64_t call = 0;
    OnceToken once;           ///< The same token twice gives the same code, not a second case.
    std::uint8_t channel = 1; ///< domain::Channel
    std::string service;
    std::string language;
    std::vector<Pair> answers;
    bool anonymous = false;
    bool confidential = false;
    std::string notify_phone;
    std::string consent_version;
    bool operator==(const Submit&) const = default;
};

/// Which state is my case in? `digits`: 8 or 16 digits as typed. `client` tells callers apart for the guess
/// limit (a hash of the address for Wi-Fi, 0 for the touchscreen).
struct AskStatus {
    std::uint64_t call = 0;
    std::uint64_t client = 0;
    std::string digits;
    bool operator==(const AskStatus&) const = default;
};

struct AskHealth {
    std::uint64_t call = 0;
    bool operator==(const AskHealth&) const = default;
};

// --- box → kiosk -------------------------------------------------------------------------------------------

/// Durably ours: said only after the commit.
struct Accepted {
    std::uint64_t call = 0;
    std::string code;    ///< 8 digits
    std::string receipt; ///< 16 digits
    std::uint32_t target_days = 0;
    bool operator==(const Accepted&) const = default;
};

/// Nothing was kept. `code`: ErrorCode; `problems`: field → text key (empty field: the whole form).
struct Refused {
    std::uint64_t call = 0;
    std::uint8_t code = 0;
    std::uint32_t retry_after_s = 0;
    std::vector<Pair> problems;
    bool operator==(const Refused&) const = default;
};

struct StatusStep {
    std::string state;   ///< State id
    std::int64_t at = 0; ///< Unix seconds; 0 if not reached
    bool operator==(const StatusStep&) const = default;
};

struct CaseStatus {
    std::uint64_t call = 0;
    std::string lifecycle;
    std::string state;
    std::int64_t since = 0;
    std::vector<StatusStep> history; ///< States reached, oldest first.
    /// Only with the receipt; otherwise empty.
    std::string service;
    std::string reason;
    std::string answer;
    bool full = false; ///< The receipt was given.
    bool operator==(const CaseStatus&) const = default;
};

struct Health {
    std::uint64_t call = 0;
    std::uint32_t waiting = 0;     ///< Sealed items not yet receipted.
    std::int64_t last_contact = 0; ///< Unix seconds of the district's last signed word; 0 never.
    bool modem_ready = false;
    std::uint8_t signal_percent = 0;
    bool operator==(const Health&) const = default;
};

// --- modem → box -------------------------------------------------------------------------------------------

/// First message of a worker. A second worker of the same name replaces the first.
struct ModemHello {
    std::string name;
    bool operator==(const ModemHello&) const = default;
};

struct ModemState {
    bool registered = false;
    std::uint8_t signal_percent = 0;
    std::uint32_t sms_used = 0;
    std::uint32_t sms_capacity = 0;
    bool operator==(const ModemState&) const = default;
};

/// One part as it lies on the SIM. Answered by SmsKept once it is durably ours; the worker then compares the
/// slot and deletes it. Idempotent: `fingerprint` (BLAKE2b of the stored PDU's content) names it.
struct SmsArrived {
    std::uint64_t call = 0;
    std::array<std::uint8_t, 16> fingerprint{};
    std::string sender; ///< As the network gave it; hostile.
    std::string text;   ///< UTF-8; empty if corrupt
    std::int64_t sent_at = 0;
    std::uint16_t part_reference = 0;
    std::uint8_t part_count = 1;
    std::uint8_t part_number = 1;
    bool corrupt = false; ///< Could not be decoded; `raw` holds what there is.
    Bytes raw;            ///< The PDU of a corrupt one, and of one that is `binary` without `data`
    bool binary = false;  ///< 8-bit data, not text
    Bytes data;           ///< Its octets, at most kSmsDataRoom; empty if a user data header precedes them
    bool operator==(const SmsArrived&) const = default;
};

enum class SendOutcome : std::uint8_t { // stored: do not change values
    kAccepted = 1,                      ///< The network took it.
    kRejected = 2,                      ///< It certainly was not sent.
    kUnknown = 3,                       ///< Submitted, and then nothing was heard.
};

struct SmsOutcome {
    std::uint64_t id = 0;
    std::uint8_t outcome = 0; ///< SendOutcome
    std::uint32_t cause = 0;  ///< CMS error or libGammu code, 0 if none
    bool operator==(const SmsOutcome&) const = default;
};

// --- box → modem -------------------------------------------------------------------------------------------

struct SmsKept {
    std::uint64_t call = 0;
    bool operator==(const SmsKept&) const = default;
};

/// Already journalled as "submitting" by the box: the worker tries once.
struct SendSms {
    std::uint64_t id = 0;
    std::string to;   ///< E.164
    std::string text; ///< One segment.
    bool operator==(const SendSms&) const = default;
};

/// As SendSms, but 8-bit data instead of text.
struct SendData {
    std::uint64_t id = 0;
    std::string to; ///< E.164
    Bytes data;     ///< 1 to kSmsDataRoom octets
    bool operator==(const SendData&) const = default;
};

// --- console → box -----------------------------------------------------------------------------------------

/// Which box is this? Answered by BoxIs.
struct AskBox {
    std::uint64_t call = 0;
    bool operator==(const AskBox&) const = default;
};

/// Make an export for a stick (wire/stick.hpp). It is held for this connection until the next one is asked
/// for. Retires nothing. Answered by StickExported or Refused.
struct StickExport {
    std::uint64_t call = 0;
    std::uint8_t slot = 0;
    bool operator==(const StickExport&) const = default;
};

/// At most kMaxStickChunk bytes of one of its files. Answered by StickBytes, or Refused: no such place.
struct StickRead {
    std::uint64_t call = 0;
    std::uint8_t file = 0;
    std::uint32_t from = 0;
    bool operator==(const StickRead&) const = default;
};
inline constexpr std::size_t kMaxStickChunk = 8 * 1024;

/// The manifest that a stick brought from the district. Answered by StickTaken, or Refused: not to be
/// believed.
struct StickAnswer {
    std::uint64_t call = 0;
    Bytes manifest;
    bool operator==(const StickAnswer&) const = default;
};

/// A part of one of its files, from the file's beginning on. Answered by StickTaken, after the commit when
/// the file is whole, or Refused: that file counts for nothing.
struct StickWrite {
    std::uint64_t call = 0;
    std::uint8_t file = 0;
    std::uint32_t from = 0;
    Bytes bytes; ///< At most kMaxStickChunk.
    bool operator==(const StickWrite&) const = default;
};

// --- box → console -----------------------------------------------------------------------------------------

struct BoxIs {
    std::uint64_t call = 0;
    std::uint32_t box = 0;
    std::uint32_t exports = 0; ///< Number of the newest export that was made; 0: none.
    bool operator==(const BoxIs&) const = default;
};

struct StickExported {
    std::uint64_t call = 0;
    std::uint32_t items = 0; ///< In it.
    std::uint32_t left = 0;  ///< Waiting, and no room in it.
    Bytes manifest;          ///< Names the files and their sizes.
    bool operator==(const StickExported&) const = default;
};

struct StickBytes {
    std::uint64_t call = 0;
    Bytes bytes;
    bool operator==(const StickBytes&) const = default;
};

struct StickTaken {
    std::uint64_t call = 0;
    std::uint32_t retired = 0; ///< Items that the district has, by this.
    std::uint32_t updates = 0; ///< Statuses that were news here.
    std::uint32_t answers = 0; ///< Number of the export that this answers.
    bool operator==(const StickTaken&) const = default;
};

/// How are the ways to the district, and what was used today? Answered by LinksAre.
struct AskLinks {
    std::uint64_t call = 0;
    bool operator==(const AskLinks&) const = default;
};

/// One way to the district.
struct LinkRow {
    std::uint8_t carrier = 0;      ///< domain::Carrier
    std::uint8_t link = 0;         ///< box::Link
    std::uint8_t hindrance = 0;    ///< box::Hindrance, of what is not urgent
    bool urgent = false;           ///< What is urgent may still go.
    std::int64_t again = 0;        ///< Unix seconds: when the day turns; 0: no hindrance that ends by itself.
    std::int64_t last_contact = 0; ///< 0: never
    std::uint64_t up = 0;          ///< Bytes, today, with what carries them.
    std::uint64_t down = 0;
    std::uint64_t messages = 0;
    std::uint64_t cost = 0;
    std::uint64_t daily_bytes = 0; ///< 0: no limit
    std::uint64_t daily_cost = 0;  ///< 0: no limit
    bool operator==(const LinkRow&) const = default;
};

struct LinksAre {
    std::uint64_t call = 0;
    std::uint32_t box = 0;
    std::uint32_t waiting = 0;   ///< Items in the queue,
    std::uint32_t urgent = 0;    ///< how many of these are urgent, of the first 512,
    std::uint32_t left_out = 0;  ///< and how many wait for another carrier than SMS, as they are too long.
    std::int64_t now = 0;        ///< By the box's clock.
    std::int64_t utc_offset = 0; ///< Seconds, of the village.
    std::string money;           ///< Code of the costs' currency.
    std::vector<LinkRow> rows;
    bool operator==(const LinksAre&) const = default;
};

using Message =
    std::variant<Submit, AskStatus, AskHealth, Accepted, Refused, CaseStatus, Health, ModemHello, ModemState,
                 SmsArrived, SmsKept, SendSms, SmsOutcome, SendData, AskBox, StickExport, StickRead,
                 StickAnswer, StickWrite, BoxIs, StickExported, StickBytes, StickTaken, AskLinks, LinksAre>;

/// The frame with its length.
[[nodiscard]] Bytes encode(const Message& message);

/// Takes whole frames off the front of `buffer`.
/// Returns nothing when more bytes are needed. Errors: kCorrupt - drop the peer.
[[nodiscard]] Result<std::optional<Message>> take_frame(Bytes& buffer);

/// One frame's type and body, without the length. For tests and fuzzing.
[[nodiscard]] Result<Message> decode(BytesView type_and_body);

} // namespace kentongan::wire::local
