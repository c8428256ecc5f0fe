// Whatever head comes: no crash, and an accepted one keeps its promises.
#include "adapters/microhttpd/request_head.hpp"

#include <algorithm>
#include <cstdlib>

using namespace kentongan;
using namespace kentongan::http;

namespace {

std::string_view cut(std::string_view& rest, char until) {
    auto end = std::min(rest.find(until), rest.size());
    auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

void must(bool held) {
    if (!held) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    RawHead raw;
    raw.method = cut(rest, ' ');
    raw.target = cut(rest, ' ');
    raw.version = cut(rest, '\n');
    while (!rest.empty()) {
        auto line = cut(rest, '\n');
        auto name = cut(line, ':');
        raw.headers.emplace_back(name, line);
    }
    const std::vector<std::string> hosts{"localhost"};
    Request request;
    std::size_t body_size = 0;
    auto refused = read_head(raw, Limits{1000, &hosts}, request, body_size);
    if (refused) {
        must(*refused >= 400 && *refused <= 505);
        return 0;
    }
    must(request.method == "GET" || request.method == "HEAD" || request.method == "POST");
    must(!request.path.empty() && request.path.front() == '/' && request.path.size() <= kMaxPath);
    must(request.path.find("//") == std::string::npos && request.path.find("/../") == std::string::npos &&
         !request.path.ends_with("/.."));
    must(request.path.find('%') == std::string::npos && request.path.find('\0') == std::string::npos);
    must(request.headers.size() <= kMaxHeaders && request.query.size() <= kMaxQueryPairs &&
         request.cookies.size() <= kMaxCookies);
    must(body_size <= 1000 && !request.headers.contains("transfer-encoding"));
    must(request.header("host").find("localhost") != std::string_view::npos ||
         request.header("host").size() >= 9);
    return 0;
}
