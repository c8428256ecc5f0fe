// The texts of a record in each form, and dictionaries.
#include "tools/requests.hpp"
#include "wire/text_coding.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace kentongan::wire;

namespace {

const std::vector<std::string> kTexts = {
    "",
    "Siti Contoh",
    "SITI CONTOH",
    "siti contoh",
    "Untuk melamar kerja. Di kota.",
    "Muhammad Ma'ruf al-Contoh, S.Pd.",
    "Jl. Melati No. 12 RT 03/RW 01",
    "a\nb~`$[]{}|\\^",
    "é ḍâ نص",
    std::string(2000, 'x'),
    "McDonald iPhone eKTP",
};

struct Given {
    domain::Pack pack = test::test_pack("id-jember");
    Dictionaries dictionaries = test::loaded_dictionaries(pack);
};

} // namespace

TEST_CASE("texts go there and back", "[record]") {
    Given given;
    for (const auto& dictionaries : {given.dictionaries, Dictionaries()})
        for (std::size_t from = 0; from < kTexts.size(); ++from)
            for (std::size_t count = 0; from + count <= kTexts.size(); ++count) {
                std::vector<std::string> texts(kTexts.begin() + static_cast<std::ptrdiff_t>(from),
                                               kTexts.begin() + static_cast<std::ptrdiff_t>(from + count));
                BitWriter out;
                out.flag(true); // not on a byte's boundary
                REQUIRE(write_texts(out, dictionaries, texts));
                auto bytes = std::move(out).finish();
                auto in = *BitReader::of(bytes);
                REQUIRE(in.flag());
                auto read = read_texts(in, given.dictionaries, count);
                REQUIRE(read);
                CHECK(*read == texts);
                if (count == 0) continue;
                auto again = *BitReader::of(bytes);
                REQUIRE(again.flag());
                CHECK_FALSE(read_texts(again, given.dictionaries, count + 1));
            }
}

TEST_CASE("each form reads what it wrote, and the shortest is taken", "[record]") {
    Given given;
    for (const auto& text : kTexts) {
        std::size_t least = SIZE_MAX;
        for (auto form : {TextForm::kRaw, TextForm::kSevenBits, TextForm::kFolded, TextForm::kZstd}) {
            auto bits = in_form(form, given.dictionaries, text);
            if (!bits) continue;
            least = std::min(least, bits->size());
            BitWriter out;
            out.put(static_cast<std::uint64_t>(form), 2);
            out.append(*bits);
            auto bytes = std::move(out).finish();
            auto in = *BitReader::of(bytes);
            auto read = read_texts(in, given.dictionaries, 1);
            CAPTURE(text, static_cast<int>(form));
            REQUIRE(read);
            CHECK(read->front() == text);
        }
        BitWriter out;
        REQUIRE(write_texts(out, given.dictionaries, std::vector{text}));
        CHECK(out.size() == least + 2);
    }
}

TEST_CASE("names cost five bits a letter, whatever their case", "[record]") {
    for (std::string text : {"Siti Contoh", "SITI CONTOH", "siti contoh"})
        CHECK(in_form(TextForm::kFolded, {}, text)->size() == 2 + 5 * text.size());
    CHECK(in_form(TextForm::kFolded, {}, "Untuk kerja")->size() == 2 + 5 * 11);
}

TEST_CASE("texts are bounded before they are believed", "[record]") {
    Given given;
    BitWriter out;
    CHECK(write_texts(out, {}, std::vector<std::string>(2, std::string(kMaxTexts / 2, 'a'))).error().code ==
          ErrorCode::kNoSpace);

    // A block of a few bytes that would become a hundred thousand.
    auto bomb = given.dictionaries.compress(std::string(100'000, 'a'));
    REQUIRE(bomb);
    REQUIRE(bomb->size() < 100);
    CHECK(given.dictionaries.decompress(given.dictionaries.version(), *bomb, 100'000));
    auto refused = given.dictionaries.decompress(given.dictionaries.version(), *bomb, kMaxTexts);
    CHECK(refused.error().code == ErrorCode::kCorrupt);
    CHECK(given.dictionaries.decompress(77, *bomb, kMaxTexts).error().code == ErrorCode::kUnsupported);
    CHECK(given.dictionaries.decompress(0, {}, kMaxTexts).error().code == ErrorCode::kCorrupt);
    CHECK(given.dictionaries.decompress(0, Bytes(70'000), kMaxTexts).error().code == ErrorCode::kCorrupt);
    for (unsigned first = 0; first < 256; ++first)
        (void)given.dictionaries.decompress(0, Bytes{static_cast<std::uint8_t>(first), 1, 2, 3}, kMaxTexts);

    BitWriter folded;
    folded.put(static_cast<std::uint64_t>(TextForm::kFolded), 2);
    folded.append(*in_form(TextForm::kFolded, {}, std::string(kMaxTexts + 1, 'a')));
    auto bytes = std::move(folded).finish();
    auto in = *BitReader::of(bytes);
    CHECK(read_texts(in, {}, 1).error().code == ErrorCode::kCorrupt);
}

TEST_CASE("dictionaries: every version reads, the newest writes, rubbish is no dictionary", "[record]") {
    Given given;
    REQUIRE_FALSE(given.pack.dictionaries.empty());
    const std::string text = "Untuk keperluan melamar pekerjaan dan membuka rekening bank di desa";
    auto first = given.pack.dictionaries.front();
    auto second = first;
    second.version = first.version + 1;
    auto both = Dictionaries::load({second, first});
    REQUIRE(both);
    CHECK(both->version() == second.version);
    auto block = both->compress(text);
    REQUIRE(block);
    CHECK(both->decompress(first.version, *block, 100).value() == text);
    CHECK(both->decompress(second.version, *block, 100).value() == text);
    CHECK(Dictionaries().version() == 0);

    auto refused = [](std::vector<domain::TextDictionary> of_pack) {
        auto loaded = Dictionaries::load(of_pack);
        return loaded ? 0 : loaded.error().native;
    };
    CHECK(refused({first, first}) == first.version);
    CHECK(refused({{4, Bytes(1000, 'a')}}) == 4);
    CHECK(refused({{5, {}}}) == 5);
    auto cut = first;
    cut.bytes.resize(40);
    CHECK(refused({cut}) == first.version);
    auto large = first;
    large.bytes.resize(domain::kMaxDictionary + 1);
    CHECK(refused({large}) == first.version);
    CHECK_FALSE(Dictionaries::load({{0, first.bytes}}));
}
