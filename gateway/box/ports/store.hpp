// What the box remembers. Port: SqliteBoxStore on a box, MemoryBoxStore in the simulated world.
//
// Nothing in any row names a person: senders, codes and receipts are pseudonyms (wire/private_rows.hpp),
// content is sealed.
//
// Rules for implementers, each a case of tests/contract/box_store:
//  1. MUST keep everything written between begin() and a successful commit(), across a power cut after
//  commit() returned.
//  2. MUST keep nothing of a transaction that was not committed, and all of it or none.
//  3. MUST return queued items by urgency, and those of one urgency in the order of put_item().
//  4. MUST answer put_item() and put_case() of a known item with kConflict, and keep the first.
//  5. MUST answer put_case() with a code or a once-name already in use with kConflict.
//  6. MUST report a full disk as kNoSpace, and MUST NOT have kept the row then.
//  7. MUST hand out SMS answers before notices, and each kind oldest first.
//  8. MUST NOT hand out an SMS that is submitting, or not yet due.
//  9. MUST answer put_bulletin() with kConflict unless its version is above the one held of that name, and
//  keep the
//     newest alone.
// 10. MUST keep at most kMostAssemblies, dropping the one put least recently.
// 11. MUST NOT lower exports().
// 12. MUST hand out the days of carriers by day and then by carrier, and keep one row of each.
// 13. MUST keep what put_by_sms() says of an item until that retires, and no longer.
//
// Threads: one at a time. Every call blocks for at most one disk write.
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/tariff.hpp"
#include "wire/bulletin.hpp"
#include "wire/item.hpp"
#include "wire/private_rows.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kentongan::box {

using wire::Pseudonym;

/// What goes first when a link is narrow.
enum class Urgency : std::uint8_t { // stored: do not change values
    kFirst = 1,    ///< Openings of epochs, without which nothing of them is read; reports of illegal levies
    kOrdinary = 2, ///< Requests
    kBulk = 3,     ///< What is too large for an SMS
};

/// How often something went by SMS, and when it goes again if nothing is heard.
struct Resend {
    std::uint8_t tries = 0;
    Instant due{};
    bool operator==(const Resend&) const = default;
};

/// A sealed item on its way.
struct QueuedItem {
    ItemId item;
    Bytes sealed;
    Urgency urgency = Urgency::kOrdinary;
    Instant queued_at{}; ///< Given by put_item().
    Resend by_sms{};     ///< Given by put_by_sms(); put_item() begins with none.
};

/// An epoch that this box has opened.
struct EpochRow {
    std::uint16_t number = 0;
    domain::Recipient recipient = domain::Recipient::kDistrict;
    wire::Mark mark{};
    std::uint16_t items = 0; ///< Sealed and committed so far.
    bool operator==(const EpochRow&) const = default;
};

/// What a status question is answered from.
struct CaseRow {
    ItemId item;
    Pseudonym once{}; ///< Of the form's token: the same form again is this case.
    Pseudonym code{};
    Pseudonym receipt{};
    std::optional<Pseudonym> phone; ///< Who may see more than state and date by SMS.
    std::uint16_t service = 0;      ///< domain::Service::number
    std::uint8_t state = 0;         ///< domain::State::number
    Instant since{};
    Bytes codes; ///< Code and receipt, which only the form's token opens (wire/private_rows.hpp).
    Bytes reply; ///< The newest, sealed to the receipt (wire/reply.hpp).
};

struct CaseEvent {
    std::uint8_t state = 0;
    Instant at{};
};

enum class SmsKind : std::uint8_t { // stored: do not change values
    kAnswer = 1,
    kNotice = 2,
    kFrame = 3, ///< To the district; here only while it is submitting.
};

struct OutgoingSms {
    std::uint64_t id = 0; ///< Given by put_sms().
    SmsKind kind = SmsKind::kAnswer;
    Bytes content; ///< Sealed at rest: number and text; of a frame, what its maker knows it by.
    std::uint8_t tries = 0;
    Instant due{};           ///< Not before.
    Instant expires{};       ///< Not after: stale answers confuse.
    bool submitting = false; ///< Given to a modem; the outcome is not known yet.
};

struct SmsPart {
    std::array<std::uint8_t, 16> fingerprint{};
    Pseudonym sender{};
    std::uint16_t reference = 0;
    std::uint8_t count = 0;
    std::uint8_t number = 0;
    Bytes content; ///< Sealed at rest: sender and text.
    Instant at{};
};

