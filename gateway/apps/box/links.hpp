// The IP carriers of a box, and which of them goes when: datagrams first; HTTPS after two silences and for
// what no datagram carries; each only as far as the day's budget (box/carriers.hpp) reaches. What neither may
// carry waits.
#pragma once

#include "adapters/https/uplink.hpp"
#include "apps/box/udp_carrier.hpp"
#include "box/box.hpp"

#include <poll.h>

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace kentongan::apps {

struct LinkOptions {
    https::UplinkOptions uplink;
    std::optional<std::pair<std::string, std::uint16_t>> datagrams; ///< The district's host and UDP port.
    std::chrono::seconds poll_every{30};                            ///< For news, while nothing is waiting.
};

/// Fresh for every call: see box::Forward::call().
[[nodiscard]] std::uint32_t fresh_echo();

/// Threads: the core thread; HTTPS has one of its own behind it.
class Links {
  public:
    using Clock = std::function<Instant()>;
    using Heard = std::function<void(const box::Forward::Absorbed&)>;

    /// `now`: the wall clock, corrected. `heard`: called for every answer that was carried out.
    Links(LinkOptions options, BoxId id, Clock now, Heard heard);
    ~Links();
    Links(const Links&) = delete;
    Links& operator=(const Links&) = delete;

    /// Speaks for that box from now on; it outlives its successor's use().
    void use(box::Box& box);
    /// Before a box goes: nothing of it is touched until use().
    void leave();

    /// Something new waits, or (false) nothing does.
    void hurry(bool something) { hurry_ = something; }
    /// Another carrier has brought these.
    void withdrawn(const std::vector<ItemId>& items);

    /// Takes what has come, sends what may be sent. Never blocks, but for a name that is looked up.
    void drive();
    /// What to wake drive() for, besides its deadline.
    void watch(std::vector<pollfd>& watched) const;
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> deadline() const;

  private:
    using Moment = std::chrono::steady_clock::time_point;
    /// What HTTPS may do now.
    struct Leave {
        box::Forward::Cargo cargo;
        bool sparing = false;
        std::size_t room = 0;
    };

    void drive_datagrams();
    void open_datagrams();
    void close_datagrams();
    void poll_by_datagrams(Moment time);
    void drive_https();
    void take_answer();
    [[nodiscard]] bool by_datagrams() const { return udp_ != nullptr; }
    [[nodiscard]] bool may(box::Carrier carrier, box::Share share, std::size_t bytes);
    /// Nothing: it must wait.
    [[nodiscard]] std::optional<Leave> https_leave(Moment time);
    void note_budgets();

    /// A path that lets no datagrams through is tried again after this, then ever more rarely.
    static constexpr std::chrono::seconds kFirstUdpRest{600};
    static constexpr std::chrono::seconds kLongestUdpRest{6 * 3600};
    /// Ten seconds of air at 9.6 kbit/s. Each slice waits for its answer, a round trip that a slow link
    /// feels; and what was acknowledged before a break need not go again.
    static constexpr std::size_t kFirstSlice = 12 * 1024;
    static constexpr std::size_t kLargestSlice = 128 * 1024;
    /// An exchange by HTTPS with nothing in it.
    static constexpr std::size_t kBareExchange = box::kLeastExchange;
    static constexpr std::size_t kWithPieces = kBareExchange + wire::kMaxAnswer;
    /// Where only what is urgent may go, statuses are still asked for, this often.
    static constexpr std::chrono::seconds kRareCall{3600};

    LinkOptions options_;
    BoxId id_;
    Clock now_;
    Heard heard_;
    box::Box* box_ = nullptr;

    std::unique_ptr<UdpCarrier> udp_; ///< While it works: then HTTPS carries only what it cannot.
    Moment next_udp_{};               ///< When to try it again.
    std::chrono::seconds udp_rest_ = kFirstUdpRest;

    std::unique_ptr<https::Uplink> uplink_; ///< Its thread calls back until it is gone.
    int answered_fd_ = -1;                  ///< The uplink's thread writes here when an answer is ready.
    struct Answered {
        Result<Bytes> answer;
        https::Traffic traffic;
    };
    std::mutex answer_mutex_;
    std::optional<Answered> answered_;

    Moment next_exchange_{};
    Moment next_rare_{};              ///< See kRareCall.
    Moment https_rests_until_{};      ///< For what only HTTPS carries.
    std::chrono::seconds backoff_{0}; ///< 0: the link works.
    bool bulk_ = false;               ///< Something waits that only HTTPS carries.
    bool hurry_ = false;              ///< Something new waits: do not wait for the next poll.
    std::size_t slice_ = kFirstSlice; ///< Bytes of items in the next body: what a broken link costs at most.
    std::array<box::Hindrance, 2> noted_{}; ///< Of datagrams and HTTPS, as the log has it.
};

} // namespace kentongan::apps
