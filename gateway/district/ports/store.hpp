// What the district remembers. Port: SqliteDistrictStore at a district, MemoryDistrictStore in the simulated
// world.
//
// No row holds what a citizen or an officer wrote: records and the words of officers are sealed
// (wire/case_words.hpp), sessions and attempts are kept under digests. What is readable is what a list
// shows.
//
// Rules for implementers, each a case of tests/contract/district_store:
//  1. Every writing call is ONE transaction: MUST keep all of it across a power cut after it returned
//  success, and
//     none of it when it returned an error.
//  2. receive() MUST keep the first of two cases with one ItemId and ignore the second; the same for two
//     quarantined items with one (box, digest).
//  3. receive() MUST NOT lower Box::acknowledged.
//  4. receive() MUST drop the notices of updates up to `acknowledged`, and MUST keep the updates themselves.
//  5. move() MUST answer kConflict when the version is not `expected_version`, and then change nothing.
//  6. move() MUST number updates per box from 1 without a gap, above every number given or acknowledged
//  before.
//  7. updates_after() MUST return the updates of that box only, by sequence.
//  8. list() MUST return only rows that satisfy the whole filter, newest received first (ties: the later one
//  to
//     arrive first); total counts all of them.
//  9. register_box() MUST answer kConflict for a known BoxId, signing key or agreement key.
// 10. add_officer() MUST answer kConflict for a known name.
// 11. save_attempts() MUST keep at most kMaxStrangers rows of unknown names, dropping the least recently
// used, and
//     MUST NOT drop a row of a known name for it.
// 12. adopt() MUST add the case and remove the quarantined item together.
// 13. Reading what is not there MUST be kNotFound, not an empty value.
// 14. Every text and blob MUST come back as it was given, whatever characters it holds.
// 15. enrol() MUST use up the invitation, register the box and keep its psk together, or nothing of it; a
// used
//     invitation, and a box by rule 9, MUST be kConflict.
// 16. publish() MUST answer kConflict unless the version is above every one that this name ever had, and the
// kind is
//     that of the versions before.
// 17. publish() MUST keep the newest kKeptVersions of a name with their bulletins and drop older ones.
// 18. receive() MUST add epochs with an opening (the first of two with one (box, number, mark) stays), and
// MUST
//     add `received` to what is here of those that it knows, and count `items` anew: two programs may bring
//     items of one epoch, and neither knows what the other brought.
// 19. receive() MUST set Box::last_link if and only if the parcel came over a link.
// 20. receive() with `sms` MUST set source and `heard` of the box's SMS route and nothing else of it; without
//     it the route MUST stay as it is. count_sms() MUST set all else of the route, and leave those two alone.
// 21. receive() MUST replace what it knows of a day that a box used carriers on, and keep the newest
//     kKeptDaysOfUse days of each box.
//
// Errors of every call: kNoSpace - disk full; kCorrupt; kUnavailable - I/O error, try again.
// Threads: one at a time. A call blocks for at most one disk write.
#pragma once

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/request.hpp"
#include "wire/answer.hpp"
#include "wire/bulletin.hpp"
#include "wire/keys.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kentongan::district {

/// A registered box.
struct Box {
    wire::BoxPublic keys;
    std::string village; ///< Id of a village of the pack.
    bool revoked = false;
    Instant last_contact{};                      ///< The epoch: never.
    std::optional<domain::Carrier> last_carrier; ///< Of that contact; nothing: not known.
    std::uint32_t waiting = 0;
    std::uint64_t issued = 0;       ///< Newest update made for it.
    std::uint64_t acknowledged = 0; ///< Newest update that it has committed.
    Instant last_link{};            ///< Last contact over a link, where it asks by itself. The epoch: never.
};

/// From where a box sends its SMS.
struct SmsSource {
    std::string number;   ///< E.164: of the SIM in the box, not a person's. Never in a log all the same.
    bool as_text = false; ///< In the 7-bit form (wire/sms_frame.hpp).
    std::string modem;    ///< Name of the modem of ours that took it: the box hears that one's number.
    bool operator==(const SmsSource&) const = default;
};

/// How a box is reached by SMS, and what that has cost.
struct SmsRoute {
    BoxId box;
    SmsSource source;          ///< Without a number: none that could be believed has come.
    Instant heard{};           ///< Newest message from there.
    Instant sent{};            ///< Newest message to it.
    Instant pushed{};          ///< Newest of those that it has not asked for.
    std::uint64_t told_to = 0; ///< Newest update that a message brought, or by `more` announced.
    std::int32_t day = 0;      ///< Of the two counts: days since 1970 in the place.
    std::uint32_t sent_today = 0;
    std::uint32_t pushed_today = 0; ///< Among them.
    bool operator==(const SmsRoute&) const = default;
};

/// What a list shows of a case.
struct CaseRow {
    ItemId id;
    BoxId box;
    domain::Recipient recipient = domain::Recipient::kDistrict;
    std::string code; ///< 8 digits
    std::string service;
    std::string lifecycle;
    std::string state;
    domain::Channel channel = domain::Channel::kKiosk;
    Instant received_at{};
    Instant due_at{};
    Instant changed_at{};
    bool open = true; ///< Its state is not final.
    std::uint32_t version = 1;
    auto operator<=>(const CaseRow&) const = default;
};

