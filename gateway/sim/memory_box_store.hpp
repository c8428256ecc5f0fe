// box::Store in memory, for the simulated world. Passes the same contract as SqliteBoxStore.
//
// What stands in it is the disk: it outlives the box that writes to it, a power cut takes what is not
// committed.
#pragma once

#include "box/ports/store.hpp"

#include <functional>
#include <map>
#include <memory>
#include <tuple>

namespace kentongan::sim {

/// Threads: one. A copy made outside a transaction is an image of the disk.
class MemoryBoxStore : public box::Store {
  public:
    // --- the world's side ---

    /// From now on every write answers kNoSpace, as a full disk does; false: there is room again.
    void set_full(bool full) { full_ = full; }
    /// The power goes in the middle of the `writes`-th write from now (0: the next; begin and commit count as
    /// writes): it and everything after it answer kUnavailable, and nothing of them is kept.
    void cut_after(int writes) { writes_left_ = writes; }
    /// Whether cut_after() was called and the power is not back yet.
    [[nodiscard]] bool armed() const { return powerless_ || writes_left_.has_value(); }
    /// Drops what is not committed; then the power is back.
    void power_cut();
    /// The next commit answers kUnavailable although (`kept`) everything of it is on the disk, or is not.
    void break_next_commit(bool kept) { broken_commit_ = kept ? Broken::kKept : Broken::kLost; }
    /// A disk that says "written" and has written nothing: a power cut takes everything since. No real store
    /// may stand on one; it is here for the world's checks to prove that they would see it.
    void set_lying(bool lying) { lying_ = lying; }
    /// Every byte that a thief of the disk finds.
    [[nodiscard]] Bytes dump() const;
    /// SMS that are kept aside.
    [[nodiscard]] std::size_t quarantined() const { return now_.quarantine.size(); }
    [[nodiscard]] bool holds(const ItemId& item) const { return now_.places.contains(item); }

    // --- the box's side ---

    Status begin() override;
    Status commit() override;
    void rollback() override;

    Status put_item(const box::QueuedItem& item, Instant now) override;
    Result<std::vector<box::QueuedItem>> queued_items(std::size_t most) override;
    Result<std::vector<box::QueuedItem>> queued_up_to(std::size_t size, std::size_t most) override;
    Status retire_item(ItemId item, Instant now) override;
    Status drop_retired_before(Instant before) override;
    Result<std::uint32_t> waiting() override;
    Result<std::uint32_t> waiting_above(std::size_t size) override;
    Status put_by_sms(ItemId item, const box::Resend& resend) override;
    Result<std::vector<ItemId>> queued_between(const ItemId& first, const ItemId& last) override;
    Status put_epoch(const box::EpochRow& row) override;
    Result<std::optional<box::EpochRow>> epoch(std::uint16_t number) override;
    Result<std::optional<box::EpochRow>> newest_epoch(domain::Recipient recipient) override;
    Result<std::uint16_t> highest_epoch() override { return now_.highest_epoch; }
    Status skip_epochs(std::uint16_t up_to) override;
    Status put_case(const box::CaseRow& row) override;
    Result<std::optional<box::CaseRow>> case_of(ItemId item) override;
    Result<std::optional<box::CaseRow>> case_by_once(const box::Pseudonym& once) override;
    Result<std::optional<box::CaseRow>> case_by_code(const box::Pseudonym& code) override;
    Result<std::optional<box::CaseRow>> case_by_receipt(const box::Pseudonym& receipt) override;
    Status set_state(ItemId item, const box::CaseEvent& event, BytesView reply) override;
    Status put_reply(ItemId item, BytesView reply) override;
    Result<std::vector<box::CaseEvent>> history(ItemId item) override;
    Result<std::vector<box::CaseRow>> cases_of_phone(const box::Pseudonym& phone) override;
    Result<std::uint64_t> last_update() override { return now_.last_update; }
    Result<std::uint64_t> last_whole() override { return now_.last_whole; }
    Result<Instant> last_contact() override { return now_.last_contact; }
    Status set_contact(std::uint64_t last_update, std::uint64_t last_whole, Instant at) override;
    Result<box::Resend> sms_call() override { return now_.sms_call; }
    Status put_sms_call(const box::Resend& resend) override;
    Result<std::uint32_t> exports() override { return now_.exports; }
    Status put_exports(std::uint32_t newest) override;
    Result<std::optional<box::CarrierBook>> carrier_book() override { return now_.carrier_book; }
    Status put_carrier_book(const box::CarrierBook& book) override;
    Status put_carrier_day(const box::CarrierDay& row) override;
    Result<std::vector<box::CarrierDay>> carrier_days(std::int32_t first, std::int32_t last) override;
    Status keep_carrier_days(std::int32_t first, std::int32_t last) override;
    Status put_bulletin(const box::HeldBulletin& bulletin) override;
    Result<std::optional<box::HeldBulletin>> bulletin(const std::string& name) override;
    Result<std::vector<box::HeldBulletin>> bulletins() override;
    Status put_assembly(const box::SavedAssembly& assembly) override;
    Result<std::vector<box::SavedAssembly>> assemblies() override;
    Status drop_assembly(std::uint32_t mark) override;
    Result<std::optional<Bytes>> conversation(const box::Pseudonym& phone) override;
    Status put_conversation(const box::Pseudonym& phone, BytesView content, Instant touched) override;
    Status drop_conversation(const box::Pseudonym& phone) override;
    Result<std::vector<OldConversation>> conversations_before(Instant before, std::size_t most) override;
    Result<bool> stopped(const box::Pseudonym& phone) override { return now_.stopped.contains(phone); }
    Status set_stopped(const box::Pseudonym& phone, bool stopped) override;
    Result<bool> sms_seen(const std::array<std::uint8_t, 16>& fingerprint) override;
    Status mark_sms_seen(const std::array<std::uint8_t, 16>& fingerprint, Instant now) override;
    Status forget_sms_seen_before(Instant before) override;
    Status put_part(const box::SmsPart& part) override;
    Result<std::vector<box::SmsPart>> parts(const box::Pseudonym& sender, std::uint16_t reference,
                                            std::uint8_t count) override;
    Status drop_parts(const box::Pseudonym& sender, std::uint16_t reference, std::uint8_t count) override;
    Result<std::vector<box::SmsPart>> stale_parts(Instant before, std::size_t most) override;
    Status quarantine(const std::array<std::uint8_t, 16>& fingerprint, BytesView content,
                      Instant now) override;
    Result<std::uint64_t> put_sms(const box::OutgoingSms& sms) override;
    Result<std::optional<box::OutgoingSms>> next_sms(Instant now) override;
    Result<std::optional<box::OutgoingSms>> sms(std::uint64_t id) override;
    Status update_sms(const box::OutgoingSms& sms) override;
    Status drop_sms(std::uint64_t id) override;
    Result<std::vector<box::OutgoingSms>> submitting_sms() override;
    Status drop_expired_sms(Instant now) override;

