// Intake: a filled form or a finished dialogue becomes a sealed, queued item with a code.
#pragma once

#include "box/ports/store.hpp"
#include "domain/request.hpp"
#include "wire/dictionary.hpp"
#include "wire/seal.hpp"

namespace kentongan::box {

/// What every part of the box works with. All outlive the parts.
struct Ground {
    const domain::Pack& pack;
    const domain::Village& village;
    const wire::BoxSecret& keys;
    wire::DistrictPublic& district; ///< A keyring that comes down changes it.
    Store& store;
    wire::Sealer& sealer;
    wire::Dictionaries dictionaries{}; ///< The pack's, loaded.
};

struct AcceptedRequest {
    domain::CaseCode code;
    domain::ReceiptCode receipt;
    int target_days = 0;
};

class Intake {
  public:
    explicit Intake(Ground ground) : ground_(ground) {}

    /// Checks, seals and stores within the caller's transaction: say "received" only after its commit. The
    /// plaintext is wiped before this returns.
    ///
    /// `once` names the form: the same token again gives the same codes and stores nothing.
    /// `sender`: the phone it came from, if it came from one.
    /// Errors: kInvalid - `problems` says why, or the service is not offered; kNoSpace - too long, or the
    /// disk is full; kUnavailable, kCorrupt - the store refuses.
    Result<AcceptedRequest> accept(domain::Draft draft, const OnceToken& once,
                                   const std::optional<domain::Msisdn>& sender, Instant now,
                                   std::vector<domain::Problem>& problems);

  private:
    Result<AcceptedRequest> known(const CaseRow& row, const wire::Key32& token_key) const;
    Status open_epoch(domain::Recipient recipient, Instant now);
    struct Sealed {
        ItemId item;
        domain::CaseCode code;
        domain::ReceiptCode receipt;
    };
    /// Seals and queues; sets `request.attempt`.
    Result<Sealed> seal(const domain::Service& service, domain::Request& request, Instant now);

    Ground ground_;
};

} // namespace kentongan::box
