#include "apps/kiosk/box_calls.hpp"

#include "base/log.hpp"

namespace kentongan::kiosk {
namespace {

using json::Json;
using page_api::json_response;
using page_api::Problem;
using page_api::problem_response;
namespace local = wire::local;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kDeadline = 5s;
/// Asked every few seconds by every page: it shall not hold a thread for long.
constexpr std::chrono::milliseconds kHealthDeadline = 2s;

// What the link says when too many wait already; the box itself was not asked.
constexpr const char* kBusy = "kiosk.busy";

http::Response not_now(const domain::Pack& pack, std::string_view language, const char* code,
                       const char* text_key) {
    return problem_response(pack, language, {503, code, text_key});
}

http::Response busy(const domain::Pack& pack, std::string_view language) {
    return problem_response(pack, language, {503, "busy", "error.http.busy", 1});
}

ErrorCode code_of(const local::Refused& refused) {
    bool known = refused.code >= static_cast<std::uint8_t>(ErrorCode::kInvalid) &&
                 refused.code <= static_cast<std::uint8_t>(ErrorCode::kInternal);
    return known ? static_cast<ErrorCode>(refused.code) : ErrorCode::kInternal;
}

http::Response too_many(const domain::Pack& pack, std::string_view language, const local::Refused& refused) {
    return problem_response(pack, language,
                            {429, "too_many", "error.status.too_many", std::max(1U, refused.retry_after_s)});
}

} // namespace

Result<local::Message> BoxCalls::ask(local::Message question, std::chrono::milliseconds deadline) {
    auto began = now_();
    if (began.time_since_epoch().count() < ask_again_at_) return fail(ErrorCode::kUnavailable, kBusy);
    if (waiting_.fetch_add(1) >= most_waiting_) {
        --waiting_;
        return fail(ErrorCode::kUnavailable, kBusy);
    }
    auto answer = link_.ask(std::move(question), deadline);
    --waiting_;
    bool away = !answer.has_value();
    // Not there is known at once, and costs nobody time; slow is what would take one thread after the other.
    if (auto ended = now_(); away && ended - began >= deadline / 2)
        ask_again_at_ = (ended + kPause).time_since_epoch().count();
    if (away_.exchange(away) != away) {
        if (away)
            log(LogLevel::kWarning, "kiosk.box_away", {{"native", answer.error().native}});
        else
            log(LogLevel::kInfo, "kiosk.box_back");
    }
    return answer;
}

http::Response BoxCalls::submit(const domain::Pack& pack, const domain::Draft& draft, const OnceToken& once) {
    local::Submit question;
    question.once = once;
    question.channel = static_cast<std::uint8_t>(draft.channel);
    question.service = draft.service;
    question.language = draft.language;
    for (const auto& [field, value] : draft.answers) question.answers.push_back({field, value});
    question.anonymous = draft.anonymous;
    question.confidential = draft.confidential;
    question.notify_phone = draft.notify_phone;
    question.consent_version = draft.consent_version;

    auto answer = ask(std::move(question), kDeadline);
    if (!answer && answer.error().where == kBusy) return busy(pack, draft.language);
    // The box may have kept it and only been slow to say so: the person is asked to send it again, which is
    // harmless.
    if (!answer) return not_now(pack, draft.language, "unconfirmed", "error.http.unconfirmed");
    if (const auto* accepted = std::get_if<local::Accepted>(&*answer))
        return json_response(201, Json::object({{"code", accepted->code},
                                                {"receipt", accepted->receipt},
                                                {"target_days", accepted->target_days}}));
    const auto* refused = std::get_if<local::Refused>(&*answer);
    if (refused != nullptr && code_of(*refused) == ErrorCode::kInvalid) {
        Problem problem{422, "invalid", "error.http.answers"};
        for (const auto& [field, key] : refused->problems) problem.fields.push_back({field, key, {}});
        return problem_response(pack, draft.language, problem);
    }
    if (refused != nullptr && code_of(*refused) == ErrorCode::kDenied)
        return too_many(pack, draft.language, *refused);
    return not_now(pack, draft.language, "unavailable", "error.http.not_kept");
}

http::Response BoxCalls::status(const domain::Pack& pack, std::string_view language, std::string digits,
                                std::uint64_t client) {
    local::AskStatus question;
    question.client = client;
    question.digits = std::move(digits);
    auto answer = ask(std::move(question), kDeadline);
    if (!answer && answer.error().where == kBusy) return busy(pack, language);
    if (!answer) return not_now(pack, language, "unavailable", "error.http.unavailable");
    if (const auto* found = std::get_if<local::CaseStatus>(&*answer)) {
        auto history = Json::array();
        for (const auto& step : found->history)
            history.push_back(Json::object({{"state", step.state}, {"at", step.at}}));
        auto body = Json::object({{"lifecycle", found->lifecycle},
                                  {"state", found->state},
                                  {"since", found->since},
                                  {"history", std::move(history)},
                                  {"full", found->full}});
        if (found->full) {
            body["service"] = found->service;
            body["reason"] = found->reason;
            body["answer"] = found->answer;
        }
        return json_response(200, body);
    }
    if (const auto* refused = std::get_if<local::Refused>(&*answer)) {
        switch (code_of(*refused)) {
        case ErrorCode::kNotFound:
            return problem_response(pack, language, {404, "no_such_code", "error.status.not_found"});
        case ErrorCode::kDenied:
            return too_many(pack, language, *refused);
        case ErrorCode::kInvalid: {
            Problem problem{422, "invalid", "error.status.digits"};
            problem.fields.push_back({"digits", "error.status.digits", {}});
            return problem_response(pack, language, problem);
        }
        default:
            break;
        }
    }
    return not_now(pack, language, "unavailable", "error.http.unavailable");
}

http::Response BoxCalls::health(Instant now) {
    auto answer = ask(local::AskHealth{}, kHealthDeadline);
    const auto* health = answer ? std::get_if<local::Health>(&*answer) : nullptr;
    const local::Health none;
    bool there = health != nullptr;
    if (!there) health = &none;
    return json_response(200, Json::object({{"box", there},
                                            {"waiting", health->waiting},
                                            {"last_contact", health->last_contact},
                                            {"modem_ready", health->modem_ready},
                                            {"signal_percent", health->signal_percent},
                                            {"now", to_unix(now)}}));
}

} // namespace kentongan::kiosk
