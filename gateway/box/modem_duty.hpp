// What a modem's worker does, as a pure sequence: nothing is deleted before the box has it, nothing is sent
// twice.
//
// Receive: stored message → SmsArrived → (the box commits) → SmsKept → read the slot again → same content? →
// delete. Send: SendSms or SendData → one try → SmsOutcome. The box owns the journal, the retries and the
// clock.
#pragma once

#include "box/ports/modem.hpp"
#include "wire/local.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace kentongan::box {

/// Names the content of a stored PDU; collision-resistant.
using Fingerprint = std::array<std::uint8_t, 16>;
using FingerprintOf = std::function<Fingerprint(BytesView)>;

/// Announcements that may wait for the box's word at a time.
inline constexpr std::size_t kMaxAnnounced = 32;
/// Polls after which one that got no word is announced again.
inline constexpr std::uint32_t kRepeatAfterPolls = 30;

/// Threads: one. Keeps a reference to the modem, which must outlive it.
class ModemDuty {
  public:
    /// `first_call`: where the numbers of announcements begin. A random one makes the box's word for a
    /// message that an earlier worker announced mean nothing to this one.
    ModemDuty(Modem& modem, FingerprintOf fingerprint_of, std::uint64_t first_call = 0);

    /// Looks at the modem: messages for the box, ModemState among them if it changed. Deletes what the box
    /// has kept and an earlier try could not delete. Errors: kUnavailable - the modem is gone; make it anew,
    /// and this with it.
    Result<std::vector<wire::local::Message>> poll();

    /// Carries out one message of the box; others than SmsKept, SendSms and SendData are ignored.
    /// Not an error: SmsKept for something unknown (announced before a restart), an order to send again
    /// with the same id. Errors: kUnavailable, only for SmsKept: an order to send always has an outcome.
    Result<std::vector<wire::local::Message>> handle(const wire::local::Message& message);

    /// A new connection to the box: everything that is stored is announced again, and the state told.
    void reconnected();

  private:
    struct Announced {
        std::uint64_t call = 0;
        Bytes pdu;
        bool kept = false;
        std::uint32_t polls = 0;
    };

    Status delete_kept(std::uint32_t slot);
    wire::local::Message announcement(std::uint64_t call, const StoredSms& sms) const;

    Modem& modem_;
    FingerprintOf fingerprint_of_;
    std::uint64_t last_call_;
    std::map<std::uint32_t, Announced> announced_; ///< By slot
    std::optional<wire::local::ModemState> told_;
};

} // namespace kentongan::box
