#include "domain/pack_map.hpp"
#include "domain/request.hpp"
#include "domain/sms_texts.hpp"

#include <algorithm>
#include <set>

namespace kentongan::domain {
namespace {

constexpr std::size_t kMostKeys = 4000;
constexpr std::size_t kLongestKey = 120;
constexpr std::size_t kLongestText = 2000;

/// "a.b_c.d1": what the code asks for.
bool is_text_key(std::string_view key) {
    return !key.empty() && key.size() <= kLongestKey && key.find("..") == std::string_view::npos &&
           key.front() != '.' && key.back() != '.' && std::all_of(key.begin(), key.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
           });
}

/// The names in braces; nothing if a brace is open or empty.
std::optional<std::set<std::string>> placeholders(std::string_view text) {
    std::set<std::string> names;
    for (std::size_t at = 0; (at = text.find_first_of("{}", at)) != std::string_view::npos;) {
        auto close = text.find('}', at);
        if (text[at] == '}' || close == std::string_view::npos) return std::nullopt;
        auto name = text.substr(at + 1, close - at - 1);
        if (!is_pack_id(name)) return std::nullopt;
        names.emplace(name);
        at = close + 1;
    }
    return names;
}

struct TextReader {
    const PackFile& file;
    const LanguageTag& tag;
    Pack& pack;
    TextPlaces& places;
    Faults& faults;

    // The depth is bounded by whoever made the tree (adapters/yaml: 16).
    void read(const PackNode& node, const std::string& prefix) {
        for (const auto& [name, value] : node.entries) {
            std::string key = prefix;
            if (!prefix.empty()) key += '.';
            key += name;
            if (!is_text_key(key))
                faults.add(file.path, value.line, "a text's key is lower-case letters, digits, _ and .");
            else if (value.kind == PackNode::Kind::kMap)
                read(value, key);
            else if (value.kind == PackNode::Kind::kList)
                faults.add(file.path, value.line, "text \"" + key + "\" is a list; a text was expected");
            else
                put(key, value);
        }
    }

    void put(const std::string& key, const PackNode& value) {
        auto count = characters(value.scalar);
        if (!count || *count == 0 || *count > kLongestText) {
            faults.add(file.path, value.line,
                       "text \"" + key + "\" is empty, has control characters or is longer than " +
                           std::to_string(kLongestText) + " characters");
            return;
        }
        if (!placeholders(value.scalar))
            faults.add(file.path, value.line, "text \"" + key + "\" has a brace that is not a {placeholder}");
        auto& texts = pack.texts[tag];
        if (texts.size() >= kMostKeys) {
            faults.add(file.path, value.line,
                       "more than " + std::to_string(kMostKeys) + " texts in one language");
            return;
        }
        if (!texts.emplace(key, value.scalar).second) {
            const auto& other = places[tag][key];
            faults.add(file.path, value.line,
                       "text \"" + key + "\" stands already in " + other.path + ":" +
                           std::to_string(other.line));
            return;
        }
        places[tag][key] = TextPlace{file.path, value.line};
    }
};

class WantedKeys {
  public:
    explicit WantedKeys(const Pack& pack) {
        for (const auto& text : sms_texts()) must(std::string(text.key));
        for (const char* key : {"phone.error",     "identity.error.length", "identity.error.characters",
                                "error.required",  "error.characters",      "error.text_short",
                                "error.text_long", "error.number",          "error.money",
                                "error.date",      "error.choice",          "error.service",
                                "error.language",  "error.anonymous",       "error.confidential",
                                "error.consent",   "error.unknown_field",   "channel.kiosk",
                                "channel.sms",     "channel.ussd",          "channel.assisted"})
            must(key);
        for (const auto& part : pack.identity.parts) must("identity.error." + part.id);
        if (pack.identity.checksum != IdentityRule::Checksum::kNone) must("identity.error.checksum");
        for (const auto& field : pack.applicant) field_keys("applicant", field);
        for (const auto& lifecycle : pack.lifecycles)
            for (const auto& state : lifecycle.states) {
                auto key = "state." + lifecycle.id + "." + state.id;
                must(key);
                may_.insert(key + ".hint");
            }
        for (const auto& service : pack.services) service_keys(service);
    }

    [[nodiscard]] const std::set<std::string>& must() const { return must_; }
    [[nodiscard]] bool may(const std::string& key) const { return must_.contains(key) || may_.contains(key); }

  private:
    void must(std::string key) { must_.insert(std::move(key)); }

    void field_keys(const std::string& owner, const Field& field) {
        auto base = owner + "." + field.id;
        must(base + ".ask");
        must(base + ".help");
        if (field.sms) must(base + ".sms");
        for (const auto& choice : field.choices) must(base + "." + choice.id);
    }

