#include "adapters/json/json.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace kentongan;
using namespace kentongan::json;
using namespace std::string_literals;

namespace {

ErrorCode refusal(std::string_view text, const Limits& limits = {}) {
    auto parsed = parse_json(text, limits);
    REQUIRE_FALSE(parsed);
    return parsed.error().code;
}

} // namespace

TEST_CASE("what is written is what is read") {
    auto value = Json::object({{"text", "Sumur \"Gumuk\" \u2014 \n"},
                               {"flag", true},
                               {"none", nullptr},
                               {"least", std::numeric_limits<std::int64_t>::min()},
                               {"list", Json::array({1, "two", Json::object()})}});
    value["more"]["deeper"] = 0.5;
    auto again = parse_json(dump(value));
    REQUIRE(again);
    CHECK(*again == value);
    CHECK(dump(*again) == dump(value));
    CHECK(dump(Json::object({{"b", 1}, {"a", 2}})) == R"({"a":2,"b":1})");
}

TEST_CASE("asking a value for what it is not gives nothing, and writing makes it so") {
    Json number = 5;
    CHECK(number.text().empty());
    CHECK(number.items().empty());
    CHECK(number.find("a") == nullptr);
    CHECK_FALSE(number.flag());
    CHECK(number.number() == 5.0);
    number["a"] = 1;
    CHECK(number.find("a")->integer() == 1);
    number.push_back("x");
    CHECK(number.items().size() == 1);
}

TEST_CASE("what is not exactly one JSON value is refused") {
    for (const char* text : {"",
                             " ",
                             "{",
                             "[1,]",
                             "{\"a\":1,}",
                             "{a:1}",
                             "{'a':1}",
                             "nul",
                             "NaN",
                             "Infinity",
                             "+1",
                             "01",
                             "1.",
                             ".5",
                             "1e",
                             "\"\t\"",
                             "\"\\x\"",
                             "\"\\ud800\"",
                             "\"\\udc00\\ud800\"",
                             "[1] [2]",
                             "{} x",
                             "{}\n{}",
                             "// c\n1",
                             "/* c */1",
                             "1e999",
                             "99999999999999999999",
                             "-9223372036854775809",
                             "9223372036854775808",
                             "[\"a\" \"b\"]"})
        CHECK(refusal(text) == ErrorCode::kInvalid);
    CHECK(refusal("\xEF\xBB\xBF{}") == ErrorCode::kInvalid);
    CHECK(refusal("\"\xC0\xAF\"") == ErrorCode::kInvalid);
    CHECK(refusal("\"\xED\xA0\x80\"") == ErrorCode::kInvalid);
    CHECK(refusal("\"\xF4\x90\x80\x80\"") == ErrorCode::kInvalid);
    CHECK(refusal("\"\xE2\x82\"") == ErrorCode::kInvalid);
    CHECK(refusal("{}\0{}"s) == ErrorCode::kInvalid);
    CHECK(refusal("{}\0"s) == ErrorCode::kInvalid);
    CHECK(refusal("\"a\0b\""s) == ErrorCode::kInvalid);
    CHECK(parse_json(" {} \n"));
    CHECK(parse_json("9223372036854775807")->integer() == std::numeric_limits<std::int64_t>::max());
}

TEST_CASE("a key twice is refused, at any depth, however it is spelt") {
    CHECK(refusal(R"({"a":1,"a":1})") == ErrorCode::kInvalid);
    CHECK(refusal(R"({"a":1,"\u0061":2})") == ErrorCode::kInvalid);
    CHECK(refusal(R"([{"b":{"a":1,"c":2,"a":3}}])") == ErrorCode::kInvalid);
    CHECK(parse_json(R"([{"a":1},{"a":2}])"));
}

TEST_CASE("depth, size and number of values are bounded") {
    auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(parse_json(nested(8)));
    CHECK(refusal(nested(9)) == ErrorCode::kNoSpace);
    CHECK(refusal(std::string(16'000, '[')) == ErrorCode::kNoSpace);
    CHECK(parse_json(nested(2000), Limits{2000, 5000, 5000}));
    CHECK(refusal("\"" + std::string(20'000, 'a') + "\"") == ErrorCode::kNoSpace);
    std::string many = "[0";
    for (int i = 0; i < 5000; ++i) many += ",0";
    CHECK(refusal(many + "]") == ErrorCode::kNoSpace);
}

TEST_CASE("writing never fails") {
    CHECK(dump(Json("a\xFF"
                    "b")) == "\"a\uFFFDb\"");
    CHECK(dump(Json(std::numeric_limits<double>::infinity())) == "null");
    CHECK(dump(Json("\0\x01\x1F"s)) == R"("\u0000\u0001\u001f")");
    CHECK(dump(Json("a\0b"s)) == "\"a\\u0000b\"");
}

TEST_CASE("fields come with their kind and bounds, or not") {
    auto object = *parse_json(R"({"t":"abc","n":7,"f":true,"z":"a\u0000b","x":1.5,
                                  "m":{"a":"1","b":"2"},"bad":{"a":1},"null":null})");
    CHECK(*text_at(object, "t", 3) == "abc");
    CHECK(text_at(object, "t", 2).error().code == ErrorCode::kInvalid);
    CHECK(text_at(object, "z", 9).error().code == ErrorCode::kInvalid);
    CHECK(text_at(object, "n", 9).error().code == ErrorCode::kInvalid);
    CHECK(text_at(object, "null", 9).error().code == ErrorCode::kInvalid);
    CHECK(text_at(object, "none", 9).error().code == ErrorCode::kNotFound);
    CHECK(text_at(Json(1), "t", 9).error().code == ErrorCode::kInvalid);
    CHECK(*text_or(object, "none", 9, "else") == "else");
    CHECK_FALSE(text_or(object, "n", 9, "else"));
    CHECK(*integer_at(object, "n", 0, 7) == 7);
    CHECK_FALSE(integer_at(object, "n", 0, 6));
    CHECK_FALSE(integer_at(object, "x", 0, 6));
    CHECK_FALSE(integer_at(object, "t", 0, 6));
    CHECK(*flag_at(object, "f"));
    CHECK_FALSE(flag_at(object, "n"));
    CHECK(*flag_or(object, "none", true));
    CHECK_FALSE(flag_or(object, "t", true));
    CHECK(texts_at(object, "m", 2, 1)->at("b") == "2");
    CHECK_FALSE(texts_at(object, "m", 1, 1));
    CHECK_FALSE(texts_at(object, "bad", 5, 5));
    CHECK_FALSE(texts_at(object, "t", 5, 5));
    CHECK(only_keys(*parse_json(R"({"a":1})"), {"a", "b"}));
    CHECK_FALSE(only_keys(*parse_json(R"({"a":1,"c":1})"), {"a", "b"}));
    CHECK_FALSE(only_keys(Json::array(), {}));
}
