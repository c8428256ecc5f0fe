// kill -9 at every outward step of an exchange and of a move: nothing is lost, nothing is doubled.
#include "district_server.hpp"

#include <catch2/catch.hpp>

#include <fstream>

using namespace kentongan;
using test::Desk;
using test::DistrictServer;

namespace {

constexpr int kMostSteps = 200;

bool exists(const std::string& path) {
    return ::access(path.c_str(), F_OK) == 0;
}

} // namespace

TEST_CASE("killed at every step of an exchange", "[system][district][crash]") {
    DistrictServer server;
    if (!server.can_crash()) {
        WARN("not under a sanitizer: there is no crash shim");
        return;
    }
    std::uint64_t brought = 0;
    int deaths = 0;
    for (int step = 1; step < kMostSteps; ++step) {
        CAPTURE(step);
        server.start(true, step);
        auto letter = server.letter();
        auto upload = server.upload(server.sealed(letter));
        std::ofstream(server.armed()).flush();
        auto answer = server.exchange(upload);
        ++brought;
        bool died = !exists(server.armed());
        ::unlink(server.armed().c_str());
        // An acknowledgement is a promise: the item is there before the box could read it.
        if (answer) CHECK(server.store()->case_row(letter.id));
        if (died) {
            ++deaths;
            CHECK(server.wait() == -SIGKILL);
            server.start();
        }
        auto again = server.exchange(upload);
        REQUIRE(again);
        CHECK(DistrictServer::acknowledges(again, letter.id));
        district::CaseFilter all;
        all.limit = 1000;
        CHECK(server.store()->list(all)->total == brought);
        CHECK(server.store()->quarantined(0, 10)->empty());
        CHECK(server.stop() == 0);
        if (!died) break;
    }
    CHECK(deaths > 5);
    CHECK(deaths < kMostSteps - 1);
    WARN("killed at " << deaths << " steps of an exchange");
}

TEST_CASE("killed at every step of a move", "[system][district][crash]") {
    DistrictServer server;
    if (!server.can_crash()) {
        WARN("not under a sanitizer: there is no crash shim");
        return;
    }
    server.start();
    auto letter = server.letter();
    REQUIRE(server.exchange(server.upload(server.sealed(letter))));
    Desk desk(server);
    REQUIRE(desk.login(test::kOfficer, test::kPassword).status == 200);
    REQUIRE(desk.move(test::hex(letter.id), "diperiksa", 1).status == 200);
    CHECK(server.stop() == 0);

    // There and back between two states, so that each step finds the same case.
    std::uint32_t version = 2;
    int deaths = 0;
    for (int step = 1; step < kMostSteps; ++step) {
        CAPTURE(step);
        server.start(true, step);
        const char* to = version % 2 == 0 ? "belum_lengkap" : "diperiksa";
        std::ofstream(server.armed()).flush();
        auto answer = desk.move(test::hex(letter.id), to, static_cast<int>(version), "Kurang berkas.");
        bool died = !exists(server.armed());
        ::unlink(server.armed().c_str());
        if (died) {
            ++deaths;
            CHECK(server.wait() == -SIGKILL);
            server.start();
        }
        auto row = server.store()->case_row(letter.id);
        REQUIRE(row);
        bool done = row->version == version + 1;
        CHECK((done || row->version == version));
        if (answer.status == 200) CHECK(done);
        // What the officer does when no answer came: the same again.
        auto again = desk.move(test::hex(letter.id), to, static_cast<int>(version), "Kurang berkas.");
        CHECK(again.status == (done ? 409 : 200));
        ++version;
        CHECK(server.store()->case_row(letter.id)->version == version);
        CHECK(server.store()->events(letter.id)->size() == version - 1);
        auto updates = server.store()->updates_after(BoxId{7}, 0, 1000);
        REQUIRE(updates);
        REQUIRE(updates->size() == version - 1);
        for (std::size_t n = 0; n < updates->size(); ++n) CHECK((*updates)[n].sequence == n + 1);
        CHECK(server.stop() == 0);
        if (!died) break;
    }
    CHECK(deaths > 5);
    CHECK(deaths < kMostSteps - 1);
    WARN("killed at " << deaths << " steps of a move");
}
