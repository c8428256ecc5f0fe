#include "adapters/yaml/pack_folder.hpp"
#include "apps/console/commands.hpp"
#include "wire/dictionary.hpp"

#include <filesystem>

namespace kentongan::console {
namespace {

void print(const std::vector<domain::PackFault>& faults, std::FILE* err) {
    for (const auto& fault : faults) {
        if (fault.line > 0)
            std::fprintf(err, "%s:%d: %s\n", fault.path.c_str(), fault.line, fault.message.c_str());
        else
            std::fprintf(err, "%s: %s\n", fault.path.c_str(), fault.message.c_str());
    }
}

Exit check(const std::filesystem::path& folder, std::FILE* out, std::FILE* err) {
    std::vector<domain::PackFault> faults;
    auto pack = yaml::load_pack(folder, faults);
    if (!pack) {
        if (pack.error().code == ErrorCode::kNotFound)
            std::fprintf(err, "%s: not a folder\n", folder.c_str());
        print(faults, err);
        return Exit::kFaults;
    }
    if (auto loaded = wire::Dictionaries::load(pack->dictionaries); !loaded)
        faults.push_back({"dictionaries/" + std::to_string(loaded.error().native) + ".zdict", 0,
                          "not a dictionary that zstd has trained (scripts/train-dictionary)"});
    auto villages = yaml::village_ids(folder);
    for (const auto& id : villages) {
        auto before = faults.size();
        if (!yaml::load_village(folder, id, *pack, faults) && faults.size() == before)
            faults.push_back({"villages/" + id + ".yaml", 0, "the name is not usable as a village's id"});
    }
    if (!faults.empty()) {
        print(faults, err);
        return Exit::kFaults;
    }
    auto texts = pack->texts.find(pack->default_language);
    std::fprintf(
        out,
        "%s, version %u: %zu services, %zu life cycles, %zu languages with %zu texts each, %zu dictionaries, "
        "%zu villages. No faults.\n",
        pack->id.c_str(), pack->version, pack->services.size(), pack->lifecycles.size(),
        pack->languages.size(), texts == pack->texts.end() ? std::size_t{0} : texts->second.size(),
        pack->dictionaries.size(), villages.size());
    return Exit::kOk;
}

} // namespace

Exit pack_command(std::span<const std::string_view> arguments, std::FILE* out, std::FILE* err) {
    if (arguments.size() != 2 || arguments[0] != "check") return Exit::kUsage;
    return check(std::filesystem::path(arguments[1]), out, err);
}

} // namespace kentongan::console
