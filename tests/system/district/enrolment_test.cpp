// Enrolment, rotation, revocation and restoring, by the two programs and their files.
#include "district/boxes.hpp"
#include "district/publishing.hpp"
#include "district_server.hpp"
#include "wire/enrolment.hpp"
#include "wire/keyring.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>

using namespace kentongan;
using test::DistrictServer;

namespace {

const std::string kConsole = std::string(KENTONGAN_BIN_DIR) + "/kentongan";

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

struct Village {
    DistrictServer district;
    std::string box_state = district.folder / "box";

    /// Runs `kentongan`, with `typed` on its standard input; its exit status.
    int console(std::vector<std::string> words, const std::string& typed = {}, int crash_at = 0) {
        std::ofstream(district.folder / "typed") << typed;
        words.insert(words.begin(),
                     {"/bin/sh", "-c",
                      "exec " + district.crashing(crash_at) + "\"$0\" \"$@\" <\"" +
                          (district.folder / "typed") + "\" >\"" + (district.folder / "said") + "\"",
                      kConsole});
        test::Program program(std::move(words), "/dev/null");
        return program.wait();
    }
    int request(const std::string& code, const std::string& box, const std::string& typed = {}) {
        return console({"enrol", "request", "--state", box_state, "--district",
                        district.state() + "/district.pub", "--code", code, "--box", box},
                       typed);
    }
    int enrol(const std::string& welcome, std::vector<std::string> more = {}) {
        more.insert(more.begin(), {"enrol", "--state", district.state(), "--welcome", welcome});
        more.push_back(box_state + "/enrolment.request");
        return district.command(std::move(more));
    }
    int accept(const std::string& welcome, const std::string& typed = {}, int crash_at = 0) {
        return console({"enrol", "accept", "--state", box_state, welcome}, typed, crash_at);
    }
    /// The fingerprint that the console showed for `what`.
    std::string shown(const std::string& what) {
        auto said = read(district.folder / "said");
        auto at = said.find("\n" + what + " ");
        REQUIRE(at != std::string::npos);
        auto end = said.find('\n', at + 1);
        return said.substr(end - 35, 35);
    }
    wire::BoxSecret box_keys() { return wire::read_box_secret(read(box_state + "/box.secret")).value(); }
};

} // namespace

