// Whole records: every service of both packs there and back, what another version of a pack reads, and bytes
// that are no record.
#include "tools/requests.hpp"
#include "wire/bits.hpp"
#include "wire/padding.hpp"
#include "wire/record.hpp"
#include "wire/text_coding.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;

namespace {

ErrorCode code_of(const Result<domain::Request>& result) {
    return result ? ErrorCode{} : result.error().code;
}

} // namespace

TEST_CASE("the record of the format's page", "[record]") {
    test::Country country("id-jember");
    auto record = country.encode(test::example_letter());
    REQUIRE(record);
    CHECK(to_hex(*record) == "40405cffd01d6dca817c8031fa031deab37c73c400308cc9134684e6cdc780");
    auto read = country.decode(*record);
    REQUIRE(read);
    CHECK(test::same(*read, test::example_letter()));
}

TEST_CASE("every service of every pack goes there and back", "[record]") {
    for (const char* id : test::kPackIds) {
        test::Country country(id);
        test::RequestMaker maker(country.pack, country.village, 1);
        for (const auto& service : country.pack.services)
            for (int round = 0; round < 400; ++round) {
                auto request = maker.make(service, round % 2 == 1);
                CAPTURE(id, service.id, round);
                auto record = country.encode(request);
                REQUIRE(record);
                REQUIRE(record->back() != 0);
                auto padded = wire::pad(*record, 3);
                REQUIRE(padded);
                REQUIRE(padded->size() + 3 == wire::padded_size(record->size() + 3));
                auto read = country.decode(wire::unpad(*padded));
                REQUIRE(read);
                REQUIRE(test::same(*read, request));
            }
    }
}

TEST_CASE("without a dictionary texts are only longer", "[record]") {
    test::Country country("id-jember");
    wire::Dictionaries none;
    test::RequestMaker maker(country.pack, country.village, 2);
    for (const auto& service : country.pack.services) {
        auto request = maker.make(service);
        auto record = wire::encode_request(country.pack, country.village, none, request);
        REQUIRE(record);
        auto read = country.decode(*record);
        REQUIRE(read);
        CHECK(test::same(*read, request));
    }
}

TEST_CASE("what does not belong in a record is refused", "[record]") {
    test::Country country("id-jember");
    auto refused = [&](domain::Request request) {
        auto record = country.encode(request);
        REQUIRE_FALSE(record);
        return record.error().code;
    };
    auto with = [](const char* field, std::string value) {
        auto out = test::example_letter();
        out.answers[field] = std::move(value);
        return out;
    };
    auto unknown = test::example_letter();
    unknown.service = "passport";
    CHECK(refused(unknown) == ErrorCode::kInvalid);
    CHECK(refused(with("shoe_size", "43")) == ErrorCode::kInvalid);
    CHECK(refused(with("keperluan", "holiday")) == ErrorCode::kInvalid);
    CHECK(refused(with("keperluan", "#2")) == ErrorCode::kInvalid); // a known number has a name
    CHECK(refused(with("keperluan", "#256")) == ErrorCode::kInvalid);
    CHECK(refused(with("hamlet", "atlantis")) == ErrorCode::kInvalid);
    CHECK(refused(with("name", std::string("a\0b", 3))) == ErrorCode::kInvalid);
    CHECK(refused(with("name", "\xff")) == ErrorCode::kInvalid);
    CHECK(refused(with("name", std::string(9000, 'a'))) == ErrorCode::kNoSpace);
    auto many = with("name", std::string(8000, 'a'));
    many.answers["keperluan_lain"] = std::string(8000, 'b');
    CHECK(refused(many) == ErrorCode::kNoSpace);
}

