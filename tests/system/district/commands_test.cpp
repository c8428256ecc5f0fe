#include "district_server.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <fstream>

using namespace kentongan;
using test::DistrictServer;

namespace {

unsigned mode(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 0777 : 0;
}

} // namespace

TEST_CASE("init makes private keys once", "[system][district]") {
    DistrictServer server(false);
    auto state = server.state();
    CHECK(server.command({"invite", "--state", state, "--village", "contoh"}) == 1);
    REQUIRE(server.command({"init", "--state", state}) == 0);
    CHECK(mode(state) == 0700);
    for (const char* name : {"/district.key", "/district.root", "/district.psk-key"})
        CHECK(mode(state + name) == 0600);
    CHECK(mode(state + "/district.db") == 0600);
    auto shown = [&] {
        std::ifstream file(state + "/district.pub");
        return std::string(std::istreambuf_iterator<char>(file), {});
    };
    auto before = shown();
    CHECK(wire::read_district_public(before));
    CHECK(before.find("secret") == std::string::npos);
    CHECK(server.command({"init", "--state", state}) == 1);
    CHECK(shown() == before);
}

TEST_CASE("commands say no with a status", "[system][district]") {
    DistrictServer server;
    auto state = server.state();
    CHECK(server.command({"--help"}) == 0);
    CHECK(server.command({}) == 2);
    CHECK(server.command({"frob"}) == 2);
    CHECK(server.command({"init"}) == 2);
    CHECK(server.command({"init", "--state"}) == 2);
    CHECK(server.command({"init", "--state", state, "--state", state}) == 2);
    CHECK(server.command({"init", "--state", state, "--box", "7"}) == 2);
    CHECK(server.command({"revoke", "--state", state, "--box", "x"}) == 2);
    CHECK(server.command({"revoke", "--state", state, "--box", "8"}) == 1);
    CHECK(server.command({"assign", "--state", state, "--box", "8", "--village", "contoh"}) == 1);
    CHECK(server.command({"assign", "--state", state, "--box", "7", "--village", "no village"}) == 1);
    CHECK(server.command({"assign", "--state", state, "--box", "7", "--village", "lain"}) == 0);
    CHECK(server.store()->box(BoxId{7})->village == "lain");
    CHECK(server.command({"enrol", "--state", state, state + "/district.pub"}) == 1);
    CHECK(server.command({"enrol", "--state", state, "/dev/zero"}) == 1);
    CHECK(server.command({"invite", "--state", state, "--village", "no village"}) == 1);
    CHECK(server.command({"add-officer", "--state", state, "--name", "x", "--role", "chief"},
                         "long enough\n") == 2);
    CHECK(server.command({"add-officer", "--state", state, "--name", "x", "--role", "officer"}, "short\n") ==
          1);
    CHECK(server.command({"add-officer", "--state", state, "--name", "x", "--role", "officer"}, "") == 1);
    CHECK(server.command({"add-officer", "--state", state, "--name", test::kOfficer, "--role", "officer"},
                         "long enough\n") == 1);
    std::vector<std::string> serve = {"serve",
                                      "--state",
                                      state,
                                      "--pack",
                                      test::pack_folder("id-jember").string(),
                                      "--desk-pages",
                                      server.folder / "pages",
                                      "--box-listen",
                                      "127.0.0.1:0",
                                      "--desk-listen",
                                      "0.0.0.0:0",
                                      "--tls-certificate",
                                      server.folder / "tls.crt",
                                      "--tls-key",
                                      server.folder / "tls.key",
                                      "--desk-plain-http"};
    CHECK(server.command(serve) == 2); // plain HTTP for everybody
    serve[10] = "127.0.0.1:0";
    auto with = [&](std::vector<std::string> more) {
        auto words = serve;
        words.insert(words.end(), more.begin(), more.end());
        return server.command(words);
    };
    CHECK(with({"--sms-a-day", "10"}) == 2); // without a modem
    CHECK(with({"--modem-socket", "/nonexistent/socket", "--sms-wait", "0"}) == 2);
    CHECK(with({"--modem-socket", "/nonexistent/socket", "--sms-per-box-a-day", "many"}) == 2);
    ::chmod((state + "/district.key").c_str(), 0644);
    CHECK(server.command(serve) == 1); // keys that others may read
    ::chmod((state + "/district.key").c_str(), 0600);
    serve[4] = "/nonexistent";
    CHECK(server.command(serve) == 1);
}
