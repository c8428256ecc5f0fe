// Rules 16 and 17: what the district publishes.
#include "both_stores.hpp"

#include <vector>

using namespace kentongan;
using namespace kentongan::district;

namespace {

Publication publication(const char* name, std::uint32_t version) {
    Publication out;
    out.kind = wire::BulletinKind::kPack;
    out.name = name;
    out.version = version;
    out.at = kNow;
    out.content = Bytes{0, 1, static_cast<std::uint8_t>(version)};
    out.ready = {{0, Bytes{7, static_cast<std::uint8_t>(version)}}};
    if (version > 1) out.ready.push_back({version - 1, Bytes{8}});
    return out;
}

} // namespace

TEMPLATE_TEST_CASE("16. versions of a name go upwards and keep their kind", "[district_store]", InMemory,
                   InSqlite) {
    TestType world;
    auto& store = world.store();
    REQUIRE(store.publish(publication("b", 3)));
    CHECK(code_of(store.publish(publication("b", 3))) == ErrorCode::kConflict);
    CHECK(code_of(store.publish(publication("b", 2))) == ErrorCode::kConflict);
    auto other = publication("b", 4);
    other.kind = wire::BulletinKind::kDocument;
    CHECK(code_of(store.publish(other)) == ErrorCode::kConflict);
    CHECK(*store.kept_versions("b") == std::vector<std::uint32_t>{3});
    auto one = publication("a", 1);
    one.box = BoxId{7};
    REQUIRE(store.publish(one));
    REQUIRE(store.publish(publication("b", 9)));
    world.restart();
    auto list = world.store().publications();
    REQUIRE(list);
    REQUIRE(list->size() == 2);
    CHECK(list->at(0).name == "a");
    CHECK(list->at(0).box == BoxId{7});
    CHECK(list->at(0).content.empty());
    CHECK(list->at(1).version == 9);
    CHECK(list->at(1).kind == wire::BulletinKind::kPack);
    auto whole = world.store().publication("b", 3);
    REQUIRE(whole);
    CHECK(whole->content == publication("b", 3).content);
    CHECK(whole->at == kNow);
    CHECK(*world.store().bulletin("b", 9, 0) == Bytes{7, 9});
    CHECK(*world.store().bulletin("b", 9, 8) == Bytes{8});
    CHECK(code_of(world.store().bulletin("b", 9, 3)) == ErrorCode::kNotFound);
    CHECK(code_of(world.store().publication("b", 4)) == ErrorCode::kNotFound);
    CHECK(world.store().kept_versions("c")->empty());
}

TEMPLATE_TEST_CASE("17. the newest versions stay, older ones go with their bulletins", "[district_store]",
                   InMemory, InSqlite) {
    TestType world;
    auto& store = world.store();
    for (std::uint32_t version = 1; version <= kKeptVersions + 2; ++version)
        REQUIRE(store.publish(publication("a", version)));
    REQUIRE(store.publish(publication("b", 1)));
    CHECK(*store.kept_versions("a") == std::vector<std::uint32_t>{6, 5, 4, 3});
    CHECK(code_of(store.publication("a", 2)) == ErrorCode::kNotFound);
    CHECK(code_of(store.bulletin("a", 2, 0)) == ErrorCode::kNotFound);
    CHECK(store.bulletin("a", 3, 0));
    CHECK(store.bulletin("b", 1, 0));
}
