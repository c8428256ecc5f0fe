// Hostile YAML as every file of a pack: faults, never a crash, never a pack that the dialogue cannot speak.
// The input is one file after another, each after a line "--- path".
#include "adapters/yaml/yaml_tree.hpp"
#include "domain/pack_reader.hpp"
#include "domain/request.hpp"

#include <cstdlib>
#include <string>

using namespace kentongan;

namespace {

void put(domain::PackFiles& files, domain::PackFile file) {
    if (file.path == "pack.yaml")
        files.pack = std::move(file);
    else if (file.path.starts_with("texts/"))
        files.texts.push_back(std::move(file));
    else
        files.services.push_back(std::move(file));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input(reinterpret_cast<const char*>(data), size);
    domain::PackFiles files;
    domain::PackFile village;
    std::vector<domain::PackFault> faults;
    constexpr std::string_view kMark = "--- ";
    while (input.starts_with(kMark)) {
        auto line = input.find('\n');
        if (line == std::string_view::npos) break;
        std::string path(input.substr(kMark.size(), line - kMark.size()));
        auto next = input.find("\n--- ", line);
        auto text = input.substr(line + 1, next == std::string_view::npos ? next : next - line);
        input = next == std::string_view::npos ? std::string_view{} : input.substr(next + 1);
        auto file = yaml::parse(path, text, faults);
        if (!file) continue;
        if (path.starts_with("villages/"))
            village = std::move(*file);
        else
            put(files, std::move(*file));
    }
    faults.clear();
    auto pack = domain::read_pack(files, faults);
    if (pack.has_value() != faults.empty()) std::abort();
    if (faults.size() > 200) std::abort();
    domain::Pack none;
    auto place = domain::read_village(village, pack ? *pack : none, faults);
    if (pack && place)
        for (const auto& service : pack->services)
            for (const auto* field : pack->fields_of(service))
                (void)domain::check_answer(*pack, *place, service, *field, "1");
    return 0;
}
