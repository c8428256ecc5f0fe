#include "apps/district/ground.hpp"

#include "adapters/posix/state_files.hpp"
#include "adapters/yaml/pack_folder.hpp"
#include "apps/district/commands.hpp"

#include <cstdio>

namespace kentongan::district_app {
namespace {

constexpr std::size_t kMaxHolidays = 256 * 1024;

tl::unexpected<Error> say(const char* what, const Error& error,
                          const std::vector<domain::PackFault>& faults = {}) {
    for (const auto& fault : faults)
        std::fprintf(stderr, "%s:%d: %s\n", fault.path.c_str(), fault.line, fault.message.c_str());
    failed(what, error);
    return tl::unexpected<Error>(error);
}

} // namespace

int failed(const char* what, const Error& error) {
    std::fprintf(stderr, "kentongan-district: %s (%s, %s, %lld)\n", what, name_of(error.code), error.where,
                 static_cast<long long>(error.native));
    return 1;
}

Result<district::Setting> read_setting(const Options& options) {
    district::Setting setting;
    std::vector<domain::PackFault> faults;
    auto pack = yaml::load_pack(options.pack, faults);
    if (!pack) return say("the pack", pack.error(), faults);
    setting.pack = std::move(*pack);
    auto dictionaries = wire::Dictionaries::load(setting.pack.dictionaries);
    if (!dictionaries)
        return say("a dictionary of the pack; the number is its version", dictionaries.error());
    setting.dictionaries = std::move(*dictionaries);
    for (const auto& id : yaml::village_ids(options.pack)) {
        auto village = yaml::load_village(options.pack, id, setting.pack, faults);
        if (!village) return say("a village of the pack", village.error(), faults);
        setting.villages[id] = std::move(*village);
    }
    if (!options.holidays.empty()) {
        auto text = posix::read_file(options.holidays, kMaxHolidays);
        if (!text) return say("the holidays", text.error());
        auto days = district::WorkingDays::read(*text);
        if (!days) return say("the holidays; the number is the line", days.error());
        setting.working_days = std::move(*days);
    }
    auto keys = read_keys(options.state);
    if (!keys)
        return say(keys.error().code == ErrorCode::kDenied ? "district.key: others may read it; chmod 600"
                                                           : "the keys; was it initialised?",
                   keys.error());
    setting.keys = *keys;
    auto psk_key = read_psk_key(options.state);
    if (!psk_key) return say("district.psk-key: missing, damaged, or others may read it", psk_key.error());
    setting.psk_key = *psk_key;
    return setting;
}

} // namespace kentongan::district_app
