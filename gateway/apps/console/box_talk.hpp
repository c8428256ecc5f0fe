// Questions of a console to the running box.
#pragma once

#include "adapters/unix_socket/channel.hpp"
#include "apps/console/commands.hpp"

#include <chrono>
#include <cstdio>

namespace kentongan::console {

/// The box answers after a disk write, and may be busy with a kiosk's; a dead one answers never.
inline constexpr std::chrono::seconds kPatience{30};

/// "kentongan: what (code, where, native)"; returns Exit::kFaults.
inline Exit complain(std::FILE* err, const char* what, const Error& error) {
    std::fprintf(err, "kentongan: %s (%s, %s, %lld)\n", what, name_of(error.code), error.where,
                 static_cast<long long>(error.native));
    return Exit::kFaults;
}

/// Asks the box; an answer of another kind is an error with the box's code.
template <class Answer>
Result<Answer> ask(unix_socket::Caller& box, wire::local::Message question) {
    auto answer = TRY(box.ask(std::move(question), kPatience));
    if (auto* wanted = std::get_if<Answer>(&answer)) return std::move(*wanted);
    if (const auto* refused = std::get_if<wire::local::Refused>(&answer))
        return fail(static_cast<ErrorCode>(refused->code), "box.refused");
    return fail(ErrorCode::kUnsupported, "box.answer", static_cast<std::int64_t>(answer.index()));
}

} // namespace kentongan::console
