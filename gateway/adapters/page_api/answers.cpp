#include "adapters/page_api/answers.hpp"

namespace kentongan::page_api {

using json::Json;

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
    auto fields = Json::array();
    for (const auto& one : problem.fields) {
        std::vector<std::pair<std::string_view, std::string>> values(one.values.begin(), one.values.end());
        fields.push_back(
            Json::object({{"field", one.field}, {"text", pack.text(language, one.text_key, values)}}));
    }
    auto values = problem.values;
    values.emplace_back("seconds", std::to_string(problem.retry_after_s));
    auto error = Json::object({{"code", problem.code},
                               {"text", pack.text(language, problem.text_key, values)},
                               {"fields", std::move(fields)},
                               {"retry_after_s", problem.retry_after_s}});
    auto response = json_response(problem.status, Json::object({{"error", std::move(error)}}));
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

} // namespace kentongan::page_api
