// Single values as bits.
#include "wire/value_coding.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace kentongan;
using namespace kentongan::wire;

namespace {

struct Written {
    bool fits;
    std::size_t bits;
    Bytes bytes;
};

Written written(const std::function<bool(BitWriter&)>& write) {
    BitWriter out;
    bool fits = write(out);
    auto bits = out.size();
    return {fits, bits, std::move(out).finish()};
}

BitReader reader(const Bytes& bytes) {
    return *BitReader::of(bytes);
}

} // namespace

TEST_CASE("bits there and back", "[record]") {
    BitWriter out;
    out.put(0b101, 3);
    out.put(0, 0);
    out.put(UINT64_MAX, 64);
    out.flag(false);
    for (std::uint64_t value :
         {std::uint64_t{0}, std::uint64_t{15}, std::uint64_t{16}, std::uint64_t{INT64_MAX}})
        out.groups(value);
    BitWriter whole;
    whole.flag(true);
    whole.append(out);
    auto bytes = std::move(whole).finish();
    auto in = reader(bytes);
    CHECK(in.flag().value());
    CHECK(in.take(3).value() == 0b101);
    CHECK(in.take(64).value() == UINT64_MAX);
    CHECK_FALSE(in.flag().value());
    for (std::uint64_t value :
         {std::uint64_t{0}, std::uint64_t{15}, std::uint64_t{16}, std::uint64_t{INT64_MAX}})
        CHECK(in.groups().value() == value);
    CHECK(in.end());
    CHECK(in.take(1).error().code == ErrorCode::kCorrupt);
    CHECK_FALSE(BitReader::of(Bytes{}));
    CHECK_FALSE(BitReader::of(Bytes{0x80, 0}));
    Bytes only_the_mark{0x80};
    CHECK(reader(only_the_mark).remaining() == 0);
}

TEST_CASE("a number of groups has one form", "[record]") {
    BitWriter longer;
    longer.put(0b1'0001'0'0000, 10); // 1, and an empty group after it
    auto bytes = std::move(longer).finish();
    CHECK(reader(bytes).groups().error().code == ErrorCode::kCorrupt);
    BitWriter large;
    for (int i = 0; i < 15; ++i) large.put(0b1'0001, 5);
    large.put(0b0'1000, 5); // 2^63
    bytes = std::move(large).finish();
    CHECK(reader(bytes).groups().error().code == ErrorCode::kCorrupt);
    bytes = Bytes(40, 0xff);
    CHECK(reader(bytes).groups().error().code == ErrorCode::kCorrupt);
}

TEST_CASE("digits in the fewest bits", "[record]") {
    for (std::string digits : {"0000000000000000", "3509275203850000", "9999999999999999"}) {
        auto out = written([&](auto& bits) { return write_digits(bits, digits, 16); });
        CHECK(out.bits == 54);
        auto in = reader(out.bytes);
        CHECK(read_digits(in, 16).value() == digits);
    }
    std::string longest(40, '7');
    auto out = written([&](auto& bits) { return write_digits(bits, longest, 40); });
    auto in = reader(out.bytes);
    CHECK(read_digits(in, 40).value() == longest);
    for (const char* not_so : {"", "12345678901234567", "350927520385000x", "350927520385 000"})
        CHECK_FALSE(written([&](auto& bits) { return write_digits(bits, not_so, 16); }).fits);
    BitWriter beyond;
    beyond.put(10, 4);
    auto bytes = std::move(beyond).finish();
    auto of_beyond = reader(bytes);
    CHECK(read_digits(of_beyond, 1).error().code == ErrorCode::kCorrupt);
}

TEST_CASE("phones of the country", "[record]") {
    for (std::string phone : {"+6280000000012", "+621", "+62000000000000000"}) {
        auto out = written([&](auto& bits) { return write_phone(bits, "62", phone); });
        REQUIRE(out.fits);
        auto in = reader(out.bytes);
        CHECK(read_phone(in, "62").value() == phone);
    }
    CHECK(written([&](auto& bits) { return write_phone(bits, "62", "+6280000000012"); }).bits == 41);
    for (const char* other : {"", "+", "+62", "6281", "+621234567890123456", "+62-1", "+4915100000000"})
        CHECK_FALSE(written([&](auto& bits) { return write_phone(bits, "62", other); }).fits);
}

TEST_CASE("dates, numbers and small numbers", "[record]") {
    for (std::string date : {"1900-01-01", "2000-02-29", "2026-11-24", "2199-12-31"}) {
        auto out = written([&](auto& bits) { return write_date(bits, date); });
        REQUIRE(out.fits);
        CHECK(out.bits == 17);
        auto in = reader(out.bytes);
        CHECK(read_date(in).value() == date);
    }
    for (const char* other :
         {"", "1899-12-31", "2200-01-01", "2026-02-30", "2026-13-01", "26-01-01", "2026/11/24"})
        CHECK_FALSE(written([&](auto& bits) { return write_date(bits, other); }).fits);
    Bytes late{0xff, 0xff, 0xff};
    auto of_late = reader(late);
    CHECK(read_date(of_late).error().code == ErrorCode::kCorrupt);

    for (std::string number : {"0", "7", "50000", "9223372036854775807"}) {
        auto out = written([&](auto& bits) { return write_number(bits, number); });
        REQUIRE(out.fits);
        auto in = reader(out.bytes);
        CHECK(read_number(in).value() == number);
    }
    for (const char* other : {"", "-1", "007", "00", "+1", " 1", "1.5", "9223372036854775808"})
        CHECK_FALSE(written([&](auto& bits) { return write_number(bits, other); }).fits);

    for (int number = 0; number < 256; ++number) {
        BitWriter out;
        write_small(out, static_cast<std::uint8_t>(number), 3);
        CHECK(out.size() == (number >= 1 && number <= 8 ? 4 : 9));
        auto bytes = std::move(out).finish();
        auto in = reader(bytes);
        CHECK(read_small(in, 3).value() == number);
    }
}

TEST_CASE("the box's clock may be wrong by years", "[record]") {
    auto there_and_back = [](std::int64_t unix_seconds) {
        BitWriter out;
        write_time(out, from_unix(unix_seconds));
        auto bits = out.size();
        auto bytes = std::move(out).finish();
        auto in = reader(bytes);
        return std::pair(to_unix(read_time(in).value()), bits);
    };
    CHECK(there_and_back(1795489200) == std::pair<std::int64_t, std::size_t>(1795489200, 24));
    CHECK(there_and_back(1795489259).first == 1795489200);
    CHECK(there_and_back(1704067200) == std::pair<std::int64_t, std::size_t>(1704067200, 24)); // 2024-01-01
    CHECK(there_and_back(1704067140) == std::pair<std::int64_t, std::size_t>(1704067140, 57));
    CHECK(there_and_back(0).first == 0);
    CHECK(there_and_back(-5).first == 0);
    CHECK(there_and_back(4102444800).first == 4102444800); // 2100
    CHECK(there_and_back(253402300799).first == 253402300740);
    CHECK(there_and_back(INT64_MAX).first == 253402300740);
    constexpr std::int64_t kLastShort = 1704067200 + ((1 << 24) - 2) * std::int64_t{60};
    CHECK(there_and_back(kLastShort) == std::pair<std::int64_t, std::size_t>(kLastShort, 24));
    CHECK(there_and_back(kLastShort + 60) == std::pair<std::int64_t, std::size_t>(kLastShort + 60, 57));
}
