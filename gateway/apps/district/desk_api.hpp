// The officer's desk API (docs/formats/desk-api.md) and its pages: a function from a request to an answer,
// over the office. No socket or file of its own.
#pragma once

#include "adapters/page_api/answers.hpp"
#include "apps/district/desk_json.hpp"
#include "apps/district/office.hpp"

namespace kentongan::district_app {

struct DeskOptions {
    bool plain_http = false; ///< Loopback only: the cookie cannot be Secure, and origins begin with http.
};

/// Threads: answer() from any, several at once. Office and pages outlive it.
class DeskApi {
  public:
    static constexpr std::size_t kMaxBody = 16 * 1024;

    DeskApi(Office& office, const http::StaticPages& pages, DeskOptions options)
        : office_(office), pages_(pages), options_(options) {}

    [[nodiscard]] http::Response answer(const http::Request& request);
    [[nodiscard]] http::Response refusal(const http::Request& request, int status) const {
        return page_api::refusal_response(office_.setting.pack, request, status);
    }

  private:
    struct Asked;
    http::Response route(const Asked& asked);
    http::Response read(const Asked& asked);
    http::Response change(const Asked& asked);
    http::Response start(const Asked& asked);
    http::Response login(const Asked& asked, const json::Json& body);
    http::Response logout(const Asked& asked);
    http::Response list(const Asked& asked, const district::SignedIn& who);
    http::Response detail(const Asked& asked, const district::SignedIn& who, const ItemId& id);
    http::Response move(const Asked& asked, const district::SignedIn& who, const ItemId& id,
                        const json::Json& body);

    Result<district::SignedIn> signed_in(const Asked& asked);
    [[nodiscard]] bool same_origin(const http::Request& request) const;
    [[nodiscard]] const char* cookie_name() const { return options_.plain_http ? "desk" : "__Host-desk"; }
    [[nodiscard]] std::string cookie(const std::string& value, bool ends) const;
    [[nodiscard]] http::Response problem(const Asked& asked, const page_api::Problem& problem) const;
    /// For errors that are nobody's fault at the desk.
    [[nodiscard]] http::Response trouble(const Asked& asked, const Error& error) const;

    Office& office_;
    const http::StaticPages& pages_;
    const DeskOptions options_;
    Places logins_;
    /// Apart from the logins: a flood of those does not keep a signed-in officer from answering.
    Places replies_;
};

} // namespace kentongan::district_app
