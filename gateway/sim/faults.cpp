#include "sim/faults.hpp"

namespace kentongan::sim {
namespace {

// A village's ordinary month: a link that drops a parcel in twenty, a power cut a week, a dead clock battery.
Faults village() {
    Faults out;
    out.name = "village";
    out.link = {500, 50, 5, 5, 300, 5'000};
    out.partitions = 20;
    out.longest_partition = 12;
    out.cuts = 15;
    out.cut_inside = 5;
    out.broken_commit = 1;
    out.disk_full = 1;
    out.clock_jumps = 2;
    out.first_clock_wrong = 2'000;
    out.restores = 0;
    out.thefts = 1;
    out.district_kills = 5;
    out.kill_inside = 1;
    out.district_full = 5;
    out.rotations = 4;
    out.publications = 10;
    out.second_carrier = 50;
    return out;
}

// The rains: everything that breaks does.
Faults storm() {
    auto out = village();
    out.name = "storm";
    out.link = {3'000, 500, 200, 100, 300, 60'000};
    out.partitions = 60;
    out.longest_partition = 72;
    out.cuts = 200;
    out.cut_inside = 300;
    out.broken_commit = 100;
    out.disk_full = 40;
    out.clock_jumps = 40;
    out.first_clock_wrong = 5'000;
    out.thefts = 10;
    out.district_kills = 200;
    out.kill_inside = 200;
    out.district_full = 200;
    out.rotations = 30;
    out.publications = 40;
    out.second_carrier = 600;
    return out;
}

// The storm, and somebody who means it.
Faults hostile() {
    auto out = storm();
    out.name = "hostile";
    out.link.loss = 1'500;
    out.longest_partition = 24;
    out.cuts = 300;
    out.restores = 40;
    out.clones = 25;
    out.thefts = 100;
    out.revocations = 1;
    out.replays = 800;
    out.forgeries = 400;
    out.rotations = 60;
    out.neighbour = true;
    return out;
}

} // namespace

std::optional<Faults> faults_named(std::string_view name) {
    for (auto make : {+[] { return Faults(); }, +[] { return village(); }, +[] { return storm(); },
                      +[] { return hostile(); }}) {
        auto one = make();
        if (one.name == name) return one;
    }
    return std::nullopt;
}

std::vector<std::string> fault_names() {
    return {"calm", "village", "storm", "hostile"};
}

} // namespace kentongan::sim