    void service_keys(const Service& service) {
        auto owner = "service." + service.id;
        must(owner + ".title");
        must(owner + ".about");
        if (service.kind != ServiceKind::kUnsorted) must(owner + ".sms");
        if (service.kind == ServiceKind::kLetter && service.sms) must(owner + ".sms_about");
        for (const auto& field : service.fields) field_keys(owner, field);
        for (const auto& document : service.documents) must("document." + document.id);
    }

    std::set<std::string> must_;
    std::set<std::string> may_;
};

// Here a key that the code never asks for is a misspelling. Elsewhere (kiosk, desk, …) the pages know what
// they ask.
bool closed_namespace(std::string_view key) {
    for (std::string_view name :
         {"sms.", "service.", "applicant.", "document.", "state.", "identity.", "phone."})
        if (key.starts_with(name)) return true;
    return false;
}

} // namespace

void read_texts(const std::vector<PackFile>& files, Pack& pack, TextPlaces& places, Faults& faults) {
    for (const auto& file : files) {
        // texts/<tag>/<area>.yaml
        std::string_view path = file.path;
        auto from = path.find('/');
        auto to = from == std::string_view::npos ? from : path.find('/', from + 1);
        LanguageTag tag(to == std::string_view::npos ? std::string_view{}
                                                     : path.substr(from + 1, to - from - 1));
        if (pack.language(tag) == nullptr) {
            faults.add(file.path, 1, "this folder is not a language of pack.yaml");
            continue;
        }
        if (file.root.kind != PackNode::Kind::kMap) {
            faults.add(file.path, file.root.line, "expected a map of keys and texts");
            continue;
        }
        TextReader{file, tag, pack, places, faults}.read(file.root, {});
    }
}

void check_text_keys(const Pack& pack, const TextPlaces& places, Faults& faults) {
    static const std::map<std::string, TextPlace, std::less<>> kNone;
    auto places_of = [&](const LanguageTag& tag) -> const auto& {
        auto found = places.find(tag);
        return found != places.end() ? found->second : kNone;
    };
    auto check_known = [&](const TextPlace& place, const std::string& key, const std::set<std::string>& names,
                           std::string_view known) {
        for (const auto& name : names)
            if ((" " + std::string(known) + " ").find(" " + name + " ") == std::string::npos)
                faults.add(place.path, place.line,
                           "text \"" + key + "\" has {" + name + "}, which nothing fills");
    };
    WantedKeys wanted(pack);
    const auto& first = places_of(pack.default_language);
    for (const auto& language : pack.languages) {
        const auto& own = places_of(language.tag);
        std::set<std::string> missing;
        for (const auto& key : wanted.must())
            if (!own.contains(key)) missing.insert(key);
        for (const auto& [key, place] : first)
            if (!own.contains(key)) missing.insert(key);
        // A new language misses everything at first: some keys and the count tell enough.
        constexpr std::size_t kNamed = 20;
        std::size_t named = 0;
        for (const auto& key : missing) {
            if (named++ == kNamed) break;
            faults.add("texts/" + language.tag, 0, "missing text \"" + key + "\"");
        }
        if (missing.size() > kNamed)
            faults.add("texts/" + language.tag, 0,
                       "and " + std::to_string(missing.size() - kNamed) + " more texts are missing");
        for (const auto& [key, place] : own) {
            if (closed_namespace(key) && !wanted.may(key)) {
                faults.add(place.path, place.line, "nothing asks for text \"" + key + "\"");
                continue;
            }
            if (!first.contains(key)) {
                faults.add(place.path, place.line, "text \"" + key + "\" is missing in the default language");
                continue;
            }
            // An SMS has room for less in one language than in another: there each placeholder only has to be
            // known.
            auto names = placeholders(pack.text(language.tag, key));
            const auto& wanted_key = key; // clang 14 captures no structured binding
            auto sms = std::find_if(sms_texts().begin(), sms_texts().end(),
                                    [&](const SmsText& t) { return t.key == wanted_key; });
            if (sms != sms_texts().end())
                check_known(place, key, names.value_or(std::set<std::string>{}), sms->placeholders);
            else if (key.ends_with(".hint") && key.starts_with("state."))
                check_known(place, key, names.value_or(std::set<std::string>{}), "village hours phone");
            else if (names != placeholders(pack.text(pack.default_language, key)))
                faults.add(place.path, place.line,
                           "text \"" + key + "\" has other {placeholders} than in the default language");
        }
    }
}

} // namespace kentongan::domain
