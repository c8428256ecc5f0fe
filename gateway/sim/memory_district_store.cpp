#include "sim/memory_district_store.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace kentongan::sim {

using namespace district;

Status MemoryDistrictStore::writable() {
    if (refusals_ <= 0) return {};
    --refusals_;
    return fail(ErrorCode::kNoSpace, "memory.refused");
}

Status MemoryDistrictStore::register_box(const Box& box) {
    TRY(writable());
    if (known(box)) return fail(ErrorCode::kConflict, "memory.box");
    boxes_[box.keys.box] = box;
    return {};
}

bool MemoryDistrictStore::known(const Box& box) const {
    return std::any_of(boxes_.begin(), boxes_.end(), [&](const auto& one) {
        const auto& keys = one.second.keys;
        return one.first == box.keys.box || keys.sign == box.keys.sign || keys.agree == box.keys.agree;
    });
}

Status MemoryDistrictStore::revoke_box(BoxId id) {
    TRY(writable());
    auto found = boxes_.find(id);
    if (found == boxes_.end()) return fail(ErrorCode::kNotFound, "memory.box");
    found->second.revoked = true;
    return {};
}

Status MemoryDistrictStore::assign_village(BoxId id, const std::string& village) {
    TRY(writable());
    auto found = boxes_.find(id);
    if (found == boxes_.end()) return fail(ErrorCode::kNotFound, "memory.box");
    found->second.village = village;
    return {};
}

Result<Box> MemoryDistrictStore::box(BoxId id) {
    auto found = boxes_.find(id);
    if (found == boxes_.end()) return fail(ErrorCode::kNotFound, "memory.box");
    return found->second;
}

Result<std::vector<Box>> MemoryDistrictStore::boxes() {
    std::vector<Box> out;
    for (const auto& [id, box] : boxes_) out.push_back(box);
    return out;
}

Status MemoryDistrictStore::put_psk(BoxId box, BytesView sealed) {
    TRY(writable());
    if (!boxes_.contains(box)) return fail(ErrorCode::kNotFound, "memory.box");
    psks_[box].assign(sealed.begin(), sealed.end());
    return {};
}

Result<Bytes> MemoryDistrictStore::psk(BoxId box) {
    auto found = psks_.find(box);
    if (found == psks_.end()) return fail(ErrorCode::kNotFound, "memory.psk");
    return found->second;
}

Status MemoryDistrictStore::add_invitation(const Invitation& invitation) {
    TRY(writable());
    if (!invitations_.try_emplace(invitation.code, invitation).second)
        return fail(ErrorCode::kConflict, "memory.invitation");
    return {};
}

Result<Invitation> MemoryDistrictStore::invitation(const Digest& code) {
    auto found = invitations_.find(code);
    if (found == invitations_.end()) return fail(ErrorCode::kNotFound, "memory.invitation");
    return found->second;
}

Status MemoryDistrictStore::enrol(const Digest& code, const Box& box, BytesView sealed_psk) {
    TRY(writable());
    auto found = invitations_.find(code);
    if (found == invitations_.end()) return fail(ErrorCode::kNotFound, "memory.invitation");
    if (found->second.used_by != BoxId{}) return fail(ErrorCode::kConflict, "memory.used");
    if (known(box)) return fail(ErrorCode::kConflict, "memory.box");
    found->second.used_by = box.keys.box;
    boxes_[box.keys.box] = box;
    psks_[box.keys.box].assign(sealed_psk.begin(), sealed_psk.end());
    return {};
}

Status MemoryDistrictStore::publish(const Publication& publication) {
    TRY(writable());
    auto& of_name = published_[publication.name];
    if (publication.version <= of_name.newest ||
        (!of_name.versions.empty() && of_name.versions.begin()->second.kind != publication.kind))
        return fail(ErrorCode::kConflict, "memory.publication");
    of_name.newest = publication.version;
    of_name.versions[publication.version] = publication;
    while (of_name.versions.size() > kKeptVersions) of_name.versions.erase(of_name.versions.begin());
    return {};
}

Result<std::vector<Publication>> MemoryDistrictStore::publications() {
    std::vector<Publication> out;
    for (const auto& [name, of_name] : published_) {
        if (of_name.versions.empty()) continue;
        const auto& one = of_name.versions.rbegin()->second;
        out.push_back({one.kind, one.box, one.name, one.version, one.at, {}, {}});
    }
    return out;
}

