#include "district/cases.hpp"
#include "tools/district_world.hpp"
#include "wire/case_words.hpp"
#include "wire/reply.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace kentongan::district;
using test::DistrictWorld;

namespace {

struct Desk : DistrictWorld {
    Cases cases{store, setting};

    MoveOrder order(const ItemId& id, const char* to, std::uint32_t version, const char* reason = "",
                    const char* answer = "") {
        return {"Sari", id, to, reason, answer, version};
    }
    Error refused(const Result<void>& status) {
        REQUIRE_FALSE(status);
        return status.error();
    }
    MoveFault fault(const MoveOrder& wanted) {
        auto error = refused(cases.move(Role::kOfficer, wanted, now));
        REQUIRE(error.code == ErrorCode::kInvalid);
        return static_cast<MoveFault>(error.native);
    }
    std::vector<wire::StatusUpdate> updates() {
        return store.updates_after(box.keys.shown.box, 0, 100).value();
    }
};

} // namespace

TEST_CASE("a case is read in the officer's language", "[district][cases]") {
    Desk desk;
    auto request = desk.letter();
    auto id = desk.bring(request);
    auto detail = desk.cases.detail(Role::kOfficer, id, "xx", desk.now);
    REQUIRE(detail);
    CHECK(detail->listed.row.code == request.code.digits);
    CHECK(detail->listed.village == "Hill");
    CHECK(detail->language == "xx");
    CHECK(detail->notify);
    CHECK(detail->sender_alias.empty());
    CHECK(detail->consent_version == "test-1");
    CHECK_FALSE(detail->anonymous);
    REQUIRE(detail->answers.size() == 6);
    CHECK(detail->answers[0].field == "identity_number");
    CHECK(detail->answers[0].words == "123450000");
    CHECK(detail->answers[1].ask == "Your name");
    CHECK(detail->answers[2].value == "lower");
    CHECK(detail->answers[2].words == "Lower Hill");
    CHECK(detail->answers[3].words == "BANK-XX");
    CHECK(detail->answers[4].words == "$1.250.000");
    CHECK(detail->answers[5].words == "Yes");
    REQUIRE(detail->next.size() == 2);
    CHECK(detail->next[0].state == "checking");
    CHECK(detail->next[0].word == "CHECKING-XX");
    CHECK_FALSE(detail->next[0].reason_required);
    CHECK(detail->next[1].reason_required);
    CHECK(desk.cases.detail(Role::kOfficer, id, "nonsense", desk.now)->answers[3].words == "For a bank");
}

TEST_CASE("every step of every life cycle goes exactly where it may", "[district][cases]") {
    Desk desk;
    for (const auto& lifecycle : desk.setting.pack.lifecycles) {
        bool report = lifecycle.id == "report";
        auto role = report ? Role::kInspectorate : Role::kOfficer;
        for (const auto& from : lifecycle.states)
            for (const auto& to : lifecycle.states) {
                auto id = desk.bring(report ? desk.levy() : desk.letter());
                CaseMove there;
                there.id = id;
                there.expected_version = 1;
                there.open = !from.final();
                there.event = {desk.now, "setup", "received", from.id, {}};
                there.update.item = id;
                REQUIRE(desk.store.move(there));
                auto status = desk.cases.move(role, {"Sari", id, to.id, "because", "", 2}, desk.now);
                CAPTURE(lifecycle.id, from.id, to.id);
                CHECK(status.has_value() == lifecycle.allows(from, to));
                auto row = desk.store.case_row(id);
                CHECK(row->state == (status ? to.id : from.id));
                if (status) CHECK(row->open == !to.final());
                auto bare = desk.cases.move(role, {"Sari", id, to.id, " \n", "", status ? 3U : 2U}, desk.now);
                CHECK_FALSE((bare.has_value() && to.reason_required));
            }
    }
}

