#include "wire/case_words.hpp"
#include "wire/keyring.hpp"
#include "wire/open.hpp"
#include "wire/seal.hpp"
#include "wire/signature.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace kentongan;

namespace {

Bytes seed(std::uint8_t fill) {
    return Bytes(32, fill);
}

struct District {
    wire::RootSecret root = wire::root_from(seed(1));
    wire::DistrictSecret keys = wire::district_keys_from(root, seed(2));
    /// What a box enrolled at the beginning knows.
    wire::DistrictPublic pinned = keys.shown;
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
    REQUIRE_FALSE(result);
    return result.error().code;
}

} // namespace

TEST_CASE("a keyring comes back as it was signed, and fits two SMS after a rotation", "[keyring]") {
    District district;
    std::vector<BoxId> revoked = {BoxId{900}, BoxId{7}, BoxId{7}, BoxId{65535}};
    REQUIRE(wire::rotate_prekey(district.keys, district.root, seed(3), revoked));
    const auto& keyring = district.keys.shown.keyring;
    CHECK(keyring.version == 2);
    CHECK(keyring.current == 2);
    CHECK(keyring.prekeys.size() == 2);
    CHECK(keyring.revoked == std::vector{BoxId{7}, BoxId{900}, BoxId{65535}});
    CHECK(keyring.revokes(BoxId{900}));
    CHECK_FALSE(keyring.revokes(BoxId{8}));
    CHECK(*wire::open_keyring(district.keys.shown.signed_keyring, district.root.shown) == keyring);
    CHECK(district.keys.shown.signed_keyring.size() <= 2 * 134);
}

TEST_CASE("every flipped bit and every truncation of a keyring is refused", "[keyring]") {
    District district;
    REQUIRE(wire::rotate_prekey(district.keys, district.root, seed(3), std::vector{BoxId{7}}));
    const auto bytes = district.keys.shown.signed_keyring;
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto altered = bytes;
        altered[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        INFO("bit " << bit);
        REQUIRE_FALSE(wire::accept_keyring(district.pinned, altered));
    }
    for (std::size_t size = 0; size < bytes.size(); ++size)
        REQUIRE_FALSE(wire::accept_keyring(district.pinned, BytesView(bytes).first(size)));
    auto longer = bytes;
    longer.push_back(0);
    REQUIRE_FALSE(wire::accept_keyring(district.pinned, longer));
    CHECK(district.pinned.keyring.version == 1);
    auto newer = bytes;
    newer[0] = 2;
    CHECK(code_of(wire::open_keyring(newer, district.root.shown)) == ErrorCode::kUnsupported);
}

TEST_CASE("a box takes a higher version of its own root and nothing else", "[keyring]") {
    District district;
    auto first = district.keys.shown.signed_keyring;
    REQUIRE(wire::rotate_prekey(district.keys, district.root, seed(3), {}));
    auto second = district.keys.shown.signed_keyring;
    REQUIRE(wire::issue_keyring(district.keys, district.root, std::vector{BoxId{7}}));
    auto third = district.keys.shown.signed_keyring;

    REQUIRE(wire::accept_keyring(district.pinned, third)); // versions may be skipped
    CHECK(district.pinned.keyring.revokes(BoxId{7}));
    CHECK(district.pinned.current().id == 2);
    for (const auto& old : {first, second, third})
        CHECK(code_of(wire::accept_keyring(district.pinned, old)) == ErrorCode::kConflict);
    CHECK(district.pinned.signed_keyring == third);

    auto stranger = wire::root_from(seed(9));
    auto forged = district.keys.shown.keyring;
    forged.version = 99;
    CHECK(code_of(wire::accept_keyring(district.pinned, wire::sign_keyring(forged, stranger))) ==
          ErrorCode::kDenied);
    // Signed by the right key, for another use.
    auto body = Bytes(third.begin(), third.end() - wire::kSignature);
    auto signature = wire::sign("kentongan bulletin 1", body, district.root.sign);
    body.insert(body.end(), signature.begin(), signature.end());
    CHECK(code_of(wire::open_keyring(body, district.root.shown)) == ErrorCode::kDenied);
}

