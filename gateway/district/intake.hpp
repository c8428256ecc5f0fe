// Receives what boxes bring and answers with receipts and news.
//
// Nothing that a box brought is dropped: an item becomes a case, or is quarantined for a clerk. A receipt is
// written only after the commit that keeps its item; the same upload again gets the same receipts.
#pragma once

#include "district/setting.hpp"
#include "wire/exchange.hpp"

namespace kentongan::district {

/// Quarantined envelopes kept of one box. Beyond it the box keeps its items itself: no receipt is given.
inline constexpr std::uint64_t kMaxQuarantinedPerBox = 4096;

/// Threads: one at a time. Keeps references: store and setting outlive it.
class Intake {
  public:
    Intake(Store& store, const Setting& setting) : store_(store), setting_(setting) {}

    /// Bytes of a wire::Upload in, bytes of a signed wire::Download out.
    /// Errors: kCorrupt, kUnsupported - not an upload of ours; kDenied - unknown box or wrong signature;
    /// kNoSpace, kUnavailable - nothing was kept, the box tries again later.
    [[nodiscard]] Result<Bytes> exchange(BytesView upload, Instant now);

    /// The same for an upload whose signature was checked.
    [[nodiscard]] Result<wire::Download> take(const wire::Upload& upload, Instant now);

    /// Looks again at what was quarantined because it could not be understood: a newer pack may know it.
    /// Called once after the start. What came from a revoked box, or with a wrong signature, stays for a
    /// clerk. Returns how many became cases.
    [[nodiscard]] Result<std::size_t> look_again(Instant now);

    /// A clerk's word that a quarantined item is to be worked on although its box is revoked. Returns its id.
    /// Errors: kNotFound - nothing quarantined has this digest; kDenied - not signed by the box that brought
    /// it, or it does not open: nobody's word can mend that; kCorrupt, kUnsupported - not understood;
    /// kConflict - there is a case with its id.
    [[nodiscard]] Result<ItemId> accept(const std::array<std::uint8_t, 32>& digest, Instant now);

  private:
    struct Sorted;
    Status adopt(const Quarantined& one, const Box& box, Instant now);
    Result<Sorted> sort(const Box& box, BytesView envelope, Instant now);
    /// Tries to make a case of a verified envelope; nothing if it does not open or is not understood.
    Result<NewCase> new_case(const Box& box, BytesView envelope, Instant now) const;

    Store& store_;
    const Setting& setting_;
};

} // namespace kentongan::district
