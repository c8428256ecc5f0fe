#include "district_server.hpp"
#include "wire/seal.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using test::DistrictServer;
using Level = wire::ItemReceipt::Level;

TEST_CASE("a box brings its items over HTTPS and gets the same receipts twice", "[system][district]") {
    DistrictServer server;
    server.start();
    auto letter = server.letter();
    auto report = server.report();
    auto upload = server.upload({server.sealed(letter), server.sealed(report)});
    auto first = server.exchange(upload);
    auto again = server.exchange(upload);
    REQUIRE(first);
    REQUIRE(again);
    CHECK(first->receipts ==
          std::vector<wire::ItemReceipt>{{letter.id, Level::kReceived}, {report.id, Level::kReceived}});
    CHECK(again->receipts == first->receipts);
    CHECK(server.store()->list({})->total == 1);
    CHECK(server.store()->box(BoxId{7})->waiting == 2);

    auto answer = server.post_upload(std::string(as_text(wire::encode(upload, server.box))));
    CHECK(answer.header("Content-Type") == "application/octet-stream");
    CHECK(answer.header("Set-Cookie").empty());
    CHECK(server.stop() == 0);
}

TEST_CASE("what is not an upload of a registered box is refused", "[system][district]") {
    DistrictServer server;
    server.start();
    auto bytes =
        std::string(as_text(wire::encode(server.upload({server.sealed(server.letter())}), server.box)));

    auto get = server.call_box_port("/v1/exchange", {});
    CHECK(get.status == 405);
    CHECK(get.header("Allow") == "POST");
    CHECK(server.call_box_port("/v1/exchange", {"-X", "DELETE"}).status == 405);
    CHECK(server.call_box_port("/", {}).status == 404);
    CHECK(server.call_box_port("/desk/", {}).status == 404);
    CHECK(server.call_box_port("/desk/api/v1/start", {}).status == 404);
    CHECK(server.post_upload(bytes, {"-H", "Content-Type: application/json"}).status == 415);
    CHECK(server.post_upload("").status == 400);
    CHECK(server.post_upload("hello").status == 400);
    CHECK(server.post_upload("\x02" + bytes.substr(1)).status == 400);
    CHECK(server.post_upload(bytes.substr(0, bytes.size() - 1)).status == 403);
    auto forged = bytes;
    forged[40] = static_cast<char>(forged[40] ^ 1);
    CHECK(server.post_upload(forged).status == 403);
    auto stranger = wire::make_box_keys(BoxId{8});
    auto strange = server.upload({});
    strange.box = BoxId{8};
    CHECK(server.post_upload(std::string(as_text(wire::encode(strange, stranger)))).status == 403);
    auto thief = wire::make_box_keys(BoxId{7});
    CHECK(server.post_upload(std::string(as_text(wire::encode(server.upload({}), thief)))).status == 403);
    // Told before it is sent: a client that does not wait for leave may see only the end of the connection.
    CHECK(server
              .post_upload(std::string(wire::kMaxUpload + 1, 'x'),
                           {"-H", "Content-Type: application/octet-stream", "-H", "Expect: 100-continue"})
              .status == 413);
    // plain HTTP on the TLS port
    CHECK(server.curl({"http://127.0.0.1:" + std::to_string(server.box_port) + "/v1/exchange"}).status !=
          200);

    CHECK(server.store()->list({})->total == 0);
    CHECK(server.post_upload(bytes).status == 200);
    CHECK(server.log().find("kentongan-box") == std::string::npos);
    CHECK(server.stop() == 0);
}

TEST_CASE("a box that is registered or revoked while the service runs", "[system][district]") {
    DistrictServer server;
    server.start();
    auto letter = server.letter();
    auto envelope = server.sealed(letter);
    REQUIRE(server.command({"revoke", "--state", server.state(), "--box", "7"}) == 0);
    auto answer = server.exchange(server.upload({envelope}));
    REQUIRE(answer);
    CHECK(answer->receipts == std::vector<wire::ItemReceipt>{{letter.id, Level::kQuarantined}});
    CHECK(server.store()->quarantined(0, 10)->at(0).envelope == envelope);
    // a clerk may take it in, while the service runs
    auto digest = to_hex(server.store()->quarantined(0, 10)->at(0).digest);
    CHECK(server.command({"quarantine", "--state", server.state()}) == 0);
    auto accept = [&](const std::string& which) {
        return server.command(
            {"accept", "--state", server.state(), "--pack", test::pack_folder("id-jember").string(), which});
    };
    CHECK(accept("zz") == 2);
    CHECK(accept(std::string(64, '0')) == 1);
    CHECK(accept(digest) == 0);
    CHECK(accept(digest) == 1);
    CHECK(server.store()->list({})->total == 1);
    auto second = server.sealed(server.letter());
    REQUIRE(server.exchange(server.upload({second})));
    // a restart does not bring one in
    CHECK(server.stop() == 0);
    server.start();
    CHECK(server.store()->list({})->total == 1);
    CHECK(server.store()->quarantined_of(BoxId{7}).value() == 1);
}
