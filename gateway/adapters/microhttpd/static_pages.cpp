#include "adapters/microhttpd/http_server.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace kentongan::http {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMaxBytes = 16 * 1024 * 1024;
constexpr std::size_t kMaxFiles = 1000;

constexpr std::array<std::pair<std::string_view, const char*>, 14> kTypes = {{
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".ico", "image/x-icon"},
    {".jpg", "image/jpeg"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".mp3", "audio/mpeg"},
    {".ogg", "audio/ogg"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
    {".webp", "image/webp"},
    {".woff2", "font/woff2"},
}};

const char* type_of(std::string_view name) {
    for (const auto& [ending, type] : kTypes)
        if (name.ends_with(ending)) return type;
    return nullptr;
}

} // namespace

std::string entity_tag(std::string_view body) {
    std::uint64_t hash = 14695981039346656037ULL; // FNV-1a
    for (char c : body) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    constexpr char kDigits[] = "0123456789abcdef";
    std::string out = "\"";
    for (int shift = 60; shift >= 0; shift -= 4) out += kDigits[hash >> static_cast<unsigned>(shift) & 0xFU];
    return out + "-" + std::to_string(body.size()) + "\"";
}

Response unless_known(const Request& request, const Response& response) {
    auto known = request.header("if-none-match");
    if (known.empty()) return response;
    for (const auto& [name, value] : response.headers)
        if (name == "ETag" && (known == "*" || known.find(value) != std::string_view::npos)) {
            Response unchanged;
            unchanged.status = 304;
            unchanged.headers = response.headers;
            unchanged.content_type.clear();
            return unchanged;
        }
    return response;
}

Result<StaticPages> StaticPages::load(const std::string& folder) {
    StaticPages pages;
    std::error_code error;
    fs::path root(folder);
    if (!fs::is_directory(root, error)) return fail(ErrorCode::kNotFound, "http.pages", error.value());
    std::uintmax_t total = 0;
    fs::recursive_directory_iterator entries(root, error);
    if (error) return fail(ErrorCode::kNotFound, "http.pages", error.value());
    for (; entries != fs::recursive_directory_iterator(); entries.increment(error)) {
        if (error) return fail(ErrorCode::kNotFound, "http.pages", error.value());
        auto status = entries->symlink_status(error); // a link could lead out of the folder
        if (error || !fs::is_regular_file(status)) continue;
        auto path = "/" + entries->path().lexically_relative(root).generic_string();
        const char* type = type_of(path);
        if (type == nullptr || path.find("/.") != std::string::npos) continue;
        std::ifstream file(entries->path(), std::ios::binary);
        if (!file) return fail(ErrorCode::kNotFound, "http.pages");
        auto size = entries->file_size(error);
        total += size;
        if (error || total > kMaxBytes || pages.pages_.size() >= kMaxFiles)
            return fail(ErrorCode::kNoSpace, "http.pages");
        Response page;
        page.body.resize(size);
        file.read(page.body.data(), static_cast<std::streamsize>(size));
        if (file.gcount() != static_cast<std::streamsize>(size))
            return fail(ErrorCode::kNotFound, "http.pages");
        page.content_type = type;
        // Kept by the browser, asked about each time: a new release is seen at once.
        page.headers = {{"Cache-Control", "no-cache"}, {"ETag", entity_tag(page.body)}};
        if (path == "/index.html") pages.pages_["/"] = page;
        pages.pages_[path] = std::move(page);
    }
    return pages;
}

const Response* StaticPages::find(std::string_view path, std::string_view prefix) const {
    if (!path.starts_with(prefix)) return nullptr;
    path.remove_prefix(prefix.size());
    auto found = pages_.find(path.empty() ? std::string_view("/") : path);
    return found == pages_.end() ? nullptr : &found->second;
}

} // namespace kentongan::http
