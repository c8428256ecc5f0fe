// Any bytes as a record: no crash, and what reads can be written again and reads the same.
//
// The first byte chooses the pack; the rest is the record, padded or not.
#include "tools/requests.hpp"
#include "wire/padding.hpp"
#include "wire/record.hpp"

#include <cstdlib>

using namespace kentongan;

namespace {

struct Country {
    domain::Pack pack;
    domain::Village village;
    wire::Dictionaries dictionaries;

    explicit Country(const char* id)
        : pack(test::test_pack(id)), village(test::test_village(pack)),
          dictionaries(test::loaded_dictionaries(pack)) {}
};

void must(bool held) {
    if (!held) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Country countries[] = {Country("id-jember"), Country("xq-qamar")};
    if (size == 0) return 0;
    const auto& [pack, village, dictionaries] = countries[data[0] % 2];
    auto read = wire::decode_request(pack, village, dictionaries, wire::unpad({data + 1, size - 1}));
    if (!read) return 0;
    for (const auto& [field, value] : read->answers) must(value.size() <= 8192);
    auto record = wire::encode_request(pack, village, dictionaries, *read);
    must(record.has_value() || record.error().code == ErrorCode::kNoSpace);
    if (!record) return 0;
    auto again = wire::decode_request(pack, village, dictionaries, *record);
    must(again.has_value() && test::same(*read, *again));
    return 0;
}