TEST_CASE("a move writes event and update, sealed", "[district][cases]") {
    Desk desk;
    auto request = desk.letter();
    auto id = desk.bring(request);
    REQUIRE(desk.cases.move(Role::kOfficer, desk.order(id, "checking", 1), desk.now + seconds(10)));
    REQUIRE(desk.cases.move(Role::kOfficer,
                            desk.order(id, "refused", 2, "No family card.", "Bring it & come again."),
                            desk.now + seconds(20)));

    auto detail = desk.cases.detail(Role::kOfficer, id, "en", desk.now);
    REQUIRE(detail);
    CHECK(detail->listed.row.version == 3);
    CHECK(detail->listed.row.changed_at == desk.now + seconds(20));
    CHECK_FALSE(detail->listed.row.open);
    CHECK(detail->next.empty());
    REQUIRE(detail->events.size() == 2);
    CHECK(detail->events[0].to == "checking");
    CHECK(detail->events[0].reason.empty());
    CHECK(detail->events[1].officer == "Sari");
    CHECK(detail->events[1].from == "checking");
    CHECK(detail->events[1].reason == "No family card.");
    CHECK(detail->events[1].answer == "Bring it & come again.");
    auto stored = desk.store.events(id);
    CHECK(as_text(stored->at(1).words).find("family") == std::string_view::npos);

    auto updates = desk.updates();
    REQUIRE(updates.size() == 2);
    CHECK(updates[0].sequence == 1);
    CHECK(updates[0].item == id);
    CHECK(updates[0].state == 2);
    CHECK(updates[0].at == desk.now + seconds(10));
    CHECK(updates[0].reply.empty());
    CHECK(updates[1].state == 6);
    auto reply = wire::open_reply(request.receipt, id, updates[1].reply);
    REQUIRE(reply);
    CHECK(reply->reason == "No family card.");
    CHECK(reply->answer == "Bring it & come again.");
    CHECK_FALSE(wire::open_reply(domain::make_receipt_code(5), id, updates[1].reply));
    for (const auto& update : updates) {
        auto notice = wire::open_notice(desk.box.keys, update.notice);
        REQUIRE(notice);
        CHECK(notice->to == *request.notify);
        CHECK(notice->language == "xx");
        CHECK(notice->code == request.code);
    }
}

TEST_CASE("nobody is told who did not ask for it", "[district][cases]") {
    Desk desk;
    auto quiet = desk.letter();
    quiet.notify.reset();
    auto id = desk.bring(quiet);
    REQUIRE(desk.cases.move(Role::kOfficer, desk.order(id, "checking", 1), desk.now));
    CHECK(desk.updates()[0].notice.empty());
    // nor through a stolen box
    auto loud = desk.bring(desk.letter());
    REQUIRE(revoke_box(desk.store, desk.box.keys.shown.box));
    REQUIRE(desk.cases.move(Role::kOfficer, desk.order(loud, "checking", 1), desk.now));
    CHECK(desk.updates()[1].notice.empty());
}

TEST_CASE("what the officer can mend is said", "[district][cases]") {
    Desk desk;
    auto id = desk.bring(desk.letter());
    CHECK(desk.fault(desk.order(id, "collected", 1)) == MoveFault::kNotAllowed);
    CHECK(desk.fault(desk.order(id, "no-such", 1)) == MoveFault::kNotAllowed);
    CHECK(desk.fault(desk.order(id, "", 1)) == MoveFault::kNotAllowed);
    CHECK(desk.fault(desk.order(id, "refused", 1)) == MoveFault::kReasonMissing);
    CHECK(desk.fault(desk.order(id, "refused", 1, "  \n ")) == MoveFault::kReasonMissing);
    CHECK(desk.fault(desk.order(id, "refused", 1, "\xff\xfe")) == MoveFault::kReasonUnusable);
    CHECK(desk.fault(desk.order(id, "refused", 1, "x\x01")) == MoveFault::kReasonUnusable);
    CHECK(desk.fault(desk.order(id, "refused", 1, std::string(2001, 'x').c_str())) ==
          MoveFault::kReasonUnusable);
    CHECK(desk.fault(desk.order(id, "checking", 1, "", std::string(2001, 'x').c_str())) ==
          MoveFault::kAnswerUnusable);
    CHECK(desk.store.case_row(id)->version == 1);
    CHECK(desk.updates().empty());
    REQUIRE(desk.cases.move(Role::kOfficer, desk.order(id, "refused", 1, std::string(2000, 'x').c_str()),
                            desk.now));
}

