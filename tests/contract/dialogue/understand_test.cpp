#include "dialogue/understand.hpp"
#include "tools/packs.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace kentongan::dialogue;

TEST_CASE("one slip of the finger") {
    for (const char* typed : {"SURAT", "SUAT", "SURRAT", "SURAK", "USRAT", "SURTA", "SURATT", "ASURAT"})
        CHECK(nearly_equal(typed, "SURAT"));
    for (const char* typed : {"", "SUR", "SURATAN", "SURKA", "TARUS", "SXRAX"})
        CHECK_FALSE(nearly_equal(typed, "SURAT"));
    CHECK(nearly_equal("حاله", "حالة"));
    CHECK_FALSE(nearly_equal("حل", "حالة"));
}

TEST_CASE("texts are cleaned, bounded and stay well-formed") {
    CHECK(cleaned("  a\tb\r\nc \n", 100) == "a b \nc");
    CHECK(cleaned("a\x01\x02z\xff\x80", 100) == "az");
    CHECK(cleaned("désa", 2) == "dé");
    CHECK(cleaned("", 5).empty());
    CHECK(cleaned("\n \n", 5).empty());
    CHECK(cleaned(std::string(5000, 'x'), 2000).size() == 2000);
}

TEST_CASE("commands in messy spellings") {
    auto pack = test::test_pack("id-jember");
    struct Row {
        const char* text;
        const char* command;
        std::vector<std::string> rest;
    };
    const Row rows[] = {
        {"SURAT", "letter", {}},
        {"surat", "letter", {}},
        {" \"Surat\" ", "letter", {}},
        {"'SURAT'", "letter", {}},
        {"“SURAT”", "letter", {}},
        {"ketik SURAT", "letter", {}},
        {"Ketik: SURAT.", "letter", {}},
        {"Balas ketik SURAT", "letter", {}},
        {"SURAT#1#", "letter", {"1"}},
        {"SURAT*1", "letter", {"1"}},
        {"SURAT,1", "letter", {"1"}},
        {"SURAT 1", "letter", {"1"}},
        {"SURAT1", "letter", {"1"}},
        {"CEK4821 7739", "status", {"4821", "7739"}},
        {"CEK: 48217739", "status", {"48217739"}},
        {"LAPRO", "report", {}},
        {"HELP!", "help", {}},
        {"?", "help", {}},
        {"HAPU", "", {}}, // a slip never deletes
        {"HAPSU", "", {}},
        {"CEX", "", {}}, // three letters are too few to guess
        {"YAA", "", {}},
        {"SURATAN", "", {}},
        {"", "", {}},
        {"###", "", {}},
    };
    for (const auto& row : rows) {
        INFO(row.text);
        auto heard = hear(pack, row.text);
        CHECK(heard.command == row.command);
        CHECK(heard.rest == row.rest);
    }
}

TEST_CASE("digits in decoration") {
    auto pack = test::test_pack("id-jember");
    for (const char* text : {"1", " 1 ", "1.", "#1", "*1#", "1)", "balas 1", "\"1\"", "l", "I", "١"})
        CHECK(hear(pack, text).digit == std::size_t{1});
    for (const char* text : {"O", "0", "o", "٠"}) CHECK(hear(pack, text).digit == std::size_t{0});
    for (const char* text : {"", "1 2", "123", "x", "1a", "satu"}) CHECK_FALSE(hear(pack, text).digit);
    CHECK(hear(pack, "12").digit == std::size_t{12});
}

TEST_CASE("the story after a command stays as written") {
    auto pack = test::test_pack("id-jember");
    auto heard = hear(pack, "LAPOR#Jembatan, di RT 2. Putus!#");
    CHECK(heard.rest_text == "Jembatan, di RT 2. Putus!");
    CHECK(heard.marked);
    CHECK(hear(pack, "Lapor: Jalan rusak").rest_text == "Jalan rusak");
    CHECK(hear(pack, "ketik lapor Jalan #5 rusak").rest_text == "Jalan #5 rusak");
}

TEST_CASE("a number and the words beside it") {
    auto pack = test::test_pack("id-jember");
    for (const char* text : {"1 Cek status", "balas 1 cek status", "1. CEK, STATUS!", "1-cek status",
                             "1cek status", "1 cek", "1 CEK STAT", "l cek", "(1) cek#status#"}) {
        INFO(text);
        auto heard = hear(pack, text);
        CHECK(heard.lead == std::size_t{1});
        CHECK_FALSE(heard.digit);
        CHECK(says(heard, "Cek status"));
        CHECK_FALSE(says(heard, "Surat"));
    }
    for (const char* text :
         {"1", "1.", "cek status", "123 cek", "1 ce", "1 status", "1 cek status saya", "1 1", ""}) {
        INFO(text);
        CHECK_FALSE(says(hear(pack, text), "Cek status"));
    }
    CHECK(says(hear(pack, "1 RT"), "RT")); // shorter than three letters, but whole
    CHECK(says(hear(pack, "2 krajan 2"), "Krajan 2"));
    CHECK(says_command(pack, hear(pack, "1 IYA"), "yes"));
    CHECK_FALSE(says_command(pack, hear(pack, "1 iya saya"), "yes"));
    CHECK_FALSE(says_command(pack, hear(pack, "1 tidak"), "yes"));
}

TEST_CASE("instructions copied out of a sentence") {
    auto pack = test::test_pack("id-jember");
    const char* prompt = "Benar? Balas 1 YA, 2 TIDAK. Data dipakai 0 utk surat ini.";
    for (const char* text : {"1 YA", "Balas 1 YA", "1 ya.", "1, YA", "2 tidak", "2 tid", "0 utk surat ini"})
        CHECK(copies(hear(pack, text), prompt));
    for (const char* text :
         {"1", "ya", "1 tidak", "2 ya", "1 YA, 2 TIDAK", "2 tidak data", "3 ya", "1 ya saya", ""})
        CHECK_FALSE(copies(hear(pack, text), prompt));
}
