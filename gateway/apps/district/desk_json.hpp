// The shapes in which the desk's API answers (docs/formats/desk-api.md).
#pragma once

#include "adapters/json/json.hpp"
#include "adapters/microhttpd/http_server.hpp"
#include "district/accounts.hpp"
#include "district/cases.hpp"

#include <string_view>

namespace kentongan::district_app {

[[nodiscard]] http::Response json_response(int status, const json::Json& body);

/// `code`: a stable word for machines. `text_key`: the sentence for the officer, with {seconds} and {max}.
struct Problem {
    int status = 400;
    const char* code = "";
    const char* text_key = "";
    std::int64_t retry_after_s = 0;
    const char* field = ""; ///< The one field it is about, if it is about one.
};
[[nodiscard]] http::Response problem_response(const domain::Pack& pack, std::string_view language,
                                              const Problem& problem);
/// For requests that the HTTP server refused before the API saw them.
[[nodiscard]] http::Response refusal_response(const domain::Pack& pack, const http::Request& request,
                                              int status);
/// The language that the request asks for with X-Kentongan-Language, or the pack's default.
[[nodiscard]] std::string_view language_of(const domain::Pack& pack, const http::Request& request);

[[nodiscard]] json::Json start_json(const domain::Pack& pack, const district::SignedIn* who);
[[nodiscard]] json::Json signed_in_json(const district::SignedIn& who);
[[nodiscard]] json::Json pack_json(const district::Setting& setting, const std::vector<district::Box>& boxes,
                                   const domain::Language& language);
[[nodiscard]] json::Json list_json(const district::CaseList& list);
[[nodiscard]] json::Json detail_json(const district::CaseDetail& detail);
[[nodiscard]] json::Json summary_json(const district::Setting& setting,
                                      const district::Cases::Summary& summary);

} // namespace kentongan::district_app
