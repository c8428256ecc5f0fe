// The event loop of kentongan-box: sockets, time and the uplink around one box::Box.
#pragma once

#include "adapters/https/uplink.hpp"
#include "adapters/sqlite/box_store.hpp"
#include "adapters/unix_socket/channel.hpp"
#include "apps/box/udp_carrier.hpp"
#include "box/box.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace kentongan::apps {

struct BoxServiceOptions {
    std::string state; ///< Folder with box.secret, district.pub and box.db
    std::string kiosk_socket;
    std::string modem_socket;
    std::string console_socket; ///< Empty: no console.
    https::UplinkOptions uplink;
    std::optional<std::pair<std::string, std::uint16_t>> datagrams; ///< The district's host and UDP port.
    box::SmsSetting sms;                                            ///< The district's number, if any.
    std::chrono::seconds poll_every{30};                            ///< For news, while nothing is waiting.
    int refuse_at_percent = 90;                                     ///< Of the disk.
};

class BoxService {
  public:
    BoxService(BoxServiceOptions options, domain::Pack pack, domain::Village village, wire::BoxSecret keys,
               wire::DistrictPublic district);
    ~BoxService();

    /// Serves until `stop_fd` becomes readable. Errors: kUnavailable - the store or a socket cannot be
    /// opened.
    Status run(int stop_fd);

  private:
    enum class Kind { kKiosk, kModem, kConsole };
    struct Peer {
        unix_socket::Channel channel;
        Kind kind;
    };

    Status open_store();
    void accept_from(unix_socket::Listener& listener, Kind kind);
    static bool may_say(Kind kind, const wire::local::Message& message);
    /// What consoles say goes into `sticks`, everything else into `batch`.
    void read_peers(std::vector<box::Inbound>& batch, std::vector<box::Inbound>& sticks);
    void answer_sticks(const std::vector<box::Inbound>& sticks);
    void deliver(std::vector<box::Outbound> messages);
    void drop(box::PeerId id);
    void drive_uplink();
    void drive_datagrams();
    void open_datagrams();
    [[nodiscard]] bool by_datagrams() const { return udp_ != nullptr; }
    void heard(const box::Forward::Absorbed& absorbed);
    void take_answer();
    void once_a_second();
    /// This machine's clock, corrected by the district's word: a box without a battery wakes in 1970.
    [[nodiscard]] Instant now() const;

    /// A path that lets no datagrams through is tried again after this, then ever more rarely.
    static constexpr std::chrono::seconds kFirstUdpRest{600};
    static constexpr std::chrono::seconds kLongestUdpRest{6 * 3600};
    /// Ten seconds of air at 9.6 kbit/s. Each slice waits for its answer, a round trip that a slow link
    /// feels; and what was acknowledged before a break need not go again.
    static constexpr std::size_t kFirstSlice = 12 * 1024;
    static constexpr std::size_t kLargestSlice = 128 * 1024;

    BoxServiceOptions options_;
    domain::Pack pack_;
    domain::Village village_;
    wire::BoxSecret keys_;
    wire::DistrictPublic district_;
    wire::Sealer sealer_;
    std::unique_ptr<sqlite::SqliteBoxStore> store_;
    std::unique_ptr<box::Box> box_;
    std::unique_ptr<UdpCarrier> udp_; ///< While it works: then HTTPS carries only what it cannot.
    std::chrono::steady_clock::time_point next_udp_{}; ///< When to try it again.
    std::chrono::seconds udp_rest_ = kFirstUdpRest;
    std::map<box::PeerId, Peer> peers_;
    box::PeerId next_peer_ = 1;

    std::unique_ptr<https::Uplink> uplink_; ///< Its thread calls back until it is gone.
    int answered_fd_ = -1;                  ///< The uplink's thread writes here when an answer is ready.
    std::mutex answer_mutex_;
    std::optional<Result<Bytes>> answer_;
    std::chrono::steady_clock::time_point next_exchange_{};
    std::chrono::seconds backoff_{0}; ///< 0: the link works.
    bool bulk_ = false;               ///< Something waits that only HTTPS carries.
    bool hurry_ = false;              ///< Something new waits: do not wait for the next poll.
    std::size_t slice_ = kFirstSlice; ///< Bytes of items in the next body: what a broken link costs at most.
    seconds clock_off_{0};            ///< The district's clock less this machine's.
    std::chrono::steady_clock::time_point next_tick_{};
};

} // namespace kentongan::apps