TEST_CASE("signed nonsense is refused as well", "[keyring]") {
    District district;
    auto refused = [&](auto change) {
        auto keyring = district.keys.shown.keyring;
        change(keyring);
        return code_of(wire::open_keyring(wire::sign_keyring(keyring, district.root), district.root.shown));
    };
    CHECK(refused([](auto& one) { one.version = 0; }) == ErrorCode::kCorrupt);
    CHECK(refused([](auto& one) { one.current = 9; }) == ErrorCode::kCorrupt);
    CHECK(refused([](auto& one) { one.prekeys.clear(); }) == ErrorCode::kCorrupt);
    CHECK(refused([](auto& one) { one.prekeys.push_back(one.prekeys.front()); }) == ErrorCode::kCorrupt);
    CHECK(refused([](auto& one) { one.prekeys.resize(5); }) == ErrorCode::kCorrupt);
    CHECK(refused([](auto& one) { one.revoked = {BoxId{3}, BoxId{3}}; }) == ErrorCode::kCorrupt);
}

TEST_CASE("a root that is not the district's issues nothing, and numbers are never given twice",
          "[keyring]") {
    District district;
    auto stranger = wire::root_from(seed(9));
    CHECK(code_of(wire::issue_keyring(district.keys, stranger, {})) == ErrorCode::kDenied);
    CHECK(code_of(wire::rotate_prekey(district.keys, stranger, seed(3), {})) == ErrorCode::kDenied);
    CHECK(district.keys.prekeys.size() == 1);
    // The key file was restored from an old copy; the store knows version 5.
    REQUIRE(wire::issue_keyring(district.keys, district.root, {}, 5));
    CHECK(district.keys.shown.keyring.version == 6);
    REQUIRE(wire::issue_keyring(district.keys, district.root, {}, 0xfffffffe));
    CHECK(code_of(wire::issue_keyring(district.keys, district.root, {})) == ErrorCode::kNoSpace);
    District full;
    std::vector<BoxId> many(wire::kMaxRevoked + 1);
    for (std::size_t i = 0; i < many.size(); ++i) many[i].value = static_cast<std::uint32_t>(i + 1);
    CHECK(code_of(wire::issue_keyring(full.keys, full.root, many)) == ErrorCode::kNoSpace);
}

TEST_CASE("the largest keyring keeps its limit", "[keyring]") {
    District district;
    auto keyring = district.keys.shown.keyring;
    keyring.prekeys.resize(wire::kMaxValidPrekeys);
    for (std::size_t i = 0; i < keyring.prekeys.size(); ++i)
        keyring.prekeys[i].id = static_cast<std::uint8_t>(i + 1);
    for (std::uint32_t i = 1; i <= wire::kMaxRevoked; ++i) keyring.revoked.push_back(BoxId{i * 4'000'000});
    auto bytes = wire::sign_keyring(keyring, district.root);
    CHECK(bytes.size() <= wire::kMaxKeyring);
    CHECK(*wire::open_keyring(bytes, district.root.shown) == keyring);
}

TEST_CASE("what was sealed before a rotation still opens, aliases stay, and 255 prekeys are the end",
          "[keyring]") {
    District district;
    auto box = wire::box_keys_from(BoxId{7}, seed(5));
    ItemId item;
    const Bytes record = {1, 2, 3};
    wire::Sealer sealer(box, district.pinned.current());
    REQUIRE(sealer.open(domain::Recipient::kInspectorate, 1, {}, Instant{}));
    (void)sealer.take(domain::Recipient::kInspectorate, record.size());
    auto sealed = *sealer.seal(domain::Recipient::kInspectorate, record);
    auto opened = [&](const wire::DistrictSecret& keys) {
        auto read = wire::read_item(sealed);
        return wire::ReceivingChain::begin(*read, {BoxId{7}, box.shown.agree, box.psk},
                                           *keys.prekey(read->header.key_id))
            ->second.record;
    };
    auto words = *wire::seal_words(district.keys.shown, domain::Recipient::kDistrict, item, record);
    auto alias = wire::alias_of(district.keys, domain::Recipient::kDistrict, "+6280000000021");
    CHECK(alias != wire::alias_of(district.keys, domain::Recipient::kInspectorate, "+6280000000021"));
    for (unsigned round = 2; round <= 255; ++round)
        REQUIRE(
            wire::rotate_prekey(district.keys, district.root, seed(static_cast<std::uint8_t>(round)), {}));
    CHECK(code_of(wire::rotate_prekey(district.keys, district.root, seed(3), {})) == ErrorCode::kNoSpace);
    CHECK(opened(district.keys) == record);
    CHECK(*wire::open_words(district.keys, domain::Recipient::kDistrict, item, words) == record);
    CHECK(wire::alias_of(district.keys, domain::Recipient::kDistrict, "+6280000000021") == alias);
    // The file with all of them is still read.
    auto again = wire::read_district_secret(wire::write_text(district.keys));
    REQUIRE(again);
    CHECK(again->prekeys.size() == 255);
    CHECK(opened(*again) == record);
    // A box with the newest keyring seals to the newest key.
    REQUIRE(wire::accept_keyring(district.pinned, district.keys.shown.signed_keyring));
    CHECK(district.pinned.current().id == 255);
}

