// A stick that is pulled out at any byte of an export holds the old export or the new one, whole, or one that
// is refused; never something else, and the next export is none the worse for it.
#include "adapters/usb/stick.hpp"
#include "memory_stick.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using test::MemoryStick;

namespace {

constexpr auto kUp = wire::StickWay::kUp;
constexpr BoxId kBox{7};

wire::SivKey key() {
    wire::SivKey out;
    out.tag.fill(1);
    out.stream.fill(2);
    return out;
}

struct Export {
    Bytes manifest;
    std::vector<Bytes> files;
};

Export made(std::uint32_t sequence, std::uint8_t slot, std::size_t files = 3) {
    Export out;
    wire::StickManifest manifest;
    manifest.box = kBox;
    manifest.slot = slot;
    manifest.sequence = sequence;
    for (std::size_t i = 0; i < files; ++i) {
        out.files.emplace_back(40 + i * 7, static_cast<std::uint8_t>(sequence * 16 + i));
        manifest.files.push_back(wire::stick_file(out.files.back()));
    }
    out.manifest = wire::write_manifest(manifest, key());
    return out;
}

Status put(MemoryStick& stick, std::uint32_t sequence) {
    auto slot = TRY(usb::free_slot(stick, kUp, kBox));
    auto one = made(sequence, slot);
    return usb::put_export(stick, one.manifest, one.files);
}

/// Number of the export that a reader finds; 0: none that it takes.
std::uint32_t found(MemoryStick& stick) {
    auto bytes = usb::get_manifest(stick, kUp, kBox);
    if (!bytes || !wire::check_manifest(*bytes, key())) return 0;
    auto manifest = wire::read_manifest(*bytes);
    REQUIRE(manifest);
    auto expected = made(manifest->sequence, manifest->slot);
    for (std::size_t i = 0; i < manifest->files.size(); ++i) {
        auto file = usb::get_file(stick, *manifest, i);
        if (!file) return 0;
        REQUIRE(*file == expected.files[i]);
    }
    return manifest->sequence;
}

} // namespace

TEST_CASE("pulled out at any byte", "[usb]") {
    std::size_t cuts = 0;
    std::size_t refused = 0;
    std::mt19937_64 random(20261125);
    for (std::uint32_t before : {0U, 1U, 2U}) { // exports on it already: none, and either slot in use
        MemoryStick start;
        for (std::uint32_t n = 1; n <= before; ++n) REQUIRE(put(start, n));
        auto old = start.everything();
        for (std::size_t cut = 0;; ++cut) {
            MemoryStick stick;
            stick.insert_again(old);
            stick.until_gone = cut;
            auto done = put(stick, before + 1);
            // Whoever is told that it is there may leave with it.
            auto must = done ? before + 1 : before;
            auto look = [&](MemoryStick::Names names, bool may_refuse) {
                ++cuts;
                MemoryStick again;
                again.insert_again(std::move(names));
                auto there = found(again);
                CAPTURE(before, cut, there);
                if (there == 0 && may_refuse && !done)
                    ++refused;
                else
                    CHECK((there == must || there == before + 1));
                REQUIRE(put(again, before + 2));
                CHECK(found(again) == before + 2);
                CHECK(again.now.size() == 4); // nothing is left behind
            };
            look(stick.only_synced(), false);
            look(stick.everything(), false);
            for (int i = 0; i < 8; ++i) look(stick.any_part(random), true);
            if (done && stick.steps < cut) break;
        }
    }
    CHECK(cuts > 10000);
    CHECK(refused > 0); // the model does reach what FAT can do
    WARN(cuts << " cuts; refused as incomplete after " << refused);
}

TEST_CASE("what a stick does not give back is not relied upon", "[usb]") {
    MemoryStick stick;
    REQUIRE(put(stick, 1));
    stick.bad_byte = 40; // in every file; the manifest is read first, and its slot is in front
    auto second = put(stick, 2);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::kCorrupt);
    stick.bad_byte.reset();
    CHECK(found(stick) == 1);
}

TEST_CASE("a full stick is found out before anything is written", "[usb]") {
    MemoryStick stick;
    REQUIRE(put(stick, 1));
    auto before = stick.now;
    stick.room = 100;
    auto second = put(stick, 2);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::kNoSpace);
    CHECK(stick.now == before);
}

TEST_CASE("a manifest that is not of these files is a caller's mistake", "[usb]") {
    MemoryStick stick;
    auto one = made(1, 0);
    one.files[1][3] ^= 1;
    CHECK(usb::put_export(stick, one.manifest, one.files).error().code == ErrorCode::kInvalid);
    one.files.pop_back();
    CHECK(usb::put_export(stick, one.manifest, one.files).error().code == ErrorCode::kInvalid);
    CHECK(stick.now.empty());
}

TEST_CASE("boxes are found by their manifests' names alone", "[usb]") {
    MemoryStick stick;
    for (const char* name : {"B0007.KTM", "b00ff.ktm", "B00FF.KTM", "D0001.KTM", "B0000.KTM", "B0G07.KTM",
                             "B0007A01.KTN", "B0007.KTM.TXT", "XB0007.KTM", "PHOTO.JPG", "BFFFF.KTM"})
        stick.now[name] = std::make_shared<Bytes>();
    auto boxes = usb::boxes_on(stick);
    REQUIRE(boxes);
    CHECK(*boxes == std::vector<BoxId>{{7}, {255}, {65535}});
    for (std::size_t i = 0; i < usb::kMostNames; ++i)
        stick.now["F" + std::to_string(i)] = std::make_shared<Bytes>();
    CHECK(usb::boxes_on(stick).error().code == ErrorCode::kNoSpace);
}
