// The manifest of a stick, and the example of docs/formats/stick.md.
#include "wire/stick.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>

using namespace kentongan;

namespace {

wire::LinkKeys keys(std::uint8_t box = 3) {
    auto district = wire::district_keys_from(wire::root_from(Bytes(32, 1)), Bytes(32, 2));
    auto secret = wire::box_keys_from(BoxId{7}, Bytes(32, box));
    auto out = wire::link_keys(secret.agree, district.shown.current().district, secret.psk);
    REQUIRE(out);
    return *out;
}

wire::StickManifest example() {
    wire::StickManifest out;
    out.box.value = 7;
    out.key_id = 1;
    out.slot = 1;
    out.sequence = 258;
    out.at = from_unix(1795579200);
    for (const char* words : {"first", "second file"}) {
        Bytes file(as_bytes(words).begin(), as_bytes(words).end());
        out.files.push_back(wire::stick_file(file));
    }
    return out;
}

} // namespace

TEST_CASE("a manifest comes back as it was written", "[stick]") {
    auto manifest = example();
    auto bytes = wire::write_manifest(manifest, keys().up);
    CHECK(*wire::read_manifest(bytes) == manifest);
    CHECK(wire::check_manifest(bytes, keys().up));
    manifest.files.resize(wire::kMaxStickFiles, manifest.files[0]);
    auto largest = wire::write_manifest(manifest, keys().up);
    CHECK(largest.size() <= wire::kMaxManifest);
    CHECK(*wire::read_manifest(largest) == manifest);
    manifest.files.push_back(manifest.files[0]);
    CHECK_FALSE(wire::read_manifest(wire::write_manifest(manifest, keys().up)));
    manifest.files.clear();
    CHECK_FALSE(wire::read_manifest(wire::write_manifest(manifest, keys().up)));
}

TEST_CASE("any flipped bit, any cut and any other key is refused", "[stick]") {
    auto bytes = wire::write_manifest(example(), keys().up);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto altered = bytes;
        altered[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        CHECK_FALSE(wire::check_manifest(altered, keys().up));
    }
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        BytesView cut(bytes.data(), size);
        CHECK_FALSE(wire::read_manifest(cut));
        CHECK_FALSE(wire::check_manifest(cut, keys().up));
    }
    auto longer = bytes;
    longer.push_back(0);
    CHECK_FALSE(wire::read_manifest(longer));
    CHECK(wire::check_manifest(bytes, keys().down).error().code == ErrorCode::kDenied);
    CHECK(wire::check_manifest(bytes, keys(4).up).error().code == ErrorCode::kDenied);
    auto newer = bytes;
    newer[0] = 2;
    CHECK(wire::read_manifest(newer).error().code == ErrorCode::kUnsupported);
}

TEST_CASE("names are of eight characters and three", "[stick]") {
    using enum wire::StickWay;
    CHECK(wire::manifest_name(kUp, BoxId{7}) == "B0007.KTM");
    CHECK(wire::manifest_name(kDown, BoxId{65535}) == "DFFFF.KTM");
    CHECK(wire::stick_file_name(kUp, BoxId{0x1A2}, 0, 0) == "B01A2A01.KTN");
    CHECK(wire::stick_file_name(kDown, BoxId{7}, 1, 15) == "D0007B16.KTN");
    CHECK(wire::temporary_name("D0007B16.KTN") == "D0007B16.TMP");
    CHECK(wire::box_of_manifest("b01a2.ktm") == BoxId{0x1A2});
    CHECK_FALSE(wire::box_of_manifest("D01A2.KTM"));
    CHECK_FALSE(wire::box_of_manifest("B0000.KTM"));
}

TEST_CASE("the manifest of the page", "[stick]") {
    std::ifstream file(KENTONGAN_SOURCE_DIR "/docs/formats/stick.md");
    std::string page{std::istreambuf_iterator<char>(file), {}};
    std::string hex;
    auto from = page.find("```\n01 01 0007");
    REQUIRE(from != std::string::npos);
    from += 4;
    for (std::size_t at = from; page.compare(at, 3, "```") != 0; at = page.find('\n', at) + 1) {
        auto line = page.substr(at, page.find('\n', at) - at);
        for (char c : line.substr(0, line.find("   ")))
            if (c != ' ') hex += c;
    }
    auto bytes = wire::write_manifest(example(), keys().up);
    INFO(to_hex(bytes));
    CHECK(hex == to_hex(bytes));
}
