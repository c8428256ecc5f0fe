#include "district_server.hpp"
#include "wire/reply.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace kentongan;
using test::Desk;
using test::DistrictServer;
using test::kInspector;
using test::kOfficer;
using test::kPassword;

namespace {

const std::string kApi = "/desk/api/v1/";

std::string text(const json::Json& object, const char* key) {
    const auto* member = object.find(key);
    return member == nullptr ? "(missing)" : member->text();
}

std::int64_t number(const json::Json& object, const char* key) {
    const auto* member = object.find(key);
    return member == nullptr ? -1 : member->integer();
}

} // namespace

TEST_CASE("an officer works a case from the first look to the answer", "[system][district][desk]") {
    DistrictServer server;
    server.start();
    auto letter = server.letter();
    REQUIRE(server.exchange(server.upload(server.sealed(letter))));
    Desk desk(server);

    auto start = desk.get(kApi + "start");
    CHECK(start.status == 200);
    CHECK_FALSE(start.json().find("signed_in")->flag());
    CHECK(text(start.json(), "default_language") == "id");
    CHECK(start.json().find("languages")->items().size() == 2);
    auto pack = desk.get(kApi + "pack/en").json();
    CHECK(text(*pack.find("texts"), "error.desk.conflict").find("Somebody") == 0);
    CHECK(pack.find("services")->items().size() == server.pack.services.size());
    CHECK(number(pack.find("villages")->items()[0], "box") == 7);
    CHECK(desk.get(kApi + "pack/zz").status == 404);

    auto login = desk.login(kOfficer, kPassword);
    REQUIRE(login.status == 200);
    CHECK(text(*login.json().find("officer"), "role") == "officer");
    auto set = login.header("Set-Cookie");
    CHECK(set.starts_with("desk="));
    CHECK(set.find("HttpOnly") != std::string::npos);
    CHECK(set.find("SameSite=Strict") != std::string::npos);
    CHECK(set.find("Path=/") != std::string::npos);
    CHECK(desk.cookie.find(desk.token) == std::string::npos);
    CHECK(text(desk.get(kApi + "start").json(), "token") == desk.token);

    auto list = desk.get(kApi + "cases?q=" + letter.code.digits).json();
    REQUIRE(list.find("cases")->items().size() == 1);
    auto row = list.find("cases")->items()[0];
    CHECK(text(row, "id") == test::hex(letter.id));
    CHECK(text(row, "code") == letter.code.digits);
    CHECK(text(row, "village") == server.village.name);
    CHECK(text(row, "channel") == "kiosk");
    CHECK(number(list, "total") == 1);
    CHECK(desk.get(kApi + "cases?state=diterima&service=domisili&box=7&open=1&page=1")
              .json()
              .find("total")
              ->integer() == 1);
    CHECK(desk.get(kApi + "cases?box=8").json().find("total")->integer() == 0);
    CHECK(desk.get(kApi + "cases?page=2").json().find("cases")->items().empty());

    auto detail = desk.get(kApi + "cases/" + test::hex(letter.id), {"-H", "X-Kentongan-Language: en"}).json();
    CHECK(detail.find("answers")->items().size() == letter.answers.size());
    CHECK(number(detail, "version") == 1);
    auto first = detail.find("next")->items()[0];

    auto moved = desk.move(test::hex(letter.id), "diperiksa", 1);
    REQUIRE(moved.status == 200);
    CHECK(text(moved.json(), "state") == "diperiksa");
    CHECK(number(moved.json(), "version") == 2);
    auto stale = desk.move(test::hex(letter.id), "diperiksa", 1);
    CHECK(stale.status == 409);
    CHECK(stale.error() == "conflict");
    auto nowhere = desk.move(test::hex(letter.id), "sudah_diambil", 2);
    CHECK(nowhere.status == 422);
    CHECK(nowhere.error() == "not_allowed");
    auto silent = desk.move(test::hex(letter.id), "ditolak", 2);
    CHECK(silent.status == 422);
    CHECK(silent.error() == "reason_missing");
    const std::string words = "<script>alert('x')</script> & \"'; DROP TABLE \\\"case\\\";--";
    auto refused = desk.move(test::hex(letter.id), "ditolak", 2, words, "Jawaban rahasia.");
    REQUIRE(refused.status == 200);
    CHECK(text(refused.json().find("events")->items()[1], "reason") == words);
    CHECK(text(refused.json().find("events")->items()[1], "officer") == kOfficer);
    CHECK(refused.header("Content-Type").starts_with("application/json"));
    CHECK(refused.header("X-Content-Type-Options") == "nosniff");
    CHECK_FALSE(refused.header("Content-Security-Policy").empty());

    auto summary = desk.get(kApi + "summary").json();
    CHECK(number(*summary.find("by_state"), "letter/ditolak") == 1);
    CHECK(number(summary, "overdue") == 0);
    CHECK(number(summary.find("boxes")->items()[0], "last_contact") > 0);

    auto news = server.exchange(server.upload({}, 0));
    REQUIRE(news);
    REQUIRE(news->updates.size() == 2);
    auto reply = wire::open_reply(letter.receipt, letter.id, news->updates[1].reply);
    REQUIRE(reply);
    CHECK(reply->reason == words);
    auto notice = wire::open_notice(server.box, news->updates[1].notice);
    REQUIRE(notice);
    CHECK(notice->to == *letter.notify);

    auto logout = desk.post(kApi + "logout", "{}");
    CHECK(logout.status == 200);
    CHECK(logout.header("Set-Cookie").find("Max-Age=0") != std::string::npos);
    CHECK(desk.get(kApi + "cases").status == 401);

    // Nothing personal, and nothing an officer wrote, is readable in any file of the state.
    CHECK(server.stop() == 0);
    for (const auto& file : std::filesystem::directory_iterator(server.state())) {
        std::ifstream in(file.path(), std::ios::binary);
        std::string bytes(std::istreambuf_iterator<char>(in), {});
        for (const char* secret :
             {"3509275203850000", "Siti", "80000000021", "script", "rahasia", "DROP TABLE"}) {
            CAPTURE(file.path().string(), secret);
            CHECK(bytes.find(secret) == std::string::npos);
        }
        CHECK(bytes.find(letter.receipt.digits) == std::string::npos);
        CHECK(bytes.find(desk.cookie.substr(desk.cookie.find('=') + 1)) == std::string::npos);
        CHECK(bytes.find(kPassword) == std::string::npos);
    }
    for (const std::string& secret : {std::string("Siti"), std::string("3509"), std::string("80000000021"),
                                      kOfficer, kPassword, letter.code.digits})
        CHECK(server.log().find(secret) == std::string::npos);
}

