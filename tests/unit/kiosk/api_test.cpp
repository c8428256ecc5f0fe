// The API as functions: no socket, no process, a box of memory.
#include "apps/kiosk/api.hpp"
#include "tools/fake_box.hpp"
#include "tools/packs.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace kentongan;
using namespace kentongan::kiosk;
using json::Json;
using test::FakeBox;

namespace {

constexpr const char* kToken = "0f0e0d0c0b0a09080706050403020100";
constexpr const char* kOnce = "00112233445566778899aabbccddeeff";

struct FakeLink final : BoxLink {
    FakeBox box;
    bool away = false;
    int asked = 0;
    std::function<void()> meanwhile;

    Result<wire::local::Message> ask(wire::local::Message question, std::chrono::milliseconds) override {
        ++asked;
        if (meanwhile) std::exchange(meanwhile, nullptr)();
        if (away) return fail(ErrorCode::kUnavailable, "fake.away");
        return box.answer(question);
    }
};

struct World {
    domain::Pack pack = test::test_pack("id-jember");
    domain::Village village = test::test_village(pack);
    http::StaticPages pages;
    FakeLink link;
    BoxCalls::Clock::time_point clock{std::chrono::hours(1)};
    BoxCalls calls{link, 2, [this] { return clock; }};
    Api api{pack, village, pages, calls, {kToken, 5.2468, [] { return from_unix(1764000100); }}};

    http::Response get(const std::string& path, std::map<std::string, std::string> headers = {}) {
        http::Request request;
        request.method = "GET";
        request.path = path;
        request.headers = std::move(headers);
        request.headers["host"] = "localhost:8080";
        return api.answer(request, 0);
    }
    http::Request request(const std::string& path, const std::string& body) {
        http::Request out;
        out.method = "POST";
        out.path = path;
        out.headers = {{"host", "localhost:8080"},
                       {"content-type", "application/json"},
                       {"x-kentongan-token", kToken},
                       {"x-kentongan-language", "en"}};
        out.body = body;
        return out;
    }
    http::Response post(const std::string& path, const std::string& body, std::uint64_t client = 0) {
        return api.answer(request(path, body), client);
    }
    http::Response check(const std::string& field, const std::string& value) {
        return post("/api/v1/check",
                    json::dump(Json::object({{"service", "domisili"}, {"field", field}, {"value", value}})));
    }
};

Json body_of(const http::Response& response) {
    CHECK(response.content_type == "application/json");
    auto body = json::parse_json(response.body, json::Limits{16, 1 << 20, 1 << 20});
    REQUIRE(body);
    return std::move(body).take();
}

Json error_of(const http::Response& response) {
    auto body = body_of(response);
    REQUIRE(body.find("error") != nullptr);
    auto error = *body.find("error");
    CHECK(json::only_keys(error, {"code", "text", "fields", "retry_after_s"}));
    CHECK(error.entries().size() == 4);
    CHECK_FALSE(error.find("text")->text().empty());
    CHECK(error.find("text")->text().find("error.") == std::string::npos); // the pack has the words
    return error;
}

Json letter() {
    return Json::object({{"once", kOnce},
                         {"service", "domisili"},
                         {"answers", Json::object({{"identity_number", "3509 0101 0190 0000"},
                                                   {"name", "Warga Contoh"},
                                                   {"hamlet", "krajan"},
                                                   {"rt", "1"},
                                                   {"rw", "02"},
                                                   {"keperluan", "bank"}})},
                         {"anonymous", false},
                         {"confidential", false},
                         {"notify_phone", "0800 0000 0012"},
                         {"consent_version", "id-2026-11"},
                         {"assisted", false}});
}

} // namespace

TEST_CASE("start says what a page needs first") {
    World world;
    auto response = world.get("/api/v1/start");
    CHECK(response.status == 200);
    auto body = body_of(response);
    CHECK(body.find("token")->text() == kToken);
    CHECK(body.find("default_language")->text() == "id");
    CHECK(body.find("languages")->items().size() == 2);
    CHECK(body.find("village")->find("example")->flag());
    CHECK(body.find("idle")->find("personal_s")->integer() == 45);
    CHECK(body.find("panel")->find("mm")->number() == Approx(5.25));
}