TEST_CASE("key files come back whole; damaged, mixed and newer ones are refused", "[keys]") {
    District district;
    auto box = wire::make_box_keys(BoxId{7});
    box.root = district.root.shown;
    auto box_again = wire::read_box_secret(wire::write_text(box));
    REQUIRE(box_again);
    CHECK(box_again->shown == box.shown);
    CHECK(box_again->sign == box.sign);
    CHECK(box_again->store == box.store);
    CHECK(box_again->psk == box.psk);
    CHECK(box_again->root == box.root);
    auto keys_again = wire::read_district_secret(wire::write_text(district.keys));
    REQUIRE(keys_again);
    CHECK(keys_again->prekeys.front().inspectorate == district.keys.prekeys.front().inspectorate);
    CHECK(keys_again->shown.keyring == district.keys.shown.keyring);
    CHECK(keys_again->names == district.keys.names);
    auto shown_again = wire::read_district_public(wire::write_text(district.keys.shown));
    REQUIRE(shown_again);
    CHECK(shown_again->enrolment == district.keys.shown.enrolment);
    CHECK(wire::read_root(wire::write_text(district.root))->sign == district.root.sign);
    wire::Key32 lone{};
    lone.fill(4);
    CHECK(*wire::read_lone_key(wire::LoneKey::kPskKey, wire::write_text(wire::LoneKey::kPskKey, lone)) ==
          lone);
    CHECK_FALSE(
        wire::read_lone_key(wire::LoneKey::kRecovery, wire::write_text(wire::LoneKey::kPskKey, lone)));

    auto damaged = [](std::string text, auto read) {
        for (std::size_t size = 0; size < text.size(); ++size) REQUIRE_FALSE(read(text.substr(0, size)));
        REQUIRE_FALSE(read(text + "x"));
        REQUIRE_FALSE(read(text + "\n"));
        for (std::size_t at = 0; at < text.size(); ++at) {
            auto altered = text;
            altered[at] = static_cast<char>(altered[at] ^ 1);
            auto result = read(altered);
            // What has no check of its own may read as another value; and X25519 ignores five bits of a
            // secret.
            auto line = text.rfind('\n', at);
            auto name = text.substr(line == std::string::npos ? 0 : line + 1);
            name = name.substr(0, name.find_first_of(" \n"));
            bool free = false;
            for (const char* one : {"store", "psk", "root", "names", "box", "enrolment", "agree-secret",
                                    "enrolment-secret", "prekey"})
                free = free || name == one;
            INFO(at << ' ' << name);
            if (!free) REQUIRE_FALSE(result);
        }
    };
    damaged(wire::write_text(box), [](const std::string& text) { return wire::read_box_secret(text); });
    damaged(wire::write_text(district.keys.shown),
            [](const std::string& text) { return wire::read_district_public(text); });
    damaged(wire::write_text(district.root), [](const std::string& text) { return wire::read_root(text); });
    // Old prekeys are secrets without a public half beside them; the valid one is checked against the
    // keyring.
    damaged(wire::write_text(district.keys),
            [](const std::string& text) { return wire::read_district_secret(text); });

    CHECK(code_of(wire::read_box_secret("kentongan-box-secret 1\n")) == ErrorCode::kUnsupported);
    CHECK(code_of(wire::read_district_public("kentongan-district-public 3\n")) == ErrorCode::kUnsupported);
    CHECK(code_of(wire::read_district_public(wire::write_text(box))) == ErrorCode::kCorrupt);
    CHECK(code_of(wire::read_root("")) == ErrorCode::kCorrupt);
    // A keyring of another district beside this root.
    auto other = wire::make_district_keys().shown;
    other.root = district.root.shown;
    CHECK(code_of(wire::read_district_public(wire::write_text(other))) == ErrorCode::kDenied);
}

TEST_CASE("the hedge is in every key of a box", "[keys]") {
    auto one = wire::box_keys_from(BoxId{7}, seed(1));
    auto other = wire::box_keys_from(BoxId{7}, seed(2));
    CHECK(one.shown.sign != other.shown.sign);
    CHECK(one.shown.agree != other.shown.agree);
    CHECK(one.psk != other.psk);
    CHECK(one.store != other.store);
    CHECK(one.psk != one.store);
    CHECK(wire::box_keys_from(BoxId{7}, seed(1)).psk == one.psk);
}
