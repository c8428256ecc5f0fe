#include "apps/kiosk/options.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace kentongan::kiosk;

namespace {

Result<Options> read(std::vector<const char*> arguments, bool with_base = true) {
    if (with_base)
        for (const char* word :
             {"--pages", "p", "--pack", "k", "--village", "v", "--socket", "s", "--listen", "127.0.0.1:0"})
            arguments.push_back(word);
    std::string message;
    auto options = read_options(arguments, message);
    CHECK(options.has_value() == message.empty());
    return options;
}

} // namespace

TEST_CASE("the options are read") {
    auto options = read({"--wifi", "[::1]:80", "--wifi-host", "desa.lan", "--panel-diagonal-in", "7",
                         "--panel-px", "800x480", "--port-file", "f"});
    REQUIRE(options);
    CHECK(options->pages == "p");
    CHECK(options->listen.address == "127.0.0.1");
    CHECK(options->wifi->address == "::1");
    CHECK(options->wifi->port == 80);
    CHECK(options->wifi_hosts == std::vector<std::string>{"desa.lan"});
    CHECK(options->pixels_per_mm() == Approx(5.247).margin(0.001));
    CHECK(read({})->pixels_per_mm() == 0);
    CHECK(read({"--help"}, false)->help);
}

TEST_CASE("wrong options are told") {
    CHECK_FALSE(read({}, false));
    CHECK_FALSE(read({"--nonsense", "x"}));
    CHECK_FALSE(read({"--pages"}, false));
    for (const char* listen :
         {"10.0.0.1:80", "0.0.0.0:80", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:65536", ":80", "::1:80"})
        CHECK_FALSE(read(
            {"--listen", listen, "--pages", "p", "--pack", "k", "--village", "v", "--socket", "s"}, false));
    CHECK_FALSE(read({"--wifi", "80"}));
    for (const char* pixels : {"800", "800x", "x480", "0x0", "800x480x3", "-1x5"})
        CHECK_FALSE(read({"--panel-diagonal-in", "7", "--panel-px", pixels}));
    for (const char* inches : {"0", "seven", "nan", "inf", "1e9", "-7"})
        CHECK_FALSE(read({"--panel-diagonal-in", inches, "--panel-px", "800x480"}));
    CHECK_FALSE(read({"--panel-px", "800x480"}));
    CHECK_FALSE(read({"--panel-diagonal-in", "7"}));
}
