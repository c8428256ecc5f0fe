#include "adapters/json/json.hpp"

#include <algorithm>

namespace kentongan::json {
namespace {

Result<const Json*> member(const Json& object, const char* key) {
    if (!object.is_object()) return fail(ErrorCode::kInvalid, key);
    const auto* found = object.find(key);
    if (found == nullptr) return fail(ErrorCode::kNotFound, key);
    return found;
}

bool is_bounded_text(const Json& value, std::size_t max_bytes) {
    return value.is_text() && value.text().size() <= max_bytes &&
           value.text().find('\0') == std::string::npos;
}

} // namespace

Result<std::string> text_at(const Json& object, const char* key, std::size_t max_bytes) {
    const auto* found = TRY(member(object, key));
    if (!is_bounded_text(*found, max_bytes)) return fail(ErrorCode::kInvalid, key);
    return found->text();
}

Result<std::int64_t> integer_at(const Json& object, const char* key, std::int64_t min, std::int64_t max) {
    const auto* found = TRY(member(object, key));
    if (!found->is_integer() || found->integer() < min || found->integer() > max)
        return fail(ErrorCode::kInvalid, key);
    return found->integer();
}

Result<bool> flag_at(const Json& object, const char* key) {
    const auto* found = TRY(member(object, key));
    if (!found->is_flag()) return fail(ErrorCode::kInvalid, key);
    return found->flag();
}

Result<std::map<std::string, std::string>> texts_at(const Json& object, const char* key,
                                                    std::size_t max_entries, std::size_t max_bytes) {
    const auto* found = TRY(member(object, key));
    if (!found->is_object() || found->entries().size() > max_entries) return fail(ErrorCode::kInvalid, key);
    std::map<std::string, std::string> out;
    for (const auto& [name, value] : found->entries()) {
        if (name.size() > max_bytes || name.find('\0') != std::string::npos ||
            !is_bounded_text(value, max_bytes))
            return fail(ErrorCode::kInvalid, key);
        out.emplace(name, value.text());
    }
    return out;
}

Result<std::string> text_or(const Json& object, const char* key, std::size_t max_bytes,
                            std::string_view otherwise) {
    auto found = text_at(object, key, max_bytes);
    if (!found && found.error().code == ErrorCode::kNotFound) return std::string(otherwise);
    return found;
}

Result<bool> flag_or(const Json& object, const char* key, bool otherwise) {
    auto found = flag_at(object, key);
    if (!found && found.error().code == ErrorCode::kNotFound) return otherwise;
    return found;
}

Status only_keys(const Json& object, std::initializer_list<std::string_view> keys) {
    if (!object.is_object()) return fail(ErrorCode::kInvalid, "json.object");
    for (const auto& entry : object.entries())
        if (std::find(keys.begin(), keys.end(), entry.first) == keys.end())
            return fail(ErrorCode::kInvalid, "json.unknown_key");
    return {};
}

} // namespace kentongan::json
