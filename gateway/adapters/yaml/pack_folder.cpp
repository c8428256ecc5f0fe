#include "adapters/yaml/pack_folder.hpp"

#include "adapters/yaml/yaml_tree.hpp"
#include "domain/pack_reader.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <optional>
#include <system_error>

namespace kentongan::yaml {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 128; ///< In one folder.
constexpr const char* kDictionaryEnding = ".zdict";
constexpr std::uint32_t kMostVersions = 9999;

enum class Wanted { kYamlFiles, kDictionaries, kFolders };

// Names in `folder`, sorted. Hidden ones are an editor's, not the pack's.
std::vector<std::string> names_in(const fs::path& folder, Wanted wanted) {
    std::vector<std::string> names;
    std::error_code error;
    fs::directory_iterator at(folder, error);
    for (; !error && at != fs::directory_iterator() && names.size() < kMostFiles; at.increment(error)) {
        std::error_code ignored;
        auto name = at->path().filename().string();
        if (name.starts_with('.')) continue;
        const auto* ending = wanted == Wanted::kYamlFiles ? ".yaml" : kDictionaryEnding;
        bool fits = wanted == Wanted::kFolders
                        ? at->is_directory(ignored)
                        : at->path().extension() == ending && at->is_regular_file(ignored);
        if (fits) names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::optional<domain::PackFile> read_file(const fs::path& folder, const std::string& path,
                                          std::vector<domain::PackFault>& faults) {
    std::ifstream file(folder / path, std::ios::binary);
    std::string text(kMaxFileBytes + 1, '\0');
    if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file && !file.eof()) {
        faults.push_back(domain::PackFault{path, 0, "cannot be read"});
        return std::nullopt;
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return parse(path, text, faults);
}

std::vector<domain::PackFile> read_files(const fs::path& folder, const std::string& sub,
                                         std::vector<domain::PackFault>& faults) {
    std::vector<domain::PackFile> files;
    for (const auto& name : names_in(folder / sub, Wanted::kYamlFiles)) {
        auto path = sub + '/' + name;
        if (auto file = read_file(folder, path, faults)) files.push_back(std::move(*file));
    }
    return files;
}

std::optional<std::uint32_t> version_in(std::string_view name) {
    name.remove_suffix(std::string_view(kDictionaryEnding).size());
    std::uint32_t version = 0;
    auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), version);
    bool read = error == std::errc() && end == name.data() + name.size() && !name.starts_with('0');
    return read && version <= kMostVersions ? std::optional(version) : std::nullopt;
}

void read_dictionaries(const fs::path& folder, domain::Pack& pack, std::vector<domain::PackFault>& faults) {
    for (const auto& name : names_in(folder / "dictionaries", Wanted::kDictionaries)) {
        auto path = "dictionaries/" + name;
        auto version = version_in(name);
        if (!version) {
            faults.push_back({path, 0, "the name must be its version, a number from 1: 1.zdict"});
            continue;
        }
        std::ifstream file(folder / path, std::ios::binary);
        domain::TextDictionary dictionary{*version, {}};
        dictionary.bytes.resize(domain::kMaxDictionary + 1);
        if (file)
            file.read(reinterpret_cast<char*>(dictionary.bytes.data()),
                      static_cast<std::streamsize>(dictionary.bytes.size()));
        if (!file && !file.eof()) {
            faults.push_back({path, 0, "cannot be read"});
            continue;
        }
        dictionary.bytes.resize(static_cast<std::size_t>(file.gcount()));
        if (dictionary.bytes.empty() || dictionary.bytes.size() > domain::kMaxDictionary)
            faults.push_back(
                {path, 0, "a dictionary has from 1 to " + std::to_string(domain::kMaxDictionary) + " bytes"});
        else
            pack.dictionaries.push_back(std::move(dictionary));
    }
    std::sort(pack.dictionaries.begin(), pack.dictionaries.end(),
              [](const auto& left, const auto& right) { return left.version < right.version; });
}

// An id comes from a configuration: it must not climb out of the folder.
bool is_id(std::string_view id) {
    return !id.empty() && id.size() <= 32 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

} // namespace

Result<domain::Pack> load_pack(const fs::path& folder, std::vector<domain::PackFault>& faults) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) return fail(ErrorCode::kNotFound, "pack.folder", error.value());
    auto before = faults.size();
    domain::PackFiles files;
    auto main_file = read_file(folder, "pack.yaml", faults);
    if (main_file) files.pack = std::move(*main_file);
    files.services = read_files(folder, "services", faults);
    for (const auto& tag : names_in(folder / "texts", Wanted::kFolders)) {
        auto texts = read_files(folder, "texts/" + tag, faults);
        std::move(texts.begin(), texts.end(), std::back_inserter(files.texts));
    }
    // What could not be read as YAML would only be reported again as missing.
    if (faults.size() != before) return fail(ErrorCode::kInvalid, "pack.yaml");
    auto pack = domain::read_pack(files, faults);
    if (!pack) return fail(ErrorCode::kInvalid, "pack.check");
    read_dictionaries(folder, *pack, faults);
    if (faults.size() != before) return fail(ErrorCode::kInvalid, "pack.dictionaries");
    return std::move(*pack);
}

Result<domain::Village> load_village(const fs::path& folder, std::string_view id, const domain::Pack& pack,
                                     std::vector<domain::PackFault>& faults) {
    if (!is_id(id)) return fail(ErrorCode::kInvalid, "village.id");
    auto path = "villages/" + std::string(id) + ".yaml";
    std::error_code error;
    if (!fs::is_regular_file(folder / path, error))
        return fail(ErrorCode::kNotFound, "village.file", error.value());
    auto file = read_file(folder, path, faults);
    if (!file) return fail(ErrorCode::kInvalid, "village.yaml");
    auto village = domain::read_village(*file, pack, faults);
    if (!village) return fail(ErrorCode::kInvalid, "village.check");
    return std::move(*village);
}

std::vector<std::string> village_ids(const fs::path& folder) {
    auto ids = names_in(folder / "villages", Wanted::kYamlFiles);
    for (auto& id : ids) id.resize(id.size() - std::string_view(".yaml").size());
    return ids;
}

} // namespace kentongan::yaml
