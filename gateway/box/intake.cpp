#include "box/intake.hpp"

#include "wire/record.hpp"
#include "wire/record_codes.hpp"

#include <algorithm>

namespace kentongan::box {
namespace {

// 10^7 codes: sixteen collisions in a row mean that something else is wrong.
constexpr std::uint32_t kMostAttempts = 16;

domain::CaseCode code_for(const wire::BoxSecret& keys, const OnceToken& once, std::uint32_t attempt) {
    return domain::make_case_code(wire::derived_number(keys.store, "code", once, attempt));
}

domain::ReceiptCode receipt_for(const wire::BoxSecret& keys, const OnceToken& once) {
    return domain::make_receipt_code(wire::derived_number(keys.store, "receipt", once, 0));
}

// Derived from the token, so the same form is the same item wherever its first attempt was cut off.
ItemId item_for(const wire::BoxSecret& keys, const OnceToken& once) {
    return ItemId{wire::pseudonym(keys.store, "item", BytesView(once.value))};
}

void wipe_personal(domain::Request& request) {
    for (auto& [field, value] : request.answers) wipe(value);
    if (request.notify) wipe(request.notify->e164);
    if (request.sender) wipe(request.sender->e164);
}

bool offered(const domain::Service& service, domain::Channel channel) {
    // Nobody chooses "unsorted": it is where texts go that no dialogue understood.
    if (service.kind == domain::ServiceKind::kUnsorted) return channel == domain::Channel::kSms;
    return channel == domain::Channel::kSms || channel == domain::Channel::kUssd ? service.sms
                                                                                 : service.kiosk;
}

} // namespace

Result<AcceptedRequest> Intake::accept(domain::Draft draft, const OnceToken& once,
                                       const std::optional<domain::Msisdn>& sender, Instant now,
                                       std::vector<domain::Problem>& problems) {
    const auto* service = ground_.pack.service(draft.service);
    if (service == nullptr || !offered(*service, draft.channel))
        return fail(ErrorCode::kInvalid, "intake.service");

    auto item = item_for(ground_.keys, once);
    AcceptedRequest accepted{{}, receipt_for(ground_.keys, once), service->target_days};
    if (auto known = TRY(ground_.store.case_of(item))) {
        accepted.code = code_for(ground_.keys, once, known->attempt);
        return accepted;
    }

    problems = domain::check_draft(ground_.pack, ground_.village, draft);
    if (!problems.empty()) return fail(ErrorCode::kInvalid, "intake.answers");

    domain::Request request;
    request.id = item;
    request.receipt = accepted.receipt;
    request.service = service->id;
    request.language = draft.language;
    request.channel = draft.channel;
    request.accepted_at = now;
    request.answers = std::move(draft.answers);
    request.anonymous = draft.anonymous;
    request.confidential = draft.confidential;
    request.consent_version = draft.consent_version;
    request.sender = sender;
    if (!draft.notify_phone.empty()) {
        domain::Msisdn notify;
        if (auto problem = domain::check_phone(ground_.pack.phone, draft.notify_phone,
                                               ground_.village.synthetic_numbers, &notify)) {
            problem->field = "notify_phone";
            problems.push_back(std::move(*problem));
            wipe_personal(request);
            return fail(ErrorCode::kInvalid, "intake.notify_phone");
        }
        request.notify = notify;
    }

    CaseRow row;
    row.item = item;
    row.receipt = wire::pseudonym(ground_.keys.store, "receipt", accepted.receipt.digits);
    if (sender) row.phone = wire::pseudonym(ground_.keys.store, "phone", sender->e164);
    row.service = service->number;
    row.state = ground_.pack.lifecycle_of(*service).initial().number;
    row.since = now;
    for (;; ++row.attempt) {
        if (row.attempt == kMostAttempts) return fail(ErrorCode::kInternal, "intake.code");
        accepted.code = code_for(ground_.keys, once, row.attempt);
        row.code = wire::pseudonym(ground_.keys.store, "code", accepted.code.digits);
        if (!TRY(ground_.store.case_by_code(row.code))) break;
    }
    request.code = accepted.code;
    request.attempt = row.attempt;

    auto record = wire::encode_request(ground_.pack, ground_.village, ground_.dictionaries, request);
    wipe_personal(request);
    if (!record) return tl::unexpected<Error>(record.error());
    *record = wire::with_codes(request, *record);
    auto envelope = ground_.sealer.seal(service->recipient, item, *record);
    wipe(*record);
    if (!envelope) return tl::unexpected<Error>(envelope.error());

    TRY(ground_.store.put_item({item, std::move(envelope).take()}, now));
    TRY(ground_.store.put_case(row));
    return accepted;
}

} // namespace kentongan::box
