// JSON (RFC 8259) from strangers, and to them: a value type, a reader that refuses more than it accepts, and
// a writer that cannot fail.
//
// nlohmann/json reads and writes behind it; nobody else includes that library, because most of its calls
// throw.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace kentongan::json {

/// One JSON value. Objects are sorted by key, so that equal values are equal texts.
///
///     Json answer = Json::object({{"token", token}, {"languages", Json::array()}});
///     answer["languages"].push_back("en");
///
/// No call fails or throws: asking a value for what it is not gives the empty value of that kind.
class Json {
  public:
    using Array = std::vector<Json>;
    using Object = std::map<std::string, Json, std::less<>>;

    Json() = default; ///< null
    Json(std::nullptr_t) {}
    Json(bool value) : value_(value) {}
    template <class Integer>
    requires(std::is_integral_v<Integer> && !std::is_same_v<Integer, bool>) Json(Integer value)
        : value_(static_cast<std::int64_t>(value)) {}
    Json(double value) : value_(value) {}
    Json(std::string value) : value_(std::move(value)) {}
    Json(std::string_view value) : value_(std::string(value)) {}
    Json(const char* value) : value_(std::string(value)) {}
    Json(Array value) : value_(std::move(value)) {}
    Json(Object value) : value_(std::move(value)) {}

    [[nodiscard]] static Json object(std::initializer_list<std::pair<std::string_view, Json>> entries = {});
    [[nodiscard]] static Json array(std::initializer_list<Json> items = {}) { return Json(Array(items)); }

    [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
    [[nodiscard]] bool is_flag() const { return std::holds_alternative<bool>(value_); }
    [[nodiscard]] bool is_integer() const { return std::holds_alternative<std::int64_t>(value_); }
    [[nodiscard]] bool is_number() const { return is_integer() || std::holds_alternative<double>(value_); }
    [[nodiscard]] bool is_text() const { return std::holds_alternative<std::string>(value_); }
    [[nodiscard]] bool is_array() const { return std::holds_alternative<Array>(value_); }
    [[nodiscard]] bool is_object() const { return std::holds_alternative<Object>(value_); }

    [[nodiscard]] bool flag() const;            ///< false if it is none
    [[nodiscard]] std::int64_t integer() const; ///< 0 if it is none
    [[nodiscard]] double number() const;        ///< 0 if it is none
    [[nodiscard]] const std::string& text() const;
    [[nodiscard]] const Array& items() const;
    [[nodiscard]] const Object& entries() const;
    /// The member, or nothing if there is none or this is no object.
    [[nodiscard]] const Json* find(std::string_view key) const;

    /// The member, made if it is not there; whatever else this was becomes an object.
    Json& operator[](std::string_view key);
    /// Whatever else this was becomes an array.
    void push_back(Json item);

    bool operator==(const Json& other) const { return value_ == other.value_; }

  private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

struct Limits {
    std::size_t depth = 8;         ///< Arrays and objects inside each other; a scalar has depth 0.
    std::size_t size = 16 * 1024;  ///< Bytes of text.
    std::size_t values = 4 * 1024; ///< Scalars, arrays, objects and keys in all.
};

/// Errors: kInvalid - not JSON, bytes after it, a key twice, malformed UTF-8, or an integer beyond 64 bits
/// with sign; kNoSpace - above a limit. `native`: the byte offset, where the reader knows it.
[[nodiscard]] Result<Json> parse_json(std::string_view text, const Limits& limits = {});

/// One line. Malformed UTF-8 comes out as U+FFFD, a number that is not finite as null.
[[nodiscard]] std::string dump(const Json& value);

// --- fields of an object from outside ----------------------------------------------------------------------
//
// Errors of all: kInvalid - `object` is no object, or the member is of another kind, too long or out of
// range; kNotFound - it is not there. `where` is `key`, so it must be a string literal. `native`: 0.

/// Text of at most `max_bytes`, without NUL.
[[nodiscard]] Result<std::string> text_at(const Json& object, const char* key, std::size_t max_bytes);
[[nodiscard]] Result<std::int64_t> integer_at(const Json& object, const char* key, std::int64_t min,
                                              std::int64_t max);
[[nodiscard]] Result<bool> flag_at(const Json& object, const char* key);
/// Name → text of at most `max_bytes`, at most `max_entries`; every member must be text.
[[nodiscard]] Result<std::map<std::string, std::string>>
texts_at(const Json& object, const char* key, std::size_t max_entries, std::size_t max_bytes);

/// As above, but `otherwise` where it is not there.
[[nodiscard]] Result<std::string> text_or(const Json& object, const char* key, std::size_t max_bytes,
                                          std::string_view otherwise);
[[nodiscard]] Result<bool> flag_or(const Json& object, const char* key, bool otherwise);

/// kInvalid unless `object` is an object with no other keys than these: a misspelt key is told, not ignored.
[[nodiscard]] Status only_keys(const Json& object, std::initializer_list<std::string_view> keys);

} // namespace kentongan::json