TEST_CASE("the pack comes in each language, with every word, and may be cached") {
    World world;
    for (const auto& language : world.pack.languages) {
        auto response = world.get("/api/v1/pack/" + language.tag);
        REQUIRE(response.status == 200);
        auto body = body_of(response);
        CHECK(body.find("language")->text() == language.tag);
        for (const auto& service : body.find("services")->items()) {
            CHECK(service.find("kind")->text() != "unsorted");
            CHECK_FALSE(service.find("title")->text().starts_with("service."));
            for (const auto& field : service.find("fields")->items()) {
                CHECK_FALSE(field.find("ask")->text().starts_with("service."));
                if (field.find("type")->text() == "choice") {
                    REQUIRE(field.find("choices") != nullptr);
                    for (const auto& choice : field.find("choices")->items())
                        CHECK_FALSE(choice.find("word")->text().starts_with("service."));
                }
            }
        }
        for (const auto& [key, text] : body.find("texts")->entries()) {
            CHECK_FALSE(key.starts_with("sms."));
            CHECK_FALSE(key.starts_with("desk."));
        }
        std::string tag;
        for (const auto& [name, value] : response.headers)
            if (name == "ETag") tag = value;
        CHECK(world.get("/api/v1/pack/" + language.tag, {{"if-none-match", tag}}).status == 304);
        CHECK(world.get("/api/v1/pack/" + language.tag, {{"if-none-match", "\"other\""}}).status == 200);
    }
    CHECK(world.get("/api/v1/pack/xx").status == 404);
    CHECK(world.get("/api/v1/pack/").status == 404);
}

TEST_CASE("one answer is checked by the pack, kindly and without the box") {
    World world;
    auto good = world.check("identity_number", "3509 0101 0190 0000");
    CHECK(good.status == 200);
    CHECK(body_of(good).find("canonical")->text() == "3509010101900000");
    auto bad = world.check("identity_number", "3509 0101");
    CHECK(bad.status == 422);
    auto error = error_of(bad);
    CHECK(error.find("code")->text() == "invalid");
    REQUIRE(error.find("fields")->items().size() == 1);
    const auto& field = error.find("fields")->items().front();
    CHECK(field.find("field")->text() == "identity_number");
    CHECK(field.find("text")->text().find("16") != std::string::npos);
    CHECK(field.find("text")->text().find('{') == std::string::npos);
    CHECK(world.check("notify_phone", "0800-0000-0012").status == 200);
    CHECK(world.check("notify_phone", "").status == 200);
    CHECK(world.check("notify_phone", "12").status == 422);
    CHECK(world.check("name", " ").status == 422);
    CHECK(world.check("keperluan", "nonsense").status == 422);
    CHECK(world.check("no_such_field", "x").status == 422);
    CHECK(world.post("/api/v1/check", R"({"service":"no_such","field":"a","value":"b"})").status == 422);
    CHECK(world.link.asked == 0);
}

TEST_CASE("a filled form reaches the box in canonical form, and the codes come back") {
    World world;
    auto response = world.post("/api/v1/requests", json::dump(letter()));
    REQUIRE(response.status == 201);
    auto body = body_of(response);
    CHECK(body.find("code")->text().size() == 8);
    CHECK(body.find("receipt")->text() == FakeBox::kReceipt);
    CHECK(body.find("target_days")->integer() == 1);
    auto submitted = world.link.box.submitted();
    REQUIRE(submitted.size() == 1);
    CHECK(submitted[0].language == "en");
    CHECK(submitted[0].channel == 1);
    CHECK(submitted[0].notify_phone == "+6280000000012");
    CHECK(std::find(submitted[0].answers.begin(), submitted[0].answers.end(),
                    wire::local::Pair{"identity_number", "3509010101900000"}) != submitted[0].answers.end());
    CHECK(to_hex(submitted[0].once.value) == kOnce);

    // A double tap: the same token, the same codes.
    CHECK(world.post("/api/v1/requests", json::dump(letter())).body == response.body);
    auto other = letter();
    other["once"] = "ff112233445566778899aabbccddeeff";
    other["assisted"] = true;
    CHECK(world.post("/api/v1/requests", json::dump(other)).body != response.body);
    CHECK(world.link.box.submitted().back().channel == 4);
}

TEST_CASE("wrong answers are told one by one, and nothing is sent") {
    World world;
    auto form = letter();
    form["answers"]["identity_number"] = "1";
    form["answers"]["rt"] = "1000";
    form["notify_phone"] = "x";
    auto response = world.post("/api/v1/requests", json::dump(form));
    CHECK(response.status == 422);
    CHECK(error_of(response).find("fields")->items().size() == 3);
    form = letter();
    form["service"] = "no_such";
    CHECK(world.post("/api/v1/requests", json::dump(form)).status == 422);
    form = letter();
    form["anonymous"] = true; // not offered for a letter
    CHECK(world.post("/api/v1/requests", json::dump(form)).status == 422);
    form = letter();
    form["answers"]["surprise"] = "x";
    CHECK(world.post("/api/v1/requests", json::dump(form)).status == 422);
    for (const auto& service : world.pack.services)
        if (service.kind == domain::ServiceKind::kUnsorted) {
            form = letter();
            form["service"] = service.id;
            form["answers"] = Json::object();
            CHECK(world.post("/api/v1/requests", json::dump(form)).status == 422);
        }
    CHECK(world.link.asked == 0);
}

