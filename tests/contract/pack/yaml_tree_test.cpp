#include "adapters/yaml/yaml_tree.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace std::string_literals;

namespace {

/// "line: message", or empty if it was read.
std::string fault_of(std::string_view text) {
    std::vector<domain::PackFault> faults;
    auto file = yaml::parse("x.yaml", text, faults);
    CHECK(file.has_value() == faults.empty());
    return faults.empty() ? "" : std::to_string(faults.front().line) + ": " + faults.front().message;
}

} // namespace

TEST_CASE("maps, lists and scalars with their lines") {
    std::vector<domain::PackFault> faults;
    auto file = yaml::parse("x.yaml", "a: 1\nb:\n  - no\n  - {c: 'x y', d: \"z\"}\n", faults);
    REQUIRE(file);
    const auto* b = file->root.find("b");
    REQUIRE(b != nullptr);
    CHECK(b->line == 2);
    CHECK(b->items.at(0).scalar == "no");
    CHECK(b->items.at(1).find("c")->scalar == "x y");
    CHECK(b->items.at(1).find("d")->line == 4);
    CHECK(b->items.at(1).find("e") == nullptr);
    CHECK(file->root.find("a")->scalar == "1");
}

TEST_CASE("hostile YAML is a fault with its line") {
    CHECK(fault_of("") == "1: the file is empty");
    CHECK(fault_of("a: &x 1\nb: *x\n") == "1: anchors are not used in packs");
    CHECK(fault_of("a: 1\nb: *x\n") == "2: aliases are not used in packs");
    CHECK(fault_of("a: !!python/object 1\n") == "1: tags are not used in packs");
    CHECK(fault_of("a: !x [1]\n") == "1: tags are not used in packs");
    CHECK(fault_of("%YAML 1.1\n---\na: 1\n") == "1: directives are not used in packs");
    CHECK(fault_of("a: 1\n---\nb: 2\n") == "2: a second document in one file");
    CHECK(fault_of("a: 1\n\0b: 2\n"s) == "1: a NUL byte");
    CHECK(fault_of("a: \"x\\0y\"\n") == "1: a NUL character");
    CHECK(fault_of("[a, b]: 1\n") == "1: a key must be a plain text");
    CHECK(fault_of("{a: 1}: 1\n") == "1: a key must be a plain text");
    CHECK_FALSE(fault_of("a: [1\nb: 2\n").empty());
    CHECK_FALSE(fault_of("a: \x80\xff\n").empty());
    CHECK_FALSE(fault_of("\xff\xfe"
                         "a\0:\0"s)
                    .empty());
    CHECK(fault_of(std::string(yaml::kMaxFileBytes + 1, ' ')) == "1: the file has more than 262144 bytes");
    CHECK(fault_of(std::string(1000, '[')) == "1: nested deeper than 16 levels");
    std::string deep;
    for (int level = 0; level < 40; ++level)
        deep += std::string(static_cast<std::size_t>(level), ' ') + "a:\n";
    CHECK(fault_of(deep) == "17: nested deeper than 16 levels");
    std::string wide = "a: [";
    for (int at = 0; at < 30'000; ++at) wide += "1,";
    CHECK(fault_of(wide + "1]") == "1: more than 20000 values");
    CHECK(fault_of("lol: &l [lol]\nlol2: &m [*l,*l,*l,*l]\n") == "1: anchors are not used in packs");
}
