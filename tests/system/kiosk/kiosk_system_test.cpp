// The real kentongan-kiosk between real sockets: raw HTTP in front, the local protocol behind.
#include "adapters/json/json.hpp"
#include "adapters/unix_socket/channel.hpp"
#include "tools/fake_box.hpp"
#include "tools/program.hpp"
#include "tools/raw_http.hpp"
#include "tools/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <poll.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

using namespace kentongan;
using test::FakeBox;
using test::RawAnswer;
using test::RawClient;
using namespace std::chrono_literals;

namespace {

constexpr const char* kIdentity = "3509010101900000";
constexpr const char* kName = "Warga Contoh Kenari";
constexpr const char* kPhone = "+6280000000012";

// The box's end of the socket.
class BoxEnd {
  public:
    explicit BoxEnd(const std::string& path) {
        auto opened = unix_socket::Listener::open(path);
        REQUIRE(opened);
        listener_.emplace(std::move(opened).take());
        thread_ = std::thread([this] { serve(); });
    }
    ~BoxEnd() {
        stop_ = true;
        thread_.join();
    }
    FakeBox box;
    std::atomic<bool> silent{false}; ///< Reads, and answers nothing.

  private:
    void serve() {
        std::vector<unix_socket::Channel> peers;
        while (!stop_) {
            std::vector<pollfd> waiting{{listener_->fd(), POLLIN, 0}};
            for (auto& peer : peers) waiting.push_back({peer.fd(), POLLIN, 0});
            ::poll(waiting.data(), waiting.size(), 10);
            if (auto peer = listener_->accept()) peers.push_back(std::move(*peer));
            std::erase_if(peers, [this](auto& peer) {
                auto messages = peer.receive();
                if (!messages) return true;
                if (!silent)
                    for (const auto& message : *messages) (void)peer.send(box.answer(message));
                return false;
            });
        }
    }
    std::optional<unix_socket::Listener> listener_;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

struct Kiosk {
    test::TemporaryFolder folder;
    std::optional<test::Program> program;
    std::uint16_t screen = 0;
    std::uint16_t wifi = 0;
    std::string token;

    Kiosk() {
        std::filesystem::create_directories(folder / "pages/assets");
        std::ofstream(folder / "pages/index.html") << "<!doctype html><title>k</title>";
        std::ofstream(folder / "pages/assets/app.js") << "export {};";
        program.emplace(
            std::vector<std::string>{std::string(KENTONGAN_BIN_DIR) + "/kentongan-kiosk",
                                     "--pages",
                                     folder / "pages",
                                     "--pack",
                                     std::string(KENTONGAN_SOURCE_DIR) + "/gateway/packs/id-jember",
                                     "--village",
                                     "contoh",
                                     "--socket",
                                     folder / "box.sock",
                                     "--listen",
                                     "127.0.0.1:0",
                                     "--wifi",
                                     "127.0.0.1:0",
                                     "--wifi-host",
                                     "desa.example",
                                     "--panel-diagonal-in",
                                     "7",
                                     "--panel-px",
                                     "800x480",
                                     "--port-file",
                                     folder / "ports"},
            folder / "log");
        auto ports = program->wait_for_lines(folder / "ports");
        REQUIRE(ports.size() == 2);
        screen = static_cast<std::uint16_t>(std::atoi(ports[0].c_str()));
        wifi = static_cast<std::uint16_t>(std::atoi(ports[1].c_str()));
        token = json_of(get("/api/v1/start")).find("token")->text();
        REQUIRE(token.size() == 64);
    }

    [[nodiscard]] RawAnswer get(const std::string& path, const std::string& more = "") const {
        return test::raw_request(screen, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n");
    }
    [[nodiscard]] std::string post_bytes(const std::string& path, const std::string& body,
                                         const std::string& host = "localhost") const {
        return "POST " + path + " HTTP/1.1\r\nHost: " + host +
               "\r\nContent-Type: application/json\r\nX-Kentongan-Token: " + token +
               "\r\nX-Kentongan-Language: en\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               body;
    }
    [[nodiscard]] RawAnswer post(const std::string& path, const std::string& body) const {
        return test::raw_request(screen, post_bytes(path, body));
    }
    static json::Json json_of(const RawAnswer& answer) {
        CHECK(answer.header("Content-Type") == "application/json");
        auto value = json::parse_json(answer.body, json::Limits{16, 1 << 20, 1 << 20});
        REQUIRE(value);
        return std::move(value).take();
    }
    /// Ended in order; under a sanitizer this also says that it found nothing.
    void end() {
        program->signal(SIGTERM);
        CHECK(program->wait() == 0);
    }
    [[nodiscard]] std::string log() const {
        std::ifstream file(folder.path() + "/log");
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }
};

std::string letter(const char* once) {
    return std::string(R"({"once":")") + once + R"(","service":"domisili","answers":{"identity_number":")" +
           kIdentity + R"(","name":")" + kName +
           R"(","hamlet":"krajan","rt":"1","rw":"2","keperluan":"bank"},"notify_phone":")" + kPhone +
           R"(","consent_version":"id-2026-11"})";
}

} // namespace