TEST_CASE("what the box refuses is told in the person's language") {
    World world;
    world.link.box.refuse_with = static_cast<std::uint8_t>(ErrorCode::kInvalid);
    world.link.box.problems = {{"name", "error.required"}};
    auto invalid = world.post("/api/v1/requests", json::dump(letter()));
    CHECK(invalid.status == 422);
    CHECK(error_of(invalid).find("fields")->items().front().find("text")->text() ==
          world.pack.text("en", "error.required"));
    for (auto code :
         {ErrorCode::kNoSpace, ErrorCode::kUnavailable, ErrorCode::kCorrupt, ErrorCode::kInternal}) {
        world.link.box.refuse_with = static_cast<std::uint8_t>(code);
        auto response = world.post("/api/v1/requests", json::dump(letter()));
        CHECK(response.status == 503);
        CHECK(error_of(response).find("code")->text() == "unavailable");
        CHECK(error_of(response).find("text")->text() == world.pack.text("en", "error.http.not_kept"));
    }
    world.link.box.refuse_with = 200;
    CHECK(world.post("/api/v1/requests", json::dump(letter())).status == 503);
    world.link.away = true;
    auto request = world.request("/api/v1/requests", json::dump(letter()));
    request.headers["x-kentongan-language"] = "xx";
    auto unheard = error_of(world.api.answer(request, 0));
    CHECK(unheard.find("code")->text() == "unconfirmed");
    CHECK(unheard.find("text")->text() == world.pack.text("id", "error.http.unconfirmed"));
}

TEST_CASE("a case is found by its digits; the receipt shows more; guesses are limited by asker") {
    World world;
    auto ask = [&](const char* digits, std::uint64_t client = 0) {
        return world.post("/api/v1/status", json::dump(Json::object({{"digits", digits}})), client);
    };
    auto short_answer = body_of(ask(FakeBox::kCode));
    CHECK_FALSE(short_answer.find("full")->flag());
    CHECK(short_answer.find("service") == nullptr);
    CHECK(short_answer.find("history")->items().size() == 2);
    auto full = body_of(ask(FakeBox::kReceipt));
    CHECK(full.find("service")->text() == "domisili");
    CHECK(ask("123").status == 422);
    for (int i = 0; i < FakeBox::kFreeMisses; ++i) {
        auto missed = ask("00000000", 7);
        CHECK(missed.status == 404);
        error_of(missed);
    }
    auto limited = ask("00000000", 7);
    CHECK(limited.status == 429);
    auto error = error_of(limited);
    CHECK(error.find("retry_after_s")->integer() == 15);
    CHECK(error.find("text")->text().find("15") != std::string::npos);
    CHECK(ask(FakeBox::kCode).status == 200); // another asker is not held back
    world.link.away = true;
    CHECK(ask(FakeBox::kCode).status == 503);
}

TEST_CASE("health says whether the box answers") {
    World world;
    auto there = body_of(world.get("/api/v1/health"));
    CHECK(there.find("box")->flag());
    CHECK(there.find("waiting")->integer() == 3);
    CHECK(there.find("now")->integer() == 1764000100);
    world.link.away = true;
    auto response = world.get("/api/v1/health");
    CHECK(response.status == 200);
    CHECK_FALSE(body_of(response).find("box")->flag());
}

TEST_CASE("only so many wait for the box at once") {
    World world;
    http::Response third;
    // Two levels deep inside the first question: the second waits as well, the third is too many.
    world.link.meanwhile = [&] {
        world.link.meanwhile = [&] { third = world.post("/api/v1/requests", json::dump(letter())); };
        (void)world.get("/api/v1/health");
    };
    CHECK(world.post("/api/v1/requests", json::dump(letter())).status == 201);
    CHECK(third.status == 503);
    CHECK(error_of(third).find("code")->text() == "busy");
    CHECK(world.post("/api/v1/requests", json::dump(letter())).status == 201);
}

