// A box and its district in one process: the real applications over memory, a real pack, a clock that the
// test owns, and a link and a radio that do what the test says.
#pragma once

#include "box/box.hpp"
#include "district/boxes.hpp"
#include "district/cases.hpp"
#include "district/intake.hpp"
#include "sim/memory_box_store.hpp"
#include "sim/memory_district_store.hpp"
#include "tools/packs.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kentongan::test {

namespace local = wire::local;

class SmallWorld {
  public:
    explicit SmallWorld(const char* pack_id = "id-jember")
        : pack(test_pack(pack_id)), village(test_village(pack)), keys(wire::make_box_keys(BoxId{7})) {
        setting.pack = pack;
        setting.dictionaries = std::move(wire::Dictionaries::load(pack.dictionaries)).take();
        setting.villages[village.id] = village;
        setting.keys = wire::make_district_keys();
        setting.psk_key.fill(0x33);
        REQUIRE(district::register_box(district_store, keys.shown, village.id, keys.psk, setting.psk_key));
        reboot();
    }

    domain::Pack pack;
    domain::Village village;
    wire::BoxSecret keys;
    sim::MemoryBoxStore box_store;
    sim::MemoryDistrictStore district_store;
    district::Setting setting;
    district::Intake intake{district_store, setting};
    district::Cases cases{district_store, setting};
    /// Tuesday 24 November 2026, 10:00 in Jember (03:00 UTC).
    Instant now = from_unix(1795489200);

    // --- the box
    // ---------------------------------------------------------------------------------------------

    /// What a restart leaves: the store, and a box that knows nothing else.
    void reboot() {
        sealer = std::make_unique<wire::Sealer>(keys, setting.keys.shown.current());
        box = std::make_unique<box::Box>(
            box::Ground{pack, village, keys, setting.keys.shown, box_store, *sealer, setting.dictionaries},
            sms_setting);
    }
    /// From the next reboot() on.
    box::SmsSetting sms_setting;

    std::vector<box::Outbound> say(const local::Message& message, box::PeerId peer = 1) {
        return box->handle({{peer, message}}, now);
    }

    template <class Answer>
    Answer ask(const local::Message& message, box::PeerId peer = 1) {
        auto answers = say(message, peer);
        REQUIRE_FALSE(answers.empty());
        const auto* answer = std::get_if<Answer>(&answers.front().message);
        REQUIRE(answer != nullptr);
        return *answer;
    }

    local::Submit letter(std::uint8_t once = 1) const {
        local::Submit submit;
        submit.call = 5;
        submit.once.value.fill(once);
        submit.service = "domisili";
        submit.language = "id";
        submit.answers = {{"identity_number", "3509275203850000"},
                          {"name", "Siti Contoh"},
                          {"hamlet", "krajan"},
                          {"rt", "3"},
                          {"rw", "1"},
                          {"keperluan", "bank"}};
        submit.consent_version = pack.consent_version;
        return submit;
    }

    // --- the link
    // --------------------------------------------------------------------------------------------

    enum class Link { kGood, kNothingArrives, kAnswerIsLost };

    /// One exchange over the link.
    Result<box::Forward::Absorbed> exchange(Link link = Link::kGood) {
        auto parcel = box->next_parcel(++echoes_, 64 * 1024, now);
        REQUIRE(parcel);
        if (link == Link::kNothingArrives) return fail(ErrorCode::kUnavailable, "test.link");
        auto answer = intake.exchange(*parcel, now);
        if (!answer) return tl::unexpected<Error>(answer.error());
        if (link == Link::kAnswerIsLost) return fail(ErrorCode::kUnavailable, "test.link");
        return box->absorb(*answer, now);
    }

    // --- the desk
    // --------------------------------------------------------------------------------------------

    std::vector<district::ListedCase> at_desk(district::Role role = district::Role::kOfficer) {
        auto list = cases.list(role, {}, 1, now);
        REQUIRE(list);
        return list->cases;
    }