TEST_CASE("a form goes through, a double tap is one case, and nothing personal is left behind") {
    Kiosk kiosk;
    {
        BoxEnd box(kiosk.folder / "box.sock");
        CHECK(kiosk.get("/").body == "<!doctype html><title>k</title>");
        auto script = kiosk.get("/assets/app.js");
        CHECK(script.header("Content-Type") == "text/javascript; charset=utf-8");
        CHECK(script.header("Content-Security-Policy").starts_with("default-src 'self'"));
        CHECK(kiosk.get("/assets/app.js", "If-None-Match: " + script.header("ETag") + "\r\n").status == 304);
        CHECK(Kiosk::json_of(kiosk.get("/api/v1/start")).find("panel")->find("mm")->number() == Approx(5.25));
        CHECK(Kiosk::json_of(kiosk.get("/api/v1/health")).find("box")->flag());
        CHECK(kiosk.get("/api/v1/start").header("Cache-Control") == "no-store");

        auto body = letter("00112233445566778899aabbccddeeff");
        std::vector<RawAnswer> taps(4);
        std::vector<std::thread> fingers;
        for (auto& tap : taps) fingers.emplace_back([&] { tap = kiosk.post("/api/v1/requests", body); });
        for (auto& finger : fingers) finger.join();
        for (const auto& tap : taps) {
            // Only three may wait for the box at once; the fourth is told to come again.
            if (tap.status == 503) continue;
            CHECK(tap.status == 201);
            CHECK(tap.body == kiosk.post("/api/v1/requests", body).body);
        }
        auto submitted = box.box.submitted();
        REQUIRE_FALSE(submitted.empty());
        CHECK(submitted.front().notify_phone == kPhone);

        auto status = [&](const std::string& host, std::uint16_t port) {
            return test::raw_request(
                       port, kiosk.post_bytes("/api/v1/status",
                                              std::string(R"({"digits":")") + FakeBox::kCode + "\"}", host))
                .status;
        };
        CHECK(status("localhost", kiosk.screen) == 200);
        CHECK(status("desa.example", kiosk.wifi) == 200);
        CHECK(status("127.0.0.1:" + std::to_string(kiosk.wifi), kiosk.wifi) == 200);
        CHECK(status("localhost", kiosk.wifi) == 403);
        CHECK(status("desa.example", kiosk.screen) == 403);
        auto clients = box.box.clients();
        REQUIRE(clients.size() == 3);
        CHECK(clients[0] == 0);
        CHECK(clients[1] != 0);
        CHECK(clients[1] == clients[2]);
    }
    // The box is away: told, not lost, and the kiosk lives.
    auto away = kiosk.post("/api/v1/requests", letter("ff112233445566778899aabbccddeeff"));
    CHECK(away.status == 503);
    CHECK(away.body.find("it is never sent twice") != std::string::npos);
    CHECK_FALSE(Kiosk::json_of(kiosk.get("/api/v1/health")).find("box")->flag());
    // It comes back, and so does the service, with the same token.
    {
        BoxEnd box(kiosk.folder / "box.sock");
        CHECK(kiosk.post("/api/v1/requests", letter("ff112233445566778899aabbccddeeff")).status == 201);
    }
    kiosk.end();
    auto log = kiosk.log();
    CHECK(log.find("kiosk.serving") != std::string::npos);
    for (const char* personal :
         {kIdentity, kName, kPhone, FakeBox::kCode, FakeBox::kReceipt, "127.0.0.1", "Warga"})
        CHECK(log.find(personal) == std::string::npos);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(kiosk.folder.path()))
        if (entry.is_regular_file()) ++files;
    CHECK(files == 4); // two pages, the ports, the log
}

