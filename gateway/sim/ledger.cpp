#include "sim/ledger.hpp"

#include "wire/private_rows.hpp"

#include <algorithm>
#include <cstring>

namespace kentongan::sim {

std::size_t Ledger::KeyHash::operator()(const wire::Key32& key) const {
    std::size_t out = 0;
    std::memcpy(&out, key.data(), sizeof out);
    return out;
}

void Ledger::sealed(std::size_t station, const wire::Key32& ephemeral, const box::QueuedItem& item) {
    items[item.item].station = station;
    // Key and nonce of an item follow from the epoch's ephemeral key and the item's counter.
    Place place{ephemeral, wire::place_of(item.item).counter};
    if (!places_.emplace(place, places_.size()).second) complain("a key and a nonce are used twice");
}

void Ledger::next_key(std::size_t station, std::uint64_t life, const wire::SealerProbe::Found& found) {
    if (found.second) complain("an opening's second key is still in memory after a step");
    if (!found.key) return;
    Owner owner{station, life, found.number, found.next};
    auto [at, fresh] = keys_.try_emplace(*found.key, owner);
    if (fresh) ++keys_seen;
    if (at->second != owner) complain("a chain key stands at two places");
}

void Ledger::told(std::size_t number, Promise& promise, const std::string& code, const std::string& receipt,
                  Station& at) {
    auto once = wire::pseudonym(at.keys.store, "once", BytesView(promise.form.once.value));
    auto row = at.disk.case_by_once(once);
    if (!row || !*row) return complain("received was said, and the box has no such case");
    auto item = (*row)->item;
    bool again = !promise.code.empty();
    if (again) {
        if (promise.code != code || promise.receipt != receipt) complain("one form has two codes");
        if (promise.item != item) complain("one form has two items");
        return;
    }
    promise.code = code;
    promise.receipt = receipt;
    promise.item = item;
    auto& entry = items[item];
    entry.request = true;
    if (!entry.code.empty()) complain("two forms have one item");
    entry.code = code;
    if (!entry.code_there.empty() && entry.code_there != code) complain("the district has another code");
    at.promises.push_back(number);
}

void Ledger::arrivals(std::size_t office, OfficeStore& store,
                      const std::vector<std::unique_ptr<Station>>& stations) {
    for (const auto& one : store.arrived) {
        auto found = items.find(one.item);
        if (found == items.end()) {
            complain("the district has what nobody sealed");
            continue;
        }
        auto& entry = found->second;
        const auto& station = *stations[entry.station];
        if (station.office != office || station.keys.shown.box != one.box)
            complain("the district has another's item");
        if (!entry.kept) complain("the district has what its box never kept");
        if (entry.arrived) complain("the district has an item twice");
        entry.arrived = true;
        entry.code_there = one.code;
        if (!one.code.empty() && !entry.code.empty() && entry.code != one.code)
            complain("the district has another code");
    }
    store.arrived.clear();
}

void Ledger::retired(const std::vector<ItemId>& retired, OfficeStore& store) {
    for (const auto& item : retired) {
        auto found = items.find(item);
        if (found == items.end())
            complain("an item was retired that nobody sealed");
        else if (found->second.request && !store.has(item))
            complain("an item was retired that the district does not have");
    }
}

void Ledger::promises(Station& station, OfficeStore& store, const std::vector<Promise>& all) {
    std::erase_if(station.promises, [&](std::size_t number) {
        const auto& promise = all[number];
        if (promise.forgiven || store.has(promise.item)) return true;
        auto queued = station.disk.queued_between(promise.item, promise.item);
        if (!queued || queued->empty()) {
            complain("what a citizen was told is received is neither at the box nor at the district");
            return true;
        }
        return false;
    });
}

void Ledger::statuses(Station& station, const OfficeStore& store) {
    auto newest = station.disk.last_update().value_or(0);
    auto from = std::exchange(station.checked_updates, newest);
    if (newest == from) return;
    auto of_box = store.issued.find(station.keys.shown.box);
    if (of_box == store.issued.end() || newest > of_box->second.size())
        return complain("a box has a status that its district never issued");
    for (auto number = from; number < newest; ++number) {
        const auto& item = of_box->second[number];
        auto row = station.disk.case_of(item);
        auto history = station.disk.history(item);
        if (!row || !*row || !history || history->empty()) continue; // a copy's
        std::vector<std::pair<std::uint8_t, Instant>> shown;
        for (auto event = history->begin() + 1; event != history->end(); ++event)
            shown.emplace_back(event->state, event->at);
        std::vector<std::pair<std::uint8_t, Instant>> said;
        for (const auto& update : store.issued_of.at(item))
            if (update.sequence <= newest) said.emplace_back(update.state, update.at);
        if (shown != said) complain("a box shows states that are not the beginning of the district's");
        if (!said.empty() && (*row)->state != said.back().first) complain("a box shows another state");
    }
}

void Ledger::all_there(const std::vector<Promise>& all, std::vector<std::unique_ptr<Office>>& offices,
                       const std::vector<std::unique_ptr<Station>>& stations) {
    for (const auto& promise : all) {
        if (promise.code.empty() || promise.forgiven) continue;
        auto& store = offices[stations[promise.station]->office]->disk;
        auto row = store.case_row(promise.item);
        if (row && row->code != promise.code) complain("the district has another code");
        if (!row && !store.aside.contains(promise.item)) complain("what was received is not at the district");
    }
    std::uint64_t arrived = 0;
    for (const auto& [item, entry] : items) arrived += entry.arrived ? 1 : 0;
    std::uint64_t there = 0;
    for (auto& office : offices) {
        there += office->disk.aside.size();
        for (auto recipient : {domain::Recipient::kDistrict, domain::Recipient::kInspectorate}) {
            district::CaseFilter filter;
            filter.recipient = recipient;
            filter.limit = 1;
            auto page = office->disk.list(filter);
            there += page ? page->total : 0;
        }
    }
    if (there != arrived) complain("the district's cases are not those that came");
}

} // namespace kentongan::sim