TEST_CASE("of two officers at once one is told to look again", "[district][cases]") {
    Desk desk;
    auto id = desk.bring(desk.letter());
    auto slow = desk.cases.plan(Role::kOfficer, desk.order(id, "refused", 1, "no"), desk.now);
    auto quick = desk.cases.plan(Role::kOfficer, desk.order(id, "checking", 1), desk.now);
    REQUIRE(slow);
    REQUIRE(quick);
    CHECK(desk.refused(desk.cases.carry_out(*slow)).code == ErrorCode::kInternal); // not sealed yet
    REQUIRE(quick->seal());
    REQUIRE(slow->seal());
    REQUIRE(desk.cases.carry_out(*quick));
    CHECK(desk.refused(desk.cases.carry_out(*slow)).code == ErrorCode::kConflict);
    CHECK(desk.refused(desk.cases.carry_out(*quick)).code == ErrorCode::kConflict);
    CHECK(desk.store.case_row(id)->state == "checking");
    CHECK(desk.updates().size() == 1);
    auto stale = desk.cases.plan(Role::kOfficer, desk.order(id, "ready", 1), desk.now);
    REQUIRE_FALSE(stale);
    CHECK(stale.error().code == ErrorCode::kConflict);
}

TEST_CASE("a full disk leaves the case where it was", "[district][cases]") {
    Desk desk;
    auto id = desk.bring(desk.letter());
    desk.memory.refuse_writes(1);
    CHECK(desk.refused(desk.cases.move(Role::kOfficer, desk.order(id, "checking", 1), desk.now)).code ==
          ErrorCode::kNoSpace);
    CHECK(desk.store.case_row(id)->state == "received");
    CHECK(desk.updates().empty());
}

TEST_CASE("the wall between the desks", "[district][cases]") {
    Desk desk;
    auto letter = desk.bring(desk.letter());
    auto report = desk.bring(desk.levy());
    auto not_found = [](const auto& result) {
        REQUIRE_FALSE(result);
        CHECK(result.error().code == ErrorCode::kNotFound);
    };
    for (bool inspector : {false, true}) {
        auto role = inspector ? Role::kInspectorate : Role::kOfficer;
        auto own = inspector ? report : letter;
        auto other = inspector ? letter : report;
        CHECK(desk.cases.detail(role, own, "en", desk.now));
        not_found(desk.cases.detail(role, other, "en", desk.now));
        not_found(desk.cases.plan(role, desk.order(other, "answered", 1), desk.now));
        not_found(desk.cases.plan(role, desk.order(other, "answered", 9), desk.now));
        auto list = desk.cases.list(role, {}, 1, desk.now);
        REQUIRE(list);
        REQUIRE(list->cases.size() == 1);
        CHECK(list->cases[0].row.id == own);
        CaseFilter forced;
        forced.recipient = inspector ? domain::Recipient::kDistrict : domain::Recipient::kInspectorate;
        CHECK(desk.cases.list(role, forced, 1, desk.now)->cases[0].row.id == own);
        CaseFilter by_code;
        by_code.code = desk.store.case_row(other)->code;
        CHECK(desk.cases.list(role, by_code, 1, desk.now)->total == 0);
        auto summary = desk.cases.summary(role, desk.now);
        REQUIRE(summary);
        REQUIRE(summary->by_state.size() == 1);
        CHECK(summary->by_state[0].lifecycle == (inspector ? "report" : "letter"));
    }
    auto detail = desk.cases.detail(Role::kInspectorate, report, "en", desk.now);
    CHECK(detail->anonymous);
    CHECK(detail->confidential);
    // Recognised, not named.
    CHECK(detail->sender_alias.size() == 7);
    CHECK(detail->sender_alias.find("0002") == std::string::npos);
    auto again = desk.bring(desk.levy());
    CHECK(desk.cases.detail(Role::kInspectorate, again, "en", desk.now)->sender_alias ==
          detail->sender_alias);
    REQUIRE(desk.cases.move(Role::kInspectorate, desk.order(report, "answered", 1, "", "We are on it."),
                            desk.now));
}

