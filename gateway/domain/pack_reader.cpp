#include "domain/pack_reader.hpp"

#include "base/gsm7.hpp"
#include "domain/numbers.hpp"
#include "domain/pack_map.hpp"
#include "domain/sms_texts.hpp"

#include <algorithm>
#include <set>
#include <tuple>

namespace kentongan::domain {
namespace {

/// Letters, digits and "-", as in folder names: "id-jember".
bool is_folder_name(std::string_view text) {
    return !text.empty() && text.size() <= 32 && text.front() != '-' &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
           });
}

/// BCP 47, well-formed enough for a folder's name: subtags of letters and digits, joined by "-".
bool is_language_tag(std::string_view tag) {
    return tag.size() >= 2 && tag.size() <= 35 && tag.front() != '-' && tag.back() != '-' &&
           tag.find("--") == std::string_view::npos && std::all_of(tag.begin(), tag.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
           });
}

void read_languages(MapReader& map, std::string_view path, Pack& pack, Faults& faults) {
    pack.default_language = map.text("default_language", 35);
    for (const auto& item : map.list("languages", true, 8)) {
        MapReader one(item, path, faults);
        Language language;
        language.tag = one.text("tag", 35);
        language.name = one.text("name", 20);
        language.right_to_left = one.flag_or("right_to_left", false);
        language.sms_ucs2 = one.flag_or("sms_ucs2", false);
        if (!language.tag.empty() && !is_language_tag(language.tag))
            one.fault(one.line_of("tag"), "\"tag\" is a BCP 47 language tag");
        one.done();
        if (pack.language(language.tag) != nullptr)
            one.fault(item.line, "this language stands here twice");
        else
            pack.languages.push_back(std::move(language));
    }
    if (!pack.default_language.empty() && pack.language(pack.default_language) == nullptr)
        map.fault(map.line_of("default_language"), "the default language is not one of \"languages\"");
}

void read_money(const PackNode& node, std::string_view path, Pack& pack, Faults& faults) {
    MapReader map(node, path, faults);
    auto& money = pack.money;
    money.code = map.text("code", 3);
    if (money.code.size() != 3) map.fault(map.line_of("code"), "\"code\" is three letters (ISO 4217)");
    money.symbol = map.text("symbol", 6);
    money.group = map.text_or("group", "", 1);
    money.symbol_first = map.flag_or("symbol_first", true);
    if (!gsm7::septets(money.symbol) || !gsm7::septets(money.group))
        map.fault(node.line,
                  "\"symbol\" and \"group\" stand in SMS: only characters of the GSM 7-bit alphabet");
    if (std::any_of(money.group.begin(), money.group.end(), [](char c) { return c >= '0' && c <= '9'; }))
        map.fault(map.line_of("group"), "\"group\" separates digits; it is none");
    map.done();
}

QuietHours read_quiet_hours(const PackNode& node, std::string_view path, Faults& faults) {
    MapReader map(node, path, faults);
    QuietHours quiet;
    quiet.from = static_cast<int>(map.number("from", 0, 23));
    quiet.until = static_cast<int>(map.number("until", 0, 23));
    if (quiet.from == quiet.until) map.fault(node.line, "\"quiet_hours\" begin and end at the same hour");
    map.done();
    return quiet;
}

std::optional<std::uint64_t> limit(MapReader& map, std::string_view key, std::uint64_t most) {
    if (map.optional(key) == nullptr) return std::nullopt;
    return static_cast<std::uint64_t>(map.number(key, 1, static_cast<std::int64_t>(most)));
}

std::uint64_t amount(MapReader& map, std::string_view key, std::uint64_t most) {
    return static_cast<std::uint64_t>(map.number_or(key, 0, 0, static_cast<std::int64_t>(most)));
}

