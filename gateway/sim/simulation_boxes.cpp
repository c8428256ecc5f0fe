// People at boxes, and officers.
#include "sim/simulation.hpp"
#include "wire/private_rows.hpp"

#include <algorithm>

namespace kentongan::sim {
namespace {

namespace local = wire::local;

constexpr int kMostTries = 6;
constexpr int kDoubleTaps = 1'000;   // of 10,000 forms are sent twice at once
constexpr int kQuestions = 3'000;    // of 10,000 people ask once what became of it
constexpr int kBatches = 1'000;      // of 10,000 times several people are at it together
constexpr int kTwoOfficers = 200;    // of 10,000 moves meet another of the same case
constexpr std::size_t kLately = 32;  // sealed items that a thief tries
constexpr std::size_t kOldKeys = 16; // chain keys that he looks for
constexpr std::size_t kMostThieves = 8;

} // namespace

// --- power ---

void Simulation::arm(Station& station) {
    if (healed_at_ != 0) return;
    if (dice_.happens(faults().cut_inside)) station.disk.cut_after(static_cast<int>(dice_.below(14)));
    if (dice_.happens(faults().broken_commit)) station.disk.break_next_commit(dice_.below(2) == 0);
}

bool Simulation::settle(std::size_t where) {
    auto& station = *stations_[where];
    if (!station.disk.armed()) {
        look_at_sealed(where);
        look_at_keys(where);
        if (station.application->store_failed()) station.reopen();
        return true;
    }
    darken(where);
    return false;
}

void Simulation::darken(std::size_t where) {
    auto& station = *stations_[where];
    if (!station.on()) return;
    ++report_.cuts;
    // Its items are looked at first, because they may have been made, and then as the disk has them.
    station.disk.power_cut();
    look_at_sealed(where);
    station.power_off();
    auto dark = dice_.happens(2'000) ? dice_.between(kHour, 12 * kHour) : dice_.between(5 * kSecond, kHour);
    station.dark_until = now_ + dark;
    plan(dark, Kind::kBoot, where);
    ledger_.promises(station, store_of(station), promises_);
}

void Simulation::look_at_sealed(std::size_t where) {
    auto& station = *stations_[where];
    for (auto& one : station.disk.sealed) {
        auto read = wire::read_item(one.sealed);
        if (!read) {
            complain("a box has sealed what is not an item");
            continue;
        }
        auto number = read->header.epoch;
        if (read->header.opening()) {
            wire::Key32 ephemeral{};
            std::copy_n(read->sealed.begin(), ephemeral.size(), ephemeral.begin());
            station.ephemerals[number] = ephemeral;
        }
        auto ephemeral = station.ephemerals.find(number);
        if (ephemeral == station.ephemerals.end()) {
            complain("an item was sealed before its epoch's opening");
            continue;
        }
        ledger_.sealed(where, ephemeral->second, one);
        auto& entry = ledger_.items[one.item];
        entry.kept = station.disk.holds(one.item);
        auto row = station.disk.case_of(one.item);
        entry.request = row && row->has_value();
        for (const auto& thief : thieves_)
            if (thief.must_open(station, one.item)) {
                if (thief.opens(one.sealed))
                    ++report_.opened_later;
                else
                    complain("a thief with the right key does not open: his tools prove nothing");
            }
        auto& lately = lately_[where];
        lately.emplace_back(std::move(one), ephemeral->second);
        if (lately.size() > kLately) lately.pop_front();
    }
    station.disk.sealed.clear();
}

void Simulation::look_at_keys(std::size_t where) {
    auto& station = *stations_[where];
    auto& old = old_keys_[where];
    for (auto recipient : {domain::Recipient::kDistrict, domain::Recipient::kInspectorate}) {
        auto found = wire::SealerProbe::of(*station.sealer, recipient);
        ledger_.next_key(where, station.life, found);
        if (found.key && (old.empty() || std::find(old.begin(), old.end(), *found.key) == old.end()))
            old.push_back(*found.key);
        if (old.size() > kOldKeys) old.pop_front();
    }
}

// --- people ---

void Simulation::person(std::size_t where) {
    auto& station = *stations_[where];
    if (!station.on()) return; // they see a dark screen, and nothing is promised
    std::size_t many = dice_.happens(kBatches) ? 1 + dice_.below(3) : 1;
    std::vector<std::size_t> numbers;
    while (many-- > 0) {
        Promise promise;
        promise.station = where;
        promise.mark = "mark" + std::to_string(promises_.size()) + "x";
        promise.form = people_[village_of_[where]].fill(dice_, promise.mark);
        numbers.push_back(promises_.size());
        promises_.push_back(std::move(promise));
    }
    hand_in(where, numbers);
}

void Simulation::hand_in(std::size_t where, const std::vector<std::size_t>& numbers) {
    auto& station = *stations_[where];
    std::vector<box::Inbound> batch;
    for (auto number : numbers) {
        auto& promise = promises_[number];
        if (promise.closed) continue;
        promise.form.call = number + 1;
        ++promise.tries;
        batch.push_back({1, promise.form});
    }
    if (batch.empty()) return;
    if (!station.on()) {
        for (auto number : numbers) come_again(number, dice_.between(kMinute, 6 * kHour));
        return;
    }
    arm(station);
    auto answers = station.application->handle(batch, clock(station));
    bool heard = settle(where);
    for (auto number : numbers) {
        const box::Outbound* answer = nullptr;
        for (const auto& one : answers) {
            const auto* accepted = std::get_if<local::Accepted>(&one.message);
            const auto* refused = std::get_if<local::Refused>(&one.message);
            if ((accepted != nullptr && accepted->call == number + 1) ||
                (refused != nullptr && refused->call == number + 1))
                answer = &one;
        }
        if (heard && answer == nullptr) complain("a form has no answer");
        answered(where, number, heard ? answer : nullptr);
    }
    ledger_.promises(station, store_of(station), promises_);
    if (heard) hurry(where);
}

void Simulation::answered(std::size_t where, std::size_t number, const box::Outbound* answer) {
    auto& promise = promises_[number];
    const auto* accepted = answer == nullptr ? nullptr : std::get_if<local::Accepted>(&answer->message);
    if (accepted == nullptr) {
        const auto* refused = answer == nullptr ? nullptr : std::get_if<local::Refused>(&answer->message);
        if (refused != nullptr) {
            ++report_.refusals;
            if (static_cast<ErrorCode>(refused->code) == ErrorCode::kInvalid)
                complain("a good form is refused");
        }
        // The page keeps the form and its token, and sends them again.
        return come_again(number, dice_.between(5 * kSecond, 3 * kHour));
    }
    bool first = promise.code.empty();
    ledger_.told(number, promise, accepted->code, accepted->receipt, *stations_[where]);
    if (!first) return;
    promise_of_[promise.item] = number;
    if (dice_.happens(kDoubleTaps)) come_again(number, dice_.between(kSecond, 5 * kSecond));
    if (dice_.happens(kQuestions)) plan(dice_.between(kHour, 5 * kDay), Kind::kQuestion, where, number);
}

void Simulation::come_again(std::size_t number, Ticks after) {
    const auto& promise = promises_[number];
    if (promise.closed || promise.tries >= kMostTries || healed_at_ != 0) return;
    plan(after, Kind::kAgain, promise.station, number);
}

void Simulation::question(std::size_t number) {
    const auto& promise = promises_[number];
    auto& station = *stations_[promise.station];
    if (!station.on() || promise.closed || promise.code.empty()) return;
    // Words cost the box 20 ms of Argon2id a question: only those who were written to show their receipt.
    auto words = words_of_.find(promise.item);
    bool by_receipt = words != words_of_.end();
    ++report_.questions;
    local::AskStatus ask{1, number + 1, by_receipt ? promise.receipt : promise.code};
    auto answers = station.application->handle({{1, ask}}, clock(station));
    if (answers.size() != 1) return complain("a question has no answer");
    const auto* status = std::get_if<local::CaseStatus>(&answers[0].message);
    if (status == nullptr) {
        const auto* refused = std::get_if<local::Refused>(&answers[0].message);
        // A disk without room or power answers nothing; a whole one knows its case.
        if (refused == nullptr || static_cast<ErrorCode>(refused->code) != ErrorCode::kUnavailable)
            complain("a box does not know what it has promised");
        return;
    }
    auto row = station.disk.case_of(promise.item);
    if (!row || !*row) return complain("a box answers from another case");
    const auto* service = pack_.service((*row)->service);
    const auto* state = service == nullptr ? nullptr : pack_.lifecycle_of(*service).state((*row)->state);
    if (state == nullptr || status->state != state->id) complain("a box tells another state than it has");
    if (by_receipt && !status->answer.empty() && !status->answer.starts_with(promise.mark + " "))
        complain("an answer in words went to the wrong person");
}

// --- officers ---

void Simulation::officer(const Event& event) {
    if (healed_at_ != 0) return;
    auto& office = *offices_[event.where];
    auto row = office.disk.case_row(event.item);
    if (!row) return; // still kept aside
    auto role = row->recipient == domain::Recipient::kInspectorate ? district::Role::kInspectorate
                                                                   : district::Role::kOfficer;
    const auto* state = office.setting.state_of(*row);
    const auto* lifecycle = office.setting.lifecycle(row->lifecycle);
    if (state == nullptr || lifecycle == nullptr) return complain("a case is in no state");
    bool worded = dice_.below(static_cast<std::uint64_t>(std::max(1, options_.words_one_in))) == 0;
    std::vector<std::string> ways;
    for (const auto& next : state->next)
        if (const auto* to = lifecycle->state(next); to != nullptr && (worded || !to->reason_required))
            ways.push_back(next);
    if (ways.empty()) return;
    district::MoveOrder order{"officer", event.item, ways[dice_.below(ways.size())], "", "", row->version};
    auto promise = promise_of_.find(event.item);
    if (worded && promise != promise_of_.end()) {
        const auto& mark = promises_[promise->second].mark;
        order.reason = mark + " because";
        order.answer = mark + " answer";
    } else if (lifecycle->state(order.to)->reason_required) {
        order.reason = "because";
    }
    auto planned = office.cases->plan(role, order, truth());
    if (!planned) return complain("an officer cannot move a case");
    if (!planned->seal()) return complain("an officer's words cannot be sealed");
    bool two = dice_.happens(kTwoOfficers);
    auto moved = office.cases->carry_out(*planned);
    if (!moved) return complain("an officer's move is not kept");
    if (two) {
        auto late = office.cases->carry_out(*planned);
        if (late || late.error().code != ErrorCode::kConflict)
            complain("a case was moved from a state it had left");
    }
    if (!order.answer.empty()) words_of_[event.item] = order.answer;
    ++report_.moves;
    plan(dice_.between(kHour, 2 * kDay), Kind::kOfficer, event.where).item = event.item;
}

} // namespace kentongan::sim
