#include "apps/district/desk_api.hpp"

#include "base/log.hpp"
#include "wire/password.hpp"
#include "wire/reply.hpp"

#include <algorithm>
#include <charconv>

namespace kentongan::district_app {

using district::MoveFault;
using json::Json;
using page_api::json_response;
using page_api::language_of;
using page_api::Problem;
using page_api::problem_response;

namespace {

constexpr std::string_view kBase = "/desk/api/v1/";
// In bytes of JSON text; what is too long for a reply is told with its own words.
constexpr std::size_t kMaxWords = 12 * 1024;

const Problem kSignedOut{401, "signed_out", "error.desk.signed_out"};
const Problem kToken{403, "token", "error.http.token"};
const Problem kMalformed{400, "malformed", "error.http.malformed"};
const Problem kNoPath{404, "not_found", "error.http.not_found"};
const Problem kNoCase{404, "not_found", "error.desk.no_case"};
const Problem kBusy{503, "busy", "error.desk.busy", 2};

std::optional<ItemId> item_of(std::string_view hex) {
    if (hex.size() != 32) return std::nullopt;
    auto bytes = from_hex(hex);
    if (!bytes) return std::nullopt;
    ItemId id;
    std::copy(bytes->begin(), bytes->end(), id.value.begin());
    return id;
}

std::optional<wire::Token> token_of(std::string_view hex) {
    if (hex.size() != 64) return std::nullopt;
    auto bytes = from_hex(hex);
    if (!bytes) return std::nullopt;
    wire::Token token{};
    std::copy(bytes->begin(), bytes->end(), token.begin());
    return token;
}

std::optional<std::uint32_t> number_of(std::string_view text) {
    std::uint32_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string_view query(const http::Request& request, const char* name) {
    auto found = request.query.find(name);
    return found == request.query.end() ? std::string_view() : std::string_view(found->second);
}

bool is_json(std::string_view content_type) {
    auto type = content_type.substr(0, content_type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    return type == "application/json";
}

/// About one field; its sentence stands at the field too, with {max}.
Problem field_problem(const char* code, const char* text_key, const char* field) {
    auto max = std::to_string(wire::kMaxReplyText);
    return {422, code, text_key, 0, {{field, text_key, {{"max", max}}}}, {{"max", max}}};
}

Problem move_problem(const Error& error) {
    switch (error.code) {
    case ErrorCode::kConflict:
        return {409, "conflict", "error.desk.conflict"};
    case ErrorCode::kNotFound:
        return kNoCase;
    default:
        break;
    }
    switch (static_cast<MoveFault>(error.native)) {
    case MoveFault::kReasonMissing:
        return field_problem("reason_missing", "error.desk.reason_missing", "reason");
    case MoveFault::kReasonUnusable:
        return field_problem("reason_unusable", "error.desk.reason_unusable", "reason");
    case MoveFault::kAnswerUnusable:
        return field_problem("answer_unusable", "error.desk.answer_unusable", "answer");
    default:
        return field_problem("not_allowed", "error.desk.not_allowed", "to");
    }
}

} // namespace

/// One request, with what every answer needs.
struct DeskApi::Asked {
    const http::Request& request;
    std::string_view path; ///< After kBase.
    std::string_view language;
    std::optional<wire::Token> token; ///< Of the cookie; not yet known to be a session's.
};

http::Response DeskApi::problem(const Asked& asked, const Problem& problem) const {
    return problem_response(office_.setting.pack, asked.language, problem);
}

http::Response DeskApi::trouble(const Asked& asked, const Error& error) const {
    log(LogLevel::kError, "district.desk_trouble",
        {LogField::of_static("code", kentongan::name_of(error.code)),
         LogField::of_static("where", error.where),
         {"native", error.native}});
    return problem(asked, {503, "unavailable", "error.http.unavailable", 5});
}

std::string DeskApi::cookie(const std::string& value, bool ends) const {
    std::string out = cookie_name();
    out += "=" + value + "; Path=/; HttpOnly; SameSite=Strict";
    if (!options_.plain_http) out += "; Secure";
    if (ends) out += "; Max-Age=0";
    return out;
}

bool DeskApi::same_origin(const http::Request& request) const {
    auto site = request.header("sec-fetch-site");
    if (!site.empty() && site != "same-origin" && site != "none") return false;
    auto origin = request.header("origin");
    // Every browser says the origin of a POST; programs of the district itself may leave it out.
    if (origin.empty()) return true;
    std::string own = options_.plain_http ? "http://" : "https://";
    own += request.header("host");
    return origin == own;
}

http::Response DeskApi::answer(const http::Request& request) {
    bool api = request.path.starts_with(kBase);
    auto cookie = request.cookies.find(cookie_name());
    Asked asked{request, api ? std::string_view(request.path).substr(kBase.size()) : std::string_view(),
                language_of(office_.setting.pack, request),
                cookie == request.cookies.end() ? std::nullopt : token_of(cookie->second)};
    if (api) return route(asked);

    if (request.method != "GET" && request.method != "HEAD") {
        auto out = problem(asked, {405, "method", "error.http.method"});
        out.headers.emplace_back("Allow", "GET, HEAD");
        return out;
    }
    if (request.path == "/" || request.path == "/desk") {
        http::Response out;
        out.status = 302;
        out.headers.emplace_back("Location", "/desk/");
        return out;
    }
    const auto* page = pages_.find(request.path, "/desk");
    return page != nullptr ? *page : problem(asked, kNoPath);
}

http::Response DeskApi::route(const Asked& asked) {
    auto path = asked.path;
    bool post_only =
        path == "login" || path == "logout" || (path.starts_with("cases/") && path.ends_with("/move"));
    bool get_only = path == "start" || path == "cases" || path == "summary" || path.starts_with("pack/") ||
                    (path.starts_with("cases/") && !post_only);
    if (!post_only && !get_only) return problem(asked, kNoPath);
    const auto& method = asked.request.method;
    bool reads = method == "GET" || method == "HEAD";
    if (post_only ? method != "POST" : !reads) {
        auto out = problem(asked, {405, "method", "error.http.method"});
        out.headers.emplace_back("Allow", post_only ? "POST" : "GET, HEAD");
        return out;
    }
    return post_only ? change(asked) : read(asked);
}

Result<district::SignedIn> DeskApi::signed_in(const Asked& asked) {
    if (!asked.token) return fail(ErrorCode::kDenied, "desk.cookie");
    std::lock_guard guard(office_.mutex);
    return office_.accounts.signed_in(*asked.token, office_.clock(),
                                      asked.request.header("x-kentongan-refresh") != "1");
}

http::Response DeskApi::read(const Asked& asked) {
    if (asked.path == "start") return start(asked);
    if (asked.path.starts_with("pack/")) {
        const auto* language = office_.setting.pack.language(asked.path.substr(5));
        if (language == nullptr) return problem(asked, kNoPath);
        std::lock_guard guard(office_.mutex);
        auto boxes = office_.store.boxes();
        if (!boxes) return trouble(asked, boxes.error());
        return json_response(200, pack_json(office_.setting, *boxes, *language));
    }
    auto who = signed_in(asked);
    if (!who)
        return who.error().code == ErrorCode::kDenied ? problem(asked, kSignedOut)
                                                      : trouble(asked, who.error());
    if (asked.path == "cases") return list(asked, *who);
    if (asked.path == "summary") {
        std::lock_guard guard(office_.mutex);
        auto summary = office_.cases.summary(who->role, office_.clock());
        if (!summary) return trouble(asked, summary.error());
        return json_response(200, summary_json(office_.setting, *summary));
    }
    auto id = item_of(asked.path.substr(6));
    return id ? detail(asked, *who, *id) : problem(asked, kNoCase);
}

http::Response DeskApi::change(const Asked& asked) {
    if (!same_origin(asked.request)) return problem(asked, kToken);
    if (!is_json(asked.request.header("content-type")))
        return problem(asked, {415, "malformed", "error.http.malformed"});
    auto body = json::parse_json(asked.request.body, {8, kMaxBody, 64});
    if (!body || !body->is_object()) return problem(asked, kMalformed);
    if (asked.path == "login") return login(asked, *body);

    auto who = signed_in(asked);
    if (!who)
        return who.error().code == ErrorCode::kDenied ? problem(asked, kSignedOut)
                                                      : trouble(asked, who.error());
    auto said = token_of(asked.request.header("x-kentongan-token"));
    if (!said || !wire::same_secret(*said, who->page_token)) return problem(asked, kToken);
    if (asked.path == "logout")
        return json::only_keys(*body, {}) ? logout(asked) : problem(asked, kMalformed);
    auto id = item_of(asked.path.substr(6, asked.path.size() - 6 - std::string_view("/move").size()));
    return id ? move(asked, *who, *id, *body) : problem(asked, kNoCase);
}

http::Response DeskApi::start(const Asked& asked) {
    auto who = signed_in(asked);
    if (!who && who.error().code != ErrorCode::kDenied) return trouble(asked, who.error());
    return json_response(200, start_json(office_.setting.pack, who ? &*who : nullptr));
}

http::Response DeskApi::login(const Asked& asked, const Json& body) {
    auto name = json::text_at(body, "name", 256);
    auto password = json::text_at(body, "password", 1024);
    if (!name || !password || !json::only_keys(body, {"name", "password"})) return problem(asked, kMalformed);

    // First a place, then the count: who is sent away because of others has not used up a try.
    auto place = logins_.take();
    if (!place) return problem(asked, kBusy);
    Result<district::Accounts::Try> attempt = fail(ErrorCode::kInternal, "desk.login");
    {
        std::lock_guard guard(office_.mutex);
        attempt = office_.accounts.begin_login(*name, office_.clock());
    }
    if (!attempt) {
        wipe(*password);
        if (attempt.error().code != ErrorCode::kDenied) return trouble(asked, attempt.error());
        log(LogLevel::kWarning, "district.login_locked", {{"seconds", attempt.error().native}});
        return problem(asked, {429, "locked", "error.desk.locked", attempt.error().native});
    }
    auto matches = wire::password_matches(attempt->kept, *password);
    wipe(*password);
    if (!matches) return trouble(asked, matches.error());

    std::lock_guard guard(office_.mutex);
    auto started = office_.accounts.finish_login(*attempt, *matches, office_.clock());
    if (!started) {
        if (started.error().code != ErrorCode::kDenied) return trouble(asked, started.error());
        log(LogLevel::kWarning, "district.login_wrong");
        return problem(asked, {401, "wrong", "error.desk.wrong"});
    }
    // Whoever signs in anew has left the session before; if it cannot be ended now it ends by itself.
    if (asked.token && !office_.accounts.logout(*asked.token))
        log(LogLevel::kWarning, "district.old_session_stays");
    log(LogLevel::kInfo, "district.login");
    auto out = json_response(200, signed_in_json(started->who));
    out.headers.emplace_back("Set-Cookie", cookie(to_hex(started->token), false));
    return out;
}

http::Response DeskApi::logout(const Asked& asked) {
    std::lock_guard guard(office_.mutex);
    auto done = office_.accounts.logout(*asked.token);
    if (!done) return trouble(asked, done.error());
    auto out = json_response(200, Json::object());
    out.headers.emplace_back("Set-Cookie", cookie("", true));
    return out;
}

http::Response DeskApi::list(const Asked& asked, const district::SignedIn& who) {
    const auto& request = asked.request;
    district::CaseFilter filter;
    filter.state = query(request, "state");
    filter.service = query(request, "service");
    filter.open_only = query(request, "open") == "1";
    std::uint32_t page = 1;
    if (auto text = query(request, "page"); !text.empty()) {
        auto number = number_of(text);
        if (!number || *number == 0) return problem(asked, kMalformed);
        page = *number;
    }
    if (auto text = query(request, "box"); !text.empty()) {
        auto number = number_of(text);
        if (!number) return problem(asked, kMalformed);
        filter.box = BoxId{*number};
    }
    if (auto text = query(request, "q"); !text.empty()) {
        auto code = domain::parse_case_code(text);
        if (!code) return problem(asked, field_problem("code", "error.code", "q"));
        filter.code = code->digits;
    }
    std::lock_guard guard(office_.mutex);
    auto found = office_.cases.list(who.role, std::move(filter), page, office_.clock());
    if (!found) return trouble(asked, found.error());
    return json_response(200, list_json(*found));
}

http::Response DeskApi::detail(const Asked& asked, const district::SignedIn& who, const ItemId& id) {
    std::lock_guard guard(office_.mutex);
    auto found = office_.cases.detail(who.role, id, asked.language, office_.clock());
    if (found) return json_response(200, detail_json(*found));
    switch (found.error().code) {
    case ErrorCode::kNotFound:
        return problem(asked, kNoCase);
    case ErrorCode::kDenied:
    case ErrorCode::kUnsupported:
        return problem(asked, {422, "unreadable", "error.desk.unreadable"});
    default:
        return trouble(asked, found.error());
    }
}

http::Response DeskApi::move(const Asked& asked, const district::SignedIn& who, const ItemId& id,
                             const Json& body) {
    auto to = json::text_at(body, "to", 64);
    auto reason = json::text_or(body, "reason", kMaxWords, "");
    auto answer = json::text_or(body, "answer", kMaxWords, "");
    auto version = json::integer_at(body, "version", 1, UINT32_MAX);
    if (!to || !reason || !answer || !version ||
        !json::only_keys(body, {"to", "reason", "answer", "version"}))
        return problem(asked, kMalformed);
    auto place = replies_.take();
    if (!place) return problem(asked, kBusy);

    auto refused = [&](const Error& error) {
        switch (error.code) {
        case ErrorCode::kInvalid:
        case ErrorCode::kConflict:
        case ErrorCode::kNotFound:
            return problem(asked, move_problem(error));
        case ErrorCode::kDenied:
        case ErrorCode::kUnsupported:
            return problem(asked, {422, "unreadable", "error.desk.unreadable"});
        default:
            return trouble(asked, error);
        }
    };
    district::MoveOrder order{who.name, id, *to, *reason, *answer, static_cast<std::uint32_t>(*version)};
    Result<district::PlannedMove> plan = fail(ErrorCode::kInternal, "desk.move");
    {
        std::lock_guard guard(office_.mutex);
        plan = office_.cases.plan(who.role, order, office_.clock());
    }
    if (!plan) return refused(plan.error());
    if (auto sealed = plan->seal(); !sealed) return trouble(asked, sealed.error());
    {
        std::lock_guard guard(office_.mutex);
        if (auto done = office_.cases.carry_out(*plan); !done) return refused(done.error());
    }
    return detail(asked, who, id);
}

} // namespace kentongan::district_app