Result<Publication> MemoryDistrictStore::publication(const std::string& name, std::uint32_t version) {
    auto of_name = published_.find(name);
    if (of_name == published_.end() || !of_name->second.versions.contains(version))
        return fail(ErrorCode::kNotFound, "memory.publication");
    auto out = of_name->second.versions.at(version);
    out.ready.clear();
    return out;
}

Result<std::vector<std::uint32_t>> MemoryDistrictStore::kept_versions(const std::string& name) {
    std::vector<std::uint32_t> out;
    auto of_name = published_.find(name);
    if (of_name == published_.end()) return out;
    for (auto one = of_name->second.versions.rbegin(); one != of_name->second.versions.rend(); ++one)
        out.push_back(one->first);
    return out;
}

Result<Bytes> MemoryDistrictStore::bulletin(const std::string& name, std::uint32_t version,
                                            std::uint32_t base) {
    auto of_name = published_.find(name);
    if (of_name != published_.end()) {
        auto found = of_name->second.versions.find(version);
        if (found != of_name->second.versions.end())
            for (const auto& one : found->second.ready)
                if (one.base == base) return one.bulletin;
    }
    return fail(ErrorCode::kNotFound, "memory.bulletin");
}

void MemoryDistrictStore::keep(const NewCase& found) {
    auto [at, fresh] = cases_.try_emplace(found.row.id, Kept{found.row, found.record, {}, arrivals_ + 1});
    if (!fresh) return;
    ++arrivals_;
    auto last = std::numeric_limits<std::uint64_t>::max();
    order_[{found.row.recipient, -to_unix(found.row.received_at), last - arrivals_}] = &at->second;
}

Status MemoryDistrictStore::receive(const Delivery& delivery) {
    TRY(writable());
    auto box = boxes_.find(delivery.box);
    if (box == boxes_.end()) return fail(ErrorCode::kNotFound, "memory.box");
    box->second.last_contact = delivery.at;
    if (delivery.linked) box->second.last_link = delivery.at;
    if (delivery.sms) {
        auto& route = sms_routes_[delivery.box];
        route.box = delivery.box;
        route.source = *delivery.sms;
        route.heard = delivery.at;
    }
    box->second.last_carrier = delivery.by;
    if (delivery.used) {
        auto& days = used_[delivery.box];
        days[delivery.used->day] = *delivery.used;
        if (days.size() > kKeptDaysOfUse) days.erase(days.begin());
    }
    if (delivery.waiting) box->second.waiting = *delivery.waiting;
    box->second.acknowledged = std::max(box->second.acknowledged, delivery.acknowledged);
    box->second.issued = std::max(box->second.issued, box->second.acknowledged);
    auto& dropped = notices_dropped_[delivery.box];
    auto& updates = updates_[delivery.box];
    for (auto at = updates.upper_bound(dropped); at != updates.end() && at->first <= delivery.acknowledged;
         ++at)
        at->second.notice.clear();
    dropped = std::max(dropped, delivery.acknowledged);
    for (const auto& found : delivery.cases) keep(found);
    for (const auto& one : delivery.quarantined)
        if (quarantined_at_.try_emplace({one.box, one.digest}, arrivals_ + 1).second)
            quarantined_[++arrivals_] = one;
    for (const auto& epoch : delivery.epochs) {
        auto& of_box = epochs_[delivery.box];
        auto known = of_box.find({epoch.number, epoch.mark});
        if (known != of_box.end()) {
            auto here = TRY(wire::ReceivedSet::read(known->second.received));
            here.add(TRY(wire::ReceivedSet::read(epoch.received)));
            known->second.received = here.bytes();
            known->second.items = static_cast<std::uint16_t>(here.count());
        } else if (!epoch.opening.empty()) {
            of_box[{epoch.number, epoch.mark}] = epoch;
        }
    }
    return {};
}

Result<std::vector<wire::DayOfUse>> MemoryDistrictStore::use_of(BoxId box, std::size_t most) {
    std::vector<wire::DayOfUse> out;
    auto days = used_.find(box);
    if (days == used_.end()) return out;
    for (auto at = days->second.rbegin(); at != days->second.rend() && out.size() < most; ++at)
        out.push_back(at->second);
    return out;
}

Result<std::vector<EpochRow>> MemoryDistrictStore::epochs(BoxId box, std::uint16_t number) {
    std::vector<EpochRow> out;
    const auto& of_box = epochs_[box];
    for (auto at = of_box.lower_bound({number, wire::Mark{}});
         at != of_box.end() && at->first.first == number; ++at)
        out.push_back(at->second);
    return out;
}

