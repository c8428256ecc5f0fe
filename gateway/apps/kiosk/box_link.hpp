// What the kiosk needs of the box: a question, and its answer within a time.
#pragma once

#include "base/result.hpp"
#include "wire/local.hpp"

#include <chrono>

namespace kentongan::kiosk {

class BoxLink {
  public:
    virtual ~BoxLink() = default;
    /// Errors: kUnavailable - the box is away or slow. The question may have been carried out all the same.
    /// Threads: any, several at once. Blocks for at most `deadline`.
    virtual Result<wire::local::Message> ask(wire::local::Message question,
                                             std::chrono::milliseconds deadline) = 0;
};

} // namespace kentongan::kiosk
