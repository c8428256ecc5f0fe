#include "domain/pack_map.hpp"
#include "domain/request.hpp"

#include <algorithm>
#include <set>

namespace kentongan::domain {
namespace {

const std::map<std::string_view, FieldType> kTypes = {
    {"choice", FieldType::kChoice}, {"text", FieldType::kText},
    {"number", FieldType::kNumber}, {"money", FieldType::kMoney},
    {"date", FieldType::kDate},     {"identity_number", FieldType::kIdentityNumber},
    {"phone", FieldType::kPhone},   {"yes_no", FieldType::kYesNo},
    {"place", FieldType::kPlace}};
const std::map<std::string_view, ServiceKind> kKinds = {{"letter", ServiceKind::kLetter},
                                                        {"complaint", ServiceKind::kComplaint},
                                                        {"levy_report", ServiceKind::kLevyReport},
                                                        {"unsorted", ServiceKind::kUnsorted}};

constexpr std::int64_t kLargestAmount = 1'000'000'000'000'000;

bool picked(FieldType type) {
    return type == FieldType::kChoice || type == FieldType::kYesNo || type == FieldType::kPlace;
}

void read_choices(MapReader& map, std::string_view path, Field& field, Faults& faults) {
    // The texts of a field share one level with these names.
    static const std::set<std::string_view> kTaken = {"ask", "help", "sms"};
    std::set<std::string> ids;
    std::set<int> numbers;
    for (const auto& item : map.list("choices", true, 32)) {
        MapReader one(item, path, faults);
        Choice choice{one.id("id"), static_cast<std::uint8_t>(one.number("number", 1, 255)),
                      one.text_or("leads_to", {}, 32)};
        if (kTaken.contains(choice.id))
            one.fault(item.line, "a choice cannot be called \"" + choice.id + "\"");
        if (!choice.id.empty() && !ids.insert(choice.id).second)
            one.fault(item.line, "choice \"" + choice.id + "\" stands here twice");
        if (!numbers.insert(choice.number).second)
            one.fault(item.line, "number " + std::to_string(choice.number) + " is used twice");
        one.done();
        field.choices.push_back(std::move(choice));
    }
}

void read_limits(MapReader& map, Field& field) {
    switch (field.type) {
    case FieldType::kText: {
        constexpr auto kMost = static_cast<std::int64_t>(kMaxTextCharacters);
        field.min = map.number_or("min", 1, 1, kMost);
        field.max = map.number("max", 1, kMost);
        break;
    }
    case FieldType::kNumber:
    case FieldType::kMoney:
        field.min = map.number("min", 0, kLargestAmount);
        field.max = map.number("max", 0, kLargestAmount);
        break;
    default:
        return; // other types have no limits: "min" and "max" are unknown keys there
    }
    if (field.min > field.max) map.fault(map.line_of("min"), "\"min\" is above \"max\"");
}

void read_condition(MapReader& map, std::string_view path, Field& field, const std::vector<Field>& before,
                    Faults& faults) {
    const auto* node = map.optional("when");
    if (node == nullptr) return;
    MapReader when(*node, path, faults);
    Condition condition{when.id("field"), when.text("equals", 32)};
    when.done();
    auto other =
        std::find_if(before.begin(), before.end(), [&](const Field& f) { return f.id == condition.field; });
    if (other == before.end()) {
        map.fault(node->line, "\"when\" names a field that is not asked earlier");
        return;
    }
    bool possible =
        other->type == FieldType::kYesNo && (condition.equals == "yes" || condition.equals == "no");
    for (const auto& choice : other->choices) possible = possible || choice.id == condition.equals;
    if (!possible)
        map.fault(node->line, "\"when\" waits for an answer that field \"" + other->id + "\" does not have");
    field.when = std::move(condition);
}

void check_sms_field(MapReader& map, const Field& field) {
    if (!field.sms) return;
    int line = map.line_of("sms");
    if (field.type == FieldType::kIdentityNumber || field.type == FieldType::kPhone)
        map.fault(line, "an identity number or a phone number is never asked by SMS");
    if (field.type != FieldType::kNumber && field.type != FieldType::kMoney) return;
    // 0 cancels and, where the question is optional, 1 passes over it.
    if (field.min < 1) map.fault(line, "a number asked by SMS needs \"min\" of at least 1: 0 means back");
    if (!field.required && field.min < 10)
        map.fault(line, "an optional number asked by SMS needs \"min\" of at least 10: 1 means pass");
}

Field read_field(const PackNode& node, std::string_view path, const std::vector<Field>& before,
                 Faults& faults) {
    Field field;
    MapReader map(node, path, faults);
    field.id = map.id("id");
    field.number = static_cast<std::uint8_t>(map.number("number", 1, 255));
    auto type = map.text("type", 16);
    if (auto found = kTypes.find(type); found != kTypes.end())
        field.type = found->second;
    else if (!type.empty())
        map.fault(map.line_of("type"),
                  "\"type\" is choice, text, number, money, date, identity_number, phone, "
                  "yes_no or place");
    field.required = map.flag_or("required", true);
    field.sms = map.flag_or("sms", false);
    if (field.type == FieldType::kChoice) read_choices(map, path, field, faults);
    read_limits(map, field);
    read_condition(map, path, field, before, faults);
    check_sms_field(map, field);
    map.done();
    return field;
}

void check_kind(MapReader& map, const Pack& pack, const Service& service) {
    auto another = [&](auto&& same) { return std::any_of(pack.services.begin(), pack.services.end(), same); };
    bool letter = service.kind == ServiceKind::kLetter;
    bool sms_text = false;
    for (const auto& field : service.fields) {
        sms_text = sms_text || (field.sms && field.type == FieldType::kText);
        if (letter && field.sms && !picked(field.type))
            map.fault(map.line_of("fields"),
                      "by SMS a letter asks only choice, yes_no and place: field \"" + field.id + "\"");
    }
    if (letter && (service.anonymous_offered || service.confidential_offered))
        map.fault(map.line(), "a letter cannot be anonymous or confidential");
    if (!letter && service.applicant)
        map.fault(map.line_of("applicant"), "a report never asks who the applicant is");
    if (service.kind == ServiceKind::kUnsorted) {
        if (service.kiosk || service.sms)
            map.fault(map.line(), "an unsorted service has \"kiosk: false\", \"sms: false\"");
        if (service.fields.size() != 1 || service.fields[0].type != FieldType::kText)
            map.fault(map.line_of("fields"), "an unsorted service has exactly one field, a text");
        if (another([](const Service& s) { return s.kind == ServiceKind::kUnsorted; }))
            map.fault(map.line_of("kind"), "there is already an unsorted service");
    } else if (!letter && service.sms) {
        if (!sms_text)
            map.fault(map.line_of("fields"), "a report offered by SMS needs a text field with \"sms: true\"");
        if (another([&](const Service& s) { return s.kind == service.kind && s.sms; }))
            map.fault(map.line_of("kind"), "there is already a service of this kind offered by SMS");
    }
}

} // namespace

std::vector<Field> read_fields(const std::vector<PackNode>& nodes, std::string_view path,
                               const std::vector<Field>& before, Faults& faults) {
    std::vector<Field> known = before;
    std::vector<Field> fields;
    std::set<int> numbers;
    for (const auto& node : nodes) {
        auto field = read_field(node, path, known, faults);
        bool repeated =
            std::any_of(known.begin(), known.end(), [&](const Field& f) { return f.id == field.id; });
        if (field.id == "notify_phone")
            faults.add(path, node.line, "\"notify_phone\" is asked by the kiosk itself");
        if (!field.id.empty() && repeated)
            faults.add(path, node.line, "field \"" + field.id + "\" is asked twice");
        if (!numbers.insert(field.number).second)
            faults.add(path, node.line, "number " + std::to_string(field.number) + " is used twice");
        known.push_back(field);
        fields.push_back(std::move(field));
    }
    return fields;
}

void read_service(const PackFile& file, Pack& pack, Faults& faults) {
    Service service;
    MapReader map(file.root, file.path, faults);
    service.id = map.id("id");
    if (!service.id.empty() && file.path != "services/" + service.id + ".yaml")
        map.fault(map.line_of("id"), "the file of service \"" + service.id + "\" must have its name");
    service.number = static_cast<std::uint16_t>(map.number("number", 1, 65535));
    if (pack.service(service.number) != nullptr)
        map.fault(map.line_of("number"), "number " + std::to_string(service.number) + " is used twice");
    auto kind = map.text("kind", 16);
    if (auto found = kKinds.find(kind); found != kKinds.end())
        service.kind = found->second;
    else if (!kind.empty())
        map.fault(map.line_of("kind"), "\"kind\" is letter, complaint, levy_report or unsorted");
    auto recipient = map.text_or("recipient", "district", 16);
    if (recipient == "inspectorate")
        service.recipient = Recipient::kInspectorate;
    else if (recipient != "district")
        map.fault(map.line_of("recipient"), "\"recipient\" is district or inspectorate");
    service.icon = map.id("icon");
    service.lifecycle = map.id("lifecycle");
    if (!service.lifecycle.empty() && pack.lifecycle_of(service).states.empty())
        map.fault(map.line_of("lifecycle"),
                  "there is no life cycle \"" + service.lifecycle + "\" in pack.yaml");
    service.fee = map.number_or("fee", 0, 0, kLargestAmount);
    service.target_days = static_cast<int>(map.number("target_days", 0, 366));
    service.applicant = map.flag_or("applicant", false);
    service.anonymous_offered = map.flag_or("anonymous", false);
    service.confidential_offered = map.flag_or("confidential", false);
    service.kiosk = map.flag_or("kiosk", true);
    service.sms = map.flag_or("sms", true);
    service.legal_ref = map.text_or("legal_ref", "", 200);
    service.fields = read_fields(map.list("fields", false, 24), file.path,
                                 service.applicant ? pack.applicant : std::vector<Field>{}, faults);
    std::set<std::string> documents;
    for (const auto& item : map.list("documents", false, 16)) {
        MapReader one(item, file.path, faults);
        Document document{one.id("id"), one.flag_or("must", true)};
        if (!documents.insert(document.id).second)
            one.fault(item.line, "document \"" + document.id + "\" stands here twice");
        one.done();
        service.documents.push_back(std::move(document));
    }
    check_kind(map, pack, service);
    map.done();
    pack.services.push_back(std::move(service));
}

} // namespace kentongan::domain
