// Every pack of this house, through the same checks.
#include "adapters/yaml/yaml_tree.hpp"
#include "base/gsm7.hpp"
#include "domain/pack_reader.hpp"
#include "tools/packs.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace kentongan;

TEST_CASE("the packs and their villages have no faults") {
    for (const char* id : test::kPackIds) {
        INFO(id);
        std::vector<domain::PackFault> faults;
        auto folder = test::pack_folder(id);
        auto pack = yaml::load_pack(folder, faults);
        for (const auto& fault : faults)
            UNSCOPED_INFO(fault.path << ":" << fault.line << ": " << fault.message);
        REQUIRE(pack);
        CHECK(pack->id == id);
        auto villages = yaml::village_ids(folder);
        CHECK_FALSE(villages.empty());
        for (const auto& name : villages) {
            auto village = yaml::load_village(folder, name, *pack, faults);
            REQUIRE(village);
            CHECK(village->id == name);
            CHECK(village->example); // only invented villages are shipped
        }
    }
}

TEST_CASE("what the rooms above rely on") {
    for (const char* id : test::kPackIds) {
        INFO(id);
        auto pack = test::test_pack(id);
        std::set<int> kinds;
        for (const auto& service : pack.services) {
            kinds.insert(static_cast<int>(service.kind));
            CHECK_FALSE(pack.lifecycle_of(service).initial().id.empty());
            CHECK(pack.service(service.number) == &service);
            CHECK(pack.service(service.id) == &service);
            for (const auto* field : pack.fields_of(service)) {
                auto ask = pack.owner_of(service, *field) + "." + field->id + ".ask";
                for (const auto& language : pack.languages) CHECK(pack.text(language.tag, ask) != ask);
            }
            if (service.kind == domain::ServiceKind::kLevyReport) {
                CHECK(service.recipient == domain::Recipient::kInspectorate);
                CHECK(service.anonymous_offered);
                CHECK(service.confidential_offered);
                CHECK_FALSE(service.applicant);
            }
        }
        CHECK(kinds == std::set<int>{1, 2, 3, 4});
        auto right_to_left = pack.language("ar");
        if (right_to_left != nullptr) CHECK(right_to_left->right_to_left);
    }
}

TEST_CASE("the two countries share nothing but the code") {
    auto first = test::test_pack("id-jember");
    auto second = test::test_pack("xq-qamar");
    for (const auto& service : second.services) {
        CHECK(first.service(service.id) == nullptr);
        CHECK(first.service(service.number) == nullptr);
    }
    CHECK(first.identity.length != second.identity.length);
    CHECK(first.phone.country_code != second.phone.country_code);
    CHECK(first.money.code != second.money.code);
    CHECK(first.default_language != second.default_language);
}

TEST_CASE("folders and ids from outside") {
    std::vector<domain::PackFault> faults;
    CHECK(yaml::load_pack("/nonexistent/pack", faults).error().code == ErrorCode::kNotFound);
    auto pack = test::test_pack("id-jember");
    auto folder = test::pack_folder("id-jember");
    for (const char* id : {"", "../contoh", "contoh/../contoh", "Contoh", "contoh.yaml", ".", "contoh\n"})
        CHECK(yaml::load_village(folder, id, pack, faults).error().code == ErrorCode::kInvalid);
    CHECK(yaml::load_village(folder, "nowhere", pack, faults).error().code == ErrorCode::kNotFound);
    CHECK(faults.empty());
    CHECK(yaml::village_ids("/nonexistent").empty());
}

