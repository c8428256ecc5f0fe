// The head of a request, checked byte by byte: pure functions, so that they can be fuzzed without a socket.
//
// Source: RFC 9110 and RFC 9112; where those let a server be lenient, this one is not.
#pragma once

#include "adapters/microhttpd/http_server.hpp"

#include <optional>

namespace kentongan::http {

inline constexpr std::size_t kMaxHeaders = 64;
inline constexpr std::size_t kMaxHeadBytes = 16 * 1024;
inline constexpr std::size_t kMaxPath = 512;
inline constexpr std::size_t kMaxQueryBytes = 2048;
inline constexpr std::size_t kMaxQueryPairs = 16;
inline constexpr std::size_t kMaxCookies = 16;
inline constexpr std::size_t kMaxCookieBytes = 4096;

/// As it came over the wire, before any decoding. Views: the bytes outlive it.
struct RawHead {
    std::string_view method;
    std::string_view target;
    std::string_view version;
    std::vector<std::pair<std::string_view, std::string_view>> headers;
};

struct Limits {
    std::size_t max_body = 0;
    const std::vector<std::string>* allowed_hosts = nullptr; ///< Null or empty: any.
};

/// Fills `request` but for body and peer, and `body_size` from Content-Length (0 if there is none).
/// Returns the status to refuse with, or nothing if the request may be answered:
/// 400 malformed · 403 foreign Host · 404 a path with empty or dot segments · 405 method · 411
/// Transfer-Encoding · 413 Content-Length above max_body · 414 long target · 431 many or long headers · 505
/// not HTTP/1. When refused, `request` holds the headers if they could be read, and nothing else is promised.
[[nodiscard]] std::optional<int> read_head(const RawHead& raw, const Limits& limits, Request& request,
                                           std::size_t& body_size);

/// The pairs of a Cookie header (RFC 6265 §4.2.1). A browser sends cookies of other programs on the same host
/// as well, so what is malformed or comes twice with two values is left out, not refused. At most
/// kMaxCookies.
[[nodiscard]] std::map<std::string, std::string> read_cookies(std::string_view header);

/// application/x-www-form-urlencoded. Errors: kInvalid - malformed, control characters, a name twice;
/// kNoSpace - above the limits.
[[nodiscard]] Result<std::map<std::string, std::string>> read_query(std::string_view query);

} // namespace kentongan::http
