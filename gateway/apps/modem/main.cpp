// kentongan-modem: short messages between one modem and the box.
#include "adapters/command_line/command_line.hpp"
#include "apps/modem/options.hpp"
#include "apps/modem/supervisor.hpp"
#include "apps/modem/worker.hpp"

#include <cstdio>

int main(int argc, char** argv) {
    using namespace kentongan::modem_app;
    auto options = parse_options(kentongan::command_line::words_of(argc, argv));
    if (!options) {
        std::fputs(kHelp, stderr);
        return 2;
    }
    if (options->help) {
        std::fputs(kHelp, stdout);
        return 0;
    }
    return supervise([&] { return run_worker(*options); });
}
