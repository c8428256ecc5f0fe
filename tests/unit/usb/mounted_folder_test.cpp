// The folder of a real file system: links, pipes and folders where files belong.
#include "adapters/usb/folder.hpp"
#include "tools/temporary_folder.hpp"
#include "wire/stick.hpp"

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

using namespace kentongan;
using usb::MountedFolder;

namespace {

ErrorCode code_of(const auto& result) {
    REQUIRE_FALSE(result);
    return result.error().code;
}

} // namespace

TEST_CASE("files are written, read, renamed and removed", "[usb]") {
    test::TemporaryFolder mount;
    CHECK(code_of(MountedFolder::open(mount.path(), MountedFolder::IfMissing::kFail)) ==
          ErrorCode::kNotFound);
    CHECK(code_of(MountedFolder::open(mount / "nowhere", MountedFolder::IfMissing::kMake)) ==
          ErrorCode::kNotFound);
    auto stick = MountedFolder::open(mount.path(), MountedFolder::IfMissing::kMake);
    REQUIRE(stick);
    auto& folder = **stick;
    Bytes content(100'000, 7);
    REQUIRE(folder.write("A.TMP", content));
    REQUIRE(folder.write("A.TMP", content)); // in the place of the first
    REQUIRE(folder.rename("A.TMP", "A.KTN"));
    REQUIRE(folder.sync());
    CHECK(*folder.read("A.KTN", content.size()) == content);
    CHECK(code_of(folder.read("A.KTN", content.size() - 1)) == ErrorCode::kNoSpace);
    CHECK(code_of(folder.read("A.TMP", 10)) == ErrorCode::kNotFound);
    CHECK(*folder.names(1) == std::vector<std::string>{"A.KTN"});
    CHECK(code_of(folder.names(0)) == ErrorCode::kNoSpace);
    REQUIRE(folder.remove("A.KTN"));
    REQUIRE(folder.remove("A.KTN"));
    CHECK(folder.names(10)->empty());
    CHECK(*folder.free_bytes() > 0);
}

TEST_CASE("no link is followed and nothing but a plain file is read", "[usb]") {
    test::TemporaryFolder mount;
    auto stick = MountedFolder::open(mount.path(), MountedFolder::IfMissing::kMake);
    REQUIRE(stick);
    auto& folder = **stick;
    auto inside = mount / wire::kStickFolder;
    std::ofstream(mount / "SECRET") << "secret";
    REQUIRE(::symlink((mount / "SECRET").c_str(), (inside + "/LINK").c_str()) == 0);
    REQUIRE(::mkfifo((inside + "/PIPE").c_str(), 0600) == 0);
    REQUIRE(::mkdir((inside + "/FOLDER").c_str(), 0700) == 0);
    CHECK(code_of(folder.read("LINK", 100)) == ErrorCode::kDenied);
    CHECK(code_of(folder.read("PIPE", 100)) == ErrorCode::kDenied);
    CHECK(code_of(folder.read("FOLDER", 100)) == ErrorCode::kDenied);
    CHECK(code_of(folder.write("FOLDER", Bytes{1})) == ErrorCode::kDenied);
    REQUIRE(folder.write("LINK", Bytes{1})); // the link is replaced
    std::ifstream secret(mount / "SECRET");
    std::string word;
    secret >> word;
    CHECK(word == "secret");

    test::TemporaryFolder other;
    REQUIRE(::symlink(inside.c_str(), (other / wire::kStickFolder).c_str()) == 0);
    CHECK(code_of(MountedFolder::open(other.path(), MountedFolder::IfMissing::kMake)) == ErrorCode::kDenied);
}
