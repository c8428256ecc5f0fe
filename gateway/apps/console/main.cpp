// kentongan - what a technician or a translator does with packs and boxes, at a shell.
#include "apps/console/commands.hpp"

#include <algorithm>
#include <iterator>
#include <vector>

namespace {

using kentongan::console::Command;
using kentongan::console::Exit;

constexpr Command kCommands[] = {
    {"pack", "check DIR", "read a pack and its villages, and say everything that is wrong with them",
     kentongan::console::pack_command},
    {"enrol", "request --state DIR --district FILE --code CODE --box NUMBER",
     "make this box's keys and the request that the district answers; prints the fingerprints to compare",
     kentongan::console::enrol_command},
    {"enrol", "accept --state DIR WELCOME", "install the keys after checking the district's answer",
     kentongan::console::enrol_command},
    {"links", "--socket PATH",
     "how the running box reaches its district, what that used and cost today, and what waits",
     kentongan::console::links_command},
    {"usb", "export --socket PATH DIR",
     "put what waits in the running box on the stick that is mounted at DIR",
     kentongan::console::usb_command},
    {"usb", "import --socket PATH DIR", "bring what the district has put on that stick to the running box",
     kentongan::console::usb_command},
};

void usage(std::FILE* to) {
    std::fputs("usage: kentongan COMMAND …\n\n", to);
    for (const auto& command : kCommands)
        std::fprintf(to, "  kentongan %.*s %.*s\n      %.*s\n", static_cast<int>(command.name.size()),
                     command.name.data(), static_cast<int>(command.arguments.size()),
                     command.arguments.data(), static_cast<int>(command.help.size()), command.help.data());
    std::fputs("  kentongan --help\n      this text\n\n"
               "Exit: 0 done; 1 faults were found; 2 called wrongly.\n",
               to);
}

} // namespace

int main(int argc, char** argv) {
    std::vector<std::string_view> arguments(argv + std::min(argc, 1), argv + argc);
    if (!arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h")) {
        usage(stdout);
        return static_cast<int>(Exit::kOk);
    }
    const auto* command = std::find_if(std::begin(kCommands), std::end(kCommands), [&](const Command& c) {
        return !arguments.empty() && c.name == arguments[0];
    });
    auto exit = Exit::kUsage;
    if (command != std::end(kCommands))
        exit = command->run(std::span<const std::string_view>(arguments).subspan(1), stdout, stderr);
    if (exit == Exit::kUsage) usage(stderr);
    return static_cast<int>(exit);
}
