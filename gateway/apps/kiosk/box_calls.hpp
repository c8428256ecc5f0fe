// Questions to the box on behalf of pages: what HTTP answer each answer becomes.
#pragma once

#include "apps/kiosk/answers.hpp"
#include "apps/kiosk/box_link.hpp"
#include "base/time.hpp"
#include "domain/request.hpp"

#include <atomic>

namespace kentongan::kiosk {

/// Bounds how many server threads may wait for the box at once: pages are served while it hangs.
///
/// Threads: any.
class BoxCalls {
  public:
    /// `link` outlives it. `most_waiting`: one less than the threads of all servers together.
    BoxCalls(BoxLink& link, unsigned most_waiting) : link_(link), most_waiting_(most_waiting) {}

    /// 201 with the codes, 422, 429 or 503. `draft` is checked and canonical.
    [[nodiscard]] http::Response submit(const domain::Pack& pack, const domain::Draft& draft,
                                        const OnceToken& once);
    /// 200, 404, 422, 429 or 503. `language`: of the person who asks.
    [[nodiscard]] http::Response status(const domain::Pack& pack, std::string_view language,
                                        std::string digits, std::uint64_t client);
    /// Always 200: "box" says whether it answered.
    [[nodiscard]] http::Response health(Instant now);

  private:
    Result<wire::local::Message> ask(wire::local::Message question, std::chrono::milliseconds deadline);

    BoxLink& link_;
    const unsigned most_waiting_;
    std::atomic<unsigned> waiting_{0};
    std::atomic<bool> away_{false};
};

} // namespace kentongan::kiosk
