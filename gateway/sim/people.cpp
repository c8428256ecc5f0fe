#include "sim/people.hpp"

#include <algorithm>

namespace kentongan::sim {
namespace {

constexpr std::string_view kWords[] = {"road",  "bridge", "water", "school", "office", "money", "paper",
                                       "since", "monday", "asked", "again",  "nobody", "river", "family"};

std::string digits(Dice& dice, std::size_t count) {
    std::string out;
    while (out.size() < count) out += static_cast<char>('0' + dice.below(10));
    return out;
}

std::string padded(std::int64_t value, std::size_t length) {
    auto text = std::to_string(value);
    return text.size() < length ? std::string(length - text.size(), '0') + text : text;
}

} // namespace

People::People(const domain::Pack& pack, const domain::Village& village) : pack_(pack), village_(village) {
    // A rule may be beyond them (a check digit); then they do not ask for what needs it.
    Dice dice(1);
    for (const auto& service : pack_.services)
        if (service.kiosk && service.kind != domain::ServiceKind::kUnsorted &&
            filled(service, dice, "probe1"))
            services_.push_back(&service);
}

std::string People::identity(Dice& dice) const {
    auto out = digits(dice, pack_.identity.length);
    for (const auto& part : pack_.identity.parts) {
        using Kind = domain::IdentityRule::Part::Kind;
        if (part.at + part.length > out.size()) continue;
        if (part.kind == Kind::kOneOf && !part.one_of.empty())
            out.replace(part.at, part.length, part.one_of[dice.below(part.one_of.size())]);
        if (part.kind == Kind::kRange && !part.ranges.empty()) {
            auto [least, most] = part.ranges[dice.below(part.ranges.size())];
            out.replace(part.at, part.length, padded(dice.between(least, most), part.length));
        }
    }
    // Nobody's number, where the village says how such a one looks.
    if (village_.synthetic_numbers && out.size() > 4) out.replace(out.size() - 4, 4, "0000");
    return out;
}

std::string People::answer(const domain::Field& field, Dice& dice, const std::string& mark) const {
    switch (field.type) {
    case domain::FieldType::kChoice: {
        std::vector<std::string> ids;
        for (const auto& choice : field.choices)
            if (choice.leads_to.empty()) ids.push_back(choice.id);
        return ids.empty() ? std::string() : ids[dice.below(ids.size())];
    }
    case domain::FieldType::kPlace:
        return village_.hamlets[dice.below(village_.hamlets.size())].id;
    case domain::FieldType::kNumber:
    case domain::FieldType::kMoney:
        return std::to_string(dice.between(field.min, std::min(field.max, field.min + 5'000'000)));
    case domain::FieldType::kDate:
        return padded(dice.between(1950, 2020), 4) + "-0" + std::to_string(dice.between(1, 9)) + "-" +
               std::to_string(dice.between(10, 28));
    case domain::FieldType::kIdentityNumber:
        return identity(dice);
    case domain::FieldType::kYesNo:
        return dice.below(2) == 0 ? "yes" : "no";
    case domain::FieldType::kPhone:
        return "";
    case domain::FieldType::kText:
        break;
    }
    auto out = mark;
    auto most = static_cast<std::size_t>(field.max);
    // Most stories are short; some fill their field and go by a wide carrier only.
    auto wanted = dice.happens(500) ? most : static_cast<std::size_t>(dice.between(field.min, 60));
    while (out.size() + 8 < std::min(most, wanted) || out.size() < static_cast<std::size_t>(field.min))
        out += " " + std::string(kWords[dice.below(std::size(kWords))]);
    return out;
}

std::optional<wire::local::Submit> People::filled(const domain::Service& service, Dice& dice,
                                                  const std::string& mark) const {
    wire::local::Submit out;
    for (auto& byte : out.once.value) byte = static_cast<std::uint8_t>(dice.below(256));
    out.service = service.id;
    out.language = pack_.languages[dice.below(pack_.languages.size())].tag;
    out.consent_version = pack_.consent_version;
    out.anonymous = service.anonymous_offered && dice.happens(3'000);
    out.confidential = service.confidential_offered && dice.happens(3'000);
    for (const auto* field : pack_.fields_of(service)) {
        if (!field->required && dice.happens(5'000)) continue;
        if (auto value = answer(*field, dice, mark); !value.empty())
            out.answers.push_back({field->id, value});
    }
    for (const auto& form : pack_.phone.national)
        if (form.synthetic && !out.anonymous && dice.happens(3'000)) {
            auto number = form.starts;
            number += digits(dice, form.min - std::min(form.min, number.size()));
            out.notify_phone = "+" + pack_.phone.country_code + number;
            break;
        }
    domain::Draft draft{out.service,   out.language,     domain::Channel::kKiosk, {},
                        out.anonymous, out.confidential, out.notify_phone,        out.consent_version};
    for (const auto& [field, value] : out.answers) draft.answers.emplace(field, value);
    if (!domain::check_draft(pack_, village_, draft).empty()) return std::nullopt;
    return out;
}

wire::local::Submit People::fill(Dice& dice, const std::string& mark) const {
    for (;;) {
        auto form = filled(*services_[dice.below(services_.size())], dice, mark);
        if (form) return std::move(*form);
    }
}

} // namespace kentongan::sim
