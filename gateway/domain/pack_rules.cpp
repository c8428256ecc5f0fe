#include "domain/pack_map.hpp"

#include <algorithm>
#include <set>

namespace kentongan::domain {
namespace {

bool digits_only(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Longer slices would overflow a 64-bit integer.
constexpr std::int64_t kLongestSlice = 18;
constexpr std::int64_t kLongestNumber = 32;

std::vector<std::string> read_slices(MapReader& map, std::string_view key, const PackNode& node,
                                     std::size_t length) {
    std::vector<std::string> slices;
    for (auto& slice : map.words(key, true, 1000)) {
        if (slice.size() != length || !digits_only(slice))
            map.fault(node.line, "entries of \"" + std::string(key) + "\" must have " +
                                     std::to_string(length) + " digits, in quotes");
        else
            slices.push_back(std::move(slice));
    }
    return slices;
}

void read_ranges(MapReader& map, IdentityRule::Part& part) {
    for (const auto& item : map.list("ranges", true, 32)) {
        if (item.kind != PackNode::Kind::kList || item.items.size() != 2) {
            map.fault(item.line, "a range is written [least, largest]");
            continue;
        }
        constexpr std::int64_t kLargest = 999'999'999'999'999'999;
        auto from = map.number_in(item.items[0], 0, kLargest);
        auto to = map.number_in(item.items[1], 0, kLargest);
        if (!from || !to) continue;
        if (*from > *to)
            map.fault(item.line, "a range is written [least, largest]");
        else
            part.ranges.emplace_back(*from, *to);
    }
}

IdentityRule::Part read_part(const PackNode& node, std::string_view path, std::size_t length,
                             Faults& faults) {
    IdentityRule::Part part;
    MapReader map(node, path, faults);
    part.id = map.id("id");
    static const std::set<std::string_view> kTaken = {"length", "characters", "checksum"};
    if (kTaken.contains(part.id)) map.fault(map.line_of("id"), "this id is taken by a fault of its own");
    part.at = static_cast<std::size_t>(map.number("at", 0, kLongestNumber - 1));
    part.length = static_cast<std::size_t>(map.number("length", 1, kLongestSlice));
    if (part.at + part.length > length) map.fault(node.line, "the slice reaches beyond the number's length");
    part.unless_synthetic = map.flag_or("unless_synthetic", false);
    const auto* one_of = map.optional("one_of");
    const auto* ranges = map.optional("ranges");
    const auto* none_of = map.optional("not");
    if ((one_of != nullptr) + (ranges != nullptr) + (none_of != nullptr) != 1) {
        map.fault(node.line, "a part has exactly one of \"one_of\", \"ranges\" and \"not\"");
    } else if (one_of != nullptr) {
        part.kind = IdentityRule::Part::Kind::kOneOf;
        part.one_of = read_slices(map, "one_of", *one_of, part.length);
    } else if (none_of != nullptr) {
        part.kind = IdentityRule::Part::Kind::kNot;
        part.one_of = read_slices(map, "not", *none_of, part.length);
    } else {
        part.kind = IdentityRule::Part::Kind::kRange;
        read_ranges(map, part);
    }
    map.done();
    return part;
}

} // namespace

void read_identity(const PackNode& node, std::string_view path, Pack& pack, Faults& faults) {
    auto& rule = pack.identity;
    MapReader map(node, path, faults);
    rule.length = static_cast<std::size_t>(map.number("length", 1, kLongestNumber));
    rule.ignore = map.text_or("ignore", "", 8);
    if (std::any_of(rule.ignore.begin(), rule.ignore.end(),
                    [](char c) { return (c >= '0' && c <= '9') || c < ' '; }))
        map.fault(map.line_of("ignore"), "\"ignore\" holds separators, not digits");
    std::size_t sum = 0;
    for (const auto& item : map.list("groups", true, 16))
        if (auto size = map.number_in(item, 1, kLongestNumber)) {
            rule.groups.push_back(static_cast<std::size_t>(*size));
            sum += rule.groups.back();
        }
    if (sum != rule.length) map.fault(map.line_of("groups"), "the groups do not add up to the length");
    std::set<std::string> ids;
    for (const auto& item : map.list("parts", false, 32)) {
        rule.parts.push_back(read_part(item, path, rule.length, faults));
        const auto& id = rule.parts.back().id;
        if (!id.empty() && !ids.insert(id).second)
            map.fault(item.line, "part \"" + id + "\" stands here twice");
    }
    auto checksum = map.text_or("checksum", "none", 16);
    using Checksum = IdentityRule::Checksum;
    static const std::map<std::string_view, Checksum> kChecksums = {{"none", Checksum::kNone},
                                                                    {"luhn", Checksum::kLuhn},
                                                                    {"damm", Checksum::kDamm},
                                                                    {"mod97", Checksum::kMod97}};
    if (auto found = kChecksums.find(checksum); found != kChecksums.end())
        rule.checksum = found->second;
    else
        map.fault(map.line_of("checksum"), "\"checksum\" is none, luhn, damm or mod97");
    map.done();
}

void read_phone(const PackNode& node, std::string_view path, Pack& pack, Faults& faults) {
    auto& rule = pack.phone;
    MapReader map(node, path, faults);
    rule.country_code = map.text("country_code", 3);
    if (!digits_only(rule.country_code) || rule.country_code.starts_with('0'))
        map.fault(map.line_of("country_code"), "\"country_code\" is 1 to 3 digits without + (ITU-T E.164)");
    rule.trunk = map.text_or("trunk", "", 3);
    if (!digits_only(rule.trunk)) map.fault(map.line_of("trunk"), "\"trunk\" is digits");
    for (const auto& item : map.list("national", true, 32)) {
        MapReader form(item, path, faults);
        PhoneRule::National national;
        national.min = static_cast<std::size_t>(form.number("min", 4, 14));
        national.max = static_cast<std::size_t>(form.number("max", 4, 14));
        national.synthetic = form.flag_or("synthetic", false);
        if (national.min > national.max) form.fault(item.line, "\"min\" is above \"max\"");
        if (national.max + rule.country_code.size() > 15)
            form.fault(form.line_of("max"), "longer than the 15 digits of E.164");
        for (auto& starts : form.words("starts", true, 100)) {
            if (!digits_only(starts) || starts.size() > national.min) {
                form.fault(form.line_of("starts"),
                           "\"starts\" are digits, in quotes, not longer than \"min\"");
                continue;
            }
            national.starts = std::move(starts);
            rule.national.push_back(national);
        }
        form.done();
    }
    map.done();
}

void read_keywords(const PackNode& node, std::string_view path, Pack& pack, Faults& faults) {
    static constexpr std::string_view kCommands[] = {"menu",     "letter", "status", "report", "levy",
                                                     "language", "help",   "data",   "delete", "stop",
                                                     "yes",      "no",     "filler", "other"};
    MapReader map(node, path, faults);
    std::map<std::string, std::string, std::less<>> owner;
    for (auto command : kCommands) {
        bool must = command != "other" && command != "filler";
        Keyword keyword{std::string(command), {}};
        for (auto& word : map.words(command, must, 32)) {
            auto bad = [](char c) {
                return c == ' ' || c == '#' || c == '*' || c == ',' || (c >= '0' && c <= '9') ||
                       (c >= 'a' && c <= 'z') || c < ' ';
            };
            // Only ASCII is judged: other scripts may have no upper case.
            if (word.size() > 40 || std::any_of(word.begin(), word.end(), [&](char c) {
                    return static_cast<unsigned char>(c) < 0x80 && bad(c);
                })) {
                map.fault(map.line_of(command), "a keyword is one upper-case word without digits");
                continue;
            }
            auto [other, fresh] = owner.emplace(word, command);
            if (!fresh)
                map.fault(map.line_of(command),
                          "keyword \"" + word + "\" already means \"" + other->second + "\"");
            else
                keyword.words.push_back(std::move(word));
        }
        pack.keywords.push_back(std::move(keyword));
    }
    map.done();
}

} // namespace kentongan::domain
