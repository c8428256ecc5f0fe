// A district's store in memory, for the simulated world and for tests of the core.
#pragma once

#include "district/ports/store.hpp"

#include <map>
#include <tuple>

namespace kentongan::sim {

/// Keeps everything as long as it lives: a district that is killed loses what is around it. Can be told to
/// refuse writes, as a full disk does. Threads: one.
class MemoryDistrictStore : public district::Store {
  public:
    /// The next `count` writing calls fail with kNoSpace and change nothing.
    void refuse_writes(int count) { refusals_ = count; }

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
    using Digest = std::array<std::uint8_t, 32>;
    struct Kept {
        district::CaseRow row;
        Bytes record;
        std::vector<district::Event> events;
        std::uint64_t arrival = 0;
    };
    struct Published {
        std::map<std::uint32_t, district::Publication> versions;
        std::uint32_t newest = 0; ///< Ever.
    };
    Status writable();
    [[nodiscard]] bool known(const district::Box& box) const;
    void keep(const district::NewCase& found);

    int refusals_ = 0;
    std::uint64_t arrivals_ = 0;
    std::map<BoxId, district::Box> boxes_;
    std::map<BoxId, std::map<std::uint32_t, wire::DayOfUse>> used_; ///< By day.
    std::map<BoxId, Bytes> psks_;
    std::map<BoxId, district::SmsRoute> sms_routes_;
    std::map<Digest, district::Invitation> invitations_;
    std::map<std::string, Published> published_;
    std::map<ItemId, Kept> cases_;
    /// As lists are sorted: newest received first, of those the later to arrive.
    std::map<std::tuple<domain::Recipient, seconds::rep, std::uint64_t>, const Kept*> order_;
    std::map<BoxId, std::map<std::pair<std::uint16_t, wire::Mark>, district::EpochRow>> epochs_;
    std::map<BoxId, std::map<std::uint64_t, wire::StatusUpdate>> updates_;
    std::map<BoxId, std::uint64_t> notices_dropped_;             ///< Up to this update.
    std::map<std::uint64_t, district::Quarantined> quarantined_; ///< By arrival.
    std::map<std::pair<BoxId, Digest>, std::uint64_t> quarantined_at_;
    std::map<std::string, district::Officer> officers_;
    std::map<Digest, district::Attempts> attempts_;
    std::map<Digest, district::Session> sessions_;
};

} // namespace kentongan::sim
