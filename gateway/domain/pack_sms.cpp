#include "base/gsm7.hpp"
#include "domain/pack_map.hpp"
#include "domain/sms_layout.hpp"
#include "domain/sms_texts.hpp"

#include <algorithm>

namespace kentongan::domain {
namespace {

using Values = std::vector<std::pair<std::string_view, std::string>>;

/// Builds every SMS of one language the way the dialogue does, with the longest values.
class SmsMeasure {
  public:
    SmsMeasure(const Pack& pack, const Language& language, const TextPlaces& places, Faults& faults)
        : pack_(pack), language_(language), faults_(faults) {
        auto found = places.find(language.tag);
        if (found != places.end()) places_ = &found->second;
    }

    void all() {
        plain_texts();
        menu();
        std::vector<std::string> letters;
        for (const auto& service : pack_.services) {
            if (service.kind != ServiceKind::kUnsorted) status(service);
            if (!service.sms) continue;
            if (service.kind == ServiceKind::kLetter)
                letters.push_back(text("service." + service.id + ".sms"));
            questions(service);
        }
        list("sms.letters.head", text("sms.letters.head"), letters, language_.sms_ucs2);
        std::vector<std::string> languages;
        bool any_ucs2 = false;
        for (const auto& language : pack_.languages) {
            languages.push_back(language.name);
            any_ucs2 = any_ucs2 || language.sms_ucs2;
        }
        list("sms.language.head", text("sms.language.head"), languages, any_ucs2);
    }

  private:
    std::string text(std::string_view key) const { return std::string(pack_.text(language_.tag, key)); }
    std::string filled(std::string_view key, const Values& values) const {
        return pack_.text(language_.tag, key, values);
    }

    /// 0: cannot be written at all.
    [[nodiscard]] std::size_t length(std::string_view sms) const {
        if (auto septets = gsm7::septets(sms)) return *septets;
        return language_.sms_ucs2 ? gsm7::ucs2_units(sms).value_or(0) : 0;
    }

    void fault(std::string_view key, const std::string& message) {
        const TextPlace* place = nullptr;
        if (places_ != nullptr)
            if (auto found = places_->find(key); found != places_->end()) place = &found->second;
        if (place != nullptr)
            faults_.add(place->path, place->line, message);
        else
            faults_.add("texts/" + language_.tag, 0, message);
    }

    /// `sms` was made from text `key`.
    void measure(std::string_view key, const std::string& sms) {
        bool septets = gsm7::septets(sms).has_value();
        if (!septets && !language_.sms_ucs2) {
            fault(key, "SMS \"" + std::string(key) + "\" has a character outside the GSM 7-bit alphabet");
            return;
        }
        auto most = septets ? gsm7::kSeptetsPerSms : gsm7::kUcs2PerSms;
        if (length(sms) > most)
            fault(key, "SMS \"" + std::string(key) + "\" takes " + std::to_string(length(sms)) +
                           " characters with the longest values; " + std::to_string(most) + " fit one SMS");
    }

    void list(std::string_view key, const std::string& head, const std::vector<std::string>& options,
              bool ucs2) {
        SmsListWords words{head, text("sms.more"), text("sms.back"), ucs2};
        if (!sms_pages_fit(words, options))
            fault(key, "SMS \"" + std::string(key) + "\" leaves no room for its longest option");
    }

    static Values widest() {
        Values values;
        for (const auto& width : kSmsWidths)
            values.emplace_back(width.name, std::string(width.characters, '0'));
        return values;
    }

    void plain_texts() {
        for (const auto& sms : sms_texts()) {
            auto names = " " + std::string(sms.placeholders) + " ";
            bool by_catalogue =
                names.find(" service ") != std::string::npos || names.find(" state ") != std::string::npos;
            // Languages are named in their own scripts: measured as a list, with the names.
            by_catalogue = by_catalogue || sms.key == "sms.language.head";
            if (!by_catalogue) measure(sms.key, filled(sms.key, widest()));
        }
        for (const char* key : {"error.text_short", "error.text_long", "error.number", "error.money",
                                "error.date", "error.choice", "error.characters"})
            measure(key, filled(key, widest()) + " " + text("sms.pass") + " " + text("sms.cancel"));
        auto date = filled("sms.date", widest());
        if (length(date) > sms_width("date"))
            fault("sms.date",
                  "SMS \"sms.date\" is longer than " + std::to_string(sms_width("date")) + " characters");
    }

