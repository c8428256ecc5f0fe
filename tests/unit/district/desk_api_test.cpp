// The desk's API without sockets: several officers at once, and the words of its refusals.
#include "apps/district/box_endpoint.hpp"
#include "apps/district/desk_api.hpp"
#include "tools/district_world.hpp"
#include "wire/password.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

using namespace kentongan;
using namespace kentongan::district_app;

namespace {

struct World : test::DistrictWorld {
    std::atomic<std::uint8_t> drawn{0};
    Office office{store, setting,
                  [this](std::span<std::uint8_t> out) { std::fill(out.begin(), out.end(), ++drawn); },
                  "nobody", [this] { return now; }};
    http::StaticPages pages;
    DeskApi desk{office, pages, {true}};
    BoxEndpoint endpoint{office};

    World() { REQUIRE(district::add_officer(store, "Sari", district::Role::kOfficer, "ten chars!")); }

    struct Browser {
        std::string cookie;
        std::string token;
    };

    http::Response send(const Browser& who, const char* method, const std::string& path,
                        std::string body = {}, std::map<std::string, std::string> headers = {}) {
        http::Request request;
        request.method = method;
        request.path = "/desk/api/v1/" + path;
        request.body = std::move(body);
        request.headers = std::move(headers);
        request.headers.emplace("host", "127.0.0.1:8080");
        request.headers.emplace("content-type", "application/json");
        if (!who.token.empty()) request.headers.emplace("x-kentongan-token", who.token);
        if (!who.cookie.empty()) request.cookies["desk"] = who.cookie;
        return desk.answer(request);
    }

    Browser login() {
        auto answer = send({}, "POST", "login", R"({"name":"Sari","password":"ten chars!"})");
        REQUIRE(answer.status == 200);
        Browser out;
        for (const auto& [name, value] : answer.headers)
            if (name == "Set-Cookie") out.cookie = value.substr(5, 64);
        out.token = json::parse_json(answer.body)->find("token")->text();
        return out;
    }

    static std::string move_body(const char* to, std::uint32_t version, const std::string& answer = "") {
        return json::dump(json::Json::object({{"to", to}, {"version", version}, {"answer", answer}}));
    }
};

} // namespace

TEST_CASE("of many officers at once on one case exactly one moves it", "[district][desk_api]") {
    World world;
    auto id = to_hex(world.bring(world.letter()).value);
    auto browser = world.login();
    std::atomic<int> moved{0};
    std::atomic<int> conflicts{0};
    std::atomic<int> busy{0};
    std::vector<std::thread> officers;
    for (int n = 0; n < 6; ++n)
        officers.emplace_back([&] {
            auto status =
                world.send(browser, "POST", "cases/" + id + "/move", World::move_body("checking", 1, "Soon."))
                    .status;
            ++(status == 200 ? moved : status == 409 ? conflicts : busy);
        });
    const std::string parcel(as_text(world.box.parcel({}, world.box.call())));
    std::atomic<int> failed{0}; // Catch2 counts in one thread only
    std::vector<std::thread> readers;
    for (int n = 0; n < 3; ++n)
        readers.emplace_back([&] {
            for (int round = 0; round < 20; ++round) {
                failed += world.send(browser, "GET", "cases").status != 200;
                failed += world.send(browser, "GET", "cases/" + id).status != 200;
                failed += world.send(browser, "GET", "summary").status != 200;
                failed += world.send(browser, "GET", "pack/en").status != 200;
                http::Request upload;
                upload.method = "POST";
                upload.path = "/v2/exchange";
                upload.headers = {{"content-type", "application/octet-stream"}};
                upload.body = parcel;
                failed += world.endpoint.answer(upload).status != 200;
            }
        });
    for (auto& one : officers) one.join();
    for (auto& one : readers) one.join();
    CHECK(failed == 0);
    CHECK(moved == 1);
    CHECK(conflicts + busy == 5);
}