TEST_CASE("words at rest open with the recipient's key only", "[district][cases]") {
    Desk desk;
    ItemId id{};
    auto sealed =
        wire::seal_words(desk.setting.keys.shown, domain::Recipient::kInspectorate, id, as_bytes("words"));
    REQUIRE(sealed);
    CHECK(
        as_text(wire::open_words(desk.setting.keys, domain::Recipient::kInspectorate, id, *sealed).value()) ==
        "words");
    CHECK_FALSE(wire::open_words(desk.setting.keys, domain::Recipient::kDistrict, id, *sealed));
    ItemId other{};
    other.value[3] = 1;
    CHECK_FALSE(wire::open_words(desk.setting.keys, domain::Recipient::kInspectorate, other, *sealed));
    sealed->back() ^= 1;
    CHECK_FALSE(wire::open_words(desk.setting.keys, domain::Recipient::kInspectorate, id, *sealed));
    CHECK_FALSE(wire::open_words(desk.setting.keys, domain::Recipient::kInspectorate, id, {}));
}

TEST_CASE("late is only the office", "[district][cases]") {
    Desk desk;
    auto id = desk.bring(desk.letter());
    auto due = desk.store.case_row(id)->due_at;
    auto overdue = [&](Instant now) {
        auto in_list = desk.cases.list(Role::kOfficer, {}, 1, now)->cases[0].overdue;
        CHECK(desk.cases.summary(Role::kOfficer, now)->overdue == (in_list ? 1 : 0));
        return in_list;
    };
    CHECK_FALSE(overdue(due));
    CHECK(overdue(due + seconds(1)));
    REQUIRE(desk.cases.move(Role::kOfficer, desk.order(id, "checking", 1), desk.now));
    CHECK(overdue(due + seconds(1)));
    REQUIRE(desk.cases.move(Role::kOfficer, desk.order(id, "incomplete", 2, "more"), desk.now));
    CHECK_FALSE(overdue(due + seconds(1)));
    REQUIRE(desk.cases.move(Role::kOfficer, desk.order(id, "checking", 3), desk.now));
    CHECK(overdue(due + seconds(1)));
    REQUIRE(desk.cases.move(Role::kOfficer, desk.order(id, "refused", 4, "no"), desk.now));
    CHECK_FALSE(overdue(due + seconds(1)));
}

TEST_CASE("pages of the list", "[district][cases]") {
    Desk desk;
    for (int n = 0; n < 27; ++n) {
        desk.now += seconds(1);
        desk.bring(desk.letter());
    }
    auto first = desk.cases.list(Role::kOfficer, {}, 1, desk.now);
    REQUIRE(first);
    CHECK(first->cases.size() == 25);
    CHECK(first->total == 27);
    CHECK(first->pages == 2);
    CHECK(first->cases[0].row.received_at == desk.now);
    CHECK(desk.cases.list(Role::kOfficer, {}, 2, desk.now)->cases.size() == 2);
    CHECK(desk.cases.list(Role::kOfficer, {}, 3, desk.now)->cases.empty());
    CHECK(desk.cases.list(Role::kOfficer, {}, 0, desk.now)->page == 1);
    CHECK(desk.cases.list(Role::kOfficer, {}, UINT32_MAX, desk.now)->cases.empty());
    CHECK(desk.cases.list(Role::kInspectorate, {}, 1, desk.now)->pages == 1);
}

TEST_CASE("a case whose words the pack has lost is shown, not hidden", "[district][cases]") {
    Desk desk;
    auto id = desk.bring(desk.letter());
    desk.setting.pack.services.erase(desk.setting.pack.services.begin());
    desk.setting.pack.lifecycles.erase(desk.setting.pack.lifecycles.begin());
    auto list = desk.cases.list(Role::kOfficer, {}, 1, desk.now + std::chrono::hours(24 * 30));
    REQUIRE(list);
    REQUIRE(list->cases.size() == 1);
    CHECK(list->cases[0].overdue);
    auto detail = desk.cases.detail(Role::kOfficer, id, "en", desk.now);
    REQUIRE_FALSE(detail);
    CHECK(detail.error().code == ErrorCode::kUnsupported);
    CHECK(desk.fault(desk.order(id, "checking", 1)) == MoveFault::kNotAllowed);
}
