#include "sim/simulation.hpp"

#include "base/log.hpp"
#include "sim/catalogue.hpp"
#include "wire/seeded_randomness.hpp"
#include "wire/token.hpp"

#include <algorithm>

namespace kentongan::sim {
namespace {

// How long a healed world may take until everything has arrived: a few polls of a box with nothing to send.
constexpr Ticks kDrain = kDay;
constexpr std::size_t kTraceBlock = 64 * 1024;

Bytes seed_bytes(std::uint64_t seed, std::string_view what, std::uint64_t number) {
    ByteWriter out;
    out.text(what);
    out.u64(seed);
    out.u64(number);
    return std::move(out).take();
}

} // namespace

Simulation::Simulation(const WorldOptions& options) : options_(options), dice_(options.seed) {
    pack_ = options.pack != nullptr ? *options.pack : small_catalogue();
    auto loaded = wire::Dictionaries::load(pack_.dictionaries);
    if (loaded)
        dictionaries_ = std::move(*loaded);
    else
        complain("the pack's dictionaries do not load");
    build();
}

std::size_t Simulation::add_station(std::size_t office, const wire::BoxSecret& keys, std::size_t village) {
    stations_.push_back(std::make_unique<Station>(office, keys, offices_[office]->setting.keys.shown, pack_,
                                                  villages_[village], dictionaries_));
    village_of_.push_back(village);
    return stations_.size() - 1;
}

void Simulation::build() {
    auto neighbours = faults().neighbour ? std::max(1, options_.villages / 8) : 0;
    auto base = options_.village != nullptr ? *options_.village : small_village();
    std::map<std::string, domain::Village, std::less<>> by_id;
    for (int number = 0; number < options_.villages; ++number) {
        auto village = base;
        village.id = base.id + "-" + std::to_string(number + 1);
        by_id[village.id] = village;
        villages_.push_back(std::move(village));
    }
    for (const auto& village : villages_) people_.emplace_back(pack_, village);
    if (people_.front().services() == 0) return complain("the people cannot fill in any form of this pack");

    for (int office = 0; office < (neighbours > 0 ? 2 : 1); ++office) {
        offices_.push_back(std::make_unique<Office>(
            pack_, by_id, dictionaries_,
            seed_bytes(options_.seed, "office", static_cast<std::uint64_t>(office))));
        auto& here = *offices_.back();
        here.disk.forgetful = options_.sabotage == Sabotage::kForgetfulDistrict;
        auto boxes = office == 0 ? options_.villages : neighbours;
        for (int number = 0; number < boxes; ++number) {
            auto box = BoxId{static_cast<std::uint32_t>(number + 1)};
            auto keys = wire::box_keys_from(box, seed_bytes(options_.seed, office == 0 ? "box" : "neighbour",
                                                            static_cast<std::uint64_t>(number)));
            keys.root = here.root.shown;
            auto where =
                add_station(static_cast<std::size_t>(office), keys, static_cast<std::size_t>(number));
            if (!district::register_box(here.disk, keys.shown, villages_[static_cast<std::size_t>(number)].id,
                                        keys.psk, here.setting.psk_key))
                complain("a box cannot be registered");
            auto& station = *stations_[where];
            station.disk.set_lying(options_.sabotage == Sabotage::kLyingDisk);
            if (dice_.happens(faults().first_clock_wrong))
                station.clock_error = seconds(dice_.between(-57LL * 365 * 86'400, 60LL * 365 * 86'400));
            plan(dice_.between(0, kMinute), Kind::kBoot, where);
            plan_at_rate(Kind::kPerson, where, options_.requests);
            plan_at_rate(Kind::kCut, where, faults().cuts);
            plan_at_rate(Kind::kPartition, where, faults().partitions);
            plan_at_rate(Kind::kDiskFull, where, faults().disk_full);
            plan_at_rate(Kind::kClock, where, faults().clock_jumps);
            plan_at_rate(Kind::kImage, where, faults().restores + faults().clones);
            plan_at_rate(Kind::kTheft, where, faults().thefts);
            plan_at_rate(Kind::kRevoke, where, faults().revocations);
            plan_at_rate(Kind::kReplay, where, faults().replays);
            if (faults().second_carrier > 0) plan_call(where, 1, dice_.between(0, kDay));
        }
        plan_at_rate(Kind::kKill, static_cast<std::size_t>(office), faults().district_kills);
        plan_at_rate(Kind::kRotate, static_cast<std::size_t>(office), faults().rotations);
        plan_at_rate(Kind::kPublish, static_cast<std::size_t>(office), faults().publications);
        plan_at_rate(Kind::kForge, static_cast<std::size_t>(office), faults().forgeries);
    }
    plan(options_.days * kDay, Kind::kHeal, 0);
}

Simulation::Event& Simulation::plan(Ticks after, Kind kind, std::size_t where, std::size_t subject) {
    Event event;
    event.at = now_ + after;
    event.order = orders_++;
    event.kind = kind;
    event.where = where;
    event.subject = subject;
    // The caller fills in the rest; the place in the heap depends on time and order alone.
    events_.push_back(std::move(event));
    auto at = events_.size() - 1;
    while (at > 0 && events_[(at - 1) / 2] < events_[at]) {
        std::swap(events_[(at - 1) / 2], events_[at]);
        at = (at - 1) / 2;
    }
    return events_[at];
}

void Simulation::plan_at_rate(Kind kind, std::size_t where, int rate) {
    if (rate <= 0 || healed_at_ != 0) return;
    plan(dice_.between(0, 2 * 100 * kDay / rate), kind, where);
}

WorldReport Simulation::run() {
    while (!events_.empty() && !ledger_.wrong) {
        std::pop_heap(events_.begin(), events_.end());
        auto event = std::move(events_.back());
        events_.pop_back();
        now_ = event.at;
        ++report_.steps;
        trace(event);
        step(std::move(event));
        if (healed_at_ == 0) continue;
        bool done = std::all_of(stations_.begin(), stations_.end(), [&](auto& one) { return settled(*one); });
        if (done) {
            report_.drained_after = now_ - healed_at_;
            break;
        }
        if (now_ > healed_at_ + kDrain)
            complain("a queue is not empty, or a status missing, a day after healing");
    }
    if (!ledger_.wrong) finish();
    traced_.insert(traced_.begin(), hash_.begin(), hash_.end());
    report_.trace = to_hex(wire::digest("kentongan trace", traced_)).substr(0, 32);
    report_.items = ledger_.items.size();
    report_.chain_keys = ledger_.keys_seen;
    for (const auto& promise : promises_) report_.promises += promise.code.empty() ? 0 : 1;
    for (auto& office : offices_) {
        report_.refused += office->refused + office->intake->refused();
        report_.aside += office->disk.aside.size();
    }
    report_.cases = static_cast<std::uint64_t>(
        std::count_if(ledger_.items.begin(), ledger_.items.end(),
                      [](const auto& one) { return one.second.arrived && !one.second.code_there.empty(); }));
    if (ledger_.wrong) report_.violation = Violation{report_.steps, now_, *ledger_.wrong};
    return std::move(report_);
}

void Simulation::trace(const Event& event) {
    ByteWriter out;
    out.u64(static_cast<std::uint64_t>(event.at));
    out.u8(static_cast<std::uint8_t>(event.kind));
    out.u32(static_cast<std::uint32_t>(event.where));
    out.u32(static_cast<std::uint32_t>(event.subject));
    out.block(event.payload);
    out.u64(ledger_.keys_seen);
    out.u64(promises_.size());
    auto bytes = std::move(out).take();
    traced_.insert(traced_.end(), bytes.begin(), bytes.end());
    if (traced_.size() < kTraceBlock) return;
    traced_.insert(traced_.begin(), hash_.begin(), hash_.end());
    hash_ = wire::digest("kentongan trace", traced_);
    traced_.clear();
}

void Simulation::step(Event event) {
    switch (event.kind) {
    case Kind::kPerson:
        if (healed_at_ != 0) return;
        person(event.where);
        return plan_at_rate(Kind::kPerson, event.where, options_.requests);
    case Kind::kAgain:
        return hand_in(promises_[event.subject].station, {event.subject});
    case Kind::kQuestion:
        return question(event.subject);
    case Kind::kCall:
        return call(event);
    case Kind::kUp:
        return arrive(event);
    case Kind::kDown:
        return absorb(event);
    case Kind::kOfficer:
        return officer(event);
    case Kind::kBoot: {
        auto& station = *stations_[event.where];
        if (station.on() || now_ < station.dark_until) return;
        if (options_.sabotage == Sabotage::kRepeatedRandomness) {
            // What a device does that has no randomness at its start, and a disk that was put back.
            wire::use_seeded_randomness(event.where);
            if (!station.image) station.image = station.disk;
            static_cast<MemoryBoxStore&>(station.disk) = *station.image;
            for (auto number : station.promises) promises_[number].closed = promises_[number].forgiven = true;
            station.checked_updates = 0;
        }
        station.boot();
        return plan_call(event.where, 0, dice_.between(kSecond, kMinute));
    }
    case Kind::kHeal:
        return heal();
    default:
        if (healed_at_ == 0) step_fault(event);
    }
}

void Simulation::heal() {
    healed_at_ = now_;
    options_.faults = Faults();
    for (std::size_t where = 0; where < stations_.size(); ++where) {
        auto& station = *stations_[where];
        station.cut_off_until = 0;
        station.dark_until = 0;
        station.disk.set_full(false);
        station.disk.power_cut();
        if (!station.on()) station.boot();
        station.reopen();
        for (std::size_t carrier = 0; carrier < 1; ++carrier) {
            station.carriers[carrier].backoff = 0;
            plan_call(where, carrier, dice_.between(kSecond, 10 * kMinute));
        }
    }
}

void Simulation::finish() {
    ledger_.all_there(promises_, offices_, stations_);
}

WorldReport run_world(const WorldOptions& options) {
    set_log(false);
    wire::use_seeded_randomness(options.seed);
    WorldReport report;
    {
        Simulation world(options);
        report = world.run();
    }
    wire::use_system_randomness();
    set_log(true);
    return report;
}

} // namespace kentongan::sim
