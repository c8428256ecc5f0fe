#include "apps/district/desk_json.hpp"

#include "wire/reply.hpp"

#include <array>

namespace kentongan::district_app {

using json::Json;

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

const char* name_of(domain::ServiceKind kind) {
    switch (kind) {
    case domain::ServiceKind::kLetter:
        return "letter";
    case domain::ServiceKind::kComplaint:
        return "complaint";
    case domain::ServiceKind::kLevyReport:
        return "levy_report";
    case domain::ServiceKind::kUnsorted:
        return "unsorted";
    }
    return "unsorted";
}

const char* name_of(domain::StateRole role) {
    constexpr std::array<const char*, 9> kNames = {"working",      "received",  "working",
                                                   "needs_person", "forwarded", "ready",
                                                   "done",         "refused",   "cancelled"};
    auto number = static_cast<std::size_t>(role);
    return kNames[number < kNames.size() ? number : 0];
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

std::string_view language_of(const domain::Pack& pack, const http::Request& request) {
    const auto* language = pack.language(request.header("x-kentongan-language"));
    return language == nullptr ? std::string_view(pack.default_language) : std::string_view(language->tag);
}

http::Response json_response(int status, const Json& body) {
    http::Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = json::dump(body);
    return response;
}

http::Response problem_response(const domain::Pack& pack, std::string_view language, const Problem& problem) {
    auto text = pack.text(
        language, problem.text_key,
        {{"seconds", std::to_string(problem.retry_after_s)}, {"max", std::to_string(wire::kMaxReplyText)}});
    auto fields = Json::array();
    if (*problem.field != '\0') fields.push_back(Json::object({{"field", problem.field}, {"text", text}}));
    auto response = json_response(
        problem.status, Json::object({{"error", Json::object({{"code", problem.code},
                                                              {"text", text},
                                                              {"fields", std::move(fields)},
                                                              {"retry_after_s", problem.retry_after_s}})}}));
    if (problem.retry_after_s > 0)
        response.headers.emplace_back("Retry-After", std::to_string(problem.retry_after_s));
    return response;
}

http::Response refusal_response(const domain::Pack& pack, const http::Request& request, int status) {
    Problem problem{status, "malformed", "error.http.malformed"};
    switch (status) {
    case 403:
        problem = {status, "host", "error.http.token"};
        break;
    case 404:
        problem = {status, "not_found", "error.http.not_found"};
        break;
    case 405:
        problem = {status, "method", "error.http.method"};
        break;
    case 413:
    case 414:
    case 431:
        problem = {status, "too_large", "error.http.too_large"};
        break;
    case 500:
        problem = {status, "internal", "error.http.unavailable"};
        break;
    default:
        break;
    }
    return problem_response(pack, language_of(pack, request), problem);
}

Json start_json(const domain::Pack& pack, const district::SignedIn* who) {
    auto languages = Json::array();
    for (const auto& language : pack.languages)
        languages.push_back(Json::object({{"tag", language.tag},
                                          {"name", language.name},
                                          {"direction", language.right_to_left ? "rtl" : "ltr"}}));
    auto out = Json::object({{"signed_in", who != nullptr},
                             {"default_language", pack.default_language},
                             {"languages", std::move(languages)}});
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
    auto texts = Json::object();
    auto all = pack.texts.find(pack.default_language);
    if (all != pack.texts.end())
        for (const auto& [key, words] : all->second)
            if (!key.starts_with("kiosk.") && !key.starts_with("sms.")) texts[key] = text(key);
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
            states.push_back(Json::object({{"id", state.id},
                                           {"word", text("state." + lifecycle.id + "." + state.id)},
                                           {"role", name_of(state.role)},
                                           {"next", std::move(next)},
                                           {"reason_required", state.reason_required}}));
        }
        lifecycles.push_back(Json::object({{"id", lifecycle.id}, {"states", std::move(states)}}));
    }
    auto villages = Json::array();
    for (const auto& box : boxes)
        villages.push_back(Json::object({{"box", box.keys.box.value}, {"name", village_name(setting, box)}}));
    return Json::object({{"language", language.tag},
                         {"texts", std::move(texts)},
                         {"direction", language.right_to_left ? "rtl" : "ltr"},
                         {"services", std::move(services)},
                         {"lifecycles", std::move(lifecycles)},
                         {"villages", std::move(villages)},
                         {"utc_offset_minutes", pack.utc_offset_minutes},
                         {"money", Json::object({{"symbol", pack.money.symbol},
                                                 {"group", pack.money.group},
                                                 {"symbol_first", pack.money.symbol_first}})}});
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