/// The newest version of something that the district has published, checked and whole.
struct HeldBulletin {
    wire::BulletinKind kind = wire::BulletinKind::kDocument;
    std::string name;
    std::uint32_t version = 0;
    Bytes content; ///< Left out in lists.
};

/// A wire::Assembly on its way, as it saves itself.
struct SavedAssembly {
    std::uint32_t mark = 0;
    Bytes saved;
};

/// What one carrier was used for on one day of the village's calendar.
struct CarrierDay {
    std::int32_t day = 0; ///< Days since 1970-01-01, local.
    domain::Carrier carrier = domain::Carrier::kDatagrams;
    std::uint64_t up = 0;   ///< Bytes to the district, with what carries them.
    std::uint64_t down = 0; ///< Bytes from it.
    std::uint64_t messages = 0;
    std::uint64_t cost = 0;
    bool operator==(const CarrierDay&) const = default;
};

/// What box/carriers.hpp knows beside the rows of its days.
struct CarrierBook {
    std::int32_t day = 0;                        ///< The day that is counted now.
    std::uint32_t ran = 0;                       ///< Seconds that this box has run in it.
    std::int32_t said = 0;                       ///< The district has what was used up to this day.
    std::map<domain::Carrier, Instant> contacts; ///< When the district was last heard over each.
    bool operator==(const CarrierBook&) const = default;
};

class Store {
  public:
    virtual ~Store() = default;

    virtual Status begin() = 0;
    virtual Status commit() = 0;
    virtual void rollback() = 0;

    // Sealed items
    virtual Status put_item(const QueuedItem& item, Instant now) = 0;
    virtual Result<std::vector<QueuedItem>> queued_items(std::size_t most) = 0;
    /// The same without those above `size` bytes.
    virtual Result<std::vector<QueuedItem>> queued_up_to(std::size_t size, std::size_t most) = 0;
    /// Not an error: an item that is unknown or already retired.
    virtual Status retire_item(ItemId item, Instant now) = 0;
    virtual Status drop_retired_before(Instant before) = 0;
    virtual Result<std::uint32_t> waiting() = 0;
    /// How many of them are above `size` bytes.
    virtual Result<std::uint32_t> waiting_above(std::size_t size) = 0;
    /// Not an error: an item that is unknown or retired.
    virtual Status put_by_sms(ItemId item, const Resend& resend) = 0;
    /// Of the queued ones, those with a name from `first` to `last`, both included, by name.
    virtual Result<std::vector<ItemId>> queued_between(const ItemId& first, const ItemId& last) = 0;

    // Epochs
    /// Adds it, or tells how many items a known one has by now.
    virtual Status put_epoch(const EpochRow& row) = 0;
    virtual Result<std::optional<EpochRow>> epoch(std::uint16_t number) = 0;
    virtual Result<std::optional<EpochRow>> newest_epoch(domain::Recipient recipient) = 0;
    /// The highest number that was ever put or skipped; 0: none.
    virtual Result<std::uint16_t> highest_epoch() = 0;
    /// Numbers up to this one are used up. Not an error: they were before.
    virtual Status skip_epochs(std::uint16_t up_to) = 0;

    // Cases
    virtual Status put_case(const CaseRow& row) = 0;
    virtual Result<std::optional<CaseRow>> case_of(ItemId item) = 0;
    virtual Result<std::optional<CaseRow>> case_by_once(const Pseudonym& once) = 0;
    virtual Result<std::optional<CaseRow>> case_by_code(const Pseudonym& code) = 0;
    virtual Result<std::optional<CaseRow>> case_by_receipt(const Pseudonym& receipt) = 0;
    /// Not an error: an unknown item. An empty reply keeps the one before.
    virtual Status set_state(ItemId item, const CaseEvent& event, BytesView reply) = 0;
    virtual Result<std::vector<CaseEvent>> history(ItemId item) = 0;
    /// Replaces the reply alone. Not an error: an unknown item.
    virtual Status put_reply(ItemId item, BytesView reply) = 0;
    /// Services and states of every case that this phone asked for.
    virtual Result<std::vector<CaseRow>> cases_of_phone(const Pseudonym& phone) = 0;

