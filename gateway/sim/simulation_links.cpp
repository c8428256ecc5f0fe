// Calls, parcels on the way, and what they do where they arrive.
#include "sim/simulation.hpp"

#include <algorithm>

namespace kentongan::sim {
namespace {

// A box with nothing to send asks for news so often. Real ones ask every half minute; a world would do
// nothing else.
constexpr Ticks kPoll = 4 * kHour;
constexpr Ticks kNarrowPoll = 12 * kHour;
constexpr Ticks kSilence = 2 * kMinute; // after which nothing comes any more
constexpr Ticks kLongestBackoff = 2 * kHour;
constexpr std::size_t kMostRecorded = 256;
constexpr std::size_t kNarrowRoom = 512;
constexpr int kMostEmptyRounds = 8;

} // namespace

void Simulation::plan_call(std::size_t where, std::size_t carrier, Ticks after) {
    auto& event = plan(after, Kind::kCall, where, carrier);
    event.turn = ++stations_[where]->carriers[carrier].turn;
}

void Simulation::hurry(std::size_t where) {
    auto& station = *stations_[where];
    // A broken link is tried again when its time comes, as long as it is only one more item.
    if (station.carriers[0].backoff == 0) plan_call(where, 0, dice_.between(kSecond, 2 * kMinute));
}

void Simulation::call(const Event& event) {
    auto& station = *stations_[event.where];
    auto& carrier = station.carriers[event.subject];
    if (event.turn != carrier.turn || !station.on()) {
        // The narrow carrier has a clock of its own; the wide one is started with the box.
        if (event.turn == carrier.turn && event.subject == 1 && healed_at_ == 0)
            plan_call(event.where, 1, kNarrowPoll);
        return;
    }
    if (event.subject == 0) (void)station.application->tick(clock(station));
    auto echo = static_cast<std::uint32_t>(dice_.next() | 1);
    auto parcel = station.application->next_parcel(echo, carrier.room, clock(station));
    if (!parcel) return complain("a box cannot make a parcel");
    if (event.subject == 1) {
        if (healed_at_ == 0)
            plan_call(event.where, 1,
                      dice_.between(0, 2 * 100 * kDay / std::max(1, faults().second_carrier)));
    } else {
        // Until the answer comes this is what happens next.
        carrier.backoff = std::clamp(carrier.backoff * 2, kMinute, kLongestBackoff);
        plan_call(event.where, 0, kSilence + carrier.backoff);
    }
    send(true, station.office, event.where, event.subject, *parcel);
}

void Simulation::send(bool up, std::size_t office, std::size_t where, std::size_t carrier,
                      const Bytes& payload) {
    auto& station = *stations_[where];
    ++report_.parcels;
    (up ? report_.bytes_up : report_.bytes_down) += payload.size();
    if (faults().replays > 0) {
        Recorded recorded{up, up ? office : where, where, payload};
        if (recorded_.size() < kMostRecorded)
            recorded_.push_back(std::move(recorded));
        else
            recorded_[dice_.below(kMostRecorded)] = std::move(recorded);
    }
    if (now_ < station.cut_off_until) return;
    // Of several frames one may be damaged and the others true.
    auto frames = wire::read_parcel(payload);
    bool one_frame = frames && frames->size() == 1;
    const auto& link = faults().link;
    int copies = dice_.happens(link.loss) ? 0 : dice_.happens(link.duplicate) ? 2 : 1;
    for (; copies > 0; --copies) {
        auto bytes = payload;
        bool damaged = false;
        if (dice_.happens(link.truncate)) {
            bytes.resize(dice_.below(bytes.size()));
            damaged = true;
        }
        if (!bytes.empty() && dice_.happens(link.flip)) {
            bytes[dice_.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << dice_.below(8));
            damaged = true;
        }
        auto& event = plan(dice_.between(link.least_delay, link.most_delay), up ? Kind::kUp : Kind::kDown,
                           up ? office : where, where);
        event.carrier = carrier;
        event.damaged = damaged && one_frame;
        event.payload = std::move(bytes);
    }
}

void Simulation::arrive(const Event& event) {
    auto& office = *offices_[event.where];
    bool killed = false;
    bool lost = false;
    if (healed_at_ == 0) {
        killed = dice_.happens(faults().kill_inside);
        lost = killed;
        // In the middle of its commit, or after it and before its answer; or there is no room.
        if ((killed && dice_.below(2) == 0) || dice_.happens(faults().district_full))
            office.disk.refuse_writes(1);
    }
    auto room = event.carrier == 0 ? district::Intake::kMaxRoom : kNarrowRoom;
    auto answer = office.intake->exchange(event.payload, truth(), room);
    office.disk.refuse_writes(0);
    if (!answer) ++report_.refused;
    for (const auto& one : office.disk.arrived)
        plan(dice_.between(kHour, 2 * kDay), Kind::kOfficer, event.where).item = one.item;
    ledger_.arrivals(event.where, office.disk, stations_);
    auto& station = *stations_[event.subject];
    ledger_.promises(station, store_of(station), promises_);
    if (killed) {
        ++report_.kills;
        office.restart(truth());
    }
    if (answer && !answer->empty() && !lost) {
        if (!event.foreign)
            send(false, event.where, event.subject, event.carrier, *answer);
        else if (dice_.below(2) == 0) // the attacker hands the answer on to somebody
            plan(kSecond, Kind::kDown, dice_.below(stations_.size())).payload = std::move(*answer);
    }
}

void Simulation::absorb(const Event& event) {
    auto& station = *stations_[event.where];
    if (!station.on()) return;
    if (!event.foreign && now_ < station.cut_off_until) return;
    arm(station);
    auto absorbed = station.application->absorb(event.payload, clock(station));
    if (absorbed) report_.updates += absorbed->updates;
    if (absorbed) ledger_.retired(absorbed->retired, store_of(station));
    if (!settle(event.where)) return;
    ledger_.statuses(station, store_of(station));
    ledger_.promises(station, store_of(station), promises_);
    if (!absorbed) {
        if (absorbed.error().code != ErrorCode::kUnavailable) ++report_.refused;
        return;
    }
    if (event.damaged) complain("a damaged answer was believed");
    if (absorbed->district_time)
        station.correction = *absorbed->district_time - (truth() + station.clock_error);
    if (event.carrier != 0) return;
    auto& carrier = station.carriers[0];
    carrier.backoff = 0;
    bool moved = !absorbed->retired.empty() || absorbed->updates > 0 || absorbed->pieces;
    station.empty_rounds = absorbed->more && !moved ? station.empty_rounds + 1 : 0;
    if (station.empty_rounds > kMostEmptyRounds) complain("a box is told to call again for nothing");
    bool again = absorbed->more || (!absorbed->retired.empty() && station.application->has_waiting());
    plan_call(event.where, 0, again ? kSecond : dice_.between(kPoll / 2, kPoll));
}

bool Simulation::settled(Station& station) {
    if (station.disk.waiting().value_or(1) != 0) return false;
    auto& office = *offices_[station.office];
    auto box = office.disk.box(station.keys.shown.box);
    if (!box) return false;
    if (box->revoked) return true; // it is told nothing more
    if (office.news_version > 0) {
        auto held = station.disk.bulletin(kNewsName);
        if (!held || !*held || (*held)->version != office.news_version || (*held)->content != office.news)
            return false;
    }
    return station.disk.last_update().value_or(0) == box->issued &&
           station.known.keyring.version == office.setting.keys.shown.keyring.version;
}

} // namespace kentongan::sim