    void menu() {
        std::vector<std::string> options;
        auto offered = [&](ServiceKind kind) {
            return std::any_of(pack_.services.begin(), pack_.services.end(),
                               [&](const Service& s) { return s.kind == kind && s.sms; });
        };
        if (offered(ServiceKind::kLetter)) options.push_back(text("sms.menu.letter"));
        options.push_back(text("sms.menu.status"));
        if (offered(ServiceKind::kComplaint)) options.push_back(text("sms.menu.report"));
        if (offered(ServiceKind::kLevyReport)) options.push_back(text("sms.menu.levy"));
        measure("sms.menu.head", sms_menu(filled("sms.menu.head", widest()), options,
                                          text("sms.menu.language"), text("sms.menu.help")));
    }

    void status(const Service& service) {
        const auto& lifecycle = pack_.lifecycle_of(service);
        for (const auto& state : lifecycle.states) {
            auto key = "state." + lifecycle.id + "." + state.id;
            auto values = widest();
            values.emplace_back("state", text(key));
            measure("sms.status.any", filled("sms.status.any", values));
            values.emplace_back("service", text("service." + service.id + ".sms"));
            auto hint = text(key + ".hint");
            if (hint == key + ".hint") hint.clear(); // a state need not have one
            bool filled_hint = !hint.empty();
            values.emplace_back("hint", pack_.text(language_.tag, key + ".hint", widest()));
            if (!filled_hint) values.back().second.clear();
            auto sms = filled("sms.status.own", values);
            measure(filled_hint ? key + ".hint" : "sms.status.own", sms);
        }
    }

    std::vector<std::string> options(const std::string& owner, const Field& field) const {
        if (field.type == FieldType::kYesNo) return {text("sms.yes"), text("sms.no")};
        // A village has at least one hamlet; how many is not known here.
        if (field.type == FieldType::kPlace)
            return std::vector<std::string>(9, std::string(sms_width("hamlet"), '0'));
        std::vector<std::string> words;
        for (const auto& choice : field.choices)
            words.push_back(text(owner + "." + field.id + "." + choice.id));
        return words;
    }

    void questions(const Service& service) {
        auto owner = "service." + service.id;
        bool letter = service.kind == ServiceKind::kLetter;
        std::string answers;
        // What stands before the first question.
        std::string intro;
        if (letter) {
            Values values{{"fee", service.fee == 0 ? text("sms.free") : amount(pack_.money, service.fee)}};
            intro = filled(owner + ".sms_about", values) + " ";
        }
        for (const auto& field : service.fields) {
            if (!field.sms) continue;
            auto key = owner + "." + field.id + ".sms";
            auto ask = intro + text(key);
            intro.clear();
            bool picked = field.type == FieldType::kChoice || field.type == FieldType::kYesNo ||
                          field.type == FieldType::kPlace;
            if (picked) {
                auto words = options(owner, field);
                list(key, ask, words, language_.sms_ucs2);
                auto longest =
                    std::max_element(words.begin(), words.end(),
                                     [&](const auto& a, const auto& b) { return length(a) < length(b); });
                if (longest != words.end()) answers += (answers.empty() ? "" : ", ") + *longest;
                continue;
            }
            if (field.type == FieldType::kText && service.confidential_offered &&
                service.kind == ServiceKind::kComplaint)
                ask += " " + text("sms.report.names");
            if (!field.required) ask += " " + text("sms.pass");
            measure(key, ask + " " + text("sms.cancel"));
        }
        if (letter) {
            Values values{{"service", text(owner + ".sms")}, {"answers", answers}};
            measure("sms.letter.confirm", filled("sms.letter.confirm", values));
        }
    }

    const Pack& pack_;
    const Language& language_;
    const std::map<std::string, TextPlace, std::less<>>* places_ = nullptr;
    Faults& faults_;
};

} // namespace

void check_sms_texts(const Pack& pack, const TextPlaces& places, Faults& faults) {
    for (const auto& language : pack.languages) SmsMeasure(pack, language, places, faults).all();
}

} // namespace kentongan::domain
