// From canonical answers and sealed words to what an officer reads, and back.
#pragma once

#include "district/cases.hpp"
#include "wire/reply.hpp"

namespace kentongan::district {

/// In the order in which they were asked; questions that were not shown are left out.
[[nodiscard]] std::vector<ReadAnswer> read_answers(const Setting& setting, const Box& box,
                                                   const domain::Request& request, std::string_view language);

/// Errors: kInternal - the recipient's public key cannot be used.
[[nodiscard]] Result<Bytes> write_words(const Setting& setting, const CaseRow& row, const wire::Reply& words);
/// Errors: kDenied - sealed to another key, or altered; kCorrupt.
[[nodiscard]] Result<wire::Reply> read_words(const Setting& setting, const CaseRow& row, const Event& event);

} // namespace kentongan::district
