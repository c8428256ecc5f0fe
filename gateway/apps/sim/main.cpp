// kentongan-sim - runs simulated worlds and says what was found.
#include "adapters/command_line/command_line.hpp"
#include "adapters/yaml/pack_folder.hpp"
#include "sim/world.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>

namespace {

using namespace kentongan;

enum Exit { kKept = 0, kBroken = 1, kUsage = 2 };

constexpr std::string_view kNames[] = {"--seed",   "--villages", "--days", "--faults",
                                       "--trials", "--requests", "--pack"};

void usage() {
    std::fputs(
        "usage: kentongan-sim --seed N --villages V --days D --faults calm|village|storm|hostile\n"
        "                     [--trials T] [--requests R] [--pack DIR]\n\n"
        "  --trials T    worlds, with the seeds N, N + 1, ...; 1 if not said\n"
        "  --requests R  of a village in 100 days; 300 if not said\n"
        "  --pack DIR    a pack with a village, instead of the small catalogue\n\n"
        "Exit: 0 everything held; 1 something did not: the command line that shows it is printed; 2 called\n"
        "wrongly.\n",
        stderr);
}

std::string command(const sim::WorldOptions& options, std::string_view pack) {
    return "kentongan-sim --seed " + std::to_string(options.seed) + " --villages " +
           std::to_string(options.villages) + " --days " + std::to_string(options.days) + " --faults " +
           options.faults.name + " --requests " + std::to_string(options.requests) +
           (pack.empty() ? "" : " --pack " + std::string(pack));
}

std::string when(std::int64_t ticks) {
    char out[48];
    auto seconds = ticks / 1000;
    std::snprintf(out, sizeof out, "day %lld, %02lld:%02lld:%02lld", static_cast<long long>(seconds / 86'400),
                  static_cast<long long>(seconds / 3600 % 24), static_cast<long long>(seconds / 60 % 60),
                  static_cast<long long>(seconds % 60));
    return out;
}

/// The same seed in a smaller world, as long as anything is still wrong there.
sim::WorldOptions shortened(sim::WorldOptions options, const sim::Violation& violation) {
    options.days = std::min<int>(options.days, static_cast<int>(violation.at / 86'400'000) + 1);
    auto best = options;
    bool found = sim::run_world(best).violation.has_value();
    if (!found) return options; // healing was part of it
    for (bool smaller = true; smaller;) {
        smaller = false;
        for (auto part : {&sim::WorldOptions::villages, &sim::WorldOptions::days}) {
            auto next = best;
            next.*part /= 2;
            if (next.*part == 0 || !sim::run_world(next).violation) continue;
            best = next;
            smaller = true;
        }
    }
    return best;
}

void add(sim::WorldReport& sum, const sim::WorldReport& one) {
    using Report = sim::WorldReport;
    for (auto part : {&Report::steps,     &Report::promises,     &Report::items,       &Report::cases,
                      &Report::aside,     &Report::moves,        &Report::updates,     &Report::questions,
                      &Report::parcels,   &Report::bytes_up,     &Report::bytes_down,  &Report::cuts,
                      &Report::kills,     &Report::restores,     &Report::clones,      &Report::replays,
                      &Report::refused,   &Report::refusals,     &Report::thefts,      &Report::opened_later,
                      &Report::rotations, &Report::publications, &Report::revocations, &Report::chain_keys})
        sum.*part += one.*part;
    sum.drained_after = std::max(sum.drained_after, one.drained_after);
    sum.trace = one.trace;
}

void print(const sim::WorldReport& sum, const sim::WorldOptions& options, std::uint64_t worlds, double wall) {
    auto line = [](const char* name, std::uint64_t value) {
        std::printf("%-24s %12llu\n", name, static_cast<unsigned long long>(value));
    };
    line("worlds", worlds);
    line("virtual_days", worlds * static_cast<std::uint64_t>(options.days));
    line("steps", sum.steps);
    line("promises", sum.promises);
    line("items", sum.items);
    line("cases", sum.cases);
    line("kept_aside", sum.aside);
    line("moves", sum.moves);
    line("updates", sum.updates);
    line("questions", sum.questions);
    line("parcels", sum.parcels);
    line("bytes_up", sum.bytes_up);
    line("bytes_down", sum.bytes_down);
    line("power_cuts", sum.cuts);
    line("district_kills", sum.kills);
    line("restores", sum.restores);
    line("clones", sum.clones);
    line("replays", sum.replays);
    line("refused", sum.refused);
    line("requests_refused", sum.refusals);
    line("rotations", sum.rotations);
    line("publications", sum.publications);
    line("revocations", sum.revocations);
    line("thefts", sum.thefts);
    line("thief_opened_earlier", 0);
    line("thief_opened_later", sum.opened_later);
    line("chain_keys", sum.chain_keys);
    line("drained_after_s", static_cast<std::uint64_t>(sum.drained_after / 1000));
    std::printf("%-24s %12.2f\n", "wall_seconds", wall);
    std::printf("%-24s %s\n", worlds == 1 ? "trace" : "trace_of_last", sum.trace.c_str());
}

} // namespace

int main(int argc, char** argv) {
    using command_line::number;
    std::string_view wrong;
    auto values = command_line::named_values(command_line::words_of(argc, argv), kNames, wrong);
    if (!values) {
        usage();
        return kUsage;
    }
    auto value = [&](std::string_view name, std::int64_t least, std::int64_t most,
                     std::optional<std::int64_t> otherwise) {
        auto found = values->find(name);
        return found == values->end() ? otherwise : number<std::int64_t>(found->second, least, most);
    };
    auto seed = value("--seed", 0, std::numeric_limits<std::int64_t>::max(), std::nullopt);
    auto villages = value("--villages", 1, 5'000, std::nullopt);
    auto days = value("--days", 1, 3'650, std::nullopt);
    auto trials = value("--trials", 1, 10'000'000, 1);
    auto requests = value("--requests", 1, 100'000, 300);
    auto faults = values->contains("--faults") ? sim::faults_named(values->at("--faults")) : std::nullopt;
    if (!seed || !villages || !days || !trials || !requests || !faults) {
        usage();
        return kUsage;
    }
    sim::WorldOptions options;
    options.villages = static_cast<int>(*villages);
    options.days = static_cast<int>(*days);
    options.requests = static_cast<int>(*requests);
    options.faults = *faults;
    std::optional<domain::Pack> pack;
    std::optional<domain::Village> village;
    auto folder = values->contains("--pack") ? values->at("--pack") : std::string_view();
    if (!folder.empty()) {
        std::vector<domain::PackFault> found;
        auto loaded = yaml::load_pack(folder, found);
        auto ids = yaml::village_ids(folder);
        if (loaded && !ids.empty()) {
            pack = std::move(*loaded);
            auto read = yaml::load_village(folder, ids.front(), *pack, found);
            if (read) village = std::move(*read);
        }
        if (!village) {
            std::fputs("kentongan-sim: no whole pack with a village there\n", stderr);
            return kUsage;
        }
        options.pack = &*pack;
        options.village = &*village;
    }

    auto start = std::chrono::steady_clock::now();
    sim::WorldReport sum;
    std::uint64_t worlds = 0;
    for (std::int64_t trial = 0; trial < *trials; ++trial) {
        options.seed = static_cast<std::uint64_t>(*seed + trial);
        auto report = sim::run_world(options);
        ++worlds;
        add(sum, report);
        if (!report.violation) continue;
        std::printf("VIOLATION at step %llu (%s): %s\n",
                    static_cast<unsigned long long>(report.violation->step),
                    when(report.violation->at).c_str(), report.violation->what.c_str());
        std::printf("  again:   %s\n", command(options, folder).c_str());
        auto shorter = shortened(options, *report.violation);
        std::printf("  shorter: %s\n", command(shorter, folder).c_str());
        return kBroken;
    }
    print(sum, options, worlds,
          std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    return kKept;
}
