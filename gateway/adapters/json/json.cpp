#include "adapters/json/json.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <optional>

namespace kentongan::json {
namespace {

// Builds a Json from the events of nlohmann's reader; the first `false` ends the reading, without exceptions.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
  public:
    explicit Builder(const Limits& limits) : limits_(limits) {}

    bool null() override { return add(Json()); }
    bool boolean(bool value) override { return add(Json(value)); }
    bool number_integer(number_integer_t value) override { return add(Json(std::int64_t{value})); }
    bool number_unsigned(number_unsigned_t value) override {
        if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max()))
            return refuse(ErrorCode::kInvalid);
        return add(Json(static_cast<std::int64_t>(value)));
    }
    bool number_float(number_float_t value, const string_t& text) override {
        // An integer beyond 64 bits comes as a float: it would be another number.
        if (text.find_first_of(".eE") == string_t::npos) return refuse(ErrorCode::kInvalid);
        return add(Json(value));
    }
    bool string(string_t& value) override { return add(Json(std::move(value))); }
    bool binary(binary_t&) override { return refuse(ErrorCode::kInvalid); }
    bool start_object(std::size_t) override { return open(Json(Json::Object{})); }
    bool start_array(std::size_t) override { return open(Json(Json::Array{})); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        if (++values_ > limits_.values) return refuse(ErrorCode::kNoSpace);
        if (open_.back().value.find(name) != nullptr) return refuse(ErrorCode::kInvalid);
        open_.back().key = name;
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override {
        offset_ = position;
        return false;
    }

    [[nodiscard]] Error error() const {
        return Error{refused_.value_or(ErrorCode::kInvalid), "json.parse",
                     static_cast<std::int64_t>(offset_)};
    }
    Json take() { return std::move(done_); }

  private:
    struct Open {
        Json value;
        std::string key;
    };

    bool refuse(ErrorCode code) {
        refused_ = code;
        return false;
    }
    bool put(Json value) {
        if (open_.empty())
            done_ = std::move(value);
        else if (open_.back().value.is_object())
            open_.back().value[open_.back().key] = std::move(value);
        else
            open_.back().value.push_back(std::move(value));
        return true;
    }
    bool add(Json value) {
        if (++values_ > limits_.values) return refuse(ErrorCode::kNoSpace);
        return put(std::move(value));
    }
    bool open(Json empty) {
        if (++values_ > limits_.values || open_.size() >= limits_.depth) return refuse(ErrorCode::kNoSpace);
        open_.push_back(Open{std::move(empty), {}});
        return true;
    }
    bool close() {
        auto value = std::move(open_.back().value);
        open_.pop_back();
        return put(std::move(value));
    }

    const Limits& limits_;
    std::vector<Open> open_;
    Json done_;
    std::size_t values_ = 0;
    std::size_t offset_ = 0;
    std::optional<ErrorCode> refused_;
};

nlohmann::json converted(const Json& value) {
    if (value.is_flag()) return value.flag();
    if (value.is_integer()) return value.integer();
    if (value.is_number()) return value.number();
    if (value.is_text()) return value.text();
    if (value.is_array()) {
        auto out = nlohmann::json::array();
        for (const auto& item : value.items()) out.push_back(converted(item));
        return out;
    }
    if (value.is_object()) {
        auto out = nlohmann::json::object();
        for (const auto& [key, member] : value.entries()) out.emplace(key, converted(member));
        return out;
    }
    return nullptr;
}

} // namespace

Json Json::object(std::initializer_list<std::pair<std::string_view, Json>> entries) {
    Object out;
    for (const auto& [key, value] : entries) out.insert_or_assign(std::string(key), value);
    return Json(std::move(out));
}

bool Json::flag() const {
    const auto* value = std::get_if<bool>(&value_);
    return value != nullptr && *value;
}

std::int64_t Json::integer() const {
    const auto* value = std::get_if<std::int64_t>(&value_);
    return value == nullptr ? 0 : *value;
}

double Json::number() const {
    if (const auto* value = std::get_if<double>(&value_)) return *value;
    return static_cast<double>(integer());
}

const std::string& Json::text() const {
    static const std::string kEmpty;
    const auto* value = std::get_if<std::string>(&value_);
    return value == nullptr ? kEmpty : *value;
}

const Json::Array& Json::items() const {
    static const Array kEmpty;
    const auto* value = std::get_if<Array>(&value_);
    return value == nullptr ? kEmpty : *value;
}

const Json::Object& Json::entries() const {
    static const Object kEmpty;
    const auto* value = std::get_if<Object>(&value_);
    return value == nullptr ? kEmpty : *value;
}

const Json* Json::find(std::string_view key) const {
    const auto& all = entries();
    auto found = all.find(key);
    return found == all.end() ? nullptr : &found->second;
}

Json& Json::operator[](std::string_view key) {
    if (!is_object()) value_ = Object{};
    auto& all = *std::get_if<Object>(&value_);
    auto found = all.find(key);
    if (found == all.end()) found = all.emplace(std::string(key), Json()).first;
    return found->second;
}

void Json::push_back(Json item) {
    if (!is_array()) value_ = Array{};
    std::get_if<Array>(&value_)->push_back(std::move(item));
}

Result<Json> parse_json(std::string_view text, const Limits& limits) {
    if (text.size() > limits.size)
        return fail(ErrorCode::kNoSpace, "json.parse", static_cast<std::int64_t>(limits.size));
    // nlohmann takes a NUL for the end of the text, whatever follows it, and skips a byte order mark, which
    // RFC 8259 §8.1 forbids.
    if (auto nul = text.find('\0'); nul != std::string_view::npos)
        return fail(ErrorCode::kInvalid, "json.parse", static_cast<std::int64_t>(nul));
    if (text.starts_with("\xEF\xBB\xBF")) return fail(ErrorCode::kInvalid, "json.parse");
    Builder builder(limits);
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder))
        return tl::unexpected<Error>(builder.error());
    return builder.take();
}

std::string dump(const Json& value) {
    return converted(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace kentongan::json
