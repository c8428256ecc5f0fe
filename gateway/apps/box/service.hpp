// The event loop of kentongan-box: sockets, time and the links around one box::Box.
#pragma once

#include "adapters/sqlite/box_store.hpp"
#include "adapters/unix_socket/channel.hpp"
#include "apps/box/links.hpp"
#include "box/box.hpp"

#include <map>
#include <memory>
#include <string>

namespace kentongan::apps {

struct BoxServiceOptions {
    std::string state; ///< Folder with box.secret, district.pub and box.db
    std::string kiosk_socket;
    std::string modem_socket;
    std::string console_socket; ///< Empty: no console.
    LinkOptions links;
    box::SmsSetting sms;        ///< The district's number, if any.
    int refuse_at_percent = 90; ///< Of the disk.
};

class BoxService {
  public:
    BoxService(BoxServiceOptions options, domain::Pack pack, domain::Village village, wire::BoxSecret keys,
               wire::DistrictPublic district);

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
    void heard(const box::Forward::Absorbed& absorbed);
    void once_a_second();
    /// This machine's clock, corrected by the district's word: a box without a battery wakes in 1970.
    [[nodiscard]] Instant now() const;

    BoxServiceOptions options_;
    domain::Pack pack_;
    domain::Village village_;
    wire::BoxSecret keys_;
    wire::DistrictPublic district_;
    wire::Sealer sealer_;
    std::unique_ptr<sqlite::SqliteBoxStore> store_;
    std::unique_ptr<box::Box> box_;
    std::map<box::PeerId, Peer> peers_;
    box::PeerId next_peer_ = 1;

    seconds clock_off_{0}; ///< The district's clock less this machine's.
    std::chrono::steady_clock::time_point next_tick_{};
    Links links_; ///< Tells of answers until it is gone.
};

} // namespace kentongan::apps