TEST_CASE("a hostile visitor gets a reason in the person's language, and the honest one is served") {
    Kiosk kiosk;
    BoxEnd box(kiosk.folder / "box.sock");
    auto text_of = [](const RawAnswer& answer) {
        return Kiosk::json_of(answer).find("error")->find("text")->text();
    };

    auto big = kiosk.post("/api/v1/requests", "{\"a\":\"" + std::string(20'000, 'x') + "\"}");
    CHECK(big.status == 413);
    CHECK(text_of(big) == "That is too long. Please make it shorter.");
    auto huge = test::raw_request(
        kiosk.screen, "POST /api/v1/requests HTTP/1.1\r\nHost: localhost\r\nX-Kentongan-Language: "
                      "id\r\nContent-Length: 10000000\r\n\r\n");
    CHECK(huge.status == 413);
    CHECK(text_of(huge) == "Isinya terlalu panjang. Silakan dipersingkat.");
    auto malformed = kiosk.post("/api/v1/requests", "{");
    CHECK(malformed.status == 400);
    CHECK(text_of(malformed) == "Something went wrong on this page. Please begin again.");
    std::string deep;
    for (int i = 0; i < 5000; ++i) deep += "[";
    CHECK(kiosk.post("/api/v1/status", deep).status == 400);
    CHECK(kiosk.post("/api/v1/status", R"({"digits":"1","digits":"2"})").status == 400);
    CHECK(kiosk.get("/api/v1/requests").status == 405);
    CHECK(kiosk.get("/api/v1/requests").header("Allow") == "POST");
    CHECK(kiosk.get("/%2e%2e/etc/passwd").status == 400);
    CHECK(kiosk.get("/../../etc/passwd").status == 404);
    CHECK(kiosk.get("/assets/../index.html").status == 404);
    CHECK(kiosk.get("/api/v1/start", "Origin: http://evil.example\r\n").status == 403);
    auto no_token =
        test::raw_request(kiosk.screen, "POST /api/v1/status HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                        "application/json\r\nContent-Length: 2\r\n\r\n{}");
    CHECK(no_token.status == 403);
    auto rebound =
        test::raw_request(kiosk.screen, "GET /api/v1/start HTTP/1.1\r\nHost: evil.example\r\n\r\n");
    CHECK(rebound.status == 403);
    CHECK(rebound.body.find(kiosk.token) == std::string::npos);

    // Many phones that send a byte and then nothing, on both servers.
    std::vector<RawClient> slow;
    for (int address = 2; address < 22; ++address)
        for (int i = 0; i < 10; ++i) {
            RawClient client(kiosk.wifi, ("127.0.0." + std::to_string(address)).c_str());
            if (client.connected())
                client.send("POST /api/v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{");
            slow.push_back(std::move(client));
        }
    CHECK(kiosk.get("/api/v1/start").status == 200);
    CHECK(kiosk.post("/api/v1/requests", letter("00112233445566778899aabbccddeeff")).status == 201);
    kiosk.end();
}

TEST_CASE("a box that hangs does not take the pages with it") {
    Kiosk kiosk;
    BoxEnd box(kiosk.folder / "box.sock");
    box.silent = true;
    std::vector<RawClient> waiting;
    for (int i = 0; i < 8; ++i) {
        waiting.emplace_back(kiosk.screen);
        waiting.back().send("GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }
    // Wherever the eight went, a page comes at once from a thread that is free.
    auto began = std::chrono::steady_clock::now();
    bool served = false;
    for (int i = 0; i < 8 && !served; ++i) {
        RawClient client(kiosk.screen);
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        served = client.receive(false, 1s).status == 200;
    }
    CHECK(served);
    CHECK(std::chrono::steady_clock::now() - began < 10s);
    for (auto& client : waiting) CHECK(client.receive().status == 200); // "box": false
    kiosk.end();
}

TEST_CASE("what is wrong at the start is told, and ends it") {
    test::TemporaryFolder folder;
    auto exit_of = [&](std::vector<std::string> words) {
        words.insert(words.begin(), std::string(KENTONGAN_BIN_DIR) + "/kentongan-kiosk");
        return test::Program(words, folder / "log").wait();
    };
    auto pack = std::string(KENTONGAN_SOURCE_DIR) + "/gateway/packs/id-jember";
    auto with = [&](const std::string& pages, const std::string& packs, const std::string& village) {
        return exit_of({"--pages", pages, "--pack", packs, "--village", village, "--socket", folder / "s",
                        "--listen", "127.0.0.1:0"});
    };
    CHECK(exit_of({}) == 2);
    CHECK(with(folder.path(), folder.path(), "contoh") == 1);
    CHECK(with(folder.path(), pack, "no_such_village") == 1);
    CHECK(with(folder.path(), pack, "../contoh") == 1);
    CHECK(with(folder / "none", pack, "contoh") == 1);
}