TEST_CASE("the desk's door", "[system][district][desk]") {
    DistrictServer server;
    server.start();
    auto letter = server.letter();
    auto report = server.report();
    REQUIRE(server.exchange(server.upload(server.sealed(letter))));
    REQUIRE(server.exchange(server.upload(server.sealed(report))));
    Desk desk(server);
    const auto id = test::hex(letter.id);

    SECTION("without a session there is nothing") {
        CHECK(desk.get(kApi + "cases").status == 401);
        CHECK(desk.get(kApi + "cases/" + id).status == 401);
        CHECK(desk.get(kApi + "summary").status == 401);
        CHECK(desk.move(id, "diperiksa", 1).status == 401);
        CHECK(desk.post(kApi + "logout", "{}").status == 401);
        desk.cookie = "desk=" + std::string(64, 'a');
        CHECK(desk.get(kApi + "cases").status == 401);
        desk.cookie = "desk=' OR 1=1 --";
        CHECK(desk.get(kApi + "cases").status == 401);
        CHECK(desk.get(kApi + "cases").error() == "signed_out");
    }
    SECTION("a wrong name and a wrong password look the same") {
        auto one = desk.login(kOfficer, "wrong password");
        auto two = desk.login("nobody at all", kPassword);
        CHECK(one.status == 401);
        CHECK(two.status == 401);
        CHECK(one.body == two.body);
        CHECK(one.header("Set-Cookie").empty());
        CHECK(desk.login("' OR '1'='1", "' OR '1'='1").status == 401);
    }
    SECTION("login takes JSON of its own page only") {
        auto body = "{\"name\":\"" + kOfficer + "\",\"password\":\"" + kPassword + "\"}";
        CHECK(desk.post(kApi + "login", body, {"-H", "Content-Type: text/plain"}).status == 415);
        CHECK(desk.post(kApi + "login", "name=x&password=y",
                        {"-H", "Content-Type: application/x-www-form-urlencoded"})
                  .status == 415);
        CHECK(desk.post(kApi + "login", body, {"-H", "Origin: https://elsewhere.example"}).status == 403);
        CHECK(desk.post(kApi + "login", body, {"-H", "Origin: null"}).status == 403);
        CHECK(desk.post(kApi + "login", body, {"-H", "Sec-Fetch-Site: cross-site"}).status == 403);
        CHECK(desk.get(kApi + "start", {"-H", "Host: rebound.example"}).status == 403);
        CHECK(desk.post(kApi + "login", "{").status == 400);
        CHECK(desk.post(kApi + "login", "[]").status == 400);
        CHECK(desk.post(kApi + "login", "{\"name\":\"x\"}").status == 400);
        CHECK(desk.post(kApi + "login", "{\"name\":\"x\",\"password\":5}").status == 400);
        CHECK(desk.post(kApi + "login", "{\"name\":\"x\",\"name\":\"y\",\"password\":\"z\"}").status == 400);
        CHECK(desk.post(kApi + "login", body.substr(0, body.size() - 1) + ",\"admin\":true}").status == 400);
        CHECK(desk.post(kApi + "login", std::string(20000, ' ') + body).status == 413);
        CHECK(desk.post(kApi + "login", body).status == 200);
    }
    SECTION("every change needs the page's token") {
        REQUIRE(desk.login(kOfficer, kPassword).status == 200);
        auto token = desk.token;
        Desk other(server);
        REQUIRE(other.login(kOfficer, kPassword).status == 200);
        for (const auto& wrong :
             {std::string(), std::string(64, '0'), other.token, token + "0", token.substr(1)}) {
            desk.token = wrong;
            auto refused = desk.move(id, "diperiksa", 1);
            CHECK(refused.status == 403);
            CHECK(refused.error() == "token");
        }
        desk.token = token;
        auto body = "{\"to\":\"diperiksa\",\"version\":1}";
        CHECK(desk.post(kApi + "cases/" + id + "/move", body, {"-H", "Origin: http://127.0.0.1:1"}).status ==
              403);
        CHECK(desk.post(kApi + "cases/" + id + "/move", body).status == 200);
    }
    SECTION("methods and paths") {
        REQUIRE(desk.login(kOfficer, kPassword).status == 200);
        auto wrong = desk.get(kApi + "login");
        CHECK(wrong.status == 405);
        CHECK(wrong.header("Allow") == "POST");
        CHECK(desk.post(kApi + "cases", "{}").status == 405);
        CHECK(desk.get(kApi + "cases", {"-X", "DELETE"}).status == 405);
        CHECK(desk.get(kApi + "nothing").status == 404);
        CHECK(desk.get(kApi + "cases/").status == 404);
        CHECK(desk.get(kApi + "cases/zz").status == 404);
        CHECK(desk.get(kApi + "cases/" + id + "0").status == 404);
        CHECK(desk.post(kApi + "cases/move", "{}").status == 404);
        CHECK(desk.post(kApi + "cases/" + id + "/x/move", "{}").status == 404);
        CHECK(desk.get("/desk/../etc/passwd", {"--path-as-is"}).status >= 400);
        CHECK(desk.get("/v2/exchange").status == 404);
        CHECK(desk.get("/desk/").status == 200);
        CHECK(desk.get("/desk").header("Location") == "/desk/");
    }
    SECTION("queries that are none") {
        REQUIRE(desk.login(kOfficer, kPassword).status == 200);
        CHECK(desk.get(kApi + "cases?q=48217730").status == 422);
        CHECK(desk.get(kApi + "cases?q=%27%20OR%201%3D1").status == 422);
        CHECK(desk.get(kApi + "cases?page=0").status == 400);
        CHECK(desk.get(kApi + "cases?page=-1").status == 400);
        CHECK(desk.get(kApi + "cases?page=99999999999999").status == 400);
        CHECK(desk.get(kApi + "cases?box=seven").status == 400);
        for (const char* odd :
             {"%27%20OR%20%271%27%3D%271", "x%3B%20DROP%20TABLE%20%22case%22", "%3Cscript%3E"}) {
            CHECK(number(desk.get(kApi + "cases?state=" + odd).json(), "total") == 0);
            CHECK(number(desk.get(kApi + "cases?service=" + odd).json(), "total") == 0);
        }
        CHECK(number(desk.get(kApi + "cases").json(), "total") == 1);
    }
    SECTION("moves that are none") {
        REQUIRE(desk.login(kOfficer, kPassword).status == 200);
        auto path = kApi + "cases/" + id + "/move";
        CHECK(desk.post(path, "{}").status == 400);
        CHECK(desk.post(path, "{\"to\":\"diperiksa\"}").status == 400);
        CHECK(desk.post(path, "{\"to\":\"diperiksa\",\"version\":\"1\"}").status == 400);
        CHECK(desk.post(path, "{\"to\":\"diperiksa\",\"version\":1.5}").status == 400);
        CHECK(desk.post(path, "{\"to\":\"diperiksa\",\"version\":1,\"by\":\"x\"}").status == 400);
        CHECK(desk.post(path, "{\"to\":[],\"version\":1}").status == 400);
        auto endless = desk.move(id, "diperiksa", 1, "", std::string(2001, 'x'));
        CHECK(endless.status == 422);
        CHECK(endless.error() == "answer_unusable");
        CHECK(desk.move(std::string(32, '0'), "diperiksa", 1).status == 404);
        CHECK(number(desk.get(kApi + "cases/" + id).json(), "version") == 1);
    }
    SECTION("the inspectorate's reports are the inspectorate's") {
        REQUIRE(desk.login(kOfficer, kPassword).status == 200);
        CHECK(desk.get(kApi + "cases/" + test::hex(report.id)).status == 404);
        CHECK(desk.move(test::hex(report.id), "diverifikasi", 1).status == 404);
        CHECK(number(desk.get(kApi + "cases?q=" + report.code.digits).json(), "total") == 0);
        Desk inspector(server);
        REQUIRE(inspector.login(kInspector, kPassword).status == 200);
        CHECK(inspector.get(kApi + "cases/" + id).status == 404);
        CHECK(inspector.move(id, "diperiksa", 1).status == 404);
        auto own = inspector.get(kApi + "cases").json();
        REQUIRE(number(own, "total") == 1);
        auto detail = inspector.get(kApi + "cases/" + test::hex(report.id)).json();
        CHECK(detail.find("anonymous")->flag());
        CHECK(text(detail, "sender_alias").size() == 7);
        auto next = text(detail.find("next")->items()[0], "state");
        CHECK(inspector.move(test::hex(report.id), next, 1, "Alasan.").status == 200);
    }
    CHECK(server.stop() == 0);
}

