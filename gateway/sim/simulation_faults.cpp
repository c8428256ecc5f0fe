// What goes wrong, and those who make it so.
#include "sim/simulation.hpp"
#include "wire/private_rows.hpp"

#include <algorithm>

namespace kentongan::sim {
namespace {

constexpr std::size_t kMostThieves = 4;
constexpr std::size_t kMostClones = 8;
constexpr std::size_t kMarksTried = 8;

} // namespace

void Simulation::step_fault(const Event& event) {
    auto where = event.where;
    switch (event.kind) {
    case Kind::kCut:
        darken(where);
        return plan_at_rate(Kind::kCut, where, faults().cuts);
    case Kind::kPartition: {
        auto& until = stations_[where]->cut_off_until;
        until = std::max(until, now_ + dice_.between(kMinute, faults().longest_partition * kHour));
        return plan_at_rate(Kind::kPartition, where, faults().partitions);
    }
    case Kind::kDiskFull:
        stations_[where]->disk.set_full(true);
        plan(dice_.between(kMinute, 12 * kHour), Kind::kDiskFree, where);
        return plan_at_rate(Kind::kDiskFull, where, faults().disk_full);
    case Kind::kDiskFree:
        return stations_[where]->disk.set_full(false);
    case Kind::kClock:
        jump_clock(*stations_[where]);
        return plan_at_rate(Kind::kClock, where, faults().clock_jumps);
    case Kind::kImage: {
        auto& station = *stations_[where];
        station.image = station.disk;
        bool put_back = dice_.below(static_cast<std::uint64_t>(faults().restores + faults().clones)) <
                        static_cast<std::uint64_t>(faults().restores);
        plan(dice_.between(kMinute, 2 * kDay), put_back ? Kind::kRestore : Kind::kClone, where);
        return plan_at_rate(Kind::kImage, where, faults().restores + faults().clones);
    }
    case Kind::kRestore:
        return restore(where);
    case Kind::kClone:
        return clone(where);
    case Kind::kTheft:
        theft(where);
        return plan_at_rate(Kind::kTheft, where, faults().thefts);
    case Kind::kRevoke:
        return revoke(where);
    case Kind::kReplay:
        replay();
        return plan_at_rate(Kind::kReplay, where, faults().replays);
    case Kind::kForge:
        forge(where);
        return plan_at_rate(Kind::kForge, where, faults().forgeries);
    case Kind::kKill:
        ++report_.kills;
        offices_[where]->restart(truth());
        return plan_at_rate(Kind::kKill, where, faults().district_kills);
    case Kind::kRotate:
        rotate(where);
        return plan_at_rate(Kind::kRotate, where, faults().rotations);
    case Kind::kPublish:
        publish(where);
        return plan_at_rate(Kind::kPublish, where, faults().publications);
    default:
        return;
    }
}

void Simulation::jump_clock(Station& station) {
    constexpr seconds::rep kYear = 365 * 86'400;
    switch (dice_.below(4)) {
    case 0: // a battery that is empty: 1970
        station.clock_error = from_unix(0) - truth();
        return;
    case 1:
        station.clock_error = seconds(dice_.between(-30 * kYear, 60 * kYear));
        return;
    case 2:
        station.clock_error += seconds(dice_.between(-3'600, 3'600));
        return;
    default:
        station.clock_error = seconds(0);
        station.correction = seconds(0);
    }
}

void Simulation::restore(std::size_t where) {
    auto& station = *stations_[where];
    if (!station.image) return;
    ++report_.restores;
    station.power_off();
    look_at_sealed(where);
    static_cast<MemoryBoxStore&>(station.disk) = *station.image;
    station.disk.set_full(false);
    station.disk.power_cut();
    station.checked_updates = station.disk.last_update().value_or(0);
    // What the newer disk alone had is lost with it, and no program can help: it is not held against anybody.
    for (std::size_t number = 0; number < promises_.size(); ++number) {
        auto& promise = promises_[number];
        if (promise.station != where || promise.closed) continue;
        auto once = wire::pseudonym(station.keys.store, "once", BytesView(promise.form.once.value));
        auto row = station.disk.case_by_once(once);
        if (row && *row) continue;
        promise.closed = true;
        promise.forgiven = !promise.code.empty() && !store_of(station).has(promise.item);
    }
    // Items that lay on the newer disk may still be on their way: they were kept once.
    station.dark_until = now_;
    plan(dice_.between(kSecond, kMinute), Kind::kBoot, where);
}

void Simulation::clone(std::size_t where) {
    if (report_.clones >= kMostClones + static_cast<std::uint64_t>(options_.villages) / 8) return;
    auto& original = *stations_[where];
    if (!original.image || original.stolen) return;
    ++report_.clones;
    auto at = add_station(original.office, original.keys, village_of_[where]);
    auto& copy = *stations_[at];
    copy.stolen = true;
    copy.pinned = stations_[where]->pinned;
    static_cast<MemoryBoxStore&>(copy.disk) = *stations_[where]->image;
    copy.disk.set_full(false);
    copy.disk.power_cut();
    copy.checked_updates = copy.disk.last_update().value_or(0);
    copy.clock_error = stations_[where]->clock_error;
    plan(dice_.between(kSecond, kMinute), Kind::kBoot, at);
    plan_at_rate(Kind::kPerson, at, options_.requests);
    plan_at_rate(Kind::kCut, at, faults().cuts);
    plan_at_rate(Kind::kPartition, at, faults().partitions);
}

void Simulation::theft(std::size_t where) {
    auto& station = *stations_[where];
    if (!station.on()) return;
    ++report_.thefts;
    Thief thief(station);
    // The item's own key is gone with it, and the thief has no other half of any agreement.
    for (const auto& [item, ephemeral] : lately_[where]) {
        if (thief.opens(item.sealed)) complain("a thief opens what was sealed before");
        if (station.disk.holds(item.item) && !thief.finds(item.sealed))
            complain("a thief does not see what lies on the disk: his tools prove nothing");
    }
    for (const auto& key : old_keys_[where]) {
        bool current = false;
        for (auto recipient : {domain::Recipient::kDistrict, domain::Recipient::kInspectorate}) {
            auto found = wire::SealerProbe::of(*station.sealer, recipient);
            current = current || found.key == key;
        }
        if (current && !thief.finds(key))
            complain("a thief does not see the memory: his tools prove nothing");
        if (!current && thief.finds(key)) complain("a thief finds the key of an item that is sealed");
    }
    std::size_t tried = 0;
    for (auto promise = promises_.rbegin(); promise != promises_.rend() && tried < kMarksTried; ++promise) {
        if (promise->station != where || promise->code.empty()) continue;
        ++tried;
        for (const auto* plain : {&promise->mark, &promise->code, &promise->receipt})
            if (thief.finds(as_bytes(*plain))) complain("a thief reads what a citizen wrote or was told");
    }
    thieves_.push_back(std::move(thief));
    if (thieves_.size() > kMostThieves) thieves_.pop_front();
}

void Simulation::revoke(std::size_t where) {
    auto& station = *stations_[where];
    auto& office = *offices_[station.office];
    ++report_.revocations;
    if (!office.revoke(station.keys.shown.box, truth())) complain("a box cannot be withdrawn");
}

void Simulation::rotate(std::size_t office) {
    ++report_.rotations;
    Bytes seed(32);
    for (auto& byte : seed) byte = static_cast<std::uint8_t>(dice_.below(256));
    // 254 rotations use up a district's numbers: then none comes any more.
    auto done = offices_[office]->rotate(seed, truth());
    if (!done && done.error().code != ErrorCode::kNoSpace) complain("a prekey cannot be rotated");
}

void Simulation::publish(std::size_t office) {
    ++report_.publications;
    if (!offices_[office]->publish(dice_, truth())) complain("a document cannot be published");
}

void Simulation::replay() {
    if (recorded_.empty()) return;
    ++report_.replays;
    const auto& one = recorded_[dice_.below(recorded_.size())];
    auto payload = one.payload;
    // Half of them to whom they were for, the others to anybody: another box, another district.
    bool stranger = dice_.below(2) == 0;
    if (dice_.below(4) == 0) {
        // Frames of two parcels in one.
        const auto& other = recorded_[dice_.below(recorded_.size())];
        auto mine = wire::read_parcel(payload);
        auto theirs = wire::read_parcel(other.payload);
        if (mine && theirs) {
            std::vector<Bytes> frames;
            for (auto frame : *theirs) frames.emplace_back(frame.begin(), frame.end());
            for (auto frame : *mine) frames.emplace_back(frame.begin(), frame.end());
            payload = wire::write_parcel(frames);
        }
    }
    auto where = one.where;
    if (stranger) where = dice_.below(one.up ? offices_.size() : stations_.size());
    auto& event = plan(dice_.between(0, kMinute), one.up ? Kind::kUp : Kind::kDown, where, one.station);
    event.foreign = true;
    event.payload = std::move(payload);
    event.carrier = 1; // it starts no conversation
}

void Simulation::forge(std::size_t office) {
    Bytes frame(8 + dice_.below(150));
    for (auto& byte : frame) byte = static_cast<std::uint8_t>(dice_.below(256));
    // Of a kind that exists, from a box that exists, and of an epoch that may.
    static constexpr std::uint8_t kTags[] = {0x20, 0x21, 0x22, 0x23, 0x30, 0x40};
    frame[0] = kTags[dice_.below(std::size(kTags))];
    const auto& station = *stations_[dice_.below(stations_.size())];
    frame[1] = static_cast<std::uint8_t>(station.keys.shown.box.value >> 8);
    frame[2] = static_cast<std::uint8_t>(station.keys.shown.box.value);
    frame[3] = 0;
    frame[4] = static_cast<std::uint8_t>(1 + dice_.below(8));
    auto& event = plan(0, Kind::kUp, office, dice_.below(stations_.size()));
    event.foreign = true;
    event.carrier = 1;
    event.payload = wire::write_parcel(std::vector<Bytes>{frame});
}

} // namespace kentongan::sim
