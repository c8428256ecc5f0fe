// Any bytes as a record: no crash, and what reads can be written again and reads the same.
//
// The first byte chooses the pack; the rest is the record, padded or not.
#include "tools/requests.hpp"
#include "wire/padding.hpp"

#include <cstdlib>

using namespace kentongan;

namespace {

void must(bool held) {
    if (!held) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const test::Country countries[] = {test::Country("id-jember"), test::Country("xq-qamar")};
    if (size == 0) return 0;
    const auto& country = countries[data[0] % 2];
    auto read = country.decode(wire::unpad({data + 1, size - 1}));
    if (!read) return 0;
    for (const auto& [field, value] : read->answers) must(value.size() <= 8192);
    auto record = country.encode(*read);
    must(record.has_value() || record.error().code == ErrorCode::kNoSpace);
    if (!record) return 0;
    auto again = country.decode(*record);
    must(again.has_value() && test::same(*read, *again));
    return 0;
}
