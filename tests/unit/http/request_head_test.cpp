#include "adapters/microhttpd/request_head.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace kentongan::http;

TEST_CASE("a query is decoded within its bounds") {
    auto query = read_query("a=1&b=x+y%20z&c&&d=%C3%A9");
    REQUIRE(query);
    CHECK(*query ==
          std::map<std::string, std::string>{{"a", "1"}, {"b", "x y z"}, {"c", ""}, {"d", "\xC3\xA9"}});
    CHECK(read_query("")->empty());
    for (const char* text : {"a=%", "a=%1", "a=%zz", "a=%00", "a=%0A", "=1", "a=1&a=1", "a=\x01"})
        CHECK(read_query(text).error().code == ErrorCode::kInvalid);
    CHECK(read_query(std::string(kMaxQueryBytes + 1, 'a')).error().code == ErrorCode::kNoSpace);
}

TEST_CASE("cookies are read, the doubtful ones left out") {
    CHECK(read_cookies("__Host-desk=abc; x=\"y\"") ==
          std::map<std::string, std::string>{{"__Host-desk", "abc"}, {"x", "y"}});
    CHECK(read_cookies("a=1; a=2; a=1").empty());
    CHECK(read_cookies("a=1; a=1").size() == 1);
    CHECK(read_cookies("a b=1; c=d e; =f; g; h=\x80;;;").empty());
    std::string many;
    for (int i = 0; i < 40; ++i) many += "k" + std::to_string(i) + "=1; ";
    CHECK(read_cookies(many).size() == kMaxCookies);
    CHECK(read_cookies("a=" + std::string(kMaxCookieBytes, '1')).empty());
}

TEST_CASE("a head is read as a whole or refused with its reason") {
    const std::vector<std::string> hosts{"Localhost"};
    Limits limits{100, &hosts};
    auto read = [&](RawHead raw) {
        Request request;
        std::size_t size = 0;
        return read_head(raw, limits, request, size).value_or(200);
    };
    CHECK(read({"GET", "/", "HTTP/1.1", {{"host", "localhost"}}}) == 200);
    CHECK(read({"GET", "/", "HTTP/1.1", {{"Host", "localhost"}, {"Content-Length", "0"}}}) == 200);
    CHECK(read({"POST", "/", "HTTP/1.1", {{"Host", "localhost"}, {"Content-Length", "100"}}}) == 200);
    CHECK(read({"POST", "/", "HTTP/1.1", {{"Host", "localhost"}, {"Content-Length", "101"}}}) == 413);
    CHECK(
        read(
            {"POST", "/", "HTTP/1.1", {{"Host", "localhost"}, {"Content-Length", "99999999999999999999"}}}) ==
        413);
    CHECK(read({"POST",
                "/",
                "HTTP/1.1",
                {{"Host", "localhost"}, {"content-type", "a"}, {"Content-Type", "b"}}}) == 400);
    CHECK(read({"GET", "/", "HTTP/1.1", {{"Host", "other"}}}) == 403);
    CHECK(read({"GET", "/", "HTTP/1.1", {}}) == 400);
    CHECK(read({"GET", "", "HTTP/1.1", {{"Host", "localhost"}}}) == 400);
    CHECK(read({"G T", "/", "HTTP/1.1", {{"Host", "localhost"}}}) == 400);
    CHECK(read({"", "/", "HTTP/1.1", {{"Host", "localhost"}}}) == 400);
    CHECK(read({"GET", "/", "", {{"Host", "localhost"}}}) == 505);
    CHECK(read({"GET", "/", "HTTP/1.1", {{"Host", "localhost"}, {"a b", "c"}}}) == 400);
    CHECK(read({"GET", "/", "HTTP/1.1", {{"Host", "localhost"}, {"", "c"}}}) == 400);
}