TEST_CASE("a record outlives changes of the pack", "[record]") {
    test::Country box("id-jember");
    auto request = test::example_letter();
    request.answers["keperluan"] = "lainnya";
    request.answers["keperluan_lain"] = "mengurus paspor";
    auto record = *box.encode(request);

    SECTION("choices, hamlets and fields added in between and moved") {
        test::Country district("id-jember");
        auto& service = *std::find_if(district.pack.services.begin(), district.pack.services.end(),
                                      [](const auto& one) { return one.id == "domisili"; });
        auto& purpose = service.fields.front();
        purpose.choices.insert(purpose.choices.begin(), domain::Choice{"travel", 9});
        std::swap(district.village.hamlets.front(), district.village.hamlets.back());
        domain::Field added;
        added.id = "added";
        added.number = 9;
        service.fields.insert(service.fields.begin(), added);
        std::swap(district.pack.applicant.front(), district.pack.applicant.back());
        auto read = district.decode(record);
        REQUIRE(read);
        CHECK(test::same(*read, request));
    }
    SECTION("what the reader does not know reads by its number") {
        test::Country district("id-jember");
        for (auto& service : district.pack.services)
            if (service.id == "domisili") service.fields.front().choices.pop_back();
        district.village.hamlets.erase(district.village.hamlets.begin());
        district.pack.languages.clear();
        auto read = district.decode(record);
        REQUIRE(read);
        CHECK(read->answers.at("keperluan") == "#4");
        CHECK(read->answers.at("hamlet") == "#1");
        CHECK(read->language == "und");
        CHECK(read->answers.at("keperluan_lain") == "mengurus paspor");
    }
    SECTION("consent to earlier words is not taken for consent to the present ones") {
        test::Country district("id-jember");
        district.pack.consent_version = "id-2031-01";
        auto read = district.decode(record);
        REQUIRE(read);
        CHECK(read->consent_version.size() == 3);
        CHECK(read->consent_version.starts_with('#'));
    }
    SECTION("an unknown service or field waits for a newer pack") {
        test::Country district("id-jember");
        auto& services = district.pack.services;
        auto service = std::find_if(services.begin(), services.end(),
                                    [](const auto& one) { return one.id == "domisili"; });
        service->fields.pop_back();
        CHECK(code_of(district.decode(record)) == ErrorCode::kUnsupported);
        services.erase(service);
        CHECK(code_of(district.decode(record)) == ErrorCode::kUnsupported);
    }
    SECTION("an unknown dictionary likewise") {
        request.answers["name"] = "Siti Aminah, keperluan untuk melamar pekerjaan di kantor desa setempat";
        wire::Dictionaries none;
        auto long_record = *box.encode(request);
        CHECK(code_of(wire::decode_request(box.pack, box.village, none, long_record)) ==
              ErrorCode::kUnsupported);
    }
    SECTION("another version of the record") {
        record[0] = static_cast<std::uint8_t>(record[0] ^ 0x80U);
        CHECK(code_of(box.decode(record)) == ErrorCode::kUnsupported);
    }
}

TEST_CASE("cut, lengthened and flipped records are refused or read as another", "[record]") {
    for (const char* id : test::kPackIds) {
        test::Country country(id);
        test::RequestMaker maker(country.pack, country.village, 3);
        for (const auto& service : country.pack.services) {
            auto record = *country.encode(maker.make(service, true));
            CAPTURE(id, service.id);
            for (std::size_t size = 0; size < record.size(); ++size)
                (void)country.decode(BytesView(record).first(size));
            auto longer = record;
            longer.push_back(0);
            CHECK(code_of(country.decode(longer)) == ErrorCode::kCorrupt);
            for (std::size_t bit = 0; bit < std::min<std::size_t>(record.size(), 300) * 8; ++bit) {
                auto flipped = record;
                flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (0x80U >> (bit % 8)));
                auto read = country.decode(flipped);
                if (!read) continue;
                // Whatever reads is a request that can be written and reads the same.
                auto again = country.encode(*read);
                REQUIRE(again);
                auto same = country.decode(*again);
                REQUIRE(same);
                CHECK(test::same(*read, *same));
            }
        }
    }
    test::Country country("id-jember");
    CHECK(code_of(country.decode({})) == ErrorCode::kCorrupt);
    CHECK(code_of(country.decode(Bytes(64))) == ErrorCode::kCorrupt);
    CHECK(code_of(country.decode(Bytes(wire::kMaxRecord + 1, 0x5a))) == ErrorCode::kCorrupt);
}

TEST_CASE("padding shows one of a few lengths and nothing else", "[record]") {
    CHECK(wire::padded_size(0) == 64);
    CHECK(wire::padded_size(64) == 64);
    CHECK(wire::padded_size(65) == 80);
    CHECK(wire::padded_size(96) == 96);
    CHECK(wire::padded_size(117) == 117);
    CHECK(wire::padded_size(118) == 128);
    CHECK(wire::padded_size(129) == 192);
    CHECK(wire::pad({}, 4).value() == Bytes(60));
    CHECK(wire::unpad(Bytes(60)).empty());
    CHECK(wire::pad({1}).value().size() == 64);
    CHECK(wire::pad({1, 0}).error().code == ErrorCode::kInvalid);
    for (std::size_t size = 1; size < 300; ++size) {
        Bytes record(size, 0);
        record.back() = 0x80;
        auto padded = wire::pad(record);
        REQUIRE(padded);
        auto bare = wire::unpad(*padded);
        CHECK(std::equal(bare.begin(), bare.end(), record.begin(), record.end()));
    }
}
