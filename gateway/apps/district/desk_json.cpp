#include "apps/district/desk_json.hpp"

#include "adapters/page_api/pack_parts.hpp"

#include <array>

namespace kentongan::district_app {

using json::Json;
using page_api::name_of;

namespace {

const char* name_of(district::Role role) {
    return role == district::Role::kInspectorate ? "inspectorate" : "officer";
}

const char* name_of(domain::Channel channel) {
    switch (channel) {
    case domain::Channel::kKiosk:
        return "kiosk";
    case domain::Channel::kSms:
        return "sms";
    case domain::Channel::kUssd:
        return "ussd";
    case domain::Channel::kAssisted:
        return "assisted";
    }
    return "kiosk";
}

Json officer_json(const district::SignedIn& who) {
    return Json::object({{"name", who.name}, {"role", name_of(who.role)}});
}

std::string village_name(const district::Setting& setting, const district::Box& box) {
    const auto* village = setting.village(box.village);
    return village != nullptr ? village->name : box.village;
}

Json case_json(const district::ListedCase& listed) {
    const auto& row = listed.row;
    return Json::object({{"id", to_hex(row.id.value)},
                         {"code", row.code},
                         {"box", row.box.value},
                         {"village", listed.village},
                         {"service", row.service},
                         {"lifecycle", row.lifecycle},
                         {"state", row.state},
                         {"received_at", to_unix(row.received_at)},
                         {"due_at", to_unix(row.due_at)},
                         {"overdue", listed.overdue},
                         {"open", row.open},
                         {"changed_at", to_unix(row.changed_at)},
                         {"channel", name_of(row.channel)}});
}

} // namespace

Json start_json(const domain::Pack& pack, const district::SignedIn* who) {
    auto out = Json::object({{"signed_in", who != nullptr},
                             {"default_language", pack.default_language},
                             {"languages", page_api::languages_json(pack)}});
    if (who != nullptr) {
        out["token"] = to_hex(who->page_token);
        out["officer"] = officer_json(*who);
    }
    return out;
}

Json signed_in_json(const district::SignedIn& who) {
    return Json::object({{"token", to_hex(who.page_token)}, {"officer", officer_json(who)}});
}

Json pack_json(const district::Setting& setting, const std::vector<district::Box>& boxes,
               const domain::Language& language) {
    const auto& pack = setting.pack;
    auto text = [&](const std::string& key) { return Json(pack.text(language.tag, key)); };
    static constexpr std::array<std::string_view, 2> kOtherChannels = {"kiosk.", "sms."};
    auto services = Json::array();
    for (const auto& service : pack.services)
        services.push_back(Json::object({{"id", service.id},
                                         {"title", text("service." + service.id + ".title")},
                                         {"kind", name_of(service.kind)},
                                         {"lifecycle", service.lifecycle}}));
    auto lifecycles = Json::array();
    for (const auto& lifecycle : pack.lifecycles) {
        auto states = Json::array();
        for (const auto& state : lifecycle.states) {
            auto next = Json::array();
            for (const auto& id : state.next) next.push_back(id);
            auto out = page_api::state_json(pack, language, lifecycle, state);
            out["next"] = std::move(next);
            out["reason_required"] = state.reason_required;
            states.push_back(std::move(out));
        }
        lifecycles.push_back(Json::object({{"id", lifecycle.id}, {"states", std::move(states)}}));
    }
    auto villages = Json::array();
    for (const auto& box : boxes)
        villages.push_back(Json::object({{"box", box.keys.box.value}, {"name", village_name(setting, box)}}));
    return Json::object({{"language", language.tag},
                         {"texts", page_api::texts_json(pack, language, kOtherChannels)},
                         {"direction", page_api::direction_of(language)},
                         {"services", std::move(services)},
                         {"lifecycles", std::move(lifecycles)},
                         {"villages", std::move(villages)},
                         {"utc_offset_minutes", pack.utc_offset_minutes},
                         {"money", page_api::money_json(pack)}});
}

Json list_json(const district::CaseList& list) {
    auto cases = Json::array();
    for (const auto& listed : list.cases) cases.push_back(case_json(listed));
    return Json::object(
        {{"cases", std::move(cases)}, {"total", list.total}, {"page", list.page}, {"pages", list.pages}});
}

Json detail_json(const district::CaseDetail& detail) {
    auto out = case_json(detail.listed);
    auto answers = Json::array();
    for (const auto& answer : detail.answers)
        answers.push_back(Json::object({{"field", answer.field},
                                        {"ask", answer.ask},
                                        {"value", answer.value},
                                        {"words", answer.words}}));
    auto events = Json::array();
    for (const auto& event : detail.events)
        events.push_back(Json::object({{"at", to_unix(event.at)},
                                       {"officer", event.officer},
                                       {"from", event.from},
                                       {"to", event.to},
                                       {"reason", event.reason},
                                       {"answer", event.answer}}));
    auto next = Json::array();
    for (const auto& state : detail.next)
        next.push_back(Json::object(
            {{"state", state.state}, {"word", state.word}, {"reason_required", state.reason_required}}));
    out["answers"] = std::move(answers);
    out["anonymous"] = detail.anonymous;
    out["confidential"] = detail.confidential;
    out["language"] = detail.language;
    out["notify"] = detail.notify;
    out["sender_alias"] = detail.sender_alias;
    out["consent_version"] = detail.consent_version;
    out["version"] = detail.listed.row.version;
    out["events"] = std::move(events);
    out["next"] = std::move(next);
    return out;
}

Json summary_json(const district::Setting& setting, const district::Cases::Summary& summary) {
    auto by_state = Json::object();
    for (const auto& count : summary.by_state) by_state[count.lifecycle + "/" + count.state] = count.cases;
    auto boxes = Json::array();
    for (const auto& [box, quarantined] : summary.boxes)
        boxes.push_back(Json::object({{"box", box.keys.box.value},
                                      {"village", village_name(setting, box)},
                                      {"last_contact", to_unix(box.last_contact)},
                                      {"waiting", box.waiting},
                                      {"revoked", box.revoked},
                                      {"quarantined", quarantined}}));
    return Json::object(
        {{"by_state", std::move(by_state)}, {"overdue", summary.overdue}, {"boxes", std::move(boxes)}});
}

} // namespace kentongan::district_app
