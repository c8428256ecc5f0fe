#include "box/status.hpp"

namespace kentongan::box {
namespace {

std::uint64_t asker_of(const Pseudonym& phone) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < 8; ++i) out = out << 8 | phone[i];
    return out | 1; // never the touchscreen's 0
}

} // namespace

Result<Standing> standing_of(const domain::Pack& pack, const CaseRow& row) {
    Standing standing;
    standing.service = pack.service(row.service);
    if (standing.service == nullptr) return fail(ErrorCode::kUnsupported, "status.service", row.service);
    standing.lifecycle = &pack.lifecycle_of(*standing.service);
    standing.state = standing.lifecycle->state(row.state);
    if (standing.state == nullptr) return fail(ErrorCode::kUnsupported, "status.state", row.state);
    return standing;
}

Result<CaseRow> Statuses::found(Result<std::optional<CaseRow>> row, std::uint64_t asker, Instant now) {
    auto value = TRY(std::move(row));
    if (!value) {
        limit_.missed(asker, now, asker == kTouchscreen ? GuessLimit::kLongestShared : GuessLimit::kLongest);
        return fail(ErrorCode::kNotFound, "status.code");
    }
    return *value;
}

Result<wire::local::CaseStatus> Statuses::ask(std::string_view digits, std::uint64_t asker, Instant now) {
    auto code = domain::parse_case_code(digits);
    auto receipt = domain::parse_receipt_code(digits);
    if (!code && !receipt) return fail(ErrorCode::kInvalid, "status.digits");
    if (limit_.wait(asker, now) > seconds(0)) return fail(ErrorCode::kDenied, "status.guesses");

    const auto& key = ground_.keys.store;
    auto row =
        TRY(found(code ? ground_.store.case_by_code(wire::pseudonym(key, "code", code->digits))
                       : ground_.store.case_by_receipt(wire::pseudonym(key, "receipt", receipt->digits)),
                  asker, now));
    auto standing = TRY(standing_of(ground_.pack, row));

    wire::local::CaseStatus status;
    status.lifecycle = standing.lifecycle->id;
    status.state = standing.state->id;
    status.since = to_unix(row.since);
    for (const auto& event : TRY(ground_.store.history(row.item))) {
        const auto* state = standing.lifecycle->state(event.state);
        if (state != nullptr) status.history.push_back({state->id, to_unix(event.at)});
    }
    // The frame has room for 64; a case that went to and fro more often shows its newest steps.
    if (status.history.size() > 64) status.history.erase(status.history.begin(), status.history.end() - 64);
    if (!receipt) return status;

    status.full = true;
    status.service = standing.service->id;
    if (!row.reply.empty()) {
        auto reply = TRY(wire::open_reply(*receipt, row.item, row.reply));
        status.reason = std::move(reply.reason);
        status.answer = std::move(reply.answer);
    }
    return status;
}

Result<CaseRow> Statuses::ask_by_phone(const domain::CaseCode& code, const Pseudonym& phone, Instant now) {
    auto asker = asker_of(phone);
    if (limit_.wait(asker, now) > seconds(0)) return fail(ErrorCode::kDenied, "status.guesses");
    return found(ground_.store.case_by_code(wire::pseudonym(ground_.keys.store, "code", code.digits)), asker,
                 now);
}

} // namespace kentongan::box