Tariff read_tariff(const PackNode& node, Carrier carrier, std::string_view path, Faults& faults) {
    Tariff out;
    if (node.kind == PackNode::Kind::kScalar && node.scalar == "none") {
        out.allowed = false;
        return out;
    }
    MapReader map(node, path, faults);
    out.daily_cost = limit(map, "daily_cost", kMostMoney);
    // What a carrier is paid by; the other keys are none of its own.
    if (carrier == Carrier::kSms) {
        out.cost_per_message = amount(map, "cost_per_message", kMostMoney);
        constexpr std::int64_t kMostHours = 14 * 24;
        out.patience = std::chrono::hours(map.number_or("patience_hours", 6, 0, kMostHours));
    } else {
        constexpr std::uint64_t kMegabyte = 1'000'000;
        if (auto megabytes = limit(map, "daily_megabytes", kMostDailyMegabytes))
            out.daily_bytes = *megabytes * kMegabyte;
        out.cost_per_megabyte = amount(map, "cost_per_megabyte", kMostMoney);
    }
    auto price = carrier == Carrier::kSms ? out.cost_per_message : out.cost_per_megabyte;
    if (out.daily_cost && price == 0)
        map.fault(map.line_of("daily_cost"),
                  "\"daily_cost\" limits nothing without a cost per " +
                      std::string(carrier == Carrier::kSms ? "message" : "megabyte"));
    map.done();
    return out;
}

Tariffs read_carriers(const PackNode& node, std::string_view path, Faults& faults) {
    Tariffs out;
    MapReader map(node, path, faults);
    for (auto carrier : {Carrier::kDatagrams, Carrier::kHttps, Carrier::kSms})
        if (const auto* one = map.optional(name_of(carrier)))
            out[carrier] = read_tariff(*one, carrier, path, faults);
    map.done();
    return out;
}