TEST_CASE("quiet hours are the pack's, the village's own, or none") {
    auto read = [](std::string_view in_pack, std::string_view in_village,
                   std::vector<domain::PackFault>& faults) -> std::optional<domain::Village> {
        auto pack = test::test_pack("id-jember");
        pack.quiet_hours = std::nullopt;
        std::string text = "id: contoh\nname: Contoh\ncode: x\noffice_hours: x\nexample: true\n"
                           "synthetic_numbers: true\nphone: \"+62 800 0000 0001\"\n"
                           "hamlets: [{id: one, number: 1, name: One}]\n";
        if (!in_pack.empty()) pack.quiet_hours = domain::QuietHours{20, 6};
        if (!in_village.empty()) text += "quiet_hours: " + std::string(in_village) + "\n";
        auto file = yaml::parse("villages/contoh.yaml", text, faults);
        REQUIRE(file);
        return domain::read_village(*file, pack, faults);
    };
    std::vector<domain::PackFault> faults;
    CHECK_FALSE(read("", "", faults)->quiet_hours);
    CHECK(read("pack", "", faults)->quiet_hours == domain::QuietHours{20, 6});
    CHECK(read("pack", "{from: 1, until: 5}", faults)->quiet_hours == domain::QuietHours{1, 5});
    CHECK_FALSE(read("pack", "none", faults)->quiet_hours);
    CHECK(faults.empty());
    for (const char* wrong : {"never", "{from: 20}", "{from: 24, until: 6}", "{from: 6, until: 6}",
                              "{from: 20, until: 6, days: 3}", "[20, 6]"}) {
        INFO(wrong);
        faults.clear();
        CHECK_FALSE(read("pack", wrong, faults));
        REQUIRE_FALSE(faults.empty());
        CHECK(faults.front().path == "villages/contoh.yaml");
        CHECK(faults.front().line == 9);
    }
    // Both countries have them; their example villages, for demonstrations at any hour, do not.
    for (const char* id : test::kPackIds) {
        auto pack = test::test_pack(id);
        CHECK(pack.quiet_hours);
        CHECK_FALSE(test::test_village(pack).quiet_hours);
    }
}

TEST_CASE("a village is checked against its pack") {
    auto pack = test::test_pack("id-jember");
    domain::PackFile file{"villages/contoh.yaml", {}};
    std::vector<domain::PackFault> faults;
    CHECK_FALSE(domain::read_village(file, pack, faults));
    CHECK_FALSE(faults.empty());
}

TEST_CASE("a village says what it may spend on each carrier") {
    auto read = [](const std::string& carriers, std::vector<domain::PackFault>& faults) {
        std::string text = "id: contoh\nname: Contoh\ncode: x\noffice_hours: x\nexample: true\n"
                           "synthetic_numbers: true\nphone: \"+62 800 0000 0001\"\n"
                           "hamlets: [{id: one, number: 1, name: One}]\n" +
                           carriers;
        auto file = yaml::parse("villages/contoh.yaml", text, faults);
        REQUIRE(file);
        return domain::read_village(*file, test::test_pack("id-jember"), faults);
    };
    std::vector<domain::PackFault> faults;
    CHECK(read("", faults)->carriers.empty());
    auto village = read("carriers:\n"
                        "  datagrams: {daily_megabytes: 20, daily_cost: 2000, cost_per_megabyte: 50}\n"
                        "  https: none\n"
                        "  sms: {daily_cost: 10000, cost_per_message: 350, patience_hours: 12}\n",
                        faults);
    REQUIRE(faults.empty());
    REQUIRE(village);
    domain::Tariff datagrams;
    datagrams.daily_bytes = 20'000'000;
    datagrams.daily_cost = 2000;
    datagrams.cost_per_megabyte = 50;
    CHECK(village->carriers.at(domain::Carrier::kDatagrams) == datagrams);
    CHECK_FALSE(domain::tariff_of(village->carriers, domain::Carrier::kHttps).allowed);
    domain::Tariff sms;
    sms.daily_cost = 10000;
    sms.cost_per_message = 350;
    sms.patience = std::chrono::hours(12);
    CHECK(village->carriers.at(domain::Carrier::kSms) == sms);
    CHECK(read("carriers: {sms: {}}\n", faults)->carriers.at(domain::Carrier::kSms).patience ==
          std::chrono::hours(6));
    REQUIRE(faults.empty());

    for (const char* wrong :
         {"5", "none", "[sms]", "{pigeons: {}}", "{sms: yes}", "{sms: {daily_megabytes: 3}}",
          "{https: {cost_per_message: 3}}", "{https: {patience_hours: 3}}", "{https: {daily_megabytes: 0}}",
          "{https: {daily_megabytes: 1.5}}", "{https: {daily_megabytes: 1000001}}",
          "{https: {cost_per_megabyte: -1}}", "{sms: {daily_cost: 1000}}", "{https: {daily_cost: 1000}}",
          "{sms: {daily_cost: 1000, cost_per_message: 1000000001}}", "{sms: {patience_hours: 337}}"}) {
        INFO(wrong);
        faults.clear();
        CHECK_FALSE(read("carriers: " + std::string(wrong) + "\n", faults));
        REQUIRE_FALSE(faults.empty());
        CHECK(faults.front().path == "villages/contoh.yaml");
        CHECK(faults.front().line == 9);
    }
}
