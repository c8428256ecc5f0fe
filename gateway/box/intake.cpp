#include "box/intake.hpp"

#include "wire/record.hpp"

#include <algorithm>

namespace kentongan::box {
namespace {

constexpr std::string_view kCodesPurpose = "codes";
constexpr std::size_t kCodeDigits = 8;
constexpr std::size_t kReceiptDigits = 16;
// 10^7 codes: sixteen collisions in a row mean that something else is wrong.
constexpr std::uint32_t kMostAttempts = 16;

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

    auto token_key = wire::key_of_token(ground_.keys.store, once);
    auto once_name = wire::pseudonym(ground_.keys.store, "once", BytesView(once.value));
    if (auto row = TRY(ground_.store.case_by_once(once_name))) return known(*row, token_key);

    problems = domain::check_draft(ground_.pack, ground_.village, draft);
    if (!problems.empty()) return fail(ErrorCode::kInvalid, "intake.answers");

    domain::Request request;
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

    auto sealed = seal(*service, request, now);
    wipe_personal(request);
    if (!sealed) return tl::unexpected<Error>(sealed.error());

    CaseRow row;
    row.item = sealed->item;
    row.once = once_name;
    row.code = wire::pseudonym(ground_.keys.store, "code", sealed->code.digits);
    row.receipt = wire::pseudonym(ground_.keys.store, "receipt", sealed->receipt.digits);
    row.codes =
        wire::seal_row(token_key, kCodesPurpose, as_bytes(sealed->code.digits + sealed->receipt.digits));
    if (sender) row.phone = wire::pseudonym(ground_.keys.store, "phone", sender->e164);
    row.service = service->number;
    row.state = ground_.pack.lifecycle_of(*service).initial().number;
    row.since = now;
    TRY(ground_.store.put_case(row));
    return AcceptedRequest{sealed->code, sealed->receipt, service->target_days};
}

Result<AcceptedRequest> Intake::known(const CaseRow& row, const wire::Key32& token_key) const {
    auto codes = TRY(wire::open_row(token_key, kCodesPurpose, row.codes));
    const auto* service = ground_.pack.service(row.service);
    auto digits = std::string(as_text(codes));
    wipe(codes);
    if (digits.size() != kCodeDigits + kReceiptDigits) return fail(ErrorCode::kCorrupt, "intake.codes");
    return AcceptedRequest{{digits.substr(0, kCodeDigits)},
                           {digits.substr(kCodeDigits)},
                           service == nullptr ? 0 : service->target_days};
}

Status Intake::open_epoch(domain::Recipient recipient, Instant now) {
    if (!ground_.sealer.must_open(recipient, now)) return {};
    auto number = std::uint32_t{TRY(ground_.store.highest_epoch())} + 1;
    // Sixty years of three starts a day; then the box needs a new number, that is, an enrolment.
    if (number > 0xFFFF) return fail(ErrorCode::kNoSpace, "intake.epoch");
    wire::ClosedEpoch previous;
    if (auto before = TRY(ground_.store.newest_epoch(recipient))) previous = {before->number, before->items};
    return ground_.sealer.open(recipient, static_cast<std::uint16_t>(number), previous, now);
}

Result<Intake::Sealed> Intake::seal(const domain::Service& service, domain::Request& request, Instant now) {
    auto encoded = [&] {
        return wire::encode_request(ground_.pack, ground_.village, ground_.dictionaries, request);
    };
    auto record = TRY(encoded());
    TRY(open_epoch(service.recipient, now));
    auto turn = ground_.sealer.take(service.recipient, record.size());
    for (;; ++request.attempt) {
        if (request.attempt == kMostAttempts) return fail(ErrorCode::kInternal, "intake.code");
        auto code = wire::pseudonym(ground_.keys.store, "code", turn.seed.code(request.attempt).digits);
        if (!TRY(ground_.store.case_by_code(code))) break;
    }
    if (request.attempt > 0) {
        wipe(record);
        record = TRY(encoded());
    }
    auto sealed = ground_.sealer.seal(service.recipient, record);
    wipe(record);
    if (!sealed) return tl::unexpected<Error>(sealed.error());

    bool levy = service.kind == domain::ServiceKind::kLevyReport;
    auto urgency = levy || wire::place_of(turn.item).counter == 0 ? Urgency::kFirst
                   : sealed->size() > wire::kSmsBytes             ? Urgency::kBulk
                                                                  : Urgency::kOrdinary;
    if (turn.opening)
        TRY(ground_.store.put_item({turn.opening->first, turn.opening->second, Urgency::kFirst}, now));
    TRY(ground_.store.put_item({turn.item, std::move(sealed).take(), urgency}, now));
    auto standing = ground_.sealer.standing(service.recipient);
    TRY(ground_.store.put_epoch({standing.number, service.recipient, standing.mark, standing.items}));
    return Sealed{turn.item, turn.seed.code(request.attempt), turn.seed.receipt()};
}

} // namespace kentongan::box
