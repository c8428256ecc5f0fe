#include "apps/kiosk/pack_json.hpp"

#include "adapters/page_api/pack_parts.hpp"

#include <array>

namespace kentongan::kiosk {
namespace {

using json::Json;
using page_api::name_of;

const char* name_of(domain::FieldType type) {
    switch (type) {
    case domain::FieldType::kChoice:
        return "choice";
    case domain::FieldType::kText:
        return "text";
    case domain::FieldType::kNumber:
        return "number";
    case domain::FieldType::kMoney:
        return "money";
    case domain::FieldType::kDate:
        return "date";
    case domain::FieldType::kIdentityNumber:
        return "identity_number";
    case domain::FieldType::kPhone:
        return "phone";
    case domain::FieldType::kYesNo:
        return "yes_no";
    case domain::FieldType::kPlace:
        return "place";
    }
    return "text";
}

class Writer {
  public:
    Writer(const domain::Pack& pack, const domain::Village& village, const domain::Language& language)
        : pack_(pack), village_(village), language_(language) {}

    [[nodiscard]] Json whole() const;

  private:
    [[nodiscard]] Json text(const std::string& key) const { return Json(pack_.text(language_.tag, key)); }
    [[nodiscard]] bool has_text(const std::string& key) const {
        auto texts = pack_.texts.find(pack_.default_language);
        return texts != pack_.texts.end() && texts->second.contains(key);
    }
    /// "" where the pack has no such text.
    [[nodiscard]] Json text_if_any(const std::string& key) const {
        return has_text(key) ? text(key) : Json("");
    }
    [[nodiscard]] Json texts() const;
    [[nodiscard]] Json field(const std::string& owner, const domain::Field& field) const;
    [[nodiscard]] Json service(const domain::Service& service) const;
    [[nodiscard]] Json lifecycle(const domain::Lifecycle& lifecycle) const;

    const domain::Pack& pack_;
    const domain::Village& village_;
    const domain::Language& language_;
};

Json Writer::texts() const {
    // The others come with the field, service or state that they belong to, or belong to other channels.
    static constexpr std::array<std::string_view, 6> kElsewhere = {"applicant.", "desk.", "document.",
                                                                   "service.",   "sms.",  "state."};
    return page_api::texts_json(pack_, language_, kElsewhere);
}

Json Writer::field(const std::string& owner, const domain::Field& field) const {
    auto base = owner + "." + field.id;
    auto out = Json::object({{"id", field.id},
                             {"type", name_of(field.type)},
                             {"required", field.required},
                             {"min", field.min},
                             {"max", field.max},
                             {"ask", text(base + ".ask")},
                             {"help", text_if_any(base + ".help")}});
    if (field.type == domain::FieldType::kChoice) {
        auto choices = Json::array();
        for (const auto& choice : field.choices)
            choices.push_back(Json::object(
                {{"id", choice.id}, {"word", text(base + "." + choice.id)}, {"leads_to", choice.leads_to}}));
        out["choices"] = std::move(choices);
    }
    if (field.when)
        out["when"] = Json::object({{"field", field.when->field}, {"equals", field.when->equals}});
    return out;
}

Json Writer::service(const domain::Service& service) const {
    auto owner = "service." + service.id;
    auto documents = Json::array();
    for (const auto& document : service.documents)
        documents.push_back(Json::object(
            {{"id", document.id}, {"must", document.must}, {"title", text("document." + document.id)}}));
    auto fields = Json::array();
    for (const auto& one : service.fields) fields.push_back(field(owner, one));
    return Json::object(
        {{"id", service.id},
         {"kind", name_of(service.kind)},
         {"icon", service.icon},
         {"title", text(owner + ".title")},
         {"about", text(owner + ".about")},
         {"fee", service.fee},
         {"target_days", service.target_days},
         {"applicant", service.applicant},
         {"anonymous_offered", service.anonymous_offered},
         {"confidential_offered", service.confidential_offered},
         {"recipient", service.recipient == domain::Recipient::kInspectorate ? "inspectorate" : "district"},
         {"documents", std::move(documents)},
         {"fields", std::move(fields)},
         {"lifecycle", service.lifecycle}});
}

Json Writer::lifecycle(const domain::Lifecycle& lifecycle) const {
    auto states = Json::array();
    for (const auto& state : lifecycle.states) {
        auto out = page_api::state_json(pack_, language_, lifecycle, state);
        out["step"] = state.step;
        states.push_back(std::move(out));
    }
    return Json::object({{"id", lifecycle.id}, {"states", std::move(states)}});
}

Json Writer::whole() const {
    auto groups = Json::array();
    for (auto digits : pack_.identity.groups) groups.push_back(digits);
    auto hamlets = Json::array();
    for (const auto& hamlet : village_.hamlets)
        hamlets.push_back(Json::object({{"id", hamlet.id}, {"name", hamlet.name}}));
    auto applicant = Json::array();
    for (const auto& one : pack_.applicant) applicant.push_back(field("applicant", one));
    auto services = Json::array();
    for (const auto& one : pack_.services)
        if (one.kiosk && one.kind != domain::ServiceKind::kUnsorted) services.push_back(service(one));
    auto lifecycles = Json::array();
    for (const auto& one : pack_.lifecycles) lifecycles.push_back(lifecycle(one));
    return Json::object({{"language", language_.tag},
                         {"direction", page_api::direction_of(language_)},
                         {"consent_version", pack_.consent_version},
                         {"texts", texts()},
                         {"identity", Json::object({{"length", pack_.identity.length}, {"groups", groups}})},
                         {"money", page_api::money_json(pack_)},
                         {"utc_offset_minutes", pack_.utc_offset_minutes},
                         {"hamlets", std::move(hamlets)},
                         {"applicant", std::move(applicant)},
                         {"services", std::move(services)},
                         {"lifecycles", std::move(lifecycles)}});
}

} // namespace

Json pack_json(const domain::Pack& pack, const domain::Village& village, const domain::Language& language) {
    return Writer(pack, village, language).whole();
}

} // namespace kentongan::kiosk
