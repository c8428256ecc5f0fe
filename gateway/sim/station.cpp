#include "sim/station.hpp"

namespace kentongan::sim {

void Station::boot() {
    power_off();
    ++life;
    known = pinned;
    sealer.emplace(keys, known.current());
    reopen();
}

void Station::reopen() {
    application.reset();
    application =
        std::make_unique<box::Box>(box::Ground{pack, village, keys, known, disk, *sealer, dictionaries});
}

void Station::power_off() {
    application.reset();
    sealer.reset();
    ephemerals.clear();
    correction = seconds(0);
    empty_rounds = 0;
    disk.power_cut();
}

} // namespace kentongan::sim
