// A small HTTP/1.1 server that refuses what is not exactly a request of ours, before any handler sees it.
//
// libmicrohttpd alone answers 200 to two Content-Lengths, to Content-Length with Transfer-Encoding and to %00 in a
// path, and its time-out is for inactivity only. This adapter refuses those, bounds everything and puts an absolute
// deadline on each connection (docs/adr/0007-http-server.md).
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
    std::string path;   ///< Starts with '/'; percent-decoding refused, no "..", no NUL
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

/// Threads: called from several server threads at once.
using Handler = std::function<Response(const Request&)>;

struct ServerOptions {
    std::string bind = "127.0.0.1";
    std::uint16_t port = 0; ///< 0: any free one, see Server::port()
    /// PEM texts; both empty: plain HTTP.
    std::string tls_certificate;
    std::string tls_key;
    std::size_t max_body = 64 * 1024;
    unsigned max_connections = 64;
    unsigned max_connections_per_address = 16;
    std::chrono::seconds deadline{20}; ///< From accept of a request to its answer; the socket is then closed.
    unsigned threads = 4;
    /// Values of Host that are answered (without port, "localhost"); empty: any. Against DNS rebinding.
    std::vector<std::string> allowed_hosts;
    /// Whether every answer carries the page headers (CSP, nosniff, no-store, frame denial).
    bool page_headers = true;
};

class Server {
  public:
    /// Errors: kUnavailable - the port is taken; kInvalid - the key or certificate cannot be used.
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
    /// The page, or nothing if the path names none. `prefix` is removed first ("/desk").
    [[nodiscard]] const Response* find(std::string_view path) const;

  private:
    std::map<std::string, Response, std::less<>> pages_;
};

} // namespace kentongan::http
