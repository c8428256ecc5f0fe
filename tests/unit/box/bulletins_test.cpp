#include "box/bulletins.hpp"
#include "sim/memory_box_store.hpp"
#include "wire/keyring.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <random>

using namespace kentongan;
using wire::BulletinKind;

namespace {

Bytes noise(std::size_t size, unsigned seed) {
    std::mt19937 random(seed);
    Bytes out(size);
    for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
    return out;
}

struct Village {
    wire::RootSecret root = wire::root_from(Bytes(32, 1));
    wire::DistrictSecret district = wire::district_keys_from(root, Bytes(32, 2));
    wire::DistrictPublic installed = district.shown; ///< district.pub, as enrolment has left it
    wire::DistrictPublic known = installed;
    sim::MemoryBoxStore store;
    std::unique_ptr<box::Bulletins> bulletins;

    Village() { restart(); }
    /// A power cut: what was not written is gone.
    void restart() {
        known = installed;
        bulletins = std::make_unique<box::Bulletins>(store, known, BoxId{7});
        REQUIRE(bulletins->recall());
    }
    Bytes publish(BytesView content, std::uint32_t version = 1, std::optional<wire::BulletinBase> base = {},
                  const char* name = "paket") const {
        return wire::make_bulletin({BulletinKind::kPack, {}, name, version, content}, base, district.sign)
            .value();
    }
    Bytes keyring() const {
        return wire::make_bulletin({BulletinKind::kKeyring,
                                    {},
                                    wire::kKeyringName,
                                    district.shown.keyring.version,
                                    district.shown.signed_keyring},
                                   {}, root.sign)
            .value();
    }
    std::vector<box::Bulletins::Finished> take(const std::vector<wire::Piece>& pieces) {
        REQUIRE(store.begin());
        auto out = bulletins->take(pieces);
        REQUIRE(out);
        REQUIRE(store.commit());
        return *out;
    }
    static std::vector<wire::Piece> cut(BytesView bulletin, std::size_t size = 500) {
        std::vector<wire::Piece> out;
        auto mark = wire::bulletin_mark(bulletin);
        for (std::size_t at = 0; at < bulletin.size(); at += size)
            out.push_back(wire::piece_of(bulletin, mark, static_cast<std::uint32_t>(at), size));
        return out;
    }
};

} // namespace

