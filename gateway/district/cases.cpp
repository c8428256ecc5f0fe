#include "district/cases.hpp"

#include "district/reading.hpp"
#include "wire/case_words.hpp"
#include "wire/reply.hpp"

#include <algorithm>

namespace kentongan::district {
namespace {

domain::Recipient recipient_of(Role role) {
    return role == Role::kInspectorate ? domain::Recipient::kInspectorate : domain::Recipient::kDistrict;
}

tl::unexpected<Error> fault(MoveFault what) {
    return fail(ErrorCode::kInvalid, "cases.move", static_cast<std::int64_t>(what));
}

bool usable(const std::string& text) {
    return text.size() <= wire::kMaxReplyText && domain::characters(text).has_value();
}

bool blank(const std::string& text) {
    return text.find_first_not_of(" \n") == std::string::npos;
}

} // namespace

Status PlannedMove::seal() {
    if (sealed_) return {};
    if (!reason_.empty() || !answer_.empty())
        change_.update.reply = TRY(wire::seal_reply(receipt_, change_.id, {reason_, answer_}));
    sealed_ = true;
    return {};
}

PlannedMove::~PlannedMove() {
    wipe(receipt_.digits);
    wipe(reason_);
    wipe(answer_);
}

Result<std::map<std::uint32_t, std::string>> Cases::village_names() {
    std::map<std::uint32_t, std::string> out;
    for (const auto& box : TRY(store_.boxes())) {
        const auto* village = setting_.village(box.village);
        out[box.keys.box.value] = village != nullptr ? village->name : box.village;
    }
    return out;
}

ListedCase Cases::listed(const CaseRow& row, const std::map<std::uint32_t, std::string>& village_of,
                         Instant now) const {
    auto village = village_of.find(row.box.value);
    return {row, village == village_of.end() ? std::string() : village->second, setting_.overdue(row, now)};
}

Result<CaseRow> Cases::row_for(Role role, const ItemId& id) {
    auto row = TRY(store_.case_row(id));
    if (row.recipient != recipient_of(role)) return fail(ErrorCode::kNotFound, "cases.wall");
    return row;
}

Result<CaseList> Cases::list(Role role, CaseFilter filter, std::uint32_t page, Instant now) {
    page = std::clamp<std::uint32_t>(page, 1, 1'000'000);
    filter.recipient = recipient_of(role);
    filter.limit = kCasesPerPage;
    filter.offset = (page - 1) * kCasesPerPage;
    auto found = TRY(store_.list(filter));
    auto names = TRY(village_names());
    CaseList out;
    out.total = found.total;
    out.page = page;
    out.pages = static_cast<std::uint32_t>(
        std::max<std::uint64_t>(1, (found.total + kCasesPerPage - 1) / kCasesPerPage));
    for (const auto& row : found.rows) out.cases.push_back(listed(row, names, now));
    return out;
}

Result<CaseDetail> Cases::detail(Role role, const ItemId& id, std::string_view language, Instant now) {
    if (setting_.pack.language(language) == nullptr) language = setting_.pack.default_language;
    auto row = TRY(row_for(role, id));
    auto box = TRY(store_.box(row.box));
    auto record = TRY(store_.record(id));
    auto request = TRY(read_request(setting_, box, id, row.recipient, record));
    auto names = TRY(village_names());

    CaseDetail out;
    out.listed = listed(row, names, now);
    out.answers = read_answers(setting_, box, request, language);
    out.anonymous = request.anonymous;
    out.confidential = request.confidential;
    out.language = request.language;
    out.notify = request.notify.has_value();
    if (request.sender) out.sender_alias = wire::alias_of(setting_.keys, row.recipient, request.sender->e164);
    out.consent_version = request.consent_version;
    for (const auto& event : TRY(store_.events(id))) {
        auto words = TRY(read_words(setting_, row, event));
        out.events.push_back({event.at, event.officer, event.from, event.to, words.reason, words.answer});
    }
    const auto* lifecycle = setting_.lifecycle(row.lifecycle);
    const auto* state = setting_.state_of(row);
    if (lifecycle != nullptr && state != nullptr)
        for (const auto& next : state->next) {
            const auto* to = lifecycle->state(next);
            if (to == nullptr) continue;
            out.next.push_back(
                {to->id, std::string(setting_.pack.text(language, "state." + lifecycle->id + "." + to->id)),
                 to->reason_required});
        }
    return out;
}

Result<PlannedMove> Cases::plan(Role role, const MoveOrder& order, Instant now) {
    auto row = TRY(row_for(role, order.id));
    if (row.version != order.version) return fail(ErrorCode::kConflict, "cases.version", row.version);
    const auto* lifecycle = setting_.lifecycle(row.lifecycle);
    const auto* from = setting_.state_of(row);
    const auto* to = lifecycle == nullptr ? nullptr : lifecycle->state(order.to);
    if (from == nullptr || to == nullptr || !lifecycle->allows(*from, *to))
        return fault(MoveFault::kNotAllowed);
    if (to->reason_required && blank(order.reason)) return fault(MoveFault::kReasonMissing);
    if (!usable(order.reason)) return fault(MoveFault::kReasonUnusable);
    if (!usable(order.answer)) return fault(MoveFault::kAnswerUnusable);

    auto box = TRY(store_.box(row.box));
    auto record = TRY(store_.record(order.id));
    auto request = TRY(read_request(setting_, box, order.id, row.recipient, record));

    PlannedMove plan;
    plan.receipt_ = request.receipt;
    plan.reason_ = blank(order.reason) ? std::string() : order.reason;
    plan.answer_ = blank(order.answer) ? std::string() : order.answer;
    plan.change_.id = order.id;
    plan.change_.expected_version = order.version;
    plan.change_.open = !to->final();
    plan.change_.event = {now, order.officer, from->id, to->id, {}};
    if (!plan.reason_.empty() || !plan.answer_.empty())
        plan.change_.event.words = TRY(write_words(setting_, row, {plan.reason_, plan.answer_}));
    plan.change_.update.item = order.id;
    plan.change_.update.state = to->number;
    plan.change_.update.at = now;
    if (request.notify && !box.revoked)
        plan.change_.update.notice =
            wire::seal_notice(box.keys, {*request.notify, request.language, request.code});
    return plan;
}

Status Cases::carry_out(const PlannedMove& plan) {
    if (!plan.sealed_) return fail(ErrorCode::kInternal, "cases.unsealed");
    TRY(store_.move(plan.change_));
    return {};
}

Status Cases::move(Role role, const MoveOrder& order, Instant now) {
    auto planned = TRY(plan(role, order, now));
    TRY(planned.seal());
    return carry_out(planned);
}

Result<Cases::Summary> Cases::summary(Role role, Instant now) {
    Summary out;
    for (const auto& count : TRY(store_.counts(recipient_of(role), now))) {
        out.by_state.push_back({count.lifecycle, count.state, count.cases});
        if (setting_.office_acts(count.lifecycle, count.state)) out.overdue += count.past_due;
    }
    for (auto& box : TRY(store_.boxes())) {
        auto aside = TRY(store_.quarantined_of(box.keys.box));
        out.boxes.push_back({std::move(box), aside});
    }
    return out;
}

} // namespace kentongan::district