  private:
    using MessageKey = std::tuple<box::Pseudonym, std::uint16_t, std::uint8_t>;
    using Fingerprint = std::array<std::uint8_t, 16>;
    struct Item {
        box::QueuedItem item;
        std::optional<Instant> retired;
    };
    struct World {
        std::map<std::uint64_t, Item> items; ///< By place in the queue.
        std::map<ItemId, std::uint64_t> places;
        std::map<std::pair<box::Urgency, std::uint64_t>, ItemId> queue; ///< Those not retired.
        std::map<std::pair<Instant, std::uint64_t>, ItemId> retired;
        std::map<std::uint16_t, box::EpochRow> epochs;
        std::uint16_t highest_epoch = 0;
        std::map<ItemId, box::CaseRow> cases;
        std::map<box::Pseudonym, ItemId> by_once;
        std::map<box::Pseudonym, ItemId> by_code;
        std::map<box::Pseudonym, ItemId> by_receipt;
        std::map<ItemId, std::vector<box::CaseEvent>> events;
        std::uint64_t last_update = 0;
        std::uint64_t last_whole = 0;
        Instant last_contact{};
        std::uint32_t exports = 0;
        box::Resend sms_call;
        std::optional<box::CarrierBook> carrier_book;
        std::map<std::pair<std::int32_t, domain::Carrier>, box::CarrierDay> carrier_days;
        std::map<box::Pseudonym, std::pair<Bytes, Instant>> conversations;
        std::map<box::Pseudonym, bool> stopped;
        std::map<Fingerprint, Instant> seen;
        std::map<MessageKey, std::map<std::uint8_t, box::SmsPart>> parts;
        std::map<Fingerprint, std::pair<Bytes, Instant>> quarantine;
        std::map<std::uint64_t, box::OutgoingSms> sms;
        std::map<std::string, std::shared_ptr<const box::HeldBulletin>> bulletins;
        std::vector<std::shared_ptr<const box::SavedAssembly>> assemblies; ///< Least recently put first.
        std::uint64_t next_place = 1;
        std::uint64_t next_sms = 1;
    };
    enum class Broken : std::uint8_t { kNo, kKept, kLost };

    /// Before every write: whether the disk takes it.
    Status writable();
    /// Whether there is power for one write more.
    Status powered();
    // Every change goes through these, so that a transaction can be taken back.
    template <class Map>
    void put(Map World::*map, const typename Map::key_type& key, typename Map::mapped_type value);
    template <class Map>
    void drop(Map World::*map, const typename Map::key_type& key);
    template <class Map>
    void remember(Map World::*map, const typename Map::key_type& key);
    template <class Value>
    void set(Value World::*value, Value to);
    template <class Map, class Predicate>
    void drop_if(Map World::*map, Predicate old);
    Result<std::optional<box::CaseRow>> case_at(const std::map<box::Pseudonym, ItemId>& index,
                                                const box::Pseudonym& name) const;
    void undo_to(std::size_t size);

    World now_;
    bool open_ = false;                             ///< Within a transaction.
    std::vector<std::function<void(World&)>> undo_; ///< Of what a power cut would take, oldest first.
    std::size_t begun_at_ = 0;                      ///< Of undo_: where the open transaction began.
    bool full_ = false;
    bool lying_ = false;
    bool powerless_ = false;
    std::optional<int> writes_left_;
    Broken broken_commit_ = Broken::kNo;
};

} // namespace kentongan::sim
