// Errors as values: what can go wrong is in the type, and cannot be dropped unseen.
//
// No exception is part of any interface here: C libraries call back through C frames, and no
// exception may cross them (docs/adr/0002-errors-as-values.md).
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <utility>

namespace kentongan {

/// What the *caller* can do about a failure; the cause is in Error::native.
enum class ErrorCode : std::uint8_t {
    kInvalid = 1,     ///< The input is wrong; asking again with the same input fails again.
    kNotFound = 2,    ///< The thing named does not exist (here, or not any more).
    kConflict = 3,    ///< The state has moved on; read it again and decide anew.
    kDenied = 4,      ///< This caller may not, or not now (limits, locks, signatures that do not match).
    kNoSpace = 5,     ///< Storage or a limit is exhausted; nothing was kept.
    kCorrupt = 6,     ///< Stored or received bytes are damaged.
    kUnavailable = 7, ///< The other side is away or slow; try again later.
    kUnsupported = 8, ///< Not spoken by this version.
    kInternal = 9,    ///< A broken invariant that was caught.
};

/// `where` is a string literal naming the operation; `native` is errno, an SQLite or a libGammu code,
/// a line number or a byte offset, as the operation documents, 0 where there is none.
struct Error {
    ErrorCode code = ErrorCode::kInternal;
    const char* where = "";
    std::int64_t native = 0;
};

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  public:
    using tl::expected<T, Error>::expected;
    /// The value, moved out. Only after a test for success.
    T take() && { return std::move(**this); }
};

template <>
class [[nodiscard]] Result<void> : public tl::expected<void, Error> {
  public:
    using tl::expected<void, Error>::expected;
    void take() && {}
};

using Status = Result<void>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, const char* where, std::int64_t native = 0) {
    return tl::unexpected<Error>(Error{code, where, native});
}

/// The stable lower-case name of a code ("invalid", "not_found", …), for logs and JSON.
[[nodiscard]] const char* name_of(ErrorCode code);

} // namespace kentongan

#define KENTONGAN_TRY_NAME2(line) kentongan_try_##line
#define KENTONGAN_TRY_NAME(line) KENTONGAN_TRY_NAME2(line)

/// Evaluates to the value of a Result, or returns its error from the function around it.
#define TRY(expression)                                                                                      \
    __extension__({                                                                                          \
        auto KENTONGAN_TRY_NAME(__LINE__) = (expression);                                                    \
        if (!KENTONGAN_TRY_NAME(__LINE__).has_value())                                                       \
            return ::tl::unexpected<::kentongan::Error>(KENTONGAN_TRY_NAME(__LINE__).error());               \
        std::move(KENTONGAN_TRY_NAME(__LINE__)).take();                                                      \
    })
