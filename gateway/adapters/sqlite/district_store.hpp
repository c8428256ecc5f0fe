// A district's store in one SQLite file.
#pragma once

#include "adapters/sqlite/database.hpp"
#include "district/ports/store.hpp"

namespace kentongan::sqlite {

/// One writer; another process (a command of the technician) may write between two calls.
class SqliteDistrictStore final : public district::Store {
  public:
    /// Errors: as Database::open().
    static Result<std::unique_ptr<SqliteDistrictStore>> open(const std::string& path,
                                                             const OpenOptions& options = {});

    Status register_box(const district::Box& box) override;
    Status revoke_box(BoxId box) override;
    Status assign_village(BoxId box, const std::string& village) override;
    Result<district::Box> box(BoxId box) override;
    Result<std::vector<district::Box>> boxes() override;
    Result<std::vector<wire::DayOfUse>> use_of(BoxId box, std::size_t most) override;
    Status put_psk(BoxId box, BytesView sealed) override;
    Result<Bytes> psk(BoxId box) override;

    Status add_invitation(const district::Invitation& invitation) override;
    Result<district::Invitation> invitation(const std::array<std::uint8_t, 32>& code) override;
    Status enrol(const std::array<std::uint8_t, 32>& code, const district::Box& box,
                 BytesView sealed_psk) override;

    Status publish(const district::Publication& publication) override;
    Result<std::vector<district::Publication>> publications() override;
    Result<district::Publication> publication(const std::string& name, std::uint32_t version) override;
    Result<std::vector<std::uint32_t>> kept_versions(const std::string& name) override;
    Result<Bytes> bulletin(const std::string& name, std::uint32_t version, std::uint32_t base) override;

    Status receive(const district::Delivery& delivery) override;
    Result<std::vector<wire::StatusUpdate>> updates_after(BoxId box, std::uint64_t sequence,
                                                          std::size_t limit) override;
    Result<std::vector<district::Quarantined>> quarantined(std::size_t skip, std::size_t limit) override;
    Result<std::uint64_t> quarantined_of(BoxId box) override;
    Result<std::vector<district::EpochRow>> epochs(BoxId box, std::uint16_t number) override;
    Result<std::uint16_t> newest_epoch(BoxId box) override;
    Result<std::uint64_t> missing_of(BoxId box) override;
    Status adopt(const district::Quarantined& quarantined, const district::NewCase& found) override;

    Result<district::SmsRoute> sms_route(BoxId box) override;
    Result<std::vector<district::SmsRoute>> sms_routes() override;
    Status count_sms(const district::SmsRoute& route) override;

    Result<district::CaseRow> case_row(const ItemId& id) override;
    Result<Bytes> record(const ItemId& id) override;
    Result<std::vector<district::Event>> events(const ItemId& id) override;
    Result<district::CasePage> list(const district::CaseFilter& filter) override;
    Result<std::vector<district::StateCount>> counts(domain::Recipient recipient, Instant now) override;
    Result<std::uint64_t> move(const district::CaseMove& move) override;

    Status add_officer(const district::Officer& officer) override;
    Result<district::Officer> officer(const std::string& name) override;
    Result<district::Attempts> attempts(const std::array<std::uint8_t, 32>& name) override;
    Status save_attempts(const district::Attempts& attempts) override;
    Status open_session(const district::Session& session, Instant oldest_start, Instant oldest_seen) override;
    Result<district::Session> session(const std::array<std::uint8_t, 32>& token_hash) override;
    Status touch_session(const std::array<std::uint8_t, 32>& token_hash, Instant seen) override;
    Status close_session(const std::array<std::uint8_t, 32>& token_hash) override;

  private:
    explicit SqliteDistrictStore(Database database) : database_(std::move(database)) {}
    /// Runs `work` in one transaction; rolls back if it fails.
    template <class Work>
    auto together(Work work) -> decltype(work()) {
        TRY(database_.begin());
        auto done = work();
        if (!done) {
            database_.rollback();
            return done;
        }
        TRY(database_.commit());
        return done;
    }
    Status insert_box(const district::Box& box);
    Status write_psk(BoxId box, BytesView sealed);
    Result<bool> insert_case(const district::NewCase& found);
    Status hear_sms(BoxId box, const district::SmsSource& source, Instant at);
    Status put_use(BoxId box, const wire::DayOfUse& used);
    Status put_epoch(const district::EpochRow& epoch);
    /// The one number that `sql` answers about a box.
    Result<std::uint64_t> number_of(BoxId box, const char* sql);

    Database database_;
};

} // namespace kentongan::sqlite
