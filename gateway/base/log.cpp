#include "base/log.hpp"

#include <unistd.h>

#include <string>

namespace kentongan {
namespace {

bool writes = true;

} // namespace

void set_log(bool on) {
    writes = on;
}

void log(LogLevel level, Literal event, std::initializer_list<LogField> fields) {
    if (!writes) return;
    static constexpr const char* kNames[] = {"debug", "info", "warning", "error"};
    std::string line = kNames[static_cast<int>(level)];
    line += ' ';
    line += event.text();
    for (const auto& field : fields) {
        line += ' ';
        line += field.key.text();
        line += '=';
        if (field.literal != nullptr)
            line += field.literal;
        else
            line += std::to_string(field.number);
    }
    line += '\n';
    // One write call a line: the kernel keeps lines of different threads apart.
    [[maybe_unused]] auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

} // namespace kentongan