    Status move(const district::ListedCase& one, const char* to, const char* reason = "",
                const char* answer = "") {
        auto detail = cases.detail(district::Role::kOfficer, one.row.id, "", now);
        if (!detail) return tl::unexpected<Error>(detail.error());
        return cases.move(district::Role::kOfficer,
                          {"petugas", one.row.id, to, reason, answer, detail->listed.row.version}, now);
    }

    // --- the radio
    // -------------------------------------------------------------------------------------------

    static constexpr box::PeerId kModem = 9;

    void plug_modem() {
        air(say(local::ModemHello{"modem0"}, kModem));
        air(say(local::ModemState{true, 80, 0, 30}, kModem));
    }

    /// A text arrives; true if the box has kept it (and the worker may delete it).
    bool text(const std::string& from, const std::string& words, std::uint8_t part = 1,
              std::uint8_t parts = 1) {
        local::SmsArrived sms;
        sms.call = ++calls_;
        sms.fingerprint[0] = static_cast<std::uint8_t>(calls_);
        sms.fingerprint[1] = static_cast<std::uint8_t>(calls_ >> 8);
        sms.sender = from;
        sms.text = words;
        sms.part_reference = 33;
        sms.part_count = parts;
        sms.part_number = part;
        last_sms = sms;
        return arrives(sms);
    }

    /// 8-bit data arrives; true if the box has kept it.
    bool data(const std::string& from, const Bytes& octets) {
        local::SmsArrived sms;
        sms.call = ++calls_;
        sms.fingerprint[0] = static_cast<std::uint8_t>(calls_);
        sms.fingerprint[1] = static_cast<std::uint8_t>(calls_ >> 8);
        sms.sender = from;
        sms.binary = true;
        sms.data = octets;
        last_sms = sms;
        return arrives(sms);
    }

    bool arrives(const local::SmsArrived& sms) {
        auto answers = say(sms, kModem);
        bool kept = false;
        for (const auto& one : answers)
            if (const auto* answer = std::get_if<local::SmsKept>(&one.message))
                kept = answer->call == sms.call;
        air(answers);
        return kept;
    }

    void tick() { air(box->tick(now)); }

    /// Carries what the box wants sent; the network accepts it, unless `outcome` says otherwise.
    void air(const std::vector<box::Outbound>& messages) {
        for (const auto& one : messages) {
            local::SmsOutcome told;
            if (const auto* send = std::get_if<local::SendSms>(&one.message)) {
                sent.push_back({send->to, send->text});
                told.id = send->id;
            } else if (const auto* data = std::get_if<local::SendData>(&one.message)) {
                sent_data.push_back({data->to, data->data});
                told.id = data->id;
            } else {
                continue;
            }
            if (!outcome) continue; // the worker says nothing (yet)
            told.outcome = static_cast<std::uint8_t>(*outcome);
            air(say(told, kModem));
        }
    }

    /// The newest SMS to `number`, or "".
    std::string newest_to(const std::string& number) const {
        for (auto at = sent.rbegin(); at != sent.rend(); ++at)
            if (at->first == number) return at->second;
        return "";
    }

    std::vector<std::pair<std::string, std::string>> sent; ///< On the air: to, text.
    std::vector<std::pair<std::string, Bytes>> sent_data;  ///< The same, 8-bit.
    std::optional<local::SendOutcome> outcome = local::SendOutcome::kAccepted;
    local::SmsArrived last_sms;
    std::unique_ptr<wire::Sealer> sealer;
    std::unique_ptr<box::Box> box;

  private:
    std::uint32_t echoes_ = 0;
    std::uint64_t calls_ = 0;
};

/// The first 8-digit code in a text, without its space; "" if there is none.
inline std::string code_in(const std::string& text) {
    for (std::size_t at = 0; at + 8 < text.size() + 1; ++at) {
        std::string digits;
        for (std::size_t i = at; i < text.size() && digits.size() < 8 && i < at + 9; ++i) {
            if (text[i] >= '0' && text[i] <= '9')
                digits += text[i];
            else if (!(text[i] == ' ' && digits.size() == 4))
                break;
        }
        if (digits.size() == 8) return digits;
    }
    return "";
}

} // namespace kentongan::test
