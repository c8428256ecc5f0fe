// Days on which an office works: what "within two working days" means.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <set>
#include <string_view>

namespace kentongan::district {

/// Monday to Friday, without the holidays named. Values only.
class WorkingDays {
  public:
    WorkingDays() = default;
    explicit WorkingDays(std::set<std::chrono::sys_days> holidays) : holidays_(std::move(holidays)) {}

    /// One YYYY-MM-DD a line; empty lines and what follows a '#' are ignored.
    /// Errors: kInvalid - something else; `native` is the line.
    static Result<WorkingDays> read(std::string_view text);

    [[nodiscard]] bool works(std::chrono::sys_days day) const;

    /// The last second of the `days`-th working day after the day of `from`; with 0 days, of that day itself,
    /// or of the next working day if it is none. Days begin at midnight of the place, `utc_offset` east of
    /// Greenwich. `days` is taken as at most 3,650.
    [[nodiscard]] Instant due(Instant from, int days, std::chrono::minutes utc_offset) const;

  private:
    std::set<std::chrono::sys_days> holidays_;
};

} // namespace kentongan::district
