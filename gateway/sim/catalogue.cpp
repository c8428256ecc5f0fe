#include "sim/catalogue.hpp"

namespace kentongan::sim {
namespace {

using namespace domain;

Field field(const char* id, std::uint8_t number, FieldType type, std::int64_t min = 0, std::int64_t max = 0) {
    Field out;
    out.id = id;
    out.number = number;
    out.type = type;
    out.min = min;
    out.max = max;
    return out;
}

State state(const char* id, std::uint8_t number, StateRole role, std::vector<std::string> next,
            bool reason = false) {
    State out;
    out.id = id;
    out.number = number;
    out.role = role;
    out.next = std::move(next);
    out.reason_required = reason;
    return out;
}

} // namespace

Pack small_catalogue() {
    Pack pack;
    pack.id = "simulated";
    pack.version = 1;
    pack.country = "xx";
    pack.default_language = "en";
    pack.languages = {{"en", "English", false, false}};
    pack.utc_offset_minutes = 420;
    pack.consent_version = "simulated-1";
    pack.identity.length = 12;
    pack.phone.country_code = "999";
    pack.phone.trunk = "0";
    pack.phone.national = {{"800", 9, 9, true}};
    pack.money = {"XTS", "$", ".", true};
    pack.applicant = {field("identity_number", 1, FieldType::kIdentityNumber),
                      field("name", 2, FieldType::kText, 2, 60), field("hamlet", 3, FieldType::kPlace)};
    pack.lifecycles = {
        {"letter",
         {state("received", 1, StateRole::kReceived, {"checking", "refused"}),
          state("checking", 2, StateRole::kWorking, {"incomplete", "ready", "refused"}),
          state("ready", 3, StateRole::kReady, {"collected"}), state("collected", 4, StateRole::kDone, {}),
          state("incomplete", 5, StateRole::kNeedsPerson, {"checking"}, true),
          state("refused", 6, StateRole::kRefused, {}, true)}},
        {"report",
         {state("received", 1, StateRole::kReceived, {"verified"}),
          state("verified", 2, StateRole::kWorking, {"answered"}),
          state("answered", 3, StateRole::kReady, {"closed", "verified"}),
          state("closed", 4, StateRole::kDone, {})}}};
    Service letter;
    letter.id = "domicile";
    letter.number = 1;
    letter.lifecycle = "letter";
    letter.target_days = 1;
    letter.applicant = true;
    auto purpose = field("purpose", 1, FieldType::kChoice);
    purpose.choices = {{"bank", 1}, {"school", 2}, {"work", 3}};
    letter.fields = {purpose};
    Service complaint;
    complaint.id = "complaint";
    complaint.number = 2;
    complaint.kind = ServiceKind::kComplaint;
    complaint.lifecycle = "report";
    complaint.target_days = 3;
    complaint.anonymous_offered = true;
    complaint.fields = {field("story", 1, FieldType::kText, 10, 500)};
    Service levy;
    levy.id = "levy";
    levy.number = 3;
    levy.kind = ServiceKind::kLevyReport;
    levy.recipient = Recipient::kInspectorate;
    levy.lifecycle = "report";
    levy.target_days = 3;
    levy.anonymous_offered = true;
    levy.fields = {field("amount", 1, FieldType::kMoney, 100, 1'000'000'000),
                   field("story", 2, FieldType::kText, 5, 500)};
    pack.services = {letter, complaint, levy};
    return pack;
}

Village small_village() {
    Village village;
    village.id = "hill";
    village.name = "Hill";
    village.example = true;
    village.synthetic_numbers = true;
    village.hamlets = {{"upper", 1, "Upper Hill"}, {"lower", 2, "Lower Hill"}};
    return village;
}

} // namespace kentongan::sim
