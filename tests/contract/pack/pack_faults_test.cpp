// What the pack check says about broken packs, as golden files: they are read by the people who write packs.
#include "adapters/yaml/pack_folder.hpp"
#include "adapters/yaml/yaml_tree.hpp"
#include "domain/pack_reader.hpp"
#include "tools/packs.hpp"
#include "tools/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace kentongan;

namespace {

std::string told(const std::vector<domain::PackFault>& faults) {
    std::string out;
    for (const auto& fault : faults)
        out += fault.path + ":" + std::to_string(fault.line) + ": " + fault.message + "\n";
    return out;
}

std::string contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::filesystem::path golden(const char* name) {
    return std::filesystem::path(KENTONGAN_SOURCE_DIR) / "tests" / "golden" / "pack" / name;
}

// UPDATE_GOLDEN=1 rewrites the file; the difference is then reviewed like any other.
void check_golden(const std::string& actual, const char* name) {
    if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(golden(name), std::ios::binary) << actual;
    CHECK(actual == contents(golden(name)));
}

/// A right pack as trees, to be broken in one place.
domain::PackFiles files_of(std::string_view id) {
    auto folder = test::pack_folder(id);
    domain::PackFiles files;
    std::vector<domain::PackFault> faults;
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.path().extension() == ".yaml") paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    for (const auto& path : paths) {
        auto name = path.lexically_relative(folder).generic_string();
        auto file = yaml::parse(name, contents(path), faults);
        REQUIRE(file);
        if (name == "pack.yaml")
            files.pack = std::move(*file);
        else if (name.starts_with("services/"))
            files.services.push_back(std::move(*file));
        else if (name.starts_with("texts/"))
            files.texts.push_back(std::move(*file));
    }
    return files;
}

// A key may itself have dots ("letters.head" within "sms").
domain::PackNode* at(domain::PackNode& node, std::string_view path) {
    for (auto& [key, value] : node.entries) {
        if (path == key) return &value;
        if (path.starts_with(key + "."))
            if (auto* found = at(value, path.substr(key.size() + 1))) return found;
    }
    return nullptr;
}

domain::PackNode& in_file(std::vector<domain::PackFile>& files, std::string_view path) {
    for (auto& file : files)
        if (file.path == path) return file.root;
    FAIL("no such file");
    std::abort();
}

} // namespace

TEST_CASE("a pack with every kind of fault") {
    std::vector<domain::PackFault> faults;
    auto pack = yaml::load_pack(golden("broken"), faults);
    REQUIRE_FALSE(pack);
    CHECK(pack.error().code == ErrorCode::kInvalid);
    check_golden(told(faults), "broken.txt");
}

TEST_CASE("SMS texts that are too long are found with the longest values") {
    auto files = files_of("id-jember");
    std::vector<domain::PackFault> faults;
    REQUIRE(domain::read_pack(files, faults));

    auto& sms = in_file(files.texts, "texts/en/sms.yaml");
    at(sms, "sms.notice")->scalar += std::string(90, 'x');
    at(sms, "sms.stop")->scalar = "Typographic “quotes” cost 90 letters";
    at(sms, "sms.letters.head")->scalar = std::string(140, 'x');
    at(sms, "sms.date")->scalar = "{day} of {month} in {year}";
    auto& services = in_file(files.texts, "texts/en/services.yaml");
    at(services, "service.pengaduan.kategori.pelayanan")->scalar = std::string(150, 'y');
    at(services, "service.sku.sms")->scalar = std::string(90, 'z');
    auto& common = in_file(files.texts, "texts/en/common.yaml");
    at(common, "error.number")->scalar = std::string(100, 'n') + " {min} {max}";
    CHECK_FALSE(domain::read_pack(files, faults));
    check_golden(told(faults), "too_long.txt");
}

