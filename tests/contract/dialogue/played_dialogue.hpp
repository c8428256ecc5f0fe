// A villager's phone and a box that never fails, for tests of the dialogue.
#pragma once

#include "dialogue/engine.hpp"
#include "domain/catalogue.hpp"

#include <string>
#include <string_view>

namespace kentongan::test {

/// Knows three cases: 48217739 a letter that can be collected, 73102955 a complaint just received,
/// 73102964 asked for too often. `own`: the phone is the one that asked.
struct KnownCases final : dialogue::Lookups {
    const domain::Pack* pack = nullptr;
    bool own = false;
    bool away = false;

    Result<dialogue::CaseView> status(const domain::CaseCode& code) override {
        if (away) return fail(ErrorCode::kUnavailable, "known_cases.away");
        if (code.digits == "73102964") return fail(ErrorCode::kDenied, "known_cases.limit");
        bool letter = code.digits == "48217739";
        if (!letter && code.digits != "73102955") return fail(ErrorCode::kNotFound, "known_cases.code");
        const auto* service =
            pack->service_of(letter ? domain::ServiceKind::kLetter : domain::ServiceKind::kComplaint);
        const auto& lifecycle = pack->lifecycle_of(*service);
        dialogue::CaseView view{lifecycle.id, lifecycle.initial().id, from_unix(1795460000), {}};
        for (const auto& state : lifecycle.states)
            if (letter && state.role == domain::StateRole::kReady) view.state = state.id;
        if (own) view.service = service->id;
        return view;
    }
    int open_cases() override { return 2; }
};

/// The reply as the box would send it: the draft is checked and "committed".
inline std::string sent(const domain::Pack& pack, const domain::Village& village,
                        const dialogue::Conversation& conversation, dialogue::Turn& turn) {
    if (!turn.submit) return turn.reply;
    if (!domain::check_draft(pack, village, *turn.submit).empty())
        return dialogue::not_accepted(pack, village, conversation);
    return dialogue::submitted(pack, village, conversation, *pack.service(turn.submit->service),
                               *domain::parse_case_code("48217739"));
}

} // namespace kentongan::test
