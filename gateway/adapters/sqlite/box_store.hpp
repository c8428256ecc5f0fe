// box::Store in one SQLite file.
#pragma once

#include "adapters/sqlite/database.hpp"
#include "box/ports/store.hpp"

#include <map>
#include <memory>

namespace kentongan::sqlite {

class SqliteBoxStore final : public box::Store {
  public:
    /// See Database::open() for errors.
    static Result<std::unique_ptr<SqliteBoxStore>> open(const std::string& path,
                                                        const OpenOptions& options = {});

    /// See Database::verify().
    Status verify() { return database_.verify(); }

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
    Result<std::uint16_t> highest_epoch() override;
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

    Result<std::uint64_t> last_update() override;
    Result<std::uint64_t> last_whole() override;
    Result<Instant> last_contact() override;
    Status set_contact(std::uint64_t last_update, std::uint64_t last_whole, Instant at) override;
    Result<box::Resend> sms_call() override;
    Status put_sms_call(const box::Resend& resend) override;
    Result<std::uint32_t> exports() override;
    Status put_exports(std::uint32_t newest) override;
    Result<std::optional<box::CarrierBook>> carrier_book() override;
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
    Result<bool> stopped(const box::Pseudonym& phone) override;
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
    explicit SqliteBoxStore(Database database) : database_(std::move(database)) {}
    /// The prepared statement of `sql`, reset; prepared once.
    Result<Statement*> statement(std::string_view sql);

    Database database_;
    std::map<std::string_view, Statement> statements_; ///< Keys are literals.
};

} // namespace kentongan::sqlite