TEST_CASE("one broken thing at a time is found where it stands") {
    struct Break {
        const char* what;
        void (*apply)(domain::PackFiles&);
        const char* fault;
    };
    const Break breaks[] = {
        {"a service number used twice",
         [](domain::PackFiles& f) { at(f.services[1].root, "number")->scalar = "1"; },
         "services/pengaduan.yaml:2: number 1 is used twice"},
        {"a report without a text to write",
         [](domain::PackFiles& f) {
             for (auto& [key, value] :
                  at(in_file(f.services, "services/pengaduan.yaml"), "fields")->items[1].entries)
                 if (key == "sms") value.scalar = "false";
         },
         "services/pengaduan.yaml:9: a report offered by SMS needs a text field with \"sms: true\""},
        {"quiet hours that never end",
         [](domain::PackFiles& f) { at(f.pack.root, "quiet_hours.until")->scalar = "20"; },
         "pack.yaml:10: \"quiet_hours\" begin and end at the same hour"},
        {"no services", [](domain::PackFiles& f) { f.services.clear(); }, "a pack has at least one service"},
        {"a text in one language only",
         [](domain::PackFiles& f) {
             auto& root = in_file(f.texts, "texts/en/common.yaml");
             domain::PackNode node;
             node.line = 77;
             node.scalar = "x";
             root.entries.emplace_back("kiosk.only_english", node);
         },
         "texts/en/common.yaml:77: text \"kiosk.only_english\" is missing in the default language"},
        {"a state that cannot be reached",
         [](domain::PackFiles& f) {
             auto& state = at(f.pack.root, "lifecycles")->items[2].entries[1].second.items[0];
             for (auto& [key, value] : state.entries)
                 if (key == "next") value.items.pop_back();
         },
         "state \"diabaikan\" cannot be reached"},
    };
    for (const auto& one : breaks) {
        INFO(one.what);
        auto files = files_of("id-jember");
        one.apply(files);
        std::vector<domain::PackFault> faults;
        CHECK_FALSE(domain::read_pack(files, faults));
        auto all = told(faults);
        INFO(all);
        CHECK(all.find(one.fault) != std::string::npos);
    }
}

TEST_CASE("dictionaries are named by their version and bounded") {
    test::TemporaryFolder folder;
    std::filesystem::copy(test::pack_folder("xq-qamar"), folder.path(),
                          std::filesystem::copy_options::recursive);
    std::filesystem::create_directories(folder / "dictionaries");
    auto write = [&](const char* name, std::size_t size) {
        std::ofstream(folder / name, std::ios::binary) << std::string(size, 'a');
    };
    std::vector<domain::PackFault> faults;
    write("dictionaries/10.zdict", 10);
    write("dictionaries/2.zdict", domain::kMaxDictionary);
    write("dictionaries/README", 10);
    auto pack = yaml::load_pack(folder.path(), faults);
    REQUIRE(pack);
    REQUIRE(pack->dictionaries.size() == 2);
    CHECK(pack->dictionaries[0].version == 2);
    CHECK(pack->dictionaries[0].bytes.size() == domain::kMaxDictionary);
    CHECK(pack->dictionaries[1].version == 10);

    write("dictionaries/3.zdict", domain::kMaxDictionary + 1);
    write("dictionaries/4.zdict", 0);
    for (const char* name : {"0", "05", "-1", "1x", "one", "10000"})
        write(("dictionaries/" + std::string(name) + ".zdict").c_str(), 1);
    auto refused = yaml::load_pack(folder.path(), faults);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::kInvalid);
    CHECK(faults.size() == 8);
}

TEST_CASE("faults are bounded") {
    domain::PackFiles files;
    files.pack.path = "pack.yaml";
    files.pack.root.kind = domain::PackNode::Kind::kMap;
    for (int line = 0; line < 5000; ++line)
        files.pack.root.entries.emplace_back("x" + std::to_string(line), domain::PackNode{});
    std::vector<domain::PackFault> faults;
    CHECK_FALSE(domain::read_pack(files, faults));
    CHECK(faults.size() <= 200);
}
