#include "wire/bulletin.hpp"
#include "wire/keyring.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace kentongan;
using wire::BulletinKind;

namespace {

Bytes seed(std::uint8_t fill) {
    return Bytes(32, fill);
}

Bytes text(std::size_t size, unsigned changed = 0) {
    std::mt19937 random(7);
    Bytes out;
    while (out.size() < size) {
        auto line =
            "layanan " + std::to_string(random() % 1000) + ": surat keterangan domisili, hari kerja\n";
        out.insert(out.end(), line.begin(), line.end());
    }
    out.resize(size);
    for (unsigned i = 0; i < changed; ++i) out[i * 997 % size] = 'X';
    return out;
}

Bytes noise(std::size_t size) {
    std::mt19937 random(9);
    Bytes out(size);
    for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
    return out;
}

struct District {
    wire::RootSecret root = wire::root_from(seed(1));
    wire::DistrictSecret keys = wire::district_keys_from(root, seed(2));
    BoxId box{7};

    Bytes publish(BytesView content, std::uint32_t version = 1, std::optional<wire::BulletinBase> base = {},
                  BulletinKind kind = BulletinKind::kPack, BoxId to = {}) const {
        auto out = wire::make_bulletin({kind, to, "id-jember", version, content}, base, keys.sign);
        REQUIRE(out);
        return *out;
    }
    Result<wire::OpenedBulletin> open(BytesView bytes, const wire::BulletinBase& held = {}) const {
        return wire::open_bulletin(bytes, keys.shown, box, held);
    }
};

template <class T>
ErrorCode code_of(const Result<T>& result) {
    REQUIRE_FALSE(result);
    return result.error().code;
}

} // namespace

