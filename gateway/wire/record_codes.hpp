// Temporary: code and receipt before the record, until both come from the sealing key. Goes with its callers.
#pragma once

#include "base/bytes.hpp"
#include "domain/request.hpp"

namespace kentongan::wire {

[[nodiscard]] inline Bytes with_codes(const domain::Request& request, BytesView record) {
    ByteWriter out;
    out.text(request.code.digits);
    out.text(request.receipt.digits);
    out.raw(record);
    return std::move(out).take();
}

/// Reads both from the front of `opened`; the rest is the record.
[[nodiscard]] inline Result<BytesView> take_codes(BytesView opened, domain::CaseCode& code,
                                                  domain::ReceiptCode& receipt) {
    ByteReader in(opened);
    code.digits = TRY(in.text(8));
    receipt.digits = TRY(in.text(16));
    if (!domain::parse_case_code(code.digits) || !domain::parse_receipt_code(receipt.digits))
        return fail(ErrorCode::kCorrupt, "record.code");
    return in.raw(in.remaining());
}

} // namespace kentongan::wire
