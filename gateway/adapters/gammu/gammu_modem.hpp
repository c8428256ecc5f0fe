// A real modem, through libGammu 1.42's AT driver.
#pragma once

#include "adapters/gammu/watchdog.hpp"
#include "box/ports/modem.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace kentongan::gammu {

struct GammuOptions {
    std::string device;                  ///< "/dev/ttyUSB0"
    std::string connection = "at115200"; ///< libGammu's name of protocol and speed
    /// From the last octet handed over until the network's word; then the outcome is unknown.
    std::chrono::seconds send_timeout{60};
    /// Ends the process when a call takes too long; null: nothing does (tests).
    Watchdog* watchdog = nullptr;
};

/// Threads: one at a time, always the same process. libGammu is radio-fed C code that blocks: it belongs in a
/// process of its own which holds no key (docs/security.md).
///
/// Never repeats a command (ReplyNum 1): a repeated deletion would hit the message that took the slot. A lost
/// answer makes the modem unusable, as rule 9 of the port says; make it anew. Opening takes about 3.3 s
/// (fixed waits in libGammu), sending one part 0.7 s.
///
/// Direct delivery (+CMT) is switched off, and no callback for incoming messages is ever set: it is the way
/// into libGammu's unbounded +CDS and +CMT buffers. News is noticed because the line speaks, and by polling.
class GammuModem final : public box::Modem {
  public:
    /// Errors: kUnavailable - no such device, no permission, or nobody answers; `native` is libGammu's code.
    static Result<std::unique_ptr<GammuModem>> open(const GammuOptions& options);
    ~GammuModem() override;

    Result<box::ModemStatus> status() override;
    Result<std::vector<box::StoredSms>> stored() override;
    Result<Bytes> read(std::uint32_t slot) override;
    Status erase(std::uint32_t slot) override;
    box::SendResult send(std::string_view to, std::string_view text) override;
    box::SendResult send_data(std::string_view to, BytesView data) override;
    Result<bool> wait(std::chrono::milliseconds longest) override;

  private:
    struct State;
    explicit GammuModem(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace kentongan::gammu