TEST_CASE("a bulletin opens to what was published, as small as it can be", "[bulletin]") {
    District district;
    for (const auto& content :
         {Bytes{}, Bytes{1}, noise(5000), text(60'000), noise(1024 * 1024), text(1024 * 1024)}) {
        auto bytes = district.publish(content);
        auto opened = district.open(bytes);
        REQUIRE(opened);
        CHECK(opened->content == content);
        CHECK(opened->header.name == "id-jember");
        CHECK(bytes.size() <= content.size() + 150);
    }
    CHECK(district.publish(text(60'000)).size() < 10'000);
    CHECK(code_of(wire::make_bulletin({BulletinKind::kPack, {}, "x", 1, noise(1024 * 1024 + 1)}, {},
                                      district.keys.sign)) == ErrorCode::kNoSpace);
    for (const auto& name : std::vector<std::string>{"", "Pack", "a/b", "keyring", std::string(65, 'a')})
        CHECK(code_of(wire::make_bulletin({BulletinKind::kPack, {}, name, 1, {}}, {}, district.keys.sign)) ==
              ErrorCode::kInvalid);
}

TEST_CASE("a delta costs what changed, and opens on its own base only", "[bulletin]") {
    District district;
    for (std::size_t size : {std::size_t{60'000}, std::size_t{1024 * 1024}}) {
        auto base = noise(size); // nothing else than the base helps
        auto next = base;
        std::rotate(next.begin(), next.begin() + 1000, next.end());
        next[100] ^= 1;
        auto bytes = district.publish(next, 4, wire::BulletinBase{3, base});
        CHECK(bytes.size() < 400);
        auto opened = district.open(bytes, {3, base});
        REQUIRE(opened);
        CHECK(opened->content == next);
        CHECK(code_of(district.open(bytes)) == ErrorCode::kConflict);            // nothing held
        CHECK(code_of(district.open(bytes, {2, base})) == ErrorCode::kConflict); // another version held
        auto other = base;
        other[5000] ^= 1;
        CHECK(code_of(district.open(bytes, {3, other})) == ErrorCode::kCorrupt); // held, but damaged
    }
    CHECK(code_of(wire::make_bulletin({BulletinKind::kPack, {}, "x", 3, {}}, wire::BulletinBase{3, {}},
                                      district.keys.sign)) == ErrorCode::kInvalid);
}

TEST_CASE("versions go upwards only", "[bulletin]") {
    District district;
    auto bytes = district.publish(text(100), 5);
    CHECK(district.open(bytes, {4, {}}));
    CHECK(code_of(district.open(bytes, {5, {}})) == ErrorCode::kConflict);
    CHECK(code_of(district.open(bytes, {6, {}})) == ErrorCode::kConflict);
}

TEST_CASE("every flipped bit and every truncation of a bulletin is refused", "[bulletin]") {
    District district;
    auto base = text(3000);
    auto next = text(3000, 3);
    for (const auto& bytes : {district.publish(noise(60)), district.publish(next),
                              district.publish(next, 4, wire::BulletinBase{3, base})}) {
        wire::BulletinBase held{};
        if (wire::read_bulletin_header(bytes)->packing == wire::Packing::kDelta) held = {3, base};
        REQUIRE(district.open(bytes, held));
        for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
            auto altered = bytes;
            altered[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
            INFO("bit " << bit);
            REQUIRE_FALSE(district.open(altered, held));
        }
        for (std::size_t size = 0; size < bytes.size(); ++size)
            REQUIRE_FALSE(district.open(BytesView(bytes).first(size), held));
        auto longer = bytes;
        longer.push_back(0);
        REQUIRE_FALSE(district.open(longer, held));
    }
}

TEST_CASE("only this district's key signs, and only for this box", "[bulletin]") {
    District district;
    auto stranger = wire::make_district_keys();
    auto forged =
        *wire::make_bulletin({BulletinKind::kPack, {}, "id-jember", 9, text(100)}, {}, stranger.sign);
    CHECK(code_of(district.open(forged)) == ErrorCode::kDenied);
    CHECK(district.open(district.publish(text(100), 1, {}, BulletinKind::kDocument, BoxId{7})));
    CHECK(code_of(district.open(district.publish(text(100), 1, {}, BulletinKind::kDocument, BoxId{8}))) ==
          ErrorCode::kDenied);
}

TEST_CASE("a keyring comes as a bulletin of the root, past a change of the downlink key", "[bulletin]") {
    District district;
    auto known = district.keys.shown;
    REQUIRE(wire::rotate_prekey(district.keys, district.root, seed(3), {}));
    const auto& signed_keyring = district.keys.shown.signed_keyring;
    auto source = [&](std::uint32_t version) {
        return wire::BulletinSource{BulletinKind::kKeyring, {}, wire::kKeyringName, version, signed_keyring};
    };
    auto bytes = *wire::make_bulletin(source(2), {}, district.root.sign);
    auto opened = wire::open_bulletin(bytes, known, district.box, {known.keyring.version, {}});
    REQUIRE(opened);
    REQUIRE(wire::accept_keyring(known, opened->content));
    CHECK(known.current().id == 2);
    // The service has the downlink key alone; it makes no keyring.
    auto forged = *wire::make_bulletin(source(3), {}, district.keys.sign);
    CHECK(code_of(wire::open_bulletin(forged, known, district.box, {2, {}})) == ErrorCode::kDenied);
}

TEST_CASE("bombs and foreign frames are refused before they grow", "[bulletin]") {
    Bytes zeros(1024 * 1024);
    District district;
    auto bytes = district.publish(zeros);
    std::size_t head = 0;
    REQUIRE(wire::read_bulletin_header(bytes, &head));
    auto packed = BytesView(bytes).subspan(head);
    CHECK(packed.size() < 200);
    auto unpack = [&](BytesView frame, std::size_t size) {
        return wire::unpack(wire::Packing::kCompressed, frame, {}, size);
    };
    CHECK(unpack(packed, zeros.size()));
    CHECK(code_of(unpack(packed, zeros.size() - 1)) == ErrorCode::kCorrupt);
    CHECK(code_of(unpack(packed, 100)) == ErrorCode::kCorrupt);
    CHECK(code_of(unpack(packed, zeros.size() + 1)) == ErrorCode::kCorrupt);
    Bytes twice(packed.begin(), packed.end());
    twice.insert(twice.end(), packed.begin(), packed.end());
    CHECK(code_of(unpack(twice, zeros.size())) == ErrorCode::kCorrupt);
    const Bytes skippable = {0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0};
    CHECK(code_of(unpack(skippable, 1)) == ErrorCode::kCorrupt);
    CHECK(code_of(unpack({}, 0)) == ErrorCode::kCorrupt);
}

TEST_CASE("pieces come in any order, twice, over restarts, and give the bulletin", "[bulletin]") {
    District district;
    auto content = noise(40'000);
    auto bytes = district.publish(content);
    auto mark = wire::bulletin_mark(bytes);
    for (unsigned round = 0; round < 30; ++round) {
        std::mt19937 random(round);
        auto first = wire::piece_of(bytes, mark, 0, 1);
        auto assembly = std::move(wire::Assembly::for_piece(first)).take();
        unsigned steps = 0;
        while (!assembly.complete() && steps < 5000) {
            // Mostly a gap that it names; sometimes anything, cut anyhow.
            auto gaps = assembly.missing(4);
            REQUIRE_FALSE(gaps.empty());
            auto gap = gaps[random() % gaps.size()];
            auto at = random() % 4 == 0 ? static_cast<std::uint32_t>(random() % bytes.size())
                                        : gap.from + static_cast<std::uint32_t>(random() % gap.size);
            auto piece = wire::piece_of(bytes, mark, at, 1 + random() % 700);
            ByteWriter out;
            wire::write_piece(out, piece);
            ByteReader in(out.bytes());
            REQUIRE(*wire::read_piece(in) == piece);
            REQUIRE(assembly.take(piece));
            REQUIRE(assembly.take(piece));
            if (++steps % 16 == 0) assembly = std::move(wire::Assembly::load(assembly.save())).take();
        }
        REQUIRE(assembly.complete());
        CHECK(assembly.missing().empty());
        CHECK(
            std::equal(bytes.begin(), bytes.end(), assembly.beginning().begin(), assembly.beginning().end()));
        CHECK(district.open(assembly.beginning())->content == content);
    }
}

TEST_CASE("an assembly says what is missing, knows its head early and keeps its bounds", "[bulletin]") {
    District district;
    auto bytes = district.publish(noise(5000), 3);
    auto mark = wire::bulletin_mark(bytes);
    auto piece = wire::piece_of(bytes, mark, 1000, 500);
    auto assembly = std::move(wire::Assembly::for_piece(piece)).take();
    REQUIRE(assembly.take(piece));
    auto total = static_cast<std::uint32_t>(bytes.size());
    CHECK(assembly.missing() == std::vector<wire::ByteRange>{{0, 1000}, {1500, total - 1500}});
    CHECK(assembly.missing(1) == std::vector<wire::ByteRange>{{0, 1000}});
    CHECK_FALSE(assembly.has_head());
    REQUIRE(assembly.take(wire::piece_of(bytes, mark, 0, 300)));
    REQUIRE(assembly.has_head());
    auto header = wire::check_bulletin(assembly.beginning(), district.keys.shown, district.box, 2);
    REQUIRE(header);
    CHECK(header->version == 3);
    // Old news is known as such after one piece.
    CHECK(code_of(wire::check_bulletin(assembly.beginning(), district.keys.shown, district.box, 3)) ==
          ErrorCode::kConflict);

    auto foreign = piece;
    foreign.mark ^= 1;
    CHECK(code_of(assembly.take(foreign)) == ErrorCode::kConflict);
    foreign = piece;
    foreign.total += 1;
    CHECK(code_of(assembly.take(foreign)) == ErrorCode::kConflict);
    foreign = piece;
    foreign.offset = total - 10;
    CHECK(code_of(assembly.take(foreign)) == ErrorCode::kCorrupt);
    foreign.total = static_cast<std::uint32_t>(wire::kMaxBulletin) + 1;
    CHECK(code_of(wire::Assembly::for_piece(foreign)) == ErrorCode::kCorrupt);
    // Single bytes far apart: kMaxRuns of them and no more.
    auto dotted = std::move(wire::Assembly::for_piece(piece)).take();
    std::uint32_t at = 0;
    for (; dotted.take(wire::piece_of(bytes, mark, at, 1)); at += 2)
        REQUIRE(at < 2 * wire::Assembly::kMaxRuns);
    CHECK(at == 2 * wire::Assembly::kMaxRuns);
    REQUIRE(dotted.take(wire::piece_of(bytes, mark, 1, 3000))); // what closes gaps is always taken
    auto saved = dotted.save();
    for (std::size_t size = 0; size < saved.size(); ++size)
        REQUIRE_FALSE(wire::Assembly::load(BytesView(saved).first(size)));
}

TEST_CASE("holdings and wants come back, and nonsense is refused", "[bulletin]") {
    std::vector<wire::Holding> holdings = {{"keyring", 4}, {"id-jember", 70000}};
    wire::Want want{0xdeadbeef, {{0, 10}, {500, 20}}};
    ByteWriter out;
    wire::write_holdings(out, holdings);
    wire::write_want(out, want);
    ByteReader in(out.bytes());
    CHECK(*wire::read_holdings(in) == holdings);
    CHECK(*wire::read_want(in) == want);
    CHECK(in.end());
    for (std::size_t size = 0; size < out.bytes().size(); ++size) {
        ByteReader cut(BytesView(out.bytes()).first(size));
        CHECK_FALSE((wire::read_holdings(cut) && wire::read_want(cut)));
    }
    const Bytes many = {0xff, 0xff, 3};
    ByteReader reader(many);
    CHECK_FALSE(wire::read_holdings(reader));
}
