// The kiosk's JSON API (docs/formats/kiosk-api.md): a function from a request to an answer, over the pack and
// a link to the box. No socket, file or clock of its own.
#pragma once

#include "apps/kiosk/box_calls.hpp"
#include "domain/catalogue.hpp"

#include <functional>

namespace kentongan::kiosk {

/// What the server answers with where it refuses a request before answer() sees it.
using page_api::refusal_response;

struct ApiSettings {
    std::string token;            ///< What every POST must carry; made anew by every process.
    double pixels_per_mm = 0;     ///< CSS pixels per millimetre of the panel; 0: not configured.
    std::function<Instant()> now; ///< Shown in /health, decides nothing.
};

/// Threads: answer() from any, several at once. Pack, village, pages and calls outlive it.
class Api {
  public:
    static constexpr std::size_t kMaxBody = 16 * 1024;

    Api(const domain::Pack& pack, const domain::Village& village, const http::StaticPages& pages,
        BoxCalls& box, ApiSettings settings);

    /// `client`: who asks, for the guess limit; 0 is the touchscreen.
    [[nodiscard]] http::Response answer(const http::Request& request, std::uint64_t client) const;

  private:
    struct Post;

    [[nodiscard]] http::Response get(const http::Request& request) const;
    [[nodiscard]] http::Response post(const http::Request& request, std::uint64_t client) const;
    [[nodiscard]] http::Response start() const;
    [[nodiscard]] http::Response check(const Post& post) const;
    [[nodiscard]] http::Response submit(const Post& post) const;
    [[nodiscard]] http::Response status(const Post& post) const;
    [[nodiscard]] http::Response wrong_method(const http::Request& request, const char* allowed) const;

    const domain::Pack& pack_;
    const domain::Village& village_;
    const http::StaticPages& pages_;
    BoxCalls& box_;
    const ApiSettings settings_;
    /// Path → the pack in one language, written once at the start.
    std::map<std::string, http::Response, std::less<>> packs_;
};

} // namespace kentongan::kiosk