TEST_CASE("signing in many times at once never takes more than two places", "[district][desk_api]") {
    World world;
    std::atomic<int> strange{0};
    std::atomic<int> in{0};
    std::atomic<int> busy{0};
    std::vector<std::thread> people;
    for (int n = 0; n < 4; ++n)
        people.emplace_back([&] {
            auto status =
                world.send({}, "POST", "login", R"({"name":"Sari","password":"ten chars!"})").status;
            ++(status == 200 ? in : busy);
            strange += status != 200 && status != 503;
        });
    for (auto& one : people) one.join();
    CHECK(strange == 0);
    CHECK(in >= 2);

    Places places;
    auto one = places.take();
    auto two = places.take();
    REQUIRE(one);
    REQUIRE(two);
    std::atomic<bool> taken{false};
    std::thread waiting([&] { taken = places.take().has_value(); });
    one.reset();
    waiting.join();
    CHECK(taken);
}

TEST_CASE("a new sign-in ends the session that the browser had", "[district][desk_api]") {
    World world;
    auto first = world.login();
    auto again = world.send(first, "POST", "login", R"({"name":"Sari","password":"ten chars!"})");
    CHECK(again.status == 200);
    CHECK(world.send(first, "GET", "cases").status == 401);
}

TEST_CASE("a page that only looks for news does not keep its session", "[district][desk_api]") {
    World world;
    auto browser = world.login();
    for (int minute = 0; minute < 14; ++minute) {
        world.now += std::chrono::minutes(1);
        CHECK(world.send(browser, "GET", "cases", {}, {{"x-kentongan-refresh", "1"}}).status == 200);
    }
    world.now += std::chrono::minutes(1);
    CHECK(world.send(browser, "GET", "cases", {}, {{"x-kentongan-refresh", "1"}}).status == 401);
}

TEST_CASE("refusals have one shape and the officer's language", "[district][desk_api]") {
    World world;
    world.setting.pack.texts["xx"]["error.desk.signed_out"] = "GONE";
    auto refused = world.send({}, "GET", "cases", {}, {{"x-kentongan-language", "xx"}});
    CHECK(refused.status == 401);
    CHECK(refused.content_type == "application/json");
    CHECK(refused.body == R"({"error":{"code":"signed_out","fields":[],"retry_after_s":0,"text":"GONE"}})");
    auto browser = world.login();
    auto id = to_hex(world.bring(world.letter()).value);
    world.setting.pack.texts["en"]["error.desk.reason_missing"] = "Why?";
    auto silent = world.send(browser, "POST", "cases/" + id + "/move", World::move_body("refused", 1));
    CHECK(silent.status == 422);
    CHECK(silent.body == R"({"error":{"code":"reason_missing","fields":[{"field":"reason","text":"Why?"}],)"
                         R"("retry_after_s":0,"text":"Why?"}})");
    for (int status : {400, 403, 404, 405, 413, 431, 500})
        CHECK(world.desk.refusal(http::Request{}, status).status == status);
}

TEST_CASE("a disk that refuses is told as 503, to box and desk", "[district][desk_api]") {
    World world;
    auto id = to_hex(world.bring(world.letter()).value);
    auto browser = world.login();
    world.memory.refuse_writes(1);
    CHECK(world.send(browser, "POST", "cases/" + id + "/move", World::move_body("checking", 1)).status ==
          503);
    world.memory.refuse_writes(1);
    CHECK(world.send({}, "POST", "login", R"({"name":"Sari","password":"ten chars!"})").status == 503);
    world.memory.refuse_writes(1);
    http::Request upload;
    upload.method = "POST";
    upload.path = "/v2/exchange";
    upload.headers = {{"content-type", "application/octet-stream"}};
    auto letter = world.letter();
    upload.body = as_text(world.box.parcel(world.sealed(letter), world.box.call()));
    CHECK(world.endpoint.answer(upload).status == 503);
    CHECK(world.endpoint.answer(upload).status == 200);
}
