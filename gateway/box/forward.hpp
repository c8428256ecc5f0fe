// Forward: sealed items up, the district's signed word down. Any carrier moves the bytes.
#pragma once

#include "box/intake.hpp"
#include "box/sms_outbox.hpp"
#include "wire/exchange.hpp"

namespace kentongan::box {

class Forward {
  public:
    Forward(Ground ground, SmsOutbox& outbox) : ground_(ground), outbox_(outbox) {}

    /// The next upload: queued items, oldest first, or none of them: then it asks for news.
    /// `nonce`: 16 fresh random bytes. The answer must be absorbed (or given up by asking again) before the
    /// next.
    Result<Bytes> upload(const std::array<std::uint8_t, 16>& nonce);

    struct Absorbed {
        std::size_t receipts = 0;
        std::size_t updates = 0;
        bool more = false; ///< Ask again at once.
        Instant district_time{};
    };
    /// The answer to the newest upload, believed.
    /// Errors: kDenied - not this district's answer to that upload; kCorrupt, kUnsupported.
    Result<wire::Download> read_answer(BytesView answer) const;
    /// Carries it out within the caller's transaction. Errors: the store's.
    /// Not an error: an update for an item unknown here, or in a state this pack does not know: it is passed
    /// over.
    Result<Absorbed> absorb(const wire::Download& download, Instant now);

    /// Sealed items are kept this long after the receipt.
    static constexpr std::chrono::hours kKeepRetired{24 * 30};

  private:
    Status apply(const wire::StatusUpdate& update, Instant now);

    Ground ground_;
    SmsOutbox& outbox_;
    std::array<std::uint8_t, 16> nonce_{};
};

} // namespace kentongan::box
