#include "adapters/page_api/pack_parts.hpp"

#include <algorithm>

namespace kentongan::page_api {

using json::Json;

const char* name_of(domain::ServiceKind kind) {
    switch (kind) {
    case domain::ServiceKind::kLetter:
        return "letter";
    case domain::ServiceKind::kComplaint:
        return "complaint";
    case domain::ServiceKind::kLevyReport:
        return "levy_report";
    case domain::ServiceKind::kUnsorted:
        return "unsorted";
    }
    return "unsorted";
}

const char* name_of(domain::StateRole role) {
    switch (role) {
    case domain::StateRole::kReceived:
        return "received";
    case domain::StateRole::kWorking:
        return "working";
    case domain::StateRole::kNeedsPerson:
        return "needs_person";
    case domain::StateRole::kForwarded:
        return "forwarded";
    case domain::StateRole::kReady:
        return "ready";
    case domain::StateRole::kDone:
        return "done";
    case domain::StateRole::kRefused:
        return "refused";
    case domain::StateRole::kCancelled:
        return "cancelled";
    }
    return "working";
}

const char* direction_of(const domain::Language& language) {
    return language.right_to_left ? "rtl" : "ltr";
}

Json languages_json(const domain::Pack& pack) {
    auto out = Json::array();
    for (const auto& language : pack.languages)
        out.push_back(Json::object(
            {{"tag", language.tag}, {"name", language.name}, {"direction", direction_of(language)}}));
    return out;
}

Json money_json(const domain::Pack& pack) {
    return Json::object({{"symbol", pack.money.symbol},
                         {"group", pack.money.group},
                         {"symbol_first", pack.money.symbol_first}});
}

Json texts_json(const domain::Pack& pack, const domain::Language& language,
                std::span<const std::string_view> left_out) {
    auto out = Json::object();
    auto all = pack.texts.find(pack.default_language);
    if (all == pack.texts.end()) return out;
    for (const auto& entry : all->second)
        if (std::none_of(left_out.begin(), left_out.end(),
                         [&](std::string_view prefix) { return entry.first.starts_with(prefix); }))
            out[entry.first] = pack.text(language.tag, entry.first);
    return out;
}

Json state_json(const domain::Pack& pack, const domain::Language& language,
                const domain::Lifecycle& lifecycle, const domain::State& state) {
    return Json::object({{"id", state.id},
                         {"role", name_of(state.role)},
                         {"word", pack.text(language.tag, "state." + lifecycle.id + "." + state.id)}});
}

} // namespace kentongan::page_api