struct NewCase {
    CaseRow row;
    Bytes record; ///< wire::seal_record()
};

enum class QuarantineReason : std::uint8_t { // stored: do not change values
    kRevokedBox = 1,
    kNotUnderstood = 5, ///< Not a record of this pack: perhaps of a newer one.
    kCopiedBox = 7,     ///< Of a second epoch under a number that was used: somebody has a copy of the box.
};

/// An item that was opened, and is no case.
struct Quarantined {
    BoxId box;
    std::array<std::uint8_t, 32> digest{}; ///< Of the item as it came: its name for a clerk.
    QuarantineReason reason = QuarantineReason::kNotUnderstood;
    Instant at{};
    ItemId item;
    domain::Recipient recipient = domain::Recipient::kDistrict;
    Bytes record; ///< wire::seal_record()
};

/// What is known of an epoch of a box. Its keys are not kept: they follow from the opening.
struct EpochRow {
    BoxId box;
    std::uint16_t number = 0;
    wire::Mark mark{};
    domain::Recipient recipient = domain::Recipient::kDistrict;
    Bytes opening;           ///< The item that opened it, as it came. In a Delivery: empty for a known epoch.
    Bytes received;          ///< wire::ReceivedSet
    std::uint16_t items = 0; ///< In it.
    bool copied = false;     ///< Another epoch of this number was there before.
    wire::ClosedEpoch previous;
    bool operator==(const EpochRow&) const = default;
};

inline constexpr std::size_t kKeptDaysOfUse = 400;

/// One parcel, worked out.
struct Delivery {
    BoxId box;
    Instant at{};
    std::optional<domain::Carrier> by;    ///< How it came; nothing: not known.
    std::optional<wire::DayOfUse> used;   ///< If the box told.
    std::optional<std::uint32_t> waiting; ///< Nothing: the box did not say.
    std::uint64_t acknowledged = 0;
    bool linked = true;           ///< It came over a link, not by SMS or on a stick.
    std::optional<SmsSource> sms; ///< It came by SMS, from where answers shall go.
    std::vector<NewCase> cases;
    std::vector<Quarantined> quarantined;
    std::vector<EpochRow> epochs;
};

struct Event {
    Instant at{};
    std::string officer;
    std::string from;
    std::string to;
    Bytes words; ///< Reason and answer, sealed; empty if there were none.
    bool operator==(const Event&) const = default;
};

struct CaseMove {
    ItemId id;
    std::uint32_t expected_version = 0;
    bool open = true; ///< Of the new state.
    Event event;
    wire::StatusUpdate update; ///< `sequence` is given by the store.
};

struct CaseFilter {
    domain::Recipient recipient = domain::Recipient::kDistrict;
    std::string state;   ///< Empty: any.
    std::string service; ///< Empty: any.
    std::string code;    ///< Empty: any.
    std::optional<BoxId> box;
    bool open_only = false;
    std::uint32_t offset = 0;
    std::uint32_t limit = 25;
};

struct CasePage {
    std::vector<CaseRow> rows;
    std::uint64_t total = 0;
};

struct StateCount {
    std::string lifecycle;
    std::string state;
    std::uint64_t cases = 0;
    std::uint64_t past_due = 0; ///< Open ones with due_at before the time asked.
    auto operator<=>(const StateCount&) const = default;
};

enum class Role : std::uint8_t { kOfficer = 1, kInspectorate = 2 }; // stored: do not change values

struct Officer {
    std::string name;
    Role role = Role::kOfficer;
    std::string password; ///< wire/password.hpp
};

/// What was tried with one name.
struct Attempts {
    std::array<std::uint8_t, 32> name{}; ///< Digest of the name: people type passwords there.
    bool known = false;                  ///< An officer has this name.
    std::uint32_t failures = 0;
    Instant locked_until{};
    Instant last{};
};
inline constexpr std::size_t kMaxStrangers = 4096;

struct Session {
    std::array<std::uint8_t, 32> token_hash{};
    std::string officer;
    Instant started{};
    Instant seen{};
};

/// A code that lets one box enrol, once and for a day.
struct Invitation {
    std::array<std::uint8_t, 32> code{}; ///< A keyed digest of it (district/enrolment.hpp).
    std::string village;
    Instant issued{};
    Instant expires{};
    BoxId used_by; ///< 0: not used yet.
};

/// One version of something for boxes, and the bulletins that bring it (wire/bulletin.hpp).
struct Publication {
    wire::BulletinKind kind = wire::BulletinKind::kDocument;
    BoxId box; ///< 0: for every box.
    std::string name;
    std::uint32_t version = 0;
    Instant at{};
    Bytes content; ///< Left out in lists.
    struct Ready {
        std::uint32_t base = 0; ///< 0: the whole.
        Bytes bulletin;
    };
    std::vector<Ready> ready; ///< Only for publish().
};
inline constexpr std::size_t kKeptVersions = 4;