TEST_CASE("a lock-out outlives a kill", "[system][district][desk]") {
    DistrictServer server;
    server.start();
    Desk desk(server);
    for (int n = 0; n < 5; ++n) CHECK(desk.login(kOfficer, "wrong password").status == 401);
    auto locked = desk.login(kOfficer, kPassword);
    CHECK(locked.status == 429);
    CHECK(locked.error() == "locked");
    auto wait = number(*locked.json().find("error"), "retry_after_s");
    CHECK(wait > 0);
    CHECK(wait <= 30);
    CHECK(locked.header("Retry-After") == std::to_string(wait));
    server.kill();
    server.start();
    CHECK(desk.login(kOfficer, kPassword).status == 429);
    CHECK(desk.login(kInspector, kPassword).status == 200);
}

TEST_CASE("a session outlives a restart of the service, not a forged cookie name",
          "[system][district][desk]") {
    DistrictServer server;
    server.start();
    Desk desk(server);
    REQUIRE(desk.login(kOfficer, kPassword).status == 200);
    CHECK(server.stop() == 0);
    server.start();
    CHECK(desk.get(kApi + "cases").status == 200);
}

TEST_CASE("over HTTPS the cookie is Secure and bound to the host", "[system][district][desk]") {
    DistrictServer server;
    server.start(false);
    Desk desk(server);
    auto login = desk.login(kOfficer, kPassword);
    REQUIRE(login.status == 200);
    auto set = login.header("Set-Cookie");
    CHECK(set.starts_with("__Host-desk="));
    CHECK(set.find("Secure") != std::string::npos);
    CHECK(set.find("Domain") == std::string::npos);
    CHECK(desk.get(kApi + "cases").status == 200);
    CHECK(desk.post(kApi + "logout", "{}",
                    {"-H", "Origin: http://127.0.0.1:" + std::to_string(server.desk_port)})
              .status == 403);
    desk.cookie = "desk=" + desk.cookie.substr(desk.cookie.find('=') + 1);
    CHECK(desk.get(kApi + "cases").status == 401);
}
