#include "apps/kiosk/api.hpp"

#include "adapters/page_api/pack_parts.hpp"
#include "apps/kiosk/pack_json.hpp"
#include "wire/token.hpp"

#include <algorithm>
#include <cmath>

namespace kentongan::kiosk {
namespace {

using json::Json;
using page_api::json_response;
using page_api::language_of;
using page_api::Problem;
using page_api::problem_response;

constexpr std::string_view kBase = "/api/v1/";
constexpr std::size_t kMaxId = 64;
constexpr std::size_t kMaxAnswerBytes = 8 * 1000; // kMaxTextCharacters in four bytes each
constexpr std::size_t kMaxDigits = 64;

// How long a page with a person's words stays alone, an empty one, and how long it is asked about.
constexpr int kIdlePersonalS = 45;
constexpr int kIdleNeutralS = 90;
constexpr int kIdleWarnS = 30;

bool is_post_path(std::string_view call) {
    return call == "check" || call == "requests" || call == "status";
}

// A page of another site may not ask, even where the browser would not show it the answer. Programs that are
// no browsers send no Origin.
bool is_own_origin(const http::Request& request) {
    auto origin = request.header("origin");
    if (origin.empty()) return true;
    return origin == "http://" + std::string(request.header("host"));
}

bool is_json(std::string_view content_type) {
    auto type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    constexpr std::string_view kWanted = "application/json";
    return type.size() == kWanted.size() &&
           std::equal(type.begin(), type.end(), kWanted.begin(), [](char a, char b) {
               return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
           });
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

void wipe_answers(domain::Draft& draft) {
    for (auto& [field, value] : draft.answers) wipe(value);
    wipe(draft.notify_phone);
}

} // namespace

/// A POST that passed everything that does not depend on its path.
struct Api::Post {
    Json body;
    std::string_view language;
    std::uint64_t client = 0;
};

Api::Api(const domain::Pack& pack, const domain::Village& village, const http::StaticPages& pages,
         BoxCalls& box, ApiSettings settings)
    : pack_(pack), village_(village), pages_(pages), box_(box), settings_(std::move(settings)) {
    for (const auto& language : pack_.languages) {
        auto response = json_response(200, pack_json(pack_, village_, language));
        response.headers = {{"Cache-Control", "no-cache"}, {"ETag", http::entity_tag(response.body)}};
        packs_[std::string(kBase) + "pack/" + language.tag] = std::move(response);
    }
}

http::Response Api::answer(const http::Request& request, std::uint64_t client) const {
    if (!is_own_origin(request))
        return problem_response(pack_, language_of(pack_, request), {403, "origin", "error.http.token"});
    return request.method == "POST" ? post(request, client) : get(request);
}

http::Response Api::wrong_method(const http::Request& request, const char* allowed) const {
    auto response =
        problem_response(pack_, language_of(pack_, request), {405, "method", "error.http.method"});
    response.headers.emplace_back("Allow", allowed);
    return response;
}

http::Response Api::get(const http::Request& request) const {
    const auto& path = request.path;
    if (!path.starts_with("/api/")) {
        if (const auto* page = pages_.find(path)) return http::unless_known(request, *page);
    } else if (path.starts_with(kBase)) {
        auto call = std::string_view(path).substr(kBase.size());
        if (call == "start") return start();
        if (call == "health") return box_.health(settings_.now());
        if (auto pack = packs_.find(path); pack != packs_.end())
            return http::unless_known(request, pack->second);
        if (is_post_path(call)) return wrong_method(request, "POST");
    }
    return problem_response(pack_, language_of(pack_, request), {404, "not_found", "error.http.not_found"});
}

http::Response Api::post(const http::Request& request, std::uint64_t client) const {
    auto language = language_of(pack_, request);
    auto problem = [&](int status, const char* code, const char* text_key) {
        return problem_response(pack_, language, {status, code, text_key});
    };
    const auto& path = request.path;
    auto call = path.starts_with(kBase) ? std::string_view(path).substr(kBase.size()) : std::string_view{};
    if (!is_post_path(call)) {
        bool readable =
            call == "start" || call == "health" || packs_.contains(path) || pages_.find(path) != nullptr;
        return readable ? wrong_method(request, "GET, HEAD")
                        : problem(404, "not_found", "error.http.not_found");
    }
    if (!wire::same_secret(as_bytes(request.header("x-kentongan-token")), as_bytes(settings_.token)))
        return problem(403, "token", "error.http.token");
    if (!is_json(request.header("content-type"))) return problem(415, "media_type", "error.http.media_type");
    if (request.body.size() > kMaxBody) return problem(413, "too_large", "error.http.too_large");
    auto body = json::parse_json(request.body, json::Limits{8, kMaxBody, 1024});
    if (!body || !body->is_object()) return problem(400, "malformed", "error.http.malformed");

    Post post{std::move(body).take(), language, client};
    if (call == "check") return check(post);
    if (call == "requests") return submit(post);
    return status(post);
}

http::Response Api::start() const {
    return json_response(
        200,
        Json::object({{"token", settings_.token},
                      {"default_language", pack_.default_language},
                      {"languages", page_api::languages_json(pack_)},
                      {"village", Json::object({{"name", village_.name},
                                                {"example", village_.example},
                                                {"office_hours", village_.office_hours},
                                                {"phone", village_.phone}})},
                      {"idle", Json::object({{"personal_s", kIdlePersonalS},
                                             {"neutral_s", kIdleNeutralS},
                                             {"warn_s", kIdleWarnS}})},
                      {"panel", Json::object({{"mm", std::round(settings_.pixels_per_mm * 100) / 100}})}}));
}

http::Response Api::check(const Post& post) const {
    auto service_id = json::text_at(post.body, "service", kMaxId);
    auto field_id = json::text_at(post.body, "field", kMaxId);
    auto value = json::text_at(post.body, "value", kMaxAnswerBytes);
    if (!json::only_keys(post.body, {"service", "field", "value"}) || !service_id || !field_id || !value)
        return problem_response(pack_, post.language, {400, "malformed", "error.http.malformed"});

    auto wrong = [&](domain::Problem found) {
        Problem problem{422, "invalid", "error.http.answers"};
        problem.fields.push_back(std::move(found));
        return problem_response(pack_, post.language, problem);
    };
    auto right = [](const std::string& canonical) {
        return json_response(200, Json::object({{"ok", true}, {"canonical", canonical}}));
    };
    const auto* service = pack_.service(*service_id);
    if (service == nullptr || !service->kiosk || service->kind == domain::ServiceKind::kUnsorted)
        return wrong({"", "error.service", {}});
    if (*field_id == "notify_phone") {
        domain::Msisdn number;
        if (is_blank(*value)) return right("");
        if (auto found = domain::check_phone(pack_.phone, *value, village_.synthetic_numbers, &number)) {
            found->field = *field_id;
            return wrong(std::move(*found));
        }
        return right(number.e164);
    }
    for (const auto* field : pack_.fields_of(*service)) {
        if (field->id != *field_id) continue;
        if (is_blank(*value)) return field->required ? wrong({field->id, "error.required", {}}) : right("");
        auto checked = domain::check_answer(pack_, village_, *service, *field, *value);
        return checked.problem ? wrong(std::move(*checked.problem)) : right(checked.canonical);
    }
    return wrong({"", "error.unknown_field", {}});
}

http::Response Api::submit(const Post& post) const {
    auto malformed = [&] {
        return problem_response(pack_, post.language, {400, "malformed", "error.http.malformed"});
    };
    const auto& body = post.body;
    auto once_text = json::text_at(body, "once", 32);
    auto service = json::text_at(body, "service", kMaxId);
    auto answers = json::texts_at(body, "answers", domain::kMaxAnswers, kMaxAnswerBytes);
    auto anonymous = json::flag_or(body, "anonymous", false);
    auto confidential = json::flag_or(body, "confidential", false);
    auto assisted = json::flag_or(body, "assisted", false);
    auto notify_phone = json::text_or(body, "notify_phone", kMaxId, "");
    auto consent = json::text_or(body, "consent_version", kMaxId, "");
    if (!json::only_keys(body, {"once", "service", "answers", "anonymous", "confidential", "assisted",
                                "notify_phone", "consent_version"}) ||
        !once_text || !service || !answers || !anonymous || !confidential || !assisted || !notify_phone ||
        !consent)
        return malformed();
    auto once_bytes = from_hex(*once_text);
    OnceToken once;
    if (!once_bytes || once_bytes->size() != once.value.size()) return malformed();
    std::copy(once_bytes->begin(), once_bytes->end(), once.value.begin());

    domain::Draft draft;
    draft.service = std::move(*service);
    draft.language = std::string(post.language);
    draft.channel = *assisted ? domain::Channel::kAssisted : domain::Channel::kKiosk;
    draft.answers = std::move(*answers);
    draft.anonymous = *anonymous;
    draft.confidential = *confidential;
    draft.notify_phone = std::move(*notify_phone);
    draft.consent_version = std::move(*consent);

    // The box checks again; here it is done so that a wrong answer is told with its numbers and costs no
    // call.
    Problem problem{422, "invalid", "error.http.answers"};
    problem.fields = domain::check_draft(pack_, village_, draft);
    const auto* known = pack_.service(draft.service);
    if (known != nullptr && (!known->kiosk || known->kind == domain::ServiceKind::kUnsorted))
        problem.fields = {{"", "error.service", {}}};
    auto response = problem.fields.empty() ? box_.submit(pack_, draft, once)
                                           : problem_response(pack_, post.language, problem);
    wipe_answers(draft);
    return response;
}

http::Response Api::status(const Post& post) const {
    auto digits = json::text_at(post.body, "digits", kMaxDigits);
    if (!json::only_keys(post.body, {"digits"}) || !digits)
        return problem_response(pack_, post.language, {400, "malformed", "error.http.malformed"});
    return box_.status(pack_, post.language, domain::plain_digits(*digits), post.client);
}

} // namespace kentongan::kiosk
