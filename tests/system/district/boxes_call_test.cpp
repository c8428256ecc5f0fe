#include "district_server.hpp"
#include "wire/frame.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using test::DistrictServer;

TEST_CASE("a box brings its items over HTTPS and gets the same acknowledgements twice",
          "[system][district]") {
    DistrictServer server;
    server.start();
    auto letter = server.letter();
    auto report = server.report();
    auto frames = server.sealed(letter);
    for (auto& frame : server.sealed(report)) frames.push_back(std::move(frame));
    auto upload = server.upload(frames);
    auto first = server.exchange(upload);
    auto again = server.exchange(upload);
    REQUIRE(first);
    REQUIRE(again);
    CHECK(DistrictServer::acknowledges(first, letter.id));
    CHECK(DistrictServer::acknowledges(first, report.id));
    CHECK(again->acks == first->acks);
    CHECK(server.store()->list({})->total == 1);
    CHECK(server.store()->box(BoxId{7})->waiting == frames.size());

    auto answer = server.post_upload(std::string(as_text(upload)));
    CHECK(answer.header("Content-Type") == "application/octet-stream");
    CHECK(answer.header("Set-Cookie").empty());
    CHECK(server.stop() == 0);
}

TEST_CASE("what is not a parcel of a registered box is refused", "[system][district]") {
    DistrictServer server;
    server.start();
    auto letter = server.letter();
    auto bytes = std::string(as_text(server.upload(server.sealed(letter))));

    auto get = server.call_box_port("/v2/exchange", {});
    CHECK(get.status == 405);
    CHECK(get.header("Allow") == "POST");
    CHECK(server.call_box_port("/v2/exchange", {"-X", "DELETE"}).status == 405);
    CHECK(server.call_box_port("/", {}).status == 404);
    CHECK(server.call_box_port("/desk/", {}).status == 404);
    CHECK(server.call_box_port("/desk/api/v1/start", {}).status == 404);
    CHECK(server.post_upload(bytes, {"-H", "Content-Type: application/json"}).status == 415);
    CHECK(server.post_upload("").status == 400);
    CHECK(server.post_upload("hello").status == 400);
    CHECK(server.post_upload("\x04\x10" + bytes).status == 400);
    CHECK(server.post_upload(bytes.substr(0, bytes.size() - 1)).status == 400);
    auto stranger = wire::make_box_keys(BoxId{8});
    test::SealingBox strange(stranger, server.district);
    CHECK(server.post_upload(std::string(as_text(strange.parcel({}, strange.call())))).status == 403);
    test::SealingBox thief(wire::make_box_keys(BoxId{7}), server.district);
    CHECK(server.post_upload(std::string(as_text(thief.parcel({}, thief.call())))).status == 403);
    // A flipped bit: what does not open is not there, and is not acknowledged.
    auto forged = bytes;
    forged.back() = static_cast<char>(forged.back() ^ 1);
    auto answer = server.exchange(as_bytes(forged));
    REQUIRE(answer);
    CHECK_FALSE(DistrictServer::acknowledges(answer, letter.id));
    // Told before it is sent: a client that does not wait for leave may see only the end of the connection.
    CHECK(server
              .post_upload(std::string(wire::kMaxParcel + 1, 'x'),
                           {"-H", "Content-Type: application/octet-stream", "-H", "Expect: 100-continue"})
              .status == 413);
    // plain HTTP on the TLS port
    CHECK(server.curl({"http://127.0.0.1:" + std::to_string(server.box_port) + "/v2/exchange"}).status !=
          200);

    CHECK(server.store()->list({})->total == 0);
    CHECK(server.post_upload(bytes).status == 200);
    CHECK(server.store()->list({})->total == 1);
    CHECK(server.log().find("kentongan-box") == std::string::npos);
    CHECK(server.stop() == 0);
}

TEST_CASE("a box that is revoked while the service runs", "[system][district]") {
    DistrictServer server;
    server.start();
    auto letter = server.letter();
    auto frames = server.sealed(letter);
    REQUIRE(server.command({"revoke", "--state", server.state(), "--box", "7"}) == 0);
    auto answer = server.exchange(server.upload(frames));
    CHECK(DistrictServer::acknowledges(answer, letter.id));
    REQUIRE(server.store()->quarantined(0, 10)->size() == 1);
    CHECK(server.store()->quarantined(0, 10)->at(0).item == letter.id);
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
    auto second = server.letter();
    REQUIRE(server.exchange(server.upload(server.sealed(second))));
    // a restart does not bring one in
    CHECK(server.stop() == 0);
    server.start();
    CHECK(server.store()->list({})->total == 1);
    CHECK(server.store()->quarantined_of(BoxId{7}).value() == 1);
}

TEST_CASE("a service that was restarted goes on in the middle of an epoch", "[system][district]") {
    DistrictServer server;
    server.start();
    auto first = server.letter();
    auto second = server.letter();
    REQUIRE(server.exchange(server.upload(server.sealed(first))));
    CHECK(server.stop() == 0);
    server.start();
    auto answer = server.exchange(server.upload(server.sealed(second)));
    CHECK(DistrictServer::acknowledges(answer, first.id));
    CHECK(DistrictServer::acknowledges(answer, second.id));
    CHECK(server.store()->list({})->total == 2);
}
