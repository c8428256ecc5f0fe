// A district with a small catalogue of its own, boxes with keys, and a clock that stands where it is put.
#pragma once

#include "district/boxes.hpp"
#include "district/intake.hpp"
#include "sim/catalogue.hpp"
#include "sim/memory_district_store.hpp"
#include "tools/sealing_box.hpp"

#include <cstdlib>
#include <memory>
#include <string>

namespace kentongan::test {

/// The simulated world's catalogue with a second language and words, without its complaint, and with the
/// questions and states that these tests speak of.
inline domain::Pack small_pack() {
    using namespace domain;
    auto pack = sim::small_catalogue();
    pack.id = "test";
    pack.languages = {{"en", "English", false, false}, {"xx", "Xxish", true, true}};
    auto& report = pack.lifecycles.at(1);
    report.states.resize(2);
    report.states[0].next = {"answered"};
    report.states[1].id = "answered";
    report.states[1].role = StateRole::kDone;
    report.states[1].next.clear();
    auto field = [](const char* id, std::uint8_t number, FieldType type) {
        Field out;
        out.id = id;
        out.number = number;
        out.type = type;
        out.max = 500;
        return out;
    };
    auto letter = pack.services.at(0);
    letter.target_days = 2;
    letter.fields.at(0).choices = {{"bank", 1}, {"school", 2}};
    letter.fields.push_back(field("amount", 2, FieldType::kMoney));
    letter.fields.push_back(field("urgent", 3, FieldType::kYesNo));
    auto levy = pack.services.at(2);
    levy.number = 2;
    levy.fields = {field("story", 1, FieldType::kText)};
    pack.services = {letter, levy};
    pack.texts["en"] = {
        {"service.domicile.purpose.ask", "What for?"}, {"service.domicile.purpose.bank", "For a bank"},
        {"applicant.name.ask", "Your name"},           {"service.levy.story.ask", "What happened?"},
        {"state.letter.checking", "Being checked"},    {"answer.yes", "Yes"}};
    pack.texts["xx"] = {{"service.domicile.purpose.bank", "BANK-XX"},
                        {"state.letter.checking", "CHECKING-XX"}};
    return pack;
}

struct DistrictWorld {
    Instant now = from_unix(1764036000); ///< Tuesday 25 November 2025, 02:00 UTC, 09:00 in the place
    sim::MemoryDistrictStore memory;
    district::Store& store = memory;
    district::Setting setting = small_setting();
    district::Intake intake{store, setting};
    SealingBox box{wire::make_box_keys(BoxId{7}), setting.keys.shown};

    explicit DistrictWorld(district::Store* other = nullptr) : store(other != nullptr ? *other : memory) {
        enrol(box.keys);
    }

    /// Signs the district's keyrings.
    static const wire::RootSecret& small_root() {
        static const auto root = wire::make_root();
        return root;
    }
    static district::Setting small_setting() {
        district::Setting out;
        out.pack = small_pack();
        out.villages["hill"] = sim::small_village();
        out.keys = wire::make_district_keys(small_root());
        out.psk_key.fill(0x33);
        return out;
    }

    void enrol(const wire::BoxSecret& keys) {
        if (!district::register_box(store, keys.shown, "hill", keys.psk, setting.psk_key)) std::abort();
    }

    domain::Request letter() const {
        domain::Request out;
        out.service = "domicile";
        out.language = "xx";
        out.accepted_at = now;
        out.answers = {{"identity_number", "123450000"},
                       {"name", "Somebody <b>Bold</b>"},
                       {"hamlet", "lower"},
                       {"purpose", "bank"},
                       {"amount", "1250000"},
                       {"urgent", "yes"}};
        out.notify = domain::Msisdn{"+628000000001"};
        out.consent_version = "test-1";
        return out;
    }

    domain::Request levy() const {
        domain::Request out;
        out.service = "levy";
        out.language = "en";
        out.channel = domain::Channel::kSms;
        out.accepted_at = now;
        out.answers = {{"story", "They asked me for money."}};
        out.anonymous = true;
        out.confidential = true;
        out.sender = domain::Msisdn{"+628000000002"};
        return out;
    }

    std::vector<Bytes> sealed(domain::Request& request, SealingBox& by) const {
        return by.seal(setting.pack, setting.villages.at("hill"), setting.dictionaries, request);
    }
    std::vector<Bytes> sealed(domain::Request& request) { return sealed(request, box); }

    /// One exchange with a call in it; nothing if it was refused.
    std::optional<wire::Answer> exchange(std::vector<Bytes> frames = {}, std::uint64_t last_update = 0) {
        auto call = box.call(last_update);
        call.waiting = static_cast<std::uint32_t>(frames.size());
        auto answer = intake.exchange(box.parcel(std::move(frames), call), now);
        return answer ? box.read(*answer) : std::nullopt;
    }

    /// Brings it in and expects success; sets its names.
    ItemId bring(domain::Request& request) {
        auto answer = exchange(sealed(request));
        if (!answer || !SealingBox::acknowledges(*answer, request.id)) std::abort();
        return request.id;
    }
    ItemId bring(domain::Request&& request) { return bring(request); }
};

} // namespace kentongan::test
