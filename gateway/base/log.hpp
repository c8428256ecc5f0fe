// A log that cannot carry personal data: only numbers and string literals fit into it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <type_traits>

namespace kentongan {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError };

/// Text that was written by a programmer: the constructor is consteval, so a value known only at run time
/// (a name, a number, a message) does not compile.
class Literal {
  public:
    template <std::size_t N>
    consteval Literal(const char (&text)[N]) : text_(text) {} // NOLINT(google-explicit-constructor)
    [[nodiscard]] const char* text() const { return text_; }

  private:
    const char* text_;
};

/// One `key=value`. Values are integers or literals; an Error's `where` is a literal by its contract.
struct LogField {
    Literal key;
    std::int64_t number = 0;
    const char* literal = nullptr;

    template <class Number>
    requires std::is_integral_v<Number> || std::is_enum_v<Number> LogField(Literal k, Number value)
        : key(k), number(static_cast<std::int64_t>(value)) {}
    LogField(Literal k, Literal value) : key(k), literal(value.text()) {}

    /// For Error::where and name_of(): pointers to static text that are not known at compile time.
    static LogField of_static(Literal key, const char* static_text) {
        LogField field(key, 0);
        field.literal = static_text;
        return field;
    }
};

/// Writes one line `level event key=value …` to standard error, where the service manager keeps it.
/// Threads: any; lines do not interleave.
void log(LogLevel level, Literal event, std::initializer_list<LogField> fields = {});

/// Writes nothing any more, or again. For simulated worlds, where thousands of faults are what is asked for.
/// Threads: not while another one logs.
void set_log(bool on);

} // namespace kentongan
