// The SMS desk: parts as they lie on the SIM → texts → the dialogue → requests and one answer each.
#pragma once

#include "box/guess_limit.hpp"
#include "box/intake.hpp"
#include "box/sms_carrier.hpp"
#include "box/sms_outbox.hpp"
#include "box/status.hpp"
#include "dialogue/engine.hpp"

namespace kentongan::box {

class SmsDesk {
  public:
    SmsDesk(Ground ground, Intake& intake, Statuses& statuses, SmsOutbox& outbox, SmsCarrier& carrier)
        : ground_(ground), intake_(intake), statuses_(statuses), outbox_(outbox), carrier_(carrier) {}

    /// One part from a modem, within the caller's transaction; after its commit the modem may delete it.
    /// Idempotent by fingerprint. Hostile senders, corrupt parts and floods are not errors: they are kept or
    /// counted. Data, and anything from the district's number, goes to the carrier; what is no word of the
    /// district's is kept aside: nothing of it reaches the dialogue or is answered. Errors: the store's.
    Status arrived(const wire::local::SmsArrived& sms, Instant now);

    /// Time passing: messages whose missing parts never came are read as they are; conversations end; rows
    /// expire.
    Status tick(Instant now);

    /// How long the missing part of a message is waited for.
    static constexpr std::chrono::hours kPartsWait{1};
    static constexpr std::chrono::hours kSeenFor{24 * 30};

  private:
    Status quarantine(const wire::local::SmsArrived& sms, const Pseudonym& seen, Instant now);
    Status whole_text(const domain::Msisdn& sender, const OnceToken& once, std::string_view text,
                      Instant now);
    Status join(const SmsPart& any, Instant now);
    Status keep(domain::Draft draft, const OnceToken& once, const domain::Msisdn& sender, Instant now);

    Ground ground_;
    Intake& intake_;
    Statuses& statuses_;
    SmsOutbox& outbox_;
    SmsCarrier& carrier_;
    MessageLimit limit_;
};

} // namespace kentongan::box
