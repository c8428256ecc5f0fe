// A small HTTP/1.1 server that refuses what is not exactly a request of ours, before any handler sees it.
//
// libmicrohttpd alone answers 200 to two Content-Lengths, to Content-Length with Transfer-Encoding and to %00
// in a path, and its time-out is for inactivity only. This adapter refuses those, bounds everything and puts
// an absolute deadline on each connection (docs/adr/0007-http-server.md).
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kentongan::http {

struct Request {
    std::string method; ///< "GET", "HEAD", "POST"
    std::string path; ///< Starts with '/'; letters, digits and "-._~/@+," only; no empty, "." or ".." segment
    std::map<std::string, std::string> query;   ///< Decoded; at most 16
    std::map<std::string, std::string> headers; ///< Names in lower case; at most 64
    std::map<std::string, std::string> cookies;
    std::string body;
    std::string peer; ///< Numeric address, no port

    /// The header, or "".
    [[nodiscard]] std::string_view header(std::string_view lower_case_name) const;
};

struct Response {
    int status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
};

/// Threads: called from several server threads at once. Other connections of the same thread wait meanwhile:
/// a handler bounds its own waiting.
using Handler = std::function<Response(const Request&)>;

/// Words for a request that was refused before any handler saw it (413, 400, …). `request` holds what could
/// be read: headers if there were any, never a body. Only content type, body and headers of the answer are
/// used.
using RefusalWriter = std::function<Response(const Request& request, int status)>;

struct ServerOptions {
    std::string bind = "127.0.0.1";
    std::uint16_t port = 0; ///< 0: any free one, see Server::port()
    /// PEM texts; both empty: plain HTTP.
    std::string tls_certificate;
    std::string tls_key;
    std::size_t max_body = 64 * 1024;
    unsigned max_connections = 64;
    unsigned max_connections_per_address = 16;
    /// From accept of a request to the last byte of its answer; the socket is then closed, however busy it
    /// is.
    std::chrono::milliseconds deadline{20'000};
    unsigned threads = 4;
    /// Values of Host that are answered (without port, "localhost"); empty: any. Against DNS rebinding.
    std::vector<std::string> allowed_hosts;
    /// Whether every answer carries the page headers (CSP, nosniff, no-store, frame denial).
    bool page_headers = true;
    /// Empty: plain English words.
    RefusalWriter refusal;
};

class Server {
  public:
    /// Errors: kUnavailable - the port is taken, or a limit of the system; kInvalid - `bind` is not a numeric
    /// address, only one of key and certificate is there, or they cannot be used. `native`: errno.
    static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler);
    virtual ~Server() = default;
    [[nodiscard]] virtual std::uint16_t port() const = 0;
    /// Finishes what is being answered, then stops. Called by the destructor too.
    virtual void stop() = 0;
};

/// A folder of built pages, read whole into memory at the start: a request can only name what was there.
/// `index.html` answers "/". Types by ending; anything else is not served.
class StaticPages {
  public:
    /// Errors: kNotFound - no such folder; kNoSpace - above 16 MiB in all.
    static Result<StaticPages> load(const std::string& folder);
    /// The page, or nothing if the path names none. `prefix` ("/desk") is removed first; a path without it
    /// names none. Lifetime: as long as these pages.
    [[nodiscard]] const Response* find(std::string_view path, std::string_view prefix = {}) const;

  private:
    std::map<std::string, Response, std::less<>> pages_;
};

/// A value for ETag: names the bytes of `body`, quoted. Not a security measure.
[[nodiscard]] std::string entity_tag(std::string_view body);

/// `response`, or 304 without a body if the request says (If-None-Match, RFC 9110 §13.1.2) that it has this
/// ETag.
[[nodiscard]] Response unless_known(const Request& request, const Response& response);

} // namespace kentongan::http
