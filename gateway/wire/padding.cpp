#include "wire/padding.hpp"

namespace kentongan::wire {
namespace {

constexpr std::size_t kItemBuckets[] = {kLeastPadded, 80, 96, kSmsPayload};
constexpr std::size_t kOpeningBuckets[] = {kLeastPadded, kSmsOpeningPayload};
constexpr std::size_t kStep = 64;

} // namespace

std::size_t padded_size(std::size_t size, Riding riding) {
    auto buckets = riding == Riding::kItem ? std::span<const std::size_t>(kItemBuckets)
                                           : std::span<const std::size_t>(kOpeningBuckets);
    for (auto bucket : buckets)
        if (size <= bucket) return bucket;
    return (size + kStep - 1) / kStep * kStep;
}

Result<Bytes> pad(Bytes record, std::size_t ahead, Riding riding) {
    if (!record.empty() && record.back() == 0) return fail(ErrorCode::kInvalid, "pad.last");
    record.resize(padded_size(ahead + record.size(), riding) - ahead);
    return record;
}

BytesView unpad(BytesView padded) {
    while (!padded.empty() && padded.back() == 0) padded = padded.first(padded.size() - 1);
    return padded;
}

} // namespace kentongan::wire
