// Known answers as files in tests/golden/wire: one `name: value` a line, bytes in hexadecimal, none as -.
//
// A test writes the same lines again from the inputs and compares. KENTONGAN_WRITE_GOLDEN=1 writes the files
// anew; a byte that changes is a new version of the format, not a new golden file. tests/golden/read_wire.py
// reads them by the pages alone.
#pragma once

#include "base/bytes.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

namespace kentongan::test {

class Golden {
  public:
    explicit Golden(const std::string& name)
        : path_(std::string(KENTONGAN_SOURCE_DIR) + "/tests/golden/wire/" + name) {
        std::ifstream file(path_);
        for (std::string line; std::getline(file, line); before_ += line + '\n')
            if (auto colon = line.find(": "); colon != std::string::npos)
                values_[line.substr(0, colon)] = line.substr(colon + 2);
    }

    void line(const std::string& name, BytesView bytes) { line(name, bytes.empty() ? "-" : to_hex(bytes)); }
    void line(const std::string& name, const std::string& words) { text_ << name << ": " << words << '\n'; }
    void number(const std::string& name, std::uint64_t value) { line(name, std::to_string(value)); }

    /// What stands in the file: for bytes that another library may write otherwise and must read all the
    /// same.
    [[nodiscard]] Bytes kept(const std::string& name, const Bytes& fresh) const {
        auto found = values_.find(name);
        if (writing() || found == values_.end()) return fresh;
        auto bytes = from_hex(found->second);
        REQUIRE(bytes);
        return *bytes;
    }

    void settle() const {
        if (writing()) std::ofstream(path_) << text_.str();
        if (!writing()) CHECK(text_.str() == before_);
    }

  private:
    static bool writing() { return std::getenv("KENTONGAN_WRITE_GOLDEN") != nullptr; }

    std::string path_;
    std::string before_;
    std::map<std::string, std::string> values_;
    std::ostringstream text_;
};

} // namespace kentongan::test
