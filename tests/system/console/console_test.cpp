// The program `kentongan` as a technician calls it.
#include "tools/packs.hpp"
#include "tools/temporary_folder.hpp"

#include <catch2/catch.hpp>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

namespace {

struct Run {
    int exit = -1;
    std::string output;
};

Run run(const std::string& arguments) {
    // Only words of this file and paths of the build reach the shell.
    auto command = std::string("\"") + KENTONGAN_BIN_DIR + "/kentongan\" " + arguments + " 2>&1";
    Run out;
    auto* pipe = popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 4096> buffer{};
    for (std::size_t size = 0; (size = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        out.output.append(buffer.data(), size);
    auto status = pclose(pipe);
    if (WIFEXITED(status)) out.exit = WEXITSTATUS(status);
    return out;
}

} // namespace

TEST_CASE("pack check says what is there, or what is wrong") {
    for (const char* id : kentongan::test::kPackIds) {
        auto right = run("pack check \"" + kentongan::test::pack_folder(id).string() + "\"");
        CHECK(right.exit == 0);
        CHECK(right.output.starts_with(std::string(id) + ", version "));
        CHECK(right.output.find("No faults.") != std::string::npos);
    }
    auto broken = run(std::string("pack check \"") + KENTONGAN_SOURCE_DIR + "/tests/golden/pack/broken\"");
    CHECK(broken.exit == 1);
    CHECK(broken.output.find("pack.yaml:11: unknown key \"colour\"\n") != std::string::npos);
    kentongan::test::TemporaryFolder rubbish;
    std::filesystem::copy(kentongan::test::pack_folder("id-jember"), rubbish.path(),
                          std::filesystem::copy_options::recursive);
    std::filesystem::create_directories(rubbish / "dictionaries");
    std::ofstream(rubbish / "dictionaries/7.zdict") << "words";
    auto untrained = run("pack check \"" + rubbish.path() + "\"");
    CHECK(untrained.exit == 1);
    CHECK(untrained.output.find("dictionaries/7.zdict: not a dictionary") != std::string::npos);
    auto missing = run("pack check /nonexistent");
    CHECK(missing.exit == 1);
    CHECK(missing.output == "/nonexistent: not a folder\n");
}

TEST_CASE("help and wrong calls") {
    auto help = run("--help");
    CHECK(help.exit == 0);
    CHECK(help.output.find("kentongan pack check DIR") != std::string::npos);
    for (const char* arguments :
         {"", "nonsense", "pack", "pack check", "pack check a b", "pack nonsense x"}) {
        auto wrong = run(arguments);
        CHECK(wrong.exit == 2);
        CHECK(wrong.output.starts_with("usage: "));
    }
}
