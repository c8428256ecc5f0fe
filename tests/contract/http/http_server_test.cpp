// A hostile visitor at the HTTP server: every request here is bytes on a real socket.
#include "adapters/microhttpd/http_server.hpp"
#include "tools/raw_http.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

using namespace kentongan;
using namespace kentongan::http;
using kentongan::test::raw_request;
using kentongan::test::RawClient;
using namespace std::chrono_literals;

namespace {

// Says back what the handler saw.
Response echo(const Request& request) {
    Response response;
    response.body = request.method + " " + request.path + " " + request.body;
    for (const auto& [name, value] : request.query) response.body += " ?" + name + "=" + value;
    for (const auto& [name, value] : request.cookies) response.body += " c:" + name + "=" + value;
    response.body += " from " + request.peer;
    return response;
}

struct Running {
    std::atomic<int> handled{0};
    std::unique_ptr<Server> server;

    explicit Running(ServerOptions options = {}, Handler handler = echo) {
        auto started = Server::start(std::move(options), [this, handler](const Request& request) {
            ++handled;
            return handler(request);
        });
        REQUIRE(started);
        server = std::move(started).take();
        REQUIRE(server->port() != 0);
    }
    [[nodiscard]] std::uint16_t port() const { return server->port(); }
    [[nodiscard]] int status(std::string_view bytes) const { return raw_request(port(), bytes).status; }
};

std::string get(const std::string& target, const std::string& more = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}
std::string post(const std::string& body, const std::string& more = "") {
    return "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           more + "\r\n" + body;
}

} // namespace

TEST_CASE("an ordinary request is answered, twice on one connection") {
    Running running;
    RawClient client(running.port());
    REQUIRE(client.send(get("/a/b.txt?x=1&y=a%20b+c", "Cookie: desk=abc; other=\"q\"\r\n")));
    auto first = client.receive();
    CHECK(first.status == 200);
    CHECK(first.body == "GET /a/b.txt  ?x=1 ?y=a b c c:desk=abc c:other=q from 127.0.0.1");
    REQUIRE(client.send(post("hello")));
    CHECK(client.receive().body == "POST /x hello from 127.0.0.1");
    CHECK(running.handled == 2);
}

