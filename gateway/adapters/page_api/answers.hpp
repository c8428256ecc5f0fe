// The shapes in which every API for pages answers: JSON, and a problem in the person's language
// (docs/formats/kiosk-api.md, docs/formats/desk-api.md).
#pragma once

#include "adapters/json/json.hpp"
#include "adapters/microhttpd/http_server.hpp"
#include "domain/catalogue.hpp"
#include "domain/numbers.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kentongan::page_api {

/// The language that the request asks for with X-Kentongan-Language, or the pack's default.
/// The view is into `pack`.
[[nodiscard]] std::string_view language_of(const domain::Pack& pack, const http::Request& request);

[[nodiscard]] http::Response json_response(int status, const json::Json& body);

/// `code`: a stable word for machines. `text_key`: the sentence for the person, with {seconds} to wait.
struct Problem {
    int status = 400;
    const char* code = "";
    const char* text_key = "";
    std::int64_t retry_after_s = 0; ///< 0: no Retry-After.
    std::vector<domain::Problem> fields = {};
    /// What else the sentence names in braces.
    std::vector<std::pair<std::string_view, std::string>> values = {};
};
/// A problem in the person's language.
[[nodiscard]] http::Response problem_response(const domain::Pack& pack, std::string_view language,
                                              const Problem& problem);

/// For requests that the HTTP server refused before the API saw them.
[[nodiscard]] http::Response refusal_response(const domain::Pack& pack, const http::Request& request,
                                              int status);

} // namespace kentongan::page_api