    // The district's word
    virtual Result<std::uint64_t> last_update() = 0;
    /// The last update up to which none is without its reply.
    virtual Result<std::uint64_t> last_whole() = 0;
    virtual Result<Instant> last_contact() = 0;
    virtual Status set_contact(std::uint64_t last_update, std::uint64_t last_whole, Instant at) = 0;
    /// Of the call for news by SMS.
    virtual Result<Resend> sms_call() = 0;
    virtual Status put_sms_call(const Resend& resend) = 0;
    /// Number of the newest export that was made for a stick; 0: none.
    virtual Result<std::uint32_t> exports() = 0;
    virtual Status put_exports(std::uint32_t newest) = 0;

    // Carriers
    /// Nothing before the first put_carrier_book().
    virtual Result<std::optional<CarrierBook>> carrier_book() = 0;
    /// Replaces it; a contact that is not named stays.
    virtual Status put_carrier_book(const CarrierBook& book) = 0;
    /// Adds or replaces the row of that day and carrier.
    virtual Status put_carrier_day(const CarrierDay& row) = 0;
    /// Those from `first` to `last`, both included.
    virtual Result<std::vector<CarrierDay>> carrier_days(std::int32_t first, std::int32_t last) = 0;
    /// Drops those of other days.
    virtual Status keep_carrier_days(std::int32_t first, std::int32_t last) = 0;

    virtual Status put_bulletin(const HeldBulletin& bulletin) = 0;
    virtual Result<std::optional<HeldBulletin>> bulletin(const std::string& name) = 0;
    /// By name.
    virtual Result<std::vector<HeldBulletin>> bulletins() = 0;
    static constexpr std::size_t kMostAssemblies = 4;
    /// Adds or replaces.
    virtual Status put_assembly(const SavedAssembly& assembly) = 0;
    /// Least recently put first.
    virtual Result<std::vector<SavedAssembly>> assemblies() = 0;
    /// Not an error: there is none.
    virtual Status drop_assembly(std::uint32_t mark) = 0;

    // Conversations
    virtual Result<std::optional<Bytes>> conversation(const Pseudonym& phone) = 0;
    virtual Status put_conversation(const Pseudonym& phone, BytesView content, Instant touched) = 0;
    virtual Status drop_conversation(const Pseudonym& phone) = 0;
    struct OldConversation {
        Pseudonym phone{};
        Bytes content;
    };
    virtual Result<std::vector<OldConversation>> conversations_before(Instant before, std::size_t most) = 0;
    virtual Result<bool> stopped(const Pseudonym& phone) = 0;
    virtual Status set_stopped(const Pseudonym& phone, bool stopped) = 0;

    // Incoming SMS
    virtual Result<bool> sms_seen(const std::array<std::uint8_t, 16>& fingerprint) = 0;
    virtual Status mark_sms_seen(const std::array<std::uint8_t, 16>& fingerprint, Instant now) = 0;
    virtual Status forget_sms_seen_before(Instant before) = 0;
    virtual Status put_part(const SmsPart& part) = 0;
    /// In order of their number.
    virtual Result<std::vector<SmsPart>> parts(const Pseudonym& sender, std::uint16_t reference,
                                               std::uint8_t count) = 0;
    virtual Status drop_parts(const Pseudonym& sender, std::uint16_t reference, std::uint8_t count) = 0;
    /// One part of each message whose newest part is older.
    virtual Result<std::vector<SmsPart>> stale_parts(Instant before, std::size_t most) = 0;
    /// What could not be decoded or answered: kept for a technician, sealed at rest, the newest
    /// kMostQuarantined. Not an error: the same one again.
    static constexpr std::size_t kMostQuarantined = 1000;
    virtual Status quarantine(const std::array<std::uint8_t, 16>& fingerprint, BytesView content,
                              Instant now) = 0;

    // Outgoing SMS
    virtual Result<std::uint64_t> put_sms(const OutgoingSms& sms) = 0;
    virtual Result<std::optional<OutgoingSms>> next_sms(Instant now) = 0;
    virtual Result<std::optional<OutgoingSms>> sms(std::uint64_t id) = 0;
    virtual Status update_sms(const OutgoingSms& sms) = 0;
    virtual Status drop_sms(std::uint64_t id) = 0;
    virtual Result<std::vector<OutgoingSms>> submitting_sms() = 0;
    virtual Status drop_expired_sms(Instant now) = 0;
};

} // namespace kentongan::box
