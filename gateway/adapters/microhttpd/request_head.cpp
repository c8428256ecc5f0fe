#include "adapters/microhttpd/request_head.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace kentongan::http {
namespace {

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_token(std::string_view text) {
    static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return is_letter_or_digit(c) || kMarks.find(c) != std::string_view::npos;
    });
}

bool is_field_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
    });
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string_view trimmed(std::string_view text) {
    auto from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

// Two of these could mean two things to two readers.
constexpr std::array<std::string_view, 9> kOnlyOnce = {
    "authorization", "content-encoding", "content-length",    "content-type",     "host",
    "if-none-match", "origin",           "transfer-encoding", "x-kentongan-token"};

std::optional<int> read_headers(const RawHead& raw, Request& request) {
    if (raw.headers.size() > kMaxHeaders) return 431;
    std::size_t bytes = raw.method.size() + raw.target.size() + raw.version.size();
    for (const auto& [name, value] : raw.headers) bytes += name.size() + value.size() + 4;
    if (bytes > kMaxHeadBytes) return 431;
    for (const auto& [raw_name, raw_value] : raw.headers) {
        auto value = trimmed(raw_value);
        if (!is_token(raw_name) || !is_field_value(value)) return 400;
        auto name = lower(raw_name);
        auto [entry, fresh] = request.headers.emplace(name, value);
        if (fresh) continue;
        if (std::find(kOnlyOnce.begin(), kOnlyOnce.end(), name) != kOnlyOnce.end()) return 400;
        entry->second.append(name == "cookie" ? "; " : ", ").append(value);
    }
    return std::nullopt;
}

std::optional<int> read_path(std::string_view path, Request& request) {
    constexpr std::string_view kMarks = "-._~/@+,";
    if (path.empty() || path.front() != '/') return 400; // also the absolute form: this is no proxy
    if (path.size() > kMaxPath) return 414;
    for (char c : path)
        if (!is_letter_or_digit(c) && kMarks.find(c) == std::string_view::npos) return 400;
    for (std::size_t at = 1; at < path.size();) {
        auto end = std::min(path.find('/', at), path.size());
        auto segment = path.substr(at, end - at);
        if (segment.empty() || segment == "." || segment == "..") return 404;
        at = end + 1;
    }
    request.path = path;
    return std::nullopt;
}

/// "name", "name:port", "[v6]:port" → the name without port; nothing if it is none of these.
std::optional<std::string> host_name(std::string_view host) {
    auto port = host.rfind(':');
    auto bracket = host.rfind(']');
    if (port != std::string_view::npos && (bracket == std::string_view::npos || port > bracket)) {
        auto digits = host.substr(port + 1);
        if (digits.empty() || digits.size() > 5 ||
            !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
            return std::nullopt;
        host = host.substr(0, port);
    }
    if (host.starts_with('[')) {
        if (!host.ends_with(']')) return std::nullopt;
        host = host.substr(1, host.size() - 2);
        if (host.empty() || host.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos)
            return std::nullopt;
        return lower(host);
    }
    if (host.empty() || host.size() > 253) return std::nullopt;
    for (char c : host)
        if (!is_letter_or_digit(c) && c != '-' && c != '.' && c != '_') return std::nullopt;
    return lower(host);
}

std::optional<int> check_host(const Request& request, std::string_view version, const Limits& limits) {
    auto found = request.headers.find("host");
    bool any = limits.allowed_hosts == nullptr || limits.allowed_hosts->empty();
    if (found == request.headers.end())
        return any && version == "HTTP/1.0" ? std::nullopt : std::optional(400);
    auto name = host_name(found->second);
    if (!name) return 400;
    if (any) return std::nullopt;
    for (const auto& allowed : *limits.allowed_hosts)
        if (lower(allowed) == *name) return std::nullopt;
    return 403;
}

std::optional<int> read_body_size(const Request& request, const Limits& limits, std::size_t& body_size) {
    body_size = 0;
    auto length = request.headers.find("content-length");
    bool has_length = length != request.headers.end();
    if (request.headers.contains("transfer-encoding")) return has_length ? 400 : 411;
    if (!has_length) return std::nullopt;
    const auto& digits = length->second;
    if (digits.empty() ||
        !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
        return 400;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), body_size);
    if (error == std::errc::result_out_of_range) return 413;
    if (error != std::errc() || end != digits.data() + digits.size()) return 400;
    if (body_size > limits.max_body) return 413;
    if (body_size > 0 && request.method != "POST") return 400;
    return std::nullopt;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> form_decoded(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        char c = text[at];
        if (c == '%') {
            if (at + 2 >= text.size()) return std::nullopt;
            int high = hex_value(text[at + 1]);
            int low = hex_value(text[at + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            c = static_cast<char>(high * 16 + low);
            at += 2;
        } else if (c == '+') {
            c = ' ';
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return std::nullopt;
        out += c;
    }
    return out;
}

} // namespace

std::string_view Request::header(std::string_view lower_case_name) const {
    auto found = headers.find(std::string(lower_case_name));
    return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

Result<std::map<std::string, std::string>> read_query(std::string_view query) {
    if (query.size() > kMaxQueryBytes) return fail(ErrorCode::kNoSpace, "http.query");
    std::map<std::string, std::string> out;
    std::size_t pairs = 0;
    for (std::size_t at = 0; at < query.size();) {
        auto end = std::min(query.find('&', at), query.size());
        auto pair = query.substr(at, end - at);
        at = end + 1;
        if (pair.empty()) continue;
        if (++pairs > kMaxQueryPairs) return fail(ErrorCode::kNoSpace, "http.query");
        auto equals = std::min(pair.find('='), pair.size());
        auto name = form_decoded(pair.substr(0, equals));
        auto value = form_decoded(equals < pair.size() ? pair.substr(equals + 1) : std::string_view{});
        if (!name || !value || name->empty()) return fail(ErrorCode::kInvalid, "http.query");
        if (!out.emplace(std::move(*name), std::move(*value)).second)
            return fail(ErrorCode::kInvalid, "http.query");
    }
    return out;
}

std::map<std::string, std::string> read_cookies(std::string_view header) {
    std::map<std::string, std::string> out;
    std::vector<std::string> ambiguous;
    if (header.size() > kMaxCookieBytes) return out;
    std::size_t count = 0;
    for (std::size_t at = 0; at < header.size() && count < kMaxCookies; ++count) {
        auto end = std::min(header.find(';', at), header.size());
        auto pair = trimmed(header.substr(at, end - at));
        at = end + 1;
        auto equals = pair.find('=');
        if (equals == std::string_view::npos || !is_token(pair.substr(0, equals))) continue;
        auto value = pair.substr(equals + 1);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        bool octets = std::all_of(value.begin(), value.end(), [](char c) { // RFC 6265 cookie-octet
            return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
        });
        if (!octets) continue;
        std::string name(pair.substr(0, equals));
        auto [entry, fresh] = out.emplace(name, value);
        if (!fresh && entry->second != value) ambiguous.push_back(std::move(name));
    }
    for (const auto& name : ambiguous) out.erase(name);
    return out;
}

std::optional<int> read_head(const RawHead& raw, const Limits& limits, Request& request,
                             std::size_t& body_size) {
    body_size = 0;
    if (auto refused = read_headers(raw, request)) return refused;
    if (raw.version != "HTTP/1.1" && raw.version != "HTTP/1.0") return 505;
    if (raw.method != "GET" && raw.method != "HEAD" && raw.method != "POST")
        return is_token(raw.method) ? 405 : 400;
    request.method = raw.method;
    auto question = std::min(raw.target.find('?'), raw.target.size());
    if (auto refused = read_path(raw.target.substr(0, question), request)) return refused;
    if (question < raw.target.size()) {
        auto query = read_query(raw.target.substr(question + 1));
        if (!query) return query.error().code == ErrorCode::kNoSpace ? 414 : 400;
        request.query = std::move(query).take();
    }
    if (auto refused = check_host(request, raw.version, limits)) return refused;
    if (auto refused = read_body_size(request, limits, body_size)) return refused;
    request.cookies = read_cookies(request.header("cookie"));
    return std::nullopt;
}

} // namespace kentongan::http
