#include "district/setting.hpp"

#include "wire/case_words.hpp"
#include "wire/record.hpp"

#include <algorithm>

namespace kentongan::district {

const domain::Village* Setting::village(std::string_view id) const {
    auto found = villages.find(id);
    return found == villages.end() ? nullptr : &found->second;
}

const domain::Lifecycle* Setting::lifecycle(std::string_view id) const {
    auto found = std::find_if(pack.lifecycles.begin(), pack.lifecycles.end(),
                              [&](const auto& one) { return one.id == id; });
    return found == pack.lifecycles.end() ? nullptr : &*found;
}

const domain::State* Setting::state_of(const CaseRow& row) const {
    const auto* of = lifecycle(row.lifecycle);
    return of == nullptr ? nullptr : of->state(row.state);
}

bool Setting::office_acts(std::string_view lifecycle_id, std::string_view state_id) const {
    const auto* of = lifecycle(lifecycle_id);
    const auto* state = of == nullptr ? nullptr : of->state(state_id);
    if (state == nullptr) return true; // nobody knows any more: better shown than hidden
    return state->role == domain::StateRole::kReceived || state->role == domain::StateRole::kWorking ||
           state->role == domain::StateRole::kForwarded;
}

bool Setting::overdue(const CaseRow& row, Instant now) const {
    return row.open && now > row.due_at && office_acts(row.lifecycle, row.state);
}

Result<domain::Request> read_request(const Setting& setting, const Box& box, const ItemId& item,
                                     domain::Recipient recipient, BytesView kept) {
    const auto* village = setting.village(box.village);
    if (village == nullptr) return fail(ErrorCode::kNotFound, "request.village");
    auto opened = TRY(wire::open_record(setting.keys, recipient, item, kept));
    auto request = wire::decode_request(setting.pack, *village, setting.dictionaries, opened.record);
    wipe(opened.record);
    if (request) {
        request->id = item;
        request->code = opened.seed.code(request->attempt);
        request->receipt = opened.seed.receipt();
    }
    return request;
}

} // namespace kentongan::district
