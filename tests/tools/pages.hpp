// The examples of the pages under docs/formats: they define the formats, so tests compare with them.
#pragma once

#include "base/bytes.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <string>

namespace kentongan::test {

/// All fenced blocks of the page, without their remarks: the hexadecimal at the beginnings of lines, "|"
/// between blocks.
inline std::string hex_of_page(const char* page) {
    std::ifstream file(std::string(KENTONGAN_SOURCE_DIR) + "/docs/formats/" + page);
    REQUIRE(file);
    std::string out;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("```")) {
            inside = !inside;
            out += '|';
        } else if (inside) {
            out += line.substr(0, line.find(' '));
        }
    }
    return out;
}

/// One of the page's blocks is these bytes.
inline void page_shows(const char* page, BytesView bytes) {
    INFO(page << " should show " << to_hex(bytes));
    CHECK(hex_of_page(page).find('|' + to_hex(bytes) + '|') != std::string::npos);
}

} // namespace kentongan::test
