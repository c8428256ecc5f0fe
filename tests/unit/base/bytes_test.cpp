#include "base/bytes.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;

TEST_CASE("what was written is read back, and not a byte more") {
    ByteWriter out;
    out.u8(1);
    out.u16(0x0203);
    out.u32(0x04050607);
    out.u64(0x08090a0b0c0d0e0fULL);
    out.varint(300);
    out.text("Siti");
    out.instant(from_unix(1764000000));
    CHECK(to_hex(BytesView(out.bytes()).first(15)) == "0102030405060708090a0b0c0d0e0f");

    ByteReader in(out.bytes());
    CHECK(*in.u8() == 1);
    CHECK(*in.u16() == 0x0203);
    CHECK(*in.u32() == 0x04050607);
    CHECK(*in.u64() == 0x08090a0b0c0d0e0fULL);
    CHECK(*in.varint() == 300);
    CHECK(*in.text(4) == "Siti");
    CHECK_FALSE(in.end());
    CHECK(*in.instant() == from_unix(1764000000));
    CHECK(in.end());
    CHECK(in.u8().error().code == ErrorCode::kCorrupt);
}

TEST_CASE("every varint has one spelling") {
    for (std::uint64_t value : {0ULL, 1ULL, 127ULL, 128ULL, 16383ULL, 16384ULL, ~0ULL}) {
        ByteWriter out;
        out.varint(value);
        ByteReader in(out.bytes());
        CHECK(*in.varint() == value);
        CHECK(in.end());
    }
    auto refused = [](Bytes bytes) { return !ByteReader(bytes).varint(); };
    CHECK(refused({0x80, 0x00}));                                                 // padded
    CHECK(refused({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02})); // above 64 bits
    CHECK(refused({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0}));
    CHECK(refused({0x80}));
}

TEST_CASE("a length above the limit is refused before it is believed") {
    ByteWriter out;
    out.block(Bytes(100));
    CHECK(ByteReader(out.bytes()).block(99).error().code == ErrorCode::kCorrupt);
    CHECK(ByteReader(out.bytes()).block(100)->size() == 100);
    ByteWriter lie;
    lie.varint(1ULL << 60);
    CHECK(ByteReader(lie.bytes()).block(SIZE_MAX).error().code == ErrorCode::kCorrupt);
}

TEST_CASE("times from outside can be subtracted without overflow") {
    ByteWriter out;
    out.u64(~0ULL);
    CHECK(ByteReader(out.bytes()).instant().error().code == ErrorCode::kCorrupt);
    ByteWriter early;
    early.instant(from_unix(-5));
    CHECK(*ByteReader(early.bytes()).instant() == from_unix(0));
}

TEST_CASE("hexadecimal is strict, and wiping wipes") {
    CHECK(*from_hex("00ffA1") == Bytes{0, 255, 161});
    CHECK_FALSE(from_hex("0"));
    CHECK_FALSE(from_hex("0g"));
    Bytes secret{1, 2, 3};
    wipe(secret);
    CHECK(secret == Bytes{0, 0, 0});
}