TEST_CASE("a box is enrolled with a code, fingerprints and two files", "[system][enrolment]") {
    Village village;
    auto welcome = village.district.folder / "welcome";
    auto code = village.district.invite();
    auto said = village.district.output();
    REQUIRE(village.request(code, "8") == 0);
    CHECK(said.find("fingerprint " + village.shown("district") + "\n") != std::string::npos);
    // What the clerk compares: another fingerprint registers nothing.
    auto fingerprint = village.shown("box");
    CHECK(village.enrol(welcome, {"--fingerprint", village.shown("district")}) == 1);
    REQUIRE(village.enrol(welcome, {"--fingerprint", fingerprint}) == 0);
    CHECK(village.district.output().find("fingerprint " + fingerprint + "\n") != std::string::npos);
    REQUIRE(village.accept(welcome) == 0);

    auto keys = village.box_keys();
    auto store = village.district.store();
    CHECK(store->box(BoxId{8})->keys == keys.shown);
    auto psk_key =
        wire::read_lone_key(wire::LoneKey::kPskKey, read(village.district.state() + "/district.psk-key"));
    CHECK(*district::psk_of(*store, BoxId{8}, *psk_key) == keys.psk);
    auto pinned = wire::read_district_public(read(village.box_state + "/district.pub"));
    REQUIRE(pinned);
    CHECK(pinned->root == keys.root);
    struct stat found {};
    REQUIRE(::stat((village.box_state + "/box.secret").c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
    CHECK(village.accept(welcome) == 1); // nothing is waiting any more
    CHECK_FALSE(std::filesystem::exists(village.box_state + "/enrolment.secret"));
}

TEST_CASE("a code serves once, a lost welcome comes again", "[system][enrolment]") {
    Village village;
    auto welcome = village.district.folder / "welcome";
    auto code = village.district.invite();
    CHECK(village.request("00000-00000", "8") == 0); // well formed, but nobody gave it
    CHECK(village.enrol(welcome) == 1);
    auto mistyped = code;
    mistyped[0] = mistyped[0] == 'A' ? 'B' : 'A';
    CHECK(village.request(mistyped, "8", "replace\n") == 1);
    CHECK(village.request(code, "8", "") == 1); // the waiting request is not replaced without the word
    REQUIRE(village.request(code, "8", "replace\n") == 0);
    REQUIRE(village.enrol(welcome) == 0);
    std::filesystem::remove(welcome);
    REQUIRE(village.enrol(welcome) == 0);
    REQUIRE(village.accept(welcome) == 0);
    // The same code for a second box, and the same number with another code.
    REQUIRE(village.request(code, "9") == 0);
    CHECK(village.enrol(welcome) == 1);
    REQUIRE(village.request(village.district.invite(), "8", "replace\n") == 0);
    CHECK(village.enrol(welcome) == 1);
    CHECK(village.district.store()->boxes()->size() == 2); // box 7 of the fixture and box 8
}

TEST_CASE("an identity is replaced only by a typed word, and not by another's welcome",
          "[system][enrolment]") {
    Village village;
    auto first = village.district.folder / "first";
    auto second = village.district.folder / "second";
    REQUIRE(village.request(village.district.invite(), "8") == 0);
    REQUIRE(village.enrol(first) == 0);
    REQUIRE(village.accept(first) == 0);
    auto before = village.box_keys();
    REQUIRE(village.request(village.district.invite(), "9") == 0);
    REQUIRE(village.enrol(second) == 0);
    CHECK(village.accept(first) == 1);
    CHECK(village.accept(second, "yes\n") == 1);
    CHECK(village.accept(second, "") == 1);
    CHECK(village.box_keys().shown == before.shown);
    REQUIRE(village.accept(second, "replace\n") == 0);
    CHECK(village.box_keys().shown.box == BoxId{9});
}

TEST_CASE("rotation and revocation sign keyrings that a box accepts", "[system][enrolment]") {
    Village village;
    auto& district = village.district;
    auto known = district.district;
    auto take = [&] {
        auto store = district.store();
        auto keys = wire::read_district_secret(read(district.state() + "/district.key"));
        REQUIRE(keys);
        std::vector<wire::Holding> held = {{"keyring", known.keyring.version}};
        auto next = district::next_bulletin(*store, *keys, BoxId{7}, held);
        REQUIRE(next);
        REQUIRE(*next);
        auto opened = wire::open_bulletin(**next, known, BoxId{7}, {known.keyring.version, {}});
        REQUIRE(opened);
        REQUIRE(wire::accept_keyring(known, opened->content));
    };
    REQUIRE(district.command({"rotate-keys", "--state", district.state()}) == 0);
    take();
    CHECK(known.current().id == 2);
    CHECK(known.keyring.version == 2);
    REQUIRE(district.command({"revoke", "--state", district.state(), "--box", "7"}) == 0);
    take();
    CHECK(known.keyring.revokes(BoxId{7}));
    REQUIRE(district.command({"keyring", "--state", district.state(), "--minimum-software", "0.2.1"}) == 0);
    take();
    CHECK(known.keyring.minimum_software == 0x000201);
    CHECK(known.keyring.version == 4);
    // With the root away, a box is refused at once all the same; the keyring waits for the root.
    auto offline = district.folder / "offline.root";
    std::filesystem::rename(district.state() + "/district.root", offline);
    CHECK(district.command({"rotate-keys", "--state", district.state()}) == 1);
    CHECK(district.command({"revoke", "--state", district.state(), "--box", "7"}) == 1);
    CHECK(district.command({"rotate-keys", "--state", district.state(), "--root", offline}) == 0);
    district.start(); // serve does not miss the root
    CHECK(district.stop() == 0);
    ::chmod(offline.c_str(), 0644);
    CHECK(district.command({"rotate-keys", "--state", district.state(), "--root", offline}) == 1);
}

TEST_CASE("items sealed before a rotation are read after it", "[system][enrolment]") {
    DistrictServer server;
    auto letter = server.letter();
    auto before = server.sealed(letter);
    REQUIRE(server.command({"rotate-keys", "--state", server.state()}) == 0);
    server.start();
    auto answer = server.exchange(server.upload(before));
    CHECK(DistrictServer::acknowledges(answer, letter.id));
}

TEST_CASE("a district comes back from its escrow", "[system][enrolment]") {
    DistrictServer server;
    auto safe = server.folder / "recovery.key";
    auto file = server.folder / "escrow";
    auto fresh = server.folder / "fresh";
    REQUIRE(server.command({"recovery-key", safe}) == 0);
    auto shown = server.output().substr(0, 64);
    CHECK(server.command({"recovery-key", safe}) == 1);
    REQUIRE(server.command({"rotate-keys", "--state", server.state()}) == 0);
    REQUIRE(server.command({"escrow", "--state", server.state(), "--recovery", shown, file}) == 0);
    auto said = server.output();
    CHECK(server.command(
              {"escrow", "--state", server.state(), "--recovery", std::string(64, '0'), file + "2"}) == 1);
    CHECK(server.command({"restore", "--state", server.state(), "--recovery-key", safe, file}) == 1);
    REQUIRE(server.command({"restore", "--state", fresh, "--recovery-key", safe, file}) == 0);
    CHECK(server.output() == said);
    auto old_keys = wire::read_district_secret(read(server.state() + "/district.key"));
    auto new_keys = wire::read_district_secret(read(fresh + "/district.key"));
    REQUIRE(new_keys);
    CHECK(new_keys->prekeys.size() == 2);
    CHECK(wire::write_text(*new_keys) == wire::write_text(*old_keys));
    auto store = std::move(sqlite::SqliteDistrictStore::open(fresh + "/district.db")).take();
    auto psk_key = wire::read_lone_key(wire::LoneKey::kPskKey, read(fresh + "/district.psk-key"));
    CHECK(*district::psk_of(*store, BoxId{7}, *psk_key) == server.box.psk);
    CHECK(read(fresh + "/district.psk-key") != read(server.state() + "/district.psk-key"));
    // Keyrings that were signed after the escrow was made must not be numbered again.
    REQUIRE(server.command({"keyring", "--state", fresh, "--root", server.state() + "/district.root",
                            "--above", "9"}) == 0);
    CHECK(server.output() == "keyring 10\n");
    auto other = server.folder / "other.key";
    REQUIRE(server.command({"recovery-key", other}) == 0);
    CHECK(server.command({"restore", "--state", server.folder / "none", "--recovery-key", other, file}) == 1);
}

TEST_CASE("killed at every step of an installation, the old or the new identity is there",
          "[system][enrolment][crash]") {
    Village village;
    if (!village.district.can_crash()) {
        WARN("not under a sanitizer: there is no crash shim");
        return;
    }
    auto welcome = village.district.folder / "welcome";
    REQUIRE(village.request(village.district.invite(), "8") == 0);
    REQUIRE(village.enrol(welcome) == 0);
    REQUIRE(village.accept(welcome) == 0);
    auto old = village.box_keys().shown;
    REQUIRE(village.request(village.district.invite(), "9") == 0);
    REQUIRE(village.enrol(welcome) == 0);
    auto before = village.district.folder / "before";
    std::filesystem::copy(village.box_state, before);
    int deaths = 0;
    for (int step = 1; step < 60; ++step) {
        CAPTURE(step);
        std::filesystem::remove_all(village.box_state);
        std::filesystem::copy(before, village.box_state);
        std::ofstream(village.district.armed()).flush();
        auto status = village.accept(welcome, "replace\n", step);
        bool died = status == -SIGKILL;
        ::unlink(village.district.armed().c_str());
        auto keys = village.box_keys();
        CHECK((keys.shown == old || keys.shown.box == BoxId{9}));
        CHECK(wire::read_district_public(read(village.box_state + "/district.pub"))->root == keys.root);
        // Once more brings it to its end, unless all but the tidying was done.
        if (died && std::filesystem::exists(village.box_state + "/enrolment.secret"))
            REQUIRE(village.accept(welcome, "replace\n") == 0);
        CHECK(village.box_keys().shown.box == BoxId{9});
        if (!died) break;
        ++deaths;
    }
    CHECK(deaths > 5);
}

TEST_CASE("killed at every step of a rotation, no keyring is offered whose secret is lost",
          "[system][enrolment][crash]") {
    DistrictServer server;
    if (!server.can_crash()) {
        WARN("not under a sanitizer: there is no crash shim");
        return;
    }
    int deaths = 0;
    std::uint32_t newest = 1;
    for (int step = 1; step < 80; ++step) {
        CAPTURE(step);
        std::ofstream(server.armed()).flush();
        auto status = server.command({"rotate-keys", "--state", server.state()}, {}, step);
        ::unlink(server.armed().c_str());
        auto keys = wire::read_district_secret(read(server.state() + "/district.key"));
        REQUIRE(keys); // it reads only with the secrets of every prekey that its keyring names
        auto store = server.store();
        auto kept = *district::newest_keyring(*store);
        CHECK(kept <= keys->shown.keyring.version);
        CHECK(kept >= newest);
        newest = kept;
        if (status != -SIGKILL) {
            CHECK(status == 0);
            CHECK(kept == keys->shown.keyring.version);
            break;
        }
        ++deaths;
    }
    CHECK(deaths > 5);
    CHECK(deaths < 79);
}

TEST_CASE("publish signs versions", "[system][enrolment]") {
    DistrictServer server;
    auto publish = [&](const std::string& name, const std::string& content,
                       const std::string& kind = "document") {
        std::ofstream(server.folder / "content") << content;
        return server.command({"publish", "--state", server.state(), "--kind", kind, "--name", name,
                               server.folder / "content"});
    };
    REQUIRE(publish("tarif", "satu") == 0);
    CHECK(server.output() == "tarif 1\n");
    REQUIRE(publish("tarif", "dua") == 0);
    CHECK(server.output() == "tarif 2\n");
    REQUIRE(publish("tarif", "dua") == 0);
    CHECK(server.output() == "tarif 2\n");
    CHECK(publish("tarif", "tiga", "pack") == 1);
    CHECK(publish("Tarif", "x") == 1);
    CHECK(publish("keyring", "x") == 1);
    CHECK(publish("tarif", "x", "keyring") == 2);
}