TEST_CASE("HEAD has the head of GET and no body") {
    Running running;
    RawClient client(running.port());
    REQUIRE(client.send("HEAD /a HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    auto head = client.receive(true);
    CHECK(head.status == 200);
    CHECK(head.header("Content-Length") == std::to_string(std::string("HEAD /a  from 127.0.0.1").size()));
    REQUIRE(client.send(get("/b")));
    CHECK(client.receive().body == "GET /b  from 127.0.0.1");
}

TEST_CASE("every answer carries the page headers, refusals too; a handler may set its own") {
    Running running({}, [](const Request& request) {
        auto response = echo(request);
        response.headers = {{"cache-control", "no-cache"}};
        return response;
    });
    auto answered = raw_request(running.port(), get("/"));
    CHECK(answered.header("cache-control") == "no-cache");
    CHECK(answered.header("Cache-Control").empty());
    CHECK(answered.header("Content-Type") == "text/plain; charset=utf-8");
    auto refused = raw_request(running.port(), get("/%00"));
    CHECK(refused.header("Cache-Control") == "no-store");
    CHECK(refused.header("Connection") == "close");
    for (const auto& answer : {answered, refused}) {
        CHECK(answer.header("Content-Security-Policy")
                  .starts_with(
                      "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"));
        CHECK(answer.header("X-Content-Type-Options") == "nosniff");
        CHECK(answer.header("Referrer-Policy") == "no-referrer");
        CHECK(answer.header("Cross-Origin-Opener-Policy") == "same-origin");
        CHECK(answer.header("Server").empty());
    }
}

TEST_CASE("requests that two readers could read differently never reach a handler") {
    Running running;
    CHECK(running.status(
              "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello") ==
          400);
    CHECK(running.status(
              "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello") ==
          400);
    CHECK(running.status("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: "
                         "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n") == 400);
    CHECK(running.status("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                         "chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n") == 411);
    CHECK(running.status("POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n") ==
          411);
    for (const char* length : {"+5", "-5", "0x5", "5,5", "5 5", "", "five"})
        CHECK(running.status("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::string(length) +
                             "\r\n\r\nhello") == 400);
    CHECK(running.status("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length : 5\r\n\r\nhello") == 400);
    CHECK(running.status("GET /x HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n") == 400);
    CHECK(running.status("GET /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello") == 400);
    CHECK(running.handled == 0);
}

TEST_CASE("a NUL, an escape or a foreign byte in a request is refused") {
    Running running;
    for (const char* target :
         {"/%00", "/a%00b", "/%61", "/a%2e%2e", "/%", "/a%2Fb", "/a\\b", "/a\x80", "/a\x01", "/a;b", "/a|b",
          "/a#b", "a", "*", "http://localhost/a", "//localhost@x/%41"})
        CHECK(running.status(get(target)) == 400);
    using namespace std::string_literals;
    CHECK(running.status("GET /a\0b HTTP/1.1\r\nHost: localhost\r\n\r\n"s) == 400);
    CHECK(running.status("GET /a\0HTTP/1.1 HTTP/1.1\r\nHost: localhost\r\n\r\n"s) == 400);
    CHECK(running.status("GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n"s) == 400);
    CHECK(running.status("GET /a HTTP/1.1\r\nHost: localhost\r\nX-A: a\0b\r\n\r\n"s) == 400);
    CHECK(running.status("GET /a HTTP/1.1\r\nHost: localhost\r\nX-\0A: ab\r\n\r\n"s) == 400);
    CHECK(running.status("GET /a HTTP/1.1\r\nHost: localhost\r\nX-A: a\x01\r\n\r\n"s) == 400);
    CHECK(running.status("GE\0T /a HTTP/1.1\r\nHost: localhost\r\n\r\n"s) != 200);
    CHECK(running.status("GET /a HTTP/1.1\0\r\nHost: localhost\r\n\r\n"s) != 200);
    CHECK(running.status(get("/a?x=%00")) == 400);
    CHECK(running.status(get("/a?x=%4")) == 400);
    CHECK(running.status(get("/a?x=1&x=2")) == 400);
    CHECK(running.handled == 0);
}

TEST_CASE("lines that are folded, end in a bare line feed or have odd blanks are refused") {
    Running running;
    CHECK(running.status("GET /a HTTP/1.1\r\nHost: localhost\r\nX-A: a\r\n b\r\n\r\n") == 400);
    CHECK(running.status("GET /a HTTP/1.1\nHost: localhost\n\n") == 400);
    CHECK(running.status("GET /a HTTP/1.1\r\nHost: localhost\nX-A: a\r\n\r\n") == 400);
    CHECK(running.status("GET  /a HTTP/1.1\r\nHost: localhost\r\n\r\n") == 400);
    CHECK(running.status("GET /a  HTTP/1.1\r\nHost: localhost\r\n\r\n") == 400);
    CHECK(running.handled == 0);
    CHECK(running.status("GET /a HTTP/1.1\r\nHost: \t localhost \r\nX-Empty:\r\nX-Blank: \r\n\r\n") == 200);
    CHECK(running.status("\r\nGET /a HTTP/1.1\r\nHost: localhost\r\n\r\n") == 200);
}

TEST_CASE("a long head in small pieces, requests in one packet, and a body in pieces are read") {
    Running running;
    RawClient client(running.port());
    std::string long_head = "GET /a?x=1 HTTP/1.1\r\nHost: localhost\r\n";
    for (int i = 0; i < 60; ++i)
        long_head += "X-" + std::to_string(i) + ": " + std::string(240, 'a') + "\r\n";
    long_head += "\r\n";
    for (int round = 0; round < 3; ++round) {
        for (std::size_t at = 0; at < long_head.size(); at += 97) client.send(long_head.substr(at, 97));
        CHECK(client.receive().body == "GET /a  ?x=1 from 127.0.0.1");
    }
    client.send(get("/1") + post("two") + get("/3"));
    CHECK(client.receive().body == "GET /1  from 127.0.0.1");
    CHECK(client.receive().body == "POST /x two from 127.0.0.1");
    CHECK(client.receive().body == "GET /3  from 127.0.0.1");
    std::string body(50'000, 'b');
    auto request = post(body);
    for (std::size_t at = 0; at < request.size(); at += 997) client.send(request.substr(at, 997));
    CHECK(client.receive().body == "POST /x " + body + " from 127.0.0.1");
}

TEST_CASE("path tricks name nothing") {
    Running running;
    for (const char* target :
         {"//", "/..", "/../etc/passwd", "/a/../b", "/a/./b", "/a//b", "//etc/passwd", "/./"})
        CHECK(running.status(get(target)) == 404);
    CHECK(running.handled == 0);
    CHECK(running.status(get("/a/")) == 200);
    CHECK(running.status(get("/a..b/...")) == 200);
}

TEST_CASE("methods other than GET, HEAD and POST are 405 with Allow") {
    Running running;
    for (const char* method :
         {"PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "get", "GETX", "CONNECT"}) {
        auto answer =
            raw_request(running.port(), std::string(method) + " /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
        CHECK(answer.status == 405);
        CHECK(answer.header("Allow") == "GET, HEAD, POST");
    }
    CHECK(running.handled == 0);
}

TEST_CASE("versions other than HTTP/1 and rubbish are refused") {
    ServerOptions options;
    options.deadline = 500ms; // libmicrohttpd waits for more where the rest of a request may come
    Running running(std::move(options));
    for (const char* bytes :
         {"GET /a\r\n\r\n", "GET /a HTTP/0.9\r\n\r\n", "GET /a HTTP/2.0\r\nHost: localhost\r\n\r\n",
          "GET /a HTTP/1.1.1\r\nHost: localhost\r\n\r\n", "GET\r\n\r\n",
          "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
          "GET /a http/1.1\r\nHost: localhost\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}) {
        RawClient client(running.port());
        client.send(bytes);
        client.finish_sending();
        CHECK(client.receive().status != 200);
    }
    CHECK(running.handled == 0);
    CHECK(running.status("GET /a HTTP/1.0\r\n\r\n") == 200);
}

TEST_CASE("a foreign or missing Host is refused where hosts are listed") {
    ServerOptions options;
    options.allowed_hosts = {"localhost", "127.0.0.1", "::1"};
    Running running(std::move(options));
    for (const char* host : {"localhost", "localhost:8080", "LOCALHOST", "127.0.0.1:1", "[::1]:80"})
        CHECK(running.status("GET /a HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n") == 200);
    CHECK(running.handled == 5);
    for (const char* host :
         {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "localhost."})
        CHECK(running.status("GET /a HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n") == 403);
    for (const char* host :
         {"", "localhost:", "localhost:x", "local host", "localhost@evil", "a/b", "[::1", "localhost:999999"})
        CHECK(running.status("GET /a HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n") == 400);
    CHECK(running.status("GET /a HTTP/1.1\r\n\r\n") == 400);
    CHECK(running.status("GET /a HTTP/1.0\r\n\r\n") == 400);
    CHECK(running.handled == 5);
}

TEST_CASE("headers are bounded in number and size") {
    Running running;
    std::string many;
    for (int i = 0; i < 63; ++i) many += "X-" + std::to_string(i) + ": 1\r\n";
    CHECK(running.status(get("/a", many)) == 200);
    CHECK(running.status(get("/a", many + "X-63: 1\r\n")) == 431);
    CHECK(running.status(get("/a", "X-Long: " + std::string(17 * 1024, 'a') + "\r\n")) == 431);
    auto giant = running.status(get("/a", "X-Long: " + std::string(200 * 1024, 'a') + "\r\n"));
    CHECK((giant == 431 || giant == 413 || giant == 0));
    CHECK(running.status(get("/" + std::string(600, 'a'))) == 414);
    CHECK(running.status(get("/a?x=" + std::string(3000, 'a'))) == 414);
    std::string pairs;
    for (int i = 0; i < 17; ++i) pairs += "k" + std::to_string(i) + "=1&";
    CHECK(running.status(get("/a?" + pairs)) == 414);
    CHECK(running.handled == 1);
}

TEST_CASE("a body above the limit is 413 before it is sent") {
    ServerOptions options;
    options.max_body = 1000;
    options.refusal = [](const Request& request, int status) {
        Response response;
        response.content_type = "application/json";
        response.body = "{\"status\":" + std::to_string(status) + ",\"language\":\"" +
                        std::string(request.header("x-kentongan-language")) + "\"}";
        return response;
    };
    Running running(std::move(options));
    CHECK(running.status(post(std::string(1000, 'a'))) == 200);
    auto early = raw_request(running.port(), "POST /x HTTP/1.1\r\nHost: localhost\r\nX-Kentongan-Language: "
                                             "id\r\nContent-Length: 1001\r\n\r\n");
    CHECK(early.status == 413);
    CHECK(early.body == "{\"status\":413,\"language\":\"id\"}");
    CHECK(early.header("Content-Type") == "application/json");
    CHECK(running.status(post(std::string(200'000, 'a'))) == 413);
    CHECK(running.status("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
                         "99999999999999999999999999\r\n\r\n") != 200);
    CHECK(running.handled == 1);
}

TEST_CASE("cookies are bounded, and what is ambiguous is not one") {
    Running running;
    CHECK(raw_request(running.port(), get("/", "Cookie: a=1; b; c=\"2\"; a=3; d=\x01; =4; e=5\r\n")).status ==
          400);
    CHECK(raw_request(running.port(), get("/", "Cookie: a=1; b; c=\"2\"; a=3; d=x y; =4; e=5\r\n")).body ==
          "GET /  c:c=2 c:e=5 from 127.0.0.1");
    CHECK(raw_request(running.port(), get("/", "Cookie: a=1\r\nCookie: a=1; b=2\r\n")).body ==
          "GET /  c:a=1 c:b=2 from 127.0.0.1");
}

TEST_CASE("a byte now and then does not keep a connection beyond its deadline") {
    ServerOptions options;
    options.deadline = 300ms;
    Running running(std::move(options));
    for (const char* start : {"", "GET /a HT", "GET /a HTTP/1.1\r\nHost: localhost\r\nX-A: ",
                              "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n"}) {
        auto began = std::chrono::steady_clock::now();
        RawClient slow(running.port());
        REQUIRE(slow.connected());
        slow.send(start);
        while (!slow.wait_for_end(10ms)) {
            slow.send("a");
            REQUIRE(std::chrono::steady_clock::now() - began < 5s);
        }
        CHECK(std::chrono::steady_clock::now() - began >= 250ms);
    }
    CHECK(running.handled == 0);
}

TEST_CASE("a visitor that does not read its answer is dropped at the deadline") {
    ServerOptions options;
    options.deadline = 300ms;
    Running running(std::move(options), [](const Request&) {
        Response big;
        big.body.assign(32 * 1024 * 1024, 'x');
        return big;
    });
    RawClient deaf(running.port());
    REQUIRE(deaf.send(get("/")));
    auto began = std::chrono::steady_clock::now();
    running.server->stop(); // waits for what is being answered, but not for longer than the deadline
    CHECK(std::chrono::steady_clock::now() - began < 5s);
}

TEST_CASE("many slow visitors do not starve an honest one") {
    ServerOptions options;
    options.deadline = 2s;
    options.max_connections = 64;
    options.max_connections_per_address = 8;
    Running running(std::move(options));
    std::vector<RawClient> slow;
    for (int address = 2; address < 12; ++address)
        for (int i = 0; i < 20; ++i) {
            RawClient client(running.port(), ("127.0.0." + std::to_string(address)).c_str());
            if (client.connected())
                client.send("POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na");
            slow.push_back(std::move(client));
        }
    auto began = std::chrono::steady_clock::now();
    CHECK(running.status(get("/honest")) == 200);
    CHECK(std::chrono::steady_clock::now() - began < 2s);
    CHECK(running.handled == 1);
}

TEST_CASE("slow visitors from everywhere hold the whole budget, and only for a while") {
    ServerOptions options;
    options.deadline = 400ms;
    options.max_connections = 16;
    options.max_connections_per_address = 8;
    Running running(std::move(options));
    std::vector<RawClient> slow;
    for (int i = 0; i < 64; ++i) {
        slow.emplace_back(running.port(), ("127.0.0." + std::to_string(i + 2)).c_str());
        slow.back().send("GET /a HTTP/1.1\r\nHost: loc");
    }
    CHECK(running.status(get("/honest")) == 200); // behind them in the queue
    CHECK(running.handled == 1);
}

TEST_CASE("one address has only so many connections") {
    ServerOptions options;
    options.max_connections_per_address = 4;
    Running running(std::move(options));
    std::vector<RawClient> greedy;
    int answered = 0;
    for (int i = 0; i < 12; ++i) {
        greedy.emplace_back(running.port(), "127.0.0.9");
        greedy.back().send(get("/a"));
        if (greedy.back().receive().status == 200) ++answered;
    }
    CHECK(answered == 4);
    CHECK(running.status(get("/honest")) == 200);
}

TEST_CASE("resting connections make room when the server is crowded") {
    ServerOptions options;
    options.max_connections = 8;
    options.threads = 1;
    Running running(std::move(options));
    std::vector<RawClient> resting;
    for (int i = 0; i < 40; ++i) {
        resting.emplace_back(running.port(), ("127.0.0." + std::to_string(i + 2)).c_str());
        resting.back().send(get("/a"));
        REQUIRE(resting.back().receive().status == 200);
    }
}

TEST_CASE("a visitor that leaves in the middle hurts nobody") {
    Running running;
    for (int i = 0; i < 50; ++i) {
        RawClient rude(running.port(), "127.0.0.7");
        rude.send(i % 2 == 0 ? get("/a")
                             : "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\nabc");
    }
    CHECK(running.status(get("/a")) == 200);
}

TEST_CASE("a handler that throws is a 500, and the server lives") {
    Running running({}, [](const Request&) -> Response { throw 1; });
    CHECK(running.status(get("/a")) == 500);
    CHECK(running.status(get("/a")) == 500);
}

TEST_CASE("an answer cannot be split by a header value") {
    Running running({}, [](const Request&) {
        Response response;
        response.headers = {{"X-A", "a\r\nX-B: c"}};
        return response;
    });
    auto answer = raw_request(running.port(), get("/a"));
    CHECK(answer.status == 200);
    CHECK(answer.header("X-B").empty());
}

TEST_CASE("stop lets what is being answered be answered") {
    std::mutex mutex;
    std::condition_variable changed;
    bool inside = false;
    bool go = false;
    Running running({}, [&](const Request& request) {
        std::unique_lock lock(mutex);
        inside = true;
        changed.notify_all();
        changed.wait(lock, [&] { return go; });
        return echo(request);
    });
    RawClient client(running.port());
    REQUIRE(client.send(get("/a")));
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return inside; });
    }
    std::thread stopping([&] { running.server->stop(); });
    {
        std::lock_guard lock(mutex);
        go = true;
    }
    changed.notify_all();
    CHECK(client.receive().status == 200);
    stopping.join();
    running.server->stop();
    CHECK_FALSE(RawClient(running.port()).connected());
}

TEST_CASE("several visitors at once") {
    Running running;
    std::atomic<int> right{0};
    std::vector<std::thread> visitors;
    for (int i = 0; i < 8; ++i)
        visitors.emplace_back([&, i] {
            RawClient client(running.port());
            for (int n = 0; n < 25; ++n) {
                auto body = std::to_string(i * 100 + n);
                client.send(post(body));
                if (client.receive().body == "POST /x " + body + " from 127.0.0.1") ++right;
            }
        });
    for (auto& visitor : visitors) visitor.join();
    CHECK(right == 200);
}

TEST_CASE("a server says why it cannot start") {
    Running running;
    ServerOptions taken;
    taken.port = running.port();
    auto second = Server::start(taken, echo);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::kUnavailable);
    for (const char* bind : {"localhost", "", "999.1.1.1"}) {
        ServerOptions options;
        options.bind = bind;
        auto started = Server::start(options, echo);
        REQUIRE_FALSE(started);
        CHECK(started.error().code == ErrorCode::kInvalid);
    }
    ServerOptions half;
    half.tls_key = "x";
    CHECK_FALSE(Server::start(half, echo));
    half.tls_certificate = "y";
    auto rubbish = Server::start(half, echo);
    REQUIRE_FALSE(rubbish);
    CHECK(rubbish.error().code == ErrorCode::kInvalid);
    // The port of a server that did not start is free again, and it left no socket behind.
    half.tls_certificate.clear();
    half.tls_key.clear();
    CHECK(Server::start(half, echo));
}