Result<std::uint16_t> MemoryDistrictStore::newest_epoch(BoxId box) {
    const auto& of_box = epochs_[box];
    return of_box.empty() ? std::uint16_t{0} : of_box.rbegin()->first.first;
}

Result<std::uint64_t> MemoryDistrictStore::missing_of(BoxId box) {
    const auto& of_box = epochs_[box];
    std::uint64_t missing = 0;
    for (const auto& [key, epoch] : of_box) {
        if (epoch.previous.number == 0) continue;
        std::uint64_t here = 0;
        for (auto at = of_box.lower_bound({epoch.previous.number, wire::Mark{}});
             at != of_box.end() && at->first.first == epoch.previous.number; ++at)
            here = std::max<std::uint64_t>(here, at->second.items);
        missing += epoch.previous.items - std::min<std::uint64_t>(here, epoch.previous.items);
    }
    return missing;
}

Result<std::vector<wire::StatusUpdate>> MemoryDistrictStore::updates_after(BoxId box, std::uint64_t sequence,
                                                                           std::size_t limit) {
    std::vector<wire::StatusUpdate> out;
    const auto& of_box = updates_[box];
    for (auto update = of_box.upper_bound(sequence); update != of_box.end() && out.size() < limit; ++update)
        out.push_back(update->second);
    return out;
}

Result<std::vector<Quarantined>> MemoryDistrictStore::quarantined(std::size_t skip, std::size_t limit) {
    std::vector<Quarantined> out;
    for (const auto& [arrival, one] : quarantined_) {
        if (out.size() == limit) break;
        if (skip > 0)
            --skip;
        else
            out.push_back(one);
    }
    return out;
}

Result<std::uint64_t> MemoryDistrictStore::quarantined_of(BoxId box) {
    return static_cast<std::uint64_t>(
        std::distance(quarantined_at_.lower_bound({box, Digest{}}),
                      quarantined_at_.lower_bound({BoxId{box.value + 1}, Digest{}})));
}

Status MemoryDistrictStore::adopt(const Quarantined& quarantined, const NewCase& found) {
    TRY(writable());
    auto kept = quarantined_at_.find({quarantined.box, quarantined.digest});
    if (kept == quarantined_at_.end()) return fail(ErrorCode::kNotFound, "memory.quarantined");
    if (cases_.contains(found.row.id)) return fail(ErrorCode::kConflict, "memory.case");
    quarantined_.erase(kept->second);
    quarantined_at_.erase(kept);
    keep(found);
    return {};
}

Result<SmsRoute> MemoryDistrictStore::sms_route(BoxId box) {
    auto found = sms_routes_.find(box);
    if (found == sms_routes_.end()) return fail(ErrorCode::kNotFound, "memory.sms_route");
    return found->second;
}

Result<std::vector<SmsRoute>> MemoryDistrictStore::sms_routes() {
    std::vector<SmsRoute> out;
    for (const auto& [box, route] : sms_routes_) out.push_back(route);
    return out;
}

Status MemoryDistrictStore::count_sms(const SmsRoute& route) {
    TRY(writable());
    if (!boxes_.contains(route.box)) return fail(ErrorCode::kNotFound, "memory.box");
    auto& kept = sms_routes_[route.box];
    auto before = kept;
    kept = route;
    kept.source = before.source;
    kept.heard = before.heard;
    return {};
}

Result<CaseRow> MemoryDistrictStore::case_row(const ItemId& id) {
    auto found = cases_.find(id);
    if (found == cases_.end()) return fail(ErrorCode::kNotFound, "memory.case");
    return found->second.row;
}

Result<Bytes> MemoryDistrictStore::record(const ItemId& id) {
    auto found = cases_.find(id);
    if (found == cases_.end()) return fail(ErrorCode::kNotFound, "memory.case");
    return found->second.record;
}

Result<std::vector<Event>> MemoryDistrictStore::events(const ItemId& id) {
    auto found = cases_.find(id);
    return found == cases_.end() ? std::vector<Event>() : found->second.events;
}

