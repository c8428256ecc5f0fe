// The shapes in which the kiosk's API answers (docs/formats/kiosk-api.md).
#pragma once

#include "adapters/json/json.hpp"
#include "adapters/microhttpd/http_server.hpp"
#include "domain/catalogue.hpp"
#include "domain/numbers.hpp"

#include <string_view>
#include <vector>

namespace kentongan::kiosk {

/// The language that the request asks for with X-Kentongan-Language, or the pack's default.
[[nodiscard]] std::string_view language_of(const domain::Pack& pack, const http::Request& request);

[[nodiscard]] http::Response json_response(int status, const json::Json& body);

/// `code`: a stable word for machines. `text_key`: the sentence for the person.
struct Problem {
    int status = 400;
    const char* code = "";
    const char* text_key = "";
    std::uint32_t retry_after_s = 0;
    std::vector<domain::Problem> fields = {};
};
/// A problem in the person's language.
[[nodiscard]] http::Response problem_response(const domain::Pack& pack, std::string_view language,
                                              const Problem& problem);

/// For requests that the HTTP server refused before the API saw them.
[[nodiscard]] http::Response refusal_response(const domain::Pack& pack, const http::Request& request,
                                              int status);

} // namespace kentongan::kiosk