TEST_CASE("a box that was slow once is left alone for a while") {
    World world;
    world.link.away = true;
    world.link.meanwhile = [&] { world.clock += std::chrono::seconds(5); };
    CHECK(error_of(world.post("/api/v1/requests", json::dump(letter()))).find("code")->text() ==
          "unconfirmed");
    CHECK(world.link.asked == 1);
    world.link.away = false;
    auto told = world.post("/api/v1/requests", json::dump(letter()));
    CHECK(told.status == 503);
    CHECK(error_of(told).find("code")->text() == "busy");
    CHECK_FALSE(body_of(world.get("/api/v1/health")).find("box")->flag());
    CHECK(world.link.asked == 1);
    world.clock += BoxCalls::kPause;
    CHECK(world.post("/api/v1/requests", json::dump(letter())).status == 201);
    // One that is not there says so at once: it is asked again each time.
    world.link.away = true;
    CHECK(world.post("/api/v1/requests", json::dump(letter())).status == 503);
    world.link.away = false;
    CHECK(world.post("/api/v1/requests", json::dump(letter())).status == 201);
}

TEST_CASE("what is not a proper call is refused with a sentence") {
    World world;
    auto refused = [&](http::Request request, int status, const char* code) {
        auto response = world.api.answer(request, 0);
        CHECK(response.status == status);
        CHECK(error_of(response).find("code")->text() == code);
    };
    auto request = world.request("/api/v1/requests", json::dump(letter()));

    for (const char* token :
         {"", "x", "0f0e0d0c0b0a09080706050403020101", "0f0e0d0c0b0a0908070605040302010"}) {
        auto other = request;
        other.headers["x-kentongan-token"] = token;
        refused(other, 403, "token");
    }
    for (const char* origin : {"null", "http://evil.example", "http://localhost", "https://localhost:8080",
                               "http://localhost:8080.evil.example"}) {
        auto other = request;
        other.headers["origin"] = origin;
        refused(other, 403, "origin");
    }
    for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"}) {
        auto other = request;
        other.headers["content-type"] = type;
        refused(other, 415, "media_type");
    }
    for (const char* body : {"", "{", "[]", "null", "{\"once\":1}",
                             "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}",
                             "{\"digits\":\"1\",\"digits\":\"2\"}", "{\"digits\":\"\xff\"}", "{} {}"}) {
        auto other = request;
        for (const char* path : {"/api/v1/requests", "/api/v1/check", "/api/v1/status"}) {
            other.path = path;
            other.body = body;
            refused(other, 400, "malformed");
        }
    }
    auto big = request;
    big.body = "{\"digits\":\"" + std::string(Api::kMaxBody, '1') + "\"}";
    refused(big, 413, "too_large");
    auto unknown = letter();
    unknown["surprise"] = 1;
    refused(world.request("/api/v1/requests", json::dump(unknown)), 400, "malformed");
    for (const char* once :
         {"", "00", "zz112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff00"}) {
        auto form = letter();
        form["once"] = once;
        refused(world.request("/api/v1/requests", json::dump(form)), 400, "malformed");
    }
    for (const char* path :
         {"/", "/api", "/api/v1/", "/api/v2/start", "/api/v1/startx", "/api/v1/requests/", "/nothing"}) {
        auto other = request;
        other.path = path;
        refused(other, 404, "not_found");
        other.method = "GET";
        refused(other, 404, "not_found");
    }
    for (const char* path : {"/api/v1/requests", "/api/v1/check", "/api/v1/status"}) {
        auto other = request;
        other.method = "GET";
        other.path = path;
        refused(other, 405, "method");
    }
    for (const char* path : {"/api/v1/start", "/api/v1/health", "/api/v1/pack/id"}) {
        auto other = request;
        other.path = path;
        refused(other, 405, "method");
    }
    CHECK(world.link.asked == 0);

    auto own = request;
    own.headers["origin"] = "http://localhost:8080";
    own.headers["content-type"] = "Application/JSON; charset=utf-8";
    CHECK(world.api.answer(own, 0).status == 201);
}

TEST_CASE("what the server refuses by itself has the same shape, in every language of every pack") {
    for (const char* id : {"id-jember", "xq-qamar"}) {
        auto pack = test::test_pack(id);
        for (const auto& language : pack.languages)
            for (int status : {400, 403, 404, 405, 411, 413, 414, 431, 500, 505}) {
                http::Request request;
                request.headers["x-kentongan-language"] = language.tag;
                auto response = refusal_response(pack, request, status);
                CHECK(response.status == status);
                error_of(response);
            }
    }
}
