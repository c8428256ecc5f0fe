#include "adapters/microhttpd/response_headers.hpp"

#include <strings.h>

#include <algorithm>
#include <array>

namespace kentongan::http {
namespace {

constexpr std::array<std::pair<const char*, const char*>, 8> kPageHeaders = {{
    {"Content-Security-Policy",
     "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"},
}};

const char* plain_words(int status) {
    switch (status) {
    case 403:
        return "This address is not served here.\n";
    case 404:
        return "There is nothing here.\n";
    case 405:
        return "This method is not served here.\n";
    case 411:
        return "The request must say its length.\n";
    case 413:
        return "The request is too large.\n";
    case 414:
        return "The address is too long.\n";
    case 431:
        return "The request has too many or too long headers.\n";
    case 500:
        return "The server has a fault.\n";
    case 505:
        return "Only HTTP/1.1 is spoken here.\n";
    default:
        return "The request cannot be understood.\n";
    }
}

} // namespace

void add_page_headers(Response& response) {
    for (const auto& [name, value] : kPageHeaders) {
        bool there =
            std::any_of(response.headers.begin(), response.headers.end(),
                        [name = name](const auto& h) { return ::strcasecmp(h.first.c_str(), name) == 0; });
        if (!there) response.headers.emplace_back(name, value);
    }
}

Response refuse(const Request& request, int status, const RefusalWriter& writer) {
    Response response;
    if (writer)
        response = writer(request, status);
    else
        response.body = plain_words(status);
    response.status = status;
    if (status == 405) response.headers.emplace_back("Allow", "GET, HEAD, POST");
    // What follows on this connection may be anything: it is not read as another request.
    response.headers.emplace_back("Connection", "close");
    return response;
}

} // namespace kentongan::http