TEST_CASE("a pack comes whole and its successor as a change", "[bulletins]") {
    Village village;
    auto first = noise(30'000, 1);
    auto second = first;
    second[15'000] ^= 1;
    auto done = village.take(Village::cut(village.publish(first, 1)));
    CHECK(done == std::vector<box::Bulletins::Finished>{{BulletinKind::kPack, "paket", 1}});
    auto delta = village.publish(second, 2, wire::BulletinBase{1, first});
    CHECK(delta.size() < 400);
    CHECK(village.take(Village::cut(delta)).size() == 1);
    CHECK((*village.store.bulletin("paket"))->content == second);
    CHECK(*village.bulletins->holdings() == std::vector<wire::Holding>{{"keyring", 1}, {"paket", 2}});
    CHECK(village.bulletins->refused() == 0);
    // Roll-back, and a change of what is not held.
    CHECK(village.take(Village::cut(village.publish(first, 1))).empty());
    CHECK(village.take(Village::cut(village.publish(first, 2))).empty());
    CHECK(village.take(Village::cut(village.publish(first, 9, wire::BulletinBase{7, second}))).empty());
    CHECK((*village.store.bulletin("paket"))->version == 2);
    CHECK(village.bulletins->refused() > 0);
    CHECK(village.bulletins->wants().empty());
}

TEST_CASE("a signed keyring takes effect and survives a restart; an older one does not come back",
          "[bulletins]") {
    Village village;
    auto old = village.keyring();
    REQUIRE(wire::rotate_prekey(village.district, village.root, Bytes(32, 3), std::vector{BoxId{9}}));
    auto fresh = village.keyring();
    CHECK(village.take(Village::cut(fresh, 100)).size() == 1);
    CHECK(village.known.current().id == 2);
    CHECK(village.known.keyring.revokes(BoxId{9}));
    village.restart();
    CHECK(village.known.current().id == 2);
    CHECK(village.take(Village::cut(old)).empty());
    CHECK(village.take(Village::cut(fresh)).empty());
    CHECK(village.known.keyring.version == 2);
    // A bulletin of the root that says another version than the keyring in it.
    REQUIRE(wire::issue_keyring(village.district, village.root, {}));
    auto lying = wire::make_bulletin(
        {BulletinKind::kKeyring, {}, wire::kKeyringName, 99, village.district.shown.signed_keyring}, {},
        village.root.sign);
    CHECK(village.take(Village::cut(*lying)).empty());
    CHECK(village.known.keyring.version == 2);
    CHECK(village.take(Village::cut(village.keyring())).size() == 1);
    CHECK(village.known.keyring.version == 3);
}

TEST_CASE("forged bulletins are dropped at their head and leave the honest one alone", "[bulletins]") {
    Village village;
    auto content = noise(5'000, 1);
    auto honest = Village::cut(village.publish(content, 3));
    auto stranger = wire::make_district_keys();
    auto forged =
        Village::cut(*wire::make_bulletin({BulletinKind::kPack, {}, "paket", 4, content}, {}, stranger.sign));
    CHECK(village.take({honest[0], honest[1]}).empty());
    CHECK(village.take({forged[0]}).empty());
    CHECK(village.bulletins->wants().size() == 1);
    CHECK(village.take(forged).empty());
    // Bytes that are not its own under its mark: the digest says so, and it begins again.
    auto wrong = honest[2];
    wrong.bytes[0] ^= 1;
    CHECK(village.take({wrong}).empty());
    CHECK(village.take(honest).empty());
    CHECK(village.take(honest).size() == 1);
    auto other_total = honest[0];
    other_total.total += 1;
    CHECK(village.take({other_total}).empty());
    CHECK((*village.store.bulletin("paket"))->content == content);
}

TEST_CASE("pieces of several bulletins, lost, doubled, over power cuts: all come in the end", "[bulletins]") {
    for (unsigned seed = 1; seed <= 25; ++seed) {
        INFO("seed " << seed);
        std::mt19937 random(seed);
        Village village;
        std::map<std::string, Bytes> contents;
        std::map<std::uint32_t, Bytes> published;
        for (const char* name : {"aturan", "paket", "tarif"}) {
            contents[name] =
                noise(10'000 + random() % 60'000, seed * 10 + static_cast<unsigned>(contents.size()));
            auto bulletin = village.publish(contents[name], 1, {}, name);
            published[wire::bulletin_mark(bulletin)] = bulletin;
        }
        std::size_t sent = 0;
        std::size_t total = 0;
        for (const auto& [mark, bulletin] : published) total += bulletin.size();
        while (village.store.bulletins()->size() < 3 && sent < 10 * total) {
            std::vector<wire::Piece> pieces;
            auto wants = village.bulletins->wants(3);
            for (int i = 0; i < 8; ++i) {
                const auto& [mark, bulletin] = *std::next(published.begin(), static_cast<long>(random() % 3));
                auto at = static_cast<std::uint32_t>(random() % bulletin.size());
                for (const auto& want : wants)
                    if (want.mark == mark && !want.missing.empty())
                        at = want.missing[random() % want.missing.size()].from;
                auto piece = wire::piece_of(bulletin, mark, at, 1'100);
                sent += piece.bytes.size();
                if (random() % 5 != 0) pieces.push_back(piece);
                if (random() % 9 == 0) pieces.push_back(piece);
            }
            if (random() % 30 == 0) { // the transaction fails
                REQUIRE(village.store.begin());
                REQUIRE(village.bulletins->take(pieces));
                village.store.rollback();
                REQUIRE(village.bulletins->recall());
                continue;
            }
            village.take(pieces);
            if (random() % 20 == 0) REQUIRE(village.bulletins->keep());
            if (random() % 40 == 0) village.restart();
        }
        for (const auto& [name, content] : contents) {
            INFO(name);
            REQUIRE(*village.store.bulletin(name));
            CHECK((*village.store.bulletin(name))->content == content);
        }
    }
}

TEST_CASE("what is under way is bounded, and a newer version pushes the older one out", "[bulletins]") {
    Village village;
    for (unsigned i = 0; i < 20; ++i)
        village.take(
            {Village::cut(village.publish(noise(3'000, i), 1, {}, ("d" + std::to_string(i)).c_str()))[1]});
    CHECK(village.bulletins->wants().size() == box::Store::kMostAssemblies);
    Village other;
    other.take({Village::cut(other.publish(noise(3'000, 1), 1))[0]});
    other.take({Village::cut(other.publish(noise(3'000, 2), 2))[0]});
    CHECK(other.bulletins->wants().size() == 1);
    // A restart drops what cannot be read any more.
    REQUIRE(other.bulletins->keep());
    REQUIRE(other.store.put_assembly({5, Bytes{9, 9}}));
    other.restart();
    CHECK(other.bulletins->wants().size() == 1);
    CHECK(other.store.assemblies()->size() == 1);
}
