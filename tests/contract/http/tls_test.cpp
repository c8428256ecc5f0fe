// TLS: only what is current is spoken. The other end is curl, a TLS stack of its own.
#include "adapters/microhttpd/http_server.hpp"
#include "tools/program.hpp"
#include "tools/raw_http.hpp"
#include "tools/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <iterator>

using namespace kentongan;
using namespace kentongan::http;
using namespace std::chrono_literals;

namespace {

std::string content(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Tls {
    test::TemporaryFolder folder;
    ServerOptions options;

    Tls() {
        test::Program make({"/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                            "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                            "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key", "-out",
                            folder / "certificate"},
                           folder / "log");
        REQUIRE(make.wait() == 0);
        options.tls_certificate = content(folder / "certificate");
        options.tls_key = content(folder / "key");
    }
    /// curl's exit status; what it got is in the file "out".
    int curl(std::uint16_t port, std::vector<std::string> more = {}) const {
        std::vector<std::string> words{
            "/usr/bin/curl",        "-sS", "--noproxy",   "*", "--max-time", "20", "--cacert",
            folder / "certificate", "-o",  folder / "out"};
        words.insert(words.end(), more.begin(), more.end());
        words.push_back("https://localhost:" + std::to_string(port) + "/a");
        return test::Program(words, folder / "log").wait();
    }
};

Response hello(const Request& request) {
    Response response;
    response.body = "hello " + request.body;
    return response;
}

} // namespace

TEST_CASE("TLS 1.2 and 1.3 are spoken, nothing older and nothing plain") {
    Tls tls;
    auto started = Server::start(tls.options, hello);
    REQUIRE(started);
    auto port = (*started)->port();
    CHECK(tls.curl(port, {"--tlsv1.3"}) == 0);
    CHECK(content(tls.folder / "out") == "hello ");
    CHECK(tls.curl(port, {"--tlsv1.2", "--tls-max", "1.2", "--data-binary", "you"}) == 0);
    CHECK(content(tls.folder / "out") == "hello you");
    CHECK(tls.curl(port, {"--tlsv1.0", "--tls-max", "1.1", "--ciphers", "DEFAULT:@SECLEVEL=0"}) != 0);
    CHECK(test::raw_request(port, "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 0);
}

TEST_CASE("a handshake that never ends is ended at the deadline") {
    Tls tls;
    tls.options.deadline = 300ms;
    auto started = Server::start(tls.options, hello);
    REQUIRE(started);
    test::RawClient mute((*started)->port());
    CHECK(mute.wait_for_end(10s));
    test::RawClient stammering((*started)->port());
    stammering.send(std::string("\x16\x03\x01\x02\x00\x01", 6)); // the beginning of a ClientHello
    CHECK(stammering.wait_for_end(10s));
}

TEST_CASE("a key that is not the certificate's is refused") {
    Tls one;
    Tls other;
    one.options.tls_key = other.options.tls_key;
    auto started = Server::start(one.options, hello);
    REQUIRE_FALSE(started);
    CHECK(started.error().code == ErrorCode::kInvalid);
}
