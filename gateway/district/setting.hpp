// What a district's service is given once, at its start, and only reads afterwards.
#pragma once

#include "base/result.hpp"
#include "district/ports/store.hpp"
#include "district/working_days.hpp"
#include "domain/catalogue.hpp"
#include "domain/request.hpp"
#include "wire/dictionary.hpp"
#include "wire/keys.hpp"

#include <functional>
#include <map>
#include <span>
#include <string>

namespace kentongan::district {

/// Fills with uniform random bytes. Passed in, so that a simulated world is one seed's.
using Randomness = std::function<void(std::span<std::uint8_t>)>;

struct Setting {
    domain::Pack pack;
    wire::Dictionaries dictionaries;                              ///< The pack's, loaded.
    std::map<std::string, domain::Village, std::less<>> villages; ///< By id.
    wire::DistrictSecret keys;
    wire::Key32 psk_key{}; ///< Over the boxes' psks in the store (district/boxes.hpp).
    WorkingDays working_days;

    /// Nothing if this pack has no such village.
    [[nodiscard]] const domain::Village* village(std::string_view id) const;
    /// Nothing if the pack has lost the life cycle or the state since.
    [[nodiscard]] const domain::State* state_of(const CaseRow& row) const;
    /// Whether the office is late: past due while it, and not the citizen, has to act.
    [[nodiscard]] bool overdue(const CaseRow& row, Instant now) const;
    /// The same for a state without its case.
    [[nodiscard]] bool office_acts(std::string_view lifecycle, std::string_view state) const;
    [[nodiscard]] const domain::Lifecycle* lifecycle(std::string_view id) const;
};

/// The request in a record that is kept of a case.
/// Errors: kDenied - sealed to another key or altered; kCorrupt - not a record; kUnsupported - of another
/// pack or village; kNotFound - the box's village is not in the pack.
[[nodiscard]] Result<domain::Request> read_request(const Setting& setting, const Box& box, const ItemId& item,
                                                   domain::Recipient recipient, BytesView kept);

} // namespace kentongan::district
