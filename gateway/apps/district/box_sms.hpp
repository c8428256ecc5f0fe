// Boxes that come by SMS: one thread, one socket for the modems' workers, the same intake
// (docs/formats/sms-frame.md).
#pragma once

#include "adapters/unix_socket/channel.hpp"
#include "apps/district/office.hpp"
#include "district/sms_desk.hpp"

#include <map>
#include <thread>

namespace kentongan::district_app {

class BoxSms {
  public:
    /// Serves from now on. Lifetime: `office` outlives it.
    BoxSms(unix_socket::Listener listener, Office& office, district::SmsLimits limits,
           district::SmsPace pace);
    ~BoxSms(); ///< Stops. What was not yet answered is asked for again by its box.
    BoxSms(const BoxSms&) = delete;
    BoxSms& operator=(const BoxSms&) = delete;

    /// Connections at a time: far more than a machine has modems.
    static constexpr std::size_t kMaxModems = 16;

  private:
    void run();
    void accept();
    std::vector<district::ModemMessage> read();
    void say(const std::vector<district::ModemMessage>& messages);
    void drop(district::ModemId id);

    unix_socket::Listener listener_;
    Office& office_;
    district::SmsDesk desk_;
    std::map<district::ModemId, unix_socket::Channel> modems_;
    district::ModemId next_modem_ = 1;
    int stop_fd_ = -1;
    std::thread thread_;
};

} // namespace kentongan::district_app
