#include "adapters/microhttpd/http_server.hpp"
#include "tools/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace kentongan;
using namespace kentongan::http;

namespace {

void write(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

} // namespace

TEST_CASE("pages are what was in the folder at the start, by type") {
    test::TemporaryFolder folder;
    std::filesystem::create_directories(folder / "assets");
    std::filesystem::create_directories(folder / ".git");
    write(folder / "index.html", "<!doctype html>");
    write(folder / "assets/app.js", "1;");
    write(folder / "assets/empty.css", "");
    write(folder / "notes.md", "x");
    write(folder / ".secret.html", "x");
    write(folder / ".git/a.html", "x");
    std::filesystem::create_symlink("/etc/passwd", folder / "leak.txt");
    auto pages = StaticPages::load(folder.path());
    REQUIRE(pages);
    write(folder / "late.html", "x");

    REQUIRE(pages->find("/") != nullptr);
    CHECK(pages->find("/")->body == "<!doctype html>");
    CHECK(pages->find("/")->content_type == "text/html; charset=utf-8");
    CHECK(pages->find("/index.html") != nullptr);
    CHECK(pages->find("/assets/app.js")->content_type == "text/javascript; charset=utf-8");
    CHECK(pages->find("/assets/empty.css")->body.empty());
    for (const char* path : {"", "/assets", "/assets/", "/notes.md", "/.secret.html", "/.git/a.html",
                             "/leak.txt", "/late.html", "/../index.html", "index.html"})
        if (std::string_view(path) != "") CHECK(pages->find(path) == nullptr);

    CHECK(pages->find("/desk/assets/app.js", "/desk") != nullptr);
    CHECK(pages->find("/desk/", "/desk") != nullptr);
    CHECK(pages->find("/desk", "/desk") != nullptr);
    CHECK(pages->find("/assets/app.js", "/desk") == nullptr);
    CHECK(pages->find("/deskassets/app.js", "/desk") == nullptr);
}

TEST_CASE("a folder that is none, or too much, is refused") {
    test::TemporaryFolder folder;
    CHECK(StaticPages::load(folder / "none").error().code == ErrorCode::kNotFound);
    write(folder / "big.txt", std::string(17 * 1024 * 1024, 'a'));
    CHECK(StaticPages::load(folder.path()).error().code == ErrorCode::kNoSpace);
}

TEST_CASE("a page that the browser has is not sent again") {
    test::TemporaryFolder folder;
    write(folder / "index.html", "one");
    auto pages = StaticPages::load(folder.path());
    REQUIRE(pages);
    const auto& page = *pages->find("/");
    Request request;
    CHECK(unless_known(request, page).status == 200);
    request.headers["if-none-match"] = entity_tag("one");
    auto known = unless_known(request, page);
    CHECK(known.status == 304);
    CHECK(known.body.empty());
    CHECK(known.headers == page.headers);
    request.headers["if-none-match"] = "\"a\", W/" + entity_tag("one");
    CHECK(unless_known(request, page).status == 304);
    request.headers["if-none-match"] = entity_tag("two");
    CHECK(unless_known(request, page).status == 200);
    request.headers["if-none-match"] = "*";
    CHECK(unless_known(request, page).status == 304);
}
