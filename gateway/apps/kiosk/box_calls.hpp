// Questions to the box on behalf of pages: what HTTP answer each answer becomes.
#pragma once

#include "adapters/page_api/answers.hpp"
#include "apps/kiosk/box_link.hpp"
#include "base/time.hpp"
#include "domain/request.hpp"

#include <atomic>
#include <chrono>
#include <functional>

namespace kentongan::kiosk {

/// Keeps pages served while the box hangs: only so many server threads wait for it at once, and after it was
/// slow once nobody waits for a while. Who may not wait is told "busy"; nothing was sent then.
///
/// Threads: any.
class BoxCalls {
  public:
    using Clock = std::chrono::steady_clock;
    /// How long nobody asks a box that let somebody wait in vain.
    static constexpr std::chrono::seconds kPause{3};

    /// `link` outlives it. `most_waiting`: one less than the threads of the server.
    BoxCalls(BoxLink& link, unsigned most_waiting, std::function<Clock::time_point()> now = Clock::now)
        : link_(link), most_waiting_(most_waiting), now_(std::move(now)) {}

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
    const std::function<Clock::time_point()> now_;
    std::atomic<unsigned> waiting_{0};
    std::atomic<bool> away_{false};
    std::atomic<Clock::rep> ask_again_at_{Clock::time_point::min().time_since_epoch().count()};
};

} // namespace kentongan::kiosk