Result<CasePage> MemoryDistrictStore::list(const CaseFilter& filter) {
    CasePage page;
    auto least = std::numeric_limits<seconds::rep>::min();
    for (auto at = order_.lower_bound({filter.recipient, least, 0});
         at != order_.end() && std::get<0>(at->first) == filter.recipient; ++at) {
        const auto& row = at->second->row;
        bool matches = (filter.state.empty() || row.state == filter.state) &&
                       (filter.service.empty() || row.service == filter.service) &&
                       (filter.code.empty() || row.code == filter.code) &&
                       (!filter.box || row.box == *filter.box) && (!filter.open_only || row.open);
        if (!matches) continue;
        if (page.total >= filter.offset && page.rows.size() < filter.limit) page.rows.push_back(row);
        ++page.total;
    }
    return page;
}

Result<std::vector<StateCount>> MemoryDistrictStore::counts(domain::Recipient recipient, Instant now) {
    std::map<std::pair<std::string, std::string>, StateCount> by_state;
    for (const auto& [id, kept] : cases_) {
        if (kept.row.recipient != recipient) continue;
        auto& count = by_state[{kept.row.lifecycle, kept.row.state}];
        count.lifecycle = kept.row.lifecycle;
        count.state = kept.row.state;
        ++count.cases;
        if (kept.row.open && kept.row.due_at < now) ++count.past_due;
    }
    std::vector<StateCount> out;
    for (const auto& [key, count] : by_state) out.push_back(count);
    return out;
}

Result<std::uint64_t> MemoryDistrictStore::move(const CaseMove& move) {
    TRY(writable());
    auto found = cases_.find(move.id);
    if (found == cases_.end()) return fail(ErrorCode::kNotFound, "memory.case");
    auto& row = found->second.row;
    if (row.version != move.expected_version)
        return fail(ErrorCode::kConflict, "memory.version", row.version);
    auto box = boxes_.find(row.box);
    if (box == boxes_.end()) return fail(ErrorCode::kCorrupt, "memory.box");
    row.state = move.event.to;
    row.open = move.open;
    row.changed_at = move.event.at;
    ++row.version;
    found->second.events.push_back(move.event);
    auto update = move.update;
    update.sequence = ++box->second.issued;
    updates_[row.box][update.sequence] = update;
    return update.sequence;
}

Status MemoryDistrictStore::add_officer(const Officer& officer) {
    TRY(writable());
    if (!officers_.try_emplace(officer.name, officer).second)
        return fail(ErrorCode::kConflict, "memory.officer");
    return {};
}

Result<Officer> MemoryDistrictStore::officer(const std::string& name) {
    auto found = officers_.find(name);
    if (found == officers_.end()) return fail(ErrorCode::kNotFound, "memory.officer");
    return found->second;
}

Result<Attempts> MemoryDistrictStore::attempts(const Digest& name) {
    auto found = attempts_.find(name);
    if (found == attempts_.end()) return fail(ErrorCode::kNotFound, "memory.attempts");
    return found->second;
}

Status MemoryDistrictStore::save_attempts(const Attempts& attempts) {
    TRY(writable());
    attempts_[attempts.name] = attempts;
    std::size_t strangers = 0;
    auto oldest = attempts_.end();
    for (auto one = attempts_.begin(); one != attempts_.end(); ++one) {
        if (one->second.known) continue;
        ++strangers;
        if (one->first != attempts.name &&
            (oldest == attempts_.end() || one->second.last < oldest->second.last))
            oldest = one;
    }
    if (strangers > kMaxStrangers && oldest != attempts_.end()) attempts_.erase(oldest);
    return {};
}

Status MemoryDistrictStore::open_session(const Session& session, Instant oldest_start, Instant oldest_seen) {
    TRY(writable());
    std::erase_if(sessions_, [&](const auto& one) {
        return one.second.started < oldest_start || one.second.seen < oldest_seen;
    });
    sessions_[session.token_hash] = session;
    return {};
}

Result<Session> MemoryDistrictStore::session(const Digest& token_hash) {
    auto found = sessions_.find(token_hash);
    if (found == sessions_.end()) return fail(ErrorCode::kNotFound, "memory.session");
    return found->second;
}

Status MemoryDistrictStore::touch_session(const Digest& token_hash, Instant seen) {
    TRY(writable());
    auto found = sessions_.find(token_hash);
    if (found != sessions_.end()) found->second.seen = seen;
    return {};
}

Status MemoryDistrictStore::close_session(const Digest& token_hash) {
    TRY(writable());
    sessions_.erase(token_hash);
    return {};
}

} // namespace kentongan::sim
