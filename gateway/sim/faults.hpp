// What goes wrong in a simulated world, and how often.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kentongan::sim {

/// A link's manners. Chances are of 10,000, per parcel and direction.
struct LinkFaults {
    int loss = 0;
    int duplicate = 0;
    int truncate = 0;
    int flip = 0;          ///< One bit.
    int least_delay = 200; ///< Milliseconds, one way. Parcels overtake each other as far as these differ.
    int most_delay = 1'500;
};

/// Rates are events in 100 days: of each box, where nothing else is said. Chances are of 10,000.
struct Faults {
    std::string name = "calm";
    LinkFaults link;
    int partitions = 0;
    int longest_partition = 0; ///< Hours.
    int cuts = 0;              ///< Power cuts between two steps.
    int cut_inside = 0;        ///< Chance that the power goes in the middle of a box's transaction.
    int broken_commit = 0;     ///< Chance that a commit reports an I/O error, kept or not.
    int disk_full = 0;
    int clock_jumps = 0;       ///< By seconds to decades.
    int first_clock_wrong = 0; ///< Chance that a box starts with a clock that is wrong by years.
    int restores = 0;          ///< An older image of the disk is put back.
    int clones = 0;            ///< A second device goes on from an image of the disk, at the same time.
    int thefts = 0;            ///< Somebody copies disk and memory.
    int revocations = 0;
    int replays = 0;
    int forgeries = 0;
    int district_kills = 0; ///< Of the district, between two steps.
    int kill_inside = 0;    ///< Chance in an exchange: before or after its commit.
    int district_full = 0;  ///< Chance that the district's disk refuses an exchange.
    int rotations = 0;      ///< Of the district's prekey.
    int publications = 0;   ///< Of documents for every box.
    int second_carrier = 0; ///< Calls of the narrow carrier, beside the wide one.
    bool neighbour = false; ///< A second district, some of whose boxes bear the same numbers.
};

/// calm, village, storm, hostile; nothing for another name.
[[nodiscard]] std::optional<Faults> faults_named(std::string_view name);
[[nodiscard]] std::vector<std::string> fault_names();

} // namespace kentongan::sim
