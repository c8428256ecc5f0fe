// The examples of docs/formats/keyring.md, enrolment.md and bulletin.md: the pages define the formats.
#include "tools/pages.hpp"
#include "wire/bulletin.hpp"
#include "wire/enrolment.hpp"
#include "wire/keyring.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace kentongan;

namespace {

struct Example {
    wire::RootSecret root = wire::root_from(Bytes(32, 1));
    wire::DistrictSecret district = wire::district_keys_from(root, Bytes(32, 2));
    wire::BoxSecret box = wire::box_keys_from(BoxId{7}, Bytes(32, 3));
    Example() { box.root = root.shown; }
};

} // namespace

TEST_CASE("the keyring of the page", "[keyring]") {
    Example example;
    REQUIRE(
        wire::rotate_prekey(example.district, example.root, Bytes(32, 3), std::vector{BoxId{7}, BoxId{900}}));
    test::page_shows("keyring.md", example.district.shown.signed_keyring);
}

TEST_CASE("the request and the welcome of the page", "[enrolment]") {
    Example example;
    auto page = test::hex_of_page("enrolment.md");
    auto from = page.find("|0100000007") +
                1; // the request's sealed part is fresh each time: it is read, not made again
    REQUIRE(from != 0);
    auto bytes = from_hex(page.substr(from, page.find('|', from) - from));
    REQUIRE(bytes);
    auto request = wire::open_request(*bytes, example.district);
    REQUIRE(request);
    CHECK(request->box == example.box.shown);
    CHECK(request->psk == example.box.psk);
    CHECK(wire::shown_code(request->code) == "04106-1050X");
    test::page_shows("enrolment.md", wire::make_welcome(*request, "contoh", example.district));
    CHECK(wire::fingerprint(example.district.shown) == "BF3PA-TVN7E-MPDQ7-215PV-C3B25-DJDKP");
    CHECK(wire::fingerprint(example.box.shown) == "DTJJG-A6NC5-PBZZG-2BCSZ-6ZHNF-AEY8J");
}

TEST_CASE("the bulletin and the piece of the page", "[bulletin]") {
    Example example;
    auto bulletin =
        wire::make_bulletin({wire::BulletinKind::kDocument, {}, "tarif", 1, as_bytes("tarif: gratis\n")}, {},
                            example.district.sign);
    REQUIRE(bulletin);
    test::page_shows("bulletin.md", *bulletin);
    ByteWriter piece;
    wire::write_piece(piece, wire::piece_of(*bulletin, wire::bulletin_mark(*bulletin), 0, 8));
    test::page_shows("bulletin.md", piece.bytes());
}