void read_main(const PackFile& file, Pack& pack, Faults& faults) {
    const auto& path = file.path;
    MapReader map(file.root, path, faults);
    pack.id = map.text("id", 32);
    if (!pack.id.empty() && !is_folder_name(pack.id))
        map.fault(map.line_of("id"), "\"id\" is lower-case letters, digits and -");
    pack.version = static_cast<std::uint32_t>(map.number("version", 1, 1'000'000'000));
    pack.country = map.text("country", 2);
    auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (pack.country.size() != 2 || !std::all_of(pack.country.begin(), pack.country.end(), letter))
        map.fault(map.line_of("country"), "\"country\" is two letters (ISO 3166-1)");
    read_languages(map, path, pack, faults);
    pack.utc_offset_minutes = static_cast<int>(map.number("utc_offset_minutes", -720, 840));
    if (const auto* node = map.optional("quiet_hours"))
        pack.quiet_hours = read_quiet_hours(*node, path, faults);
    pack.consent_version = map.text("consent_version", 32);
    if (const auto* node = map.required("money")) read_money(*node, path, pack, faults);
    if (const auto* node = map.required("identity_number")) read_identity(*node, path, pack, faults);
    if (const auto* node = map.required("phone")) read_phone(*node, path, pack, faults);
    if (const auto* node = map.required("keywords")) read_keywords(*node, path, pack, faults);
    read_lifecycles(map.list("lifecycles", true, 16), path, pack, faults);
    const auto& applicant = map.list("applicant", true, 16);
    pack.applicant = read_fields(applicant, path, {}, faults);
    for (std::size_t at = 0; at < pack.applicant.size(); ++at)
        if (pack.applicant[at].sms)
            faults.add(path, applicant[at].line, "who the applicant is, is never asked by SMS");
    map.done();
}

/// Faults in the order of the files, then of the lines: what a person works through.
void sort_faults(const std::vector<std::string>& paths, std::vector<PackFault>& faults, std::size_t from) {
    auto place = [&](const PackFault& fault) {
        return std::find(paths.begin(), paths.end(), fault.path) - paths.begin();
    };
    std::stable_sort(faults.begin() + static_cast<std::ptrdiff_t>(from), faults.end(),
                     [&](const PackFault& a, const PackFault& b) {
                         return std::tuple(place(a), a.path, a.line) < std::tuple(place(b), b.path, b.line);
                     });
    auto same = [](const PackFault& a, const PackFault& b) {
        return a.path == b.path && a.line == b.line && a.message == b.message;
    };
    faults.erase(std::unique(faults.begin() + static_cast<std::ptrdiff_t>(from), faults.end(), same),
                 faults.end());
}

/// Where a choice leads can be checked only when all services are read.
void check_leads(const std::vector<PackFile>& files, const Pack& pack, Faults& faults) {
    for (const auto& service : pack.services) {
        for (const auto& field : service.fields) {
            for (const auto& choice : field.choices) {
                if (choice.leads_to.empty()) continue;
                const auto* other = pack.service(choice.leads_to);
                if (other != nullptr && other != &service && other->kind != ServiceKind::kUnsorted) continue;
                auto file = std::find_if(files.begin(), files.end(), [&](const auto& one) {
                    const auto* id = one.root.find("id");
                    return id != nullptr && id->scalar == service.id;
                });
                const auto* fields = file == files.end() ? nullptr : file->root.find("fields");
                faults.add(
                    file == files.end() ? "services" : file->path, fields == nullptr ? 0 : fields->line,
                    "choice \"" + choice.id + "\" leads to no other service: \"" + choice.leads_to + "\"");
            }
        }
    }
}

} // namespace

std::optional<Pack> read_pack(const PackFiles& files, std::vector<PackFault>& out) {
    auto before = out.size();
    Faults faults(out);
    Pack pack;
    read_main(files.pack, pack, faults);
    if (files.services.empty()) faults.add("services", 0, "a pack has at least one service");
    if (files.services.size() > 64) faults.add("services", 0, "more than 64 services");
    for (const auto& file : files.services) {
        if (pack.services.size() == 64) break;
        read_service(file, pack, faults);
    }
    check_leads(files.services, pack, faults);
    TextPlaces places;
    read_texts(files.texts, pack, places, faults);
    check_text_keys(pack, places, faults);
    // Measured only once the words are complete: a missing text would be measured as its key.
    if (out.size() == before) check_sms_texts(pack, places, faults);
    std::vector<std::string> paths{files.pack.path};
    for (const auto& file : files.services) paths.push_back(file.path);
    for (const auto& file : files.texts) paths.push_back(file.path);
    sort_faults(paths, out, before);
    if (out.size() != before) return std::nullopt;
    return pack;
}

std::optional<Village> read_village(const PackFile& file, const Pack& pack, std::vector<PackFault>& out) {
    auto before = out.size();
    Faults faults(out);
    Village village;
    MapReader map(file.root, file.path, faults);
    auto sms_text = [&](MapReader& in, std::string_view key, std::size_t max) {
        auto text = in.text(key, max);
        if (!gsm7::septets(text) || gsm7::septets(text).value_or(0) > max)
            in.fault(in.line_of(key), "\"" + std::string(key) +
                                          "\" stands in SMS: only characters of the GSM 7-bit "
                                          "alphabet, at most " +
                                          std::to_string(max));
        return text;
    };
    village.id = map.text("id", 32);
    if (!is_folder_name(village.id) || file.path != "villages/" + village.id + ".yaml")
        map.fault(map.line_of("id"), "the file of a village must have its id as name");
    village.name = sms_text(map, "name", sms_width("village"));
    village.code = map.text("code", 20);
    village.example = map.flag_or("example", false);
    village.synthetic_numbers = map.flag_or("synthetic_numbers", false);
    if (village.synthetic_numbers && !village.example)
        map.fault(map.line_of("synthetic_numbers"), "only an example village accepts synthetic numbers");
    village.office_hours = sms_text(map, "office_hours", sms_width("hours"));
    village.phone = map.text("phone", sms_width("phone"));
    if (check_phone(pack.phone, village.phone, village.synthetic_numbers))
        map.fault(map.line_of("phone"), "\"phone\" does not follow the phone rule of the pack");
    village.quiet_hours = pack.quiet_hours;
    if (const auto* node = map.optional("quiet_hours")) {
        bool none = node->kind == PackNode::Kind::kScalar && node->scalar == "none";
        if (none)
            village.quiet_hours.reset();
        else if (node->kind == PackNode::Kind::kScalar)
            map.fault(node->line, "\"quiet_hours\" are {from, until}, or none");
        else
            village.quiet_hours = read_quiet_hours(*node, file.path, faults);
    }
    if (const auto* node = map.optional("carriers"))
        village.carriers = read_carriers(*node, file.path, faults);
    std::set<std::string> ids;
    std::set<int> numbers;
    for (const auto& item : map.list("hamlets", true, 64)) {
        MapReader one(item, file.path, faults);
        Hamlet hamlet;
        hamlet.id = one.id("id");
        hamlet.number = static_cast<std::uint8_t>(one.number("number", 1, 255));
        hamlet.name = sms_text(one, "name", sms_width("hamlet"));
        if (!ids.insert(hamlet.id).second)
            one.fault(item.line, "hamlet \"" + hamlet.id + "\" stands here twice");
        if (!numbers.insert(hamlet.number).second)
            one.fault(item.line, "number " + std::to_string(hamlet.number) + " is used twice");
        one.done();
        village.hamlets.push_back(std::move(hamlet));
    }
    map.done();
    sort_faults({file.path}, out, before);
    if (out.size() != before) return std::nullopt;
    return village;
}

} // namespace kentongan::domain
