// Status: what a code or a receipt shows, answered from the box without the district.
#pragma once

#include "box/guess_limit.hpp"
#include "box/intake.hpp"
#include "wire/local.hpp"
#include "wire/reply.hpp"

namespace kentongan::box {

class Statuses {
  public:
    explicit Statuses(Ground ground) : ground_(ground) {}

    /// By 8 digits: state and dates. By the 16 of the receipt: service, reason and answer too.
    /// `asker` tells guessers apart. Takes some 20 ms when a receipt opens a reply.
    /// Errors: kInvalid - not 8 or 16 digits, or the check digit is wrong (costs no guess); kNotFound;
    /// kDenied - too many misses, see wait().
    Result<wire::local::CaseStatus> ask(std::string_view digits, std::uint64_t asker, Instant now);

    /// By the phone that asks: whether it is its own case decides how much is shown.
    Result<CaseRow> ask_by_phone(const domain::CaseCode& code, const Pseudonym& phone, Instant now);

    [[nodiscard]] seconds wait(std::uint64_t asker, Instant now) const { return limit_.wait(asker, now); }

  private:
    Result<CaseRow> found(Result<std::optional<CaseRow>> row, std::uint64_t asker, Instant now);

    Ground ground_;
    GuessLimit limit_;
};

/// The asker number of the touchscreen, whoever stands before it.
inline constexpr std::uint64_t kTouchscreen = 0;

/// Life cycle and state of a row in the words of the pack.
struct Standing {
    const domain::Service* service = nullptr;
    const domain::Lifecycle* lifecycle = nullptr;
    const domain::State* state = nullptr;
};
/// Errors: kUnsupported - the pack knows the service or the state no more.
Result<Standing> standing_of(const domain::Pack& pack, const CaseRow& row);

} // namespace kentongan::box