class Store {
  public:
    virtual ~Store() = default;

    // --- boxes ---
    virtual Status register_box(const Box& box) = 0;
    /// Not an error: revoked before. kNotFound.
    virtual Status revoke_box(BoxId box) = 0;
    /// Changes nothing else. kNotFound.
    virtual Status assign_village(BoxId box, const std::string& village) = 0;
    virtual Result<Box> box(BoxId box) = 0;
    /// By number.
    virtual Result<std::vector<Box>> boxes() = 0;
    /// What it used its carriers for, as it told: the newest days first, at most `most`. Not an error: no
    /// such box.
    virtual Result<std::vector<wire::DayOfUse>> use_of(BoxId box, std::size_t most) = 0;
    /// The box's psk, sealed under a key that is not in the store. Replaces; kNotFound - no such box.
    virtual Status put_psk(BoxId box, BytesView sealed) = 0;
    virtual Result<Bytes> psk(BoxId box) = 0;

    // --- enrolment ---
    /// kConflict - the code is known.
    virtual Status add_invitation(const Invitation& invitation) = 0;
    virtual Result<Invitation> invitation(const std::array<std::uint8_t, 32>& code) = 0;
    /// kNotFound - no such invitation; kConflict by rule 15.
    virtual Status enrol(const std::array<std::uint8_t, 32>& code, const Box& box, BytesView sealed_psk) = 0;

    // --- publications ---
    virtual Status publish(const Publication& publication) = 0;
    /// The newest version of every name, without content; by name.
    virtual Result<std::vector<Publication>> publications() = 0;
    virtual Result<Publication> publication(const std::string& name, std::uint32_t version) = 0;
    /// Newest first; empty if there is none.
    virtual Result<std::vector<std::uint32_t>> kept_versions(const std::string& name) = 0;
    virtual Result<Bytes> bulletin(const std::string& name, std::uint32_t version, std::uint32_t base) = 0;

    // --- intake ---
    /// kNotFound - no such box.
    virtual Status receive(const Delivery& delivery) = 0;
    virtual Result<std::vector<wire::StatusUpdate>> updates_after(BoxId box, std::uint64_t sequence,
                                                                  std::size_t limit) = 0;
    /// Oldest first, without the first `skip`.
    virtual Result<std::vector<Quarantined>> quarantined(std::size_t skip, std::size_t limit) = 0;
    virtual Result<std::uint64_t> quarantined_of(BoxId box) = 0;
    /// Every epoch under that number: more than one if the box was copied.
    virtual Result<std::vector<EpochRow>> epochs(BoxId box, std::uint16_t number) = 0;
    /// The highest number; 0: none.
    virtual Result<std::uint16_t> newest_epoch(BoxId box) = 0;
    /// Items that later openings say were sealed, and that are not here: held back on the way, or still on
    /// it.
    virtual Result<std::uint64_t> missing_of(BoxId box) = 0;
    /// kNotFound - nothing quarantined under that name; kConflict - the case is there already.
    virtual Status adopt(const Quarantined& quarantined, const NewCase& found) = 0;

    // --- SMS ---
    /// kNotFound - nothing is known of the box by SMS.
    virtual Result<SmsRoute> sms_route(BoxId box) = 0;
    /// By number of the box.
    virtual Result<std::vector<SmsRoute>> sms_routes() = 0;
    /// By rule 20. kNotFound - no such box.
    virtual Status count_sms(const SmsRoute& route) = 0;

    // --- cases ---
    virtual Result<CaseRow> case_row(const ItemId& id) = 0;
    virtual Result<Bytes> record(const ItemId& id) = 0;
    /// Oldest first; empty if the case has not moved, or is not there.
    virtual Result<std::vector<Event>> events(const ItemId& id) = 0;
    virtual Result<CasePage> list(const CaseFilter& filter) = 0;
    virtual Result<std::vector<StateCount>> counts(domain::Recipient recipient, Instant now) = 0;
    /// Returns the sequence of the update. kNotFound; kConflict by rule 5.
    virtual Result<std::uint64_t> move(const CaseMove& move) = 0;

    // --- officers ---
    virtual Status add_officer(const Officer& officer) = 0;
    virtual Result<Officer> officer(const std::string& name) = 0;
    virtual Result<Attempts> attempts(const std::array<std::uint8_t, 32>& name) = 0;
    virtual Status save_attempts(const Attempts& attempts) = 0;
    /// Also ends the sessions started before `oldest_start` or last seen before `oldest_seen`.
    virtual Status open_session(const Session& session, Instant oldest_start, Instant oldest_seen) = 0;
    virtual Result<Session> session(const std::array<std::uint8_t, 32>& token_hash) = 0;
    /// Not an error: the session is gone.
    virtual Status touch_session(const std::array<std::uint8_t, 32>& token_hash, Instant seen) = 0;
    virtual Status close_session(const std::array<std::uint8_t, 32>& token_hash) = 0;
};

} // namespace kentongan::district
