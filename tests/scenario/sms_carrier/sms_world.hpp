// A box that reaches its district by SMS alone, in virtual time, over a radio and a path that do what the
// test says.
#pragma once

#include "tools/small_world.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace kentongan::test {

using domain::Carrier;

inline const std::string kPhone = "+6280000000012";
inline const std::string kDistrict = "+6280000000091";
inline constexpr std::chrono::hours kPatience{6};
inline constexpr std::chrono::minutes kMinute{1};

struct SmsWorld : SmallWorld {
    explicit SmsWorld(box::FrameForm form = box::FrameForm::kData) {
        domain::Tariff tariff;
        tariff.cost_per_message = 350;
        tariff.patience = kPatience;
        village.carriers[Carrier::kSms] = tariff;
        sms_setting = {domain::Msisdn{kDistrict}, form};
        restart();
    }
    void restart() {
        reboot();
        plug_modem();
    }
    /// Nothing but SMS, for so long that every limit of patience is over; what calls there were are gone.
    void be_alone(seconds time = kPatience + kMinute) {
        pass(time);
        frames();
    }
    void pass(seconds time, seconds step = seconds(60)) {
        for (auto until = now + time; now < until;) {
            now = std::min(until, now + step);
            tick();
        }
    }
    /// What went to the district since last asked.
    std::vector<Bytes> frames() {
        std::vector<Bytes> out;
        for (; data_seen_ < sent_data.size(); ++data_seen_) {
            CHECK(sent_data[data_seen_].first == kDistrict);
            out.push_back(sent_data[data_seen_].second);
        }
        for (; text_seen_ < sent.size(); ++text_seen_) {
            if (sent[text_seen_].first != kDistrict) continue;
            auto frame = wire::frame_of_text(sent[text_seen_].second);
            REQUIRE(frame);
            out.push_back(*frame);
        }
        for (const auto& frame : out) CHECK(frame.size() <= sms_setting.room());
        return out;
    }
    /// Those among them that are items.
    std::vector<Bytes> items() {
        auto out = frames();
        std::erase_if(out, [](const Bytes& frame) { return wire::kind_of(frame) != wire::FrameKind::kItem; });
        return out;
    }
    /// The district's answer to one frame, if it has one.
    std::optional<Bytes> district(const Bytes& frame) {
        auto answer = intake.exchange(wire::write_parcel(std::vector<Bytes>{frame}), now, 60);
        REQUIRE(answer);
        if (answer->empty()) return std::nullopt;
        auto read = wire::read_parcel(*answer);
        REQUIRE(read);
        return Bytes(read->front().begin(), read->front().end());
    }
    bool bring(const Bytes& answer, const std::string& from = kDistrict) {
        if (sms_setting.form == box::FrameForm::kData) return data(from, answer);
        return text(from, *wire::frame_as_text(answer));
    }
    /// A path without faults: everything that went is answered.
    std::size_t carry() {
        auto went = frames();
        for (const auto& frame : went)
            if (auto answer = district(frame)) CHECK(bring(*answer));
        return went.size();
    }
    std::string submit(std::uint8_t once) { return ask<local::Accepted>(letter(once)).code; }
    std::string report(std::uint8_t once) {
        auto levy = letter(once);
        levy.service = "pungli";
        levy.answers = {
            {"layanan", "surat"}, {"jumlah", "50000"}, {"siapa", "tidak_tahu"}, {"kapan", "hari_ini"}};
        levy.anonymous = levy.confidential = true;
        return ask<local::Accepted>(levy).code;
    }
    std::uint32_t waiting() { return *box_store.waiting(); }

  private:
    std::size_t data_seen_ = 0;
    std::size_t text_seen_ = 0;
};

inline wire::ItemHeader header(const Bytes& frame) {
    auto read = wire::read_item(frame);
    REQUIRE(read);
    return read->header;
}

} // namespace kentongan::test
