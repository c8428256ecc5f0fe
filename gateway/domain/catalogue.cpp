#include "domain/catalogue.hpp"

#include <algorithm>

namespace kentongan::domain {
namespace {

template <class List, class Match>
auto* first(List& list, Match match) {
    auto found = std::find_if(list.begin(), list.end(), match);
    return found == list.end() ? nullptr : &*found;
}

} // namespace

std::string amount(const Money& money, std::int64_t units) {
    auto digits = std::to_string(units);
    std::size_t least = units < 0 ? 1 : 0;
    for (auto at = digits.size(); at > least + 3; at -= 3) digits.insert(at - 3, money.group);
    return money.symbol_first ? money.symbol + digits : digits + " " + money.symbol;
}

const Field* Service::field(std::string_view wanted) const {
    return first(fields, [&](const Field& f) { return f.id == wanted; });
}

const State* Lifecycle::state(std::string_view wanted) const {
    return first(states, [&](const State& s) { return s.id == wanted; });
}

const State* Lifecycle::state(std::uint8_t number) const {
    return first(states, [&](const State& s) { return s.number == number; });
}

const State& Lifecycle::initial() const {
    static const State kNone;
    const auto* found = first(states, [](const State& s) { return s.role == StateRole::kReceived; });
    return found != nullptr ? *found : kNone;
}

bool Lifecycle::allows(const State& from, const State& to) const {
    return std::find(from.next.begin(), from.next.end(), to.id) != from.next.end();
}

const Service* Pack::service(std::string_view wanted) const {
    return first(services, [&](const Service& s) { return s.id == wanted; });
}

const Service* Pack::service(std::uint16_t number) const {
    return first(services, [&](const Service& s) { return s.number == number; });
}

const Service* Pack::service_of(ServiceKind kind) const {
    return first(services, [&](const Service& s) { return s.kind == kind; });
}

const Lifecycle& Pack::lifecycle_of(const Service& service) const {
    static const Lifecycle kNone;
    const auto* found = first(lifecycles, [&](const Lifecycle& l) { return l.id == service.lifecycle; });
    return found != nullptr ? *found : kNone;
}

const Language* Pack::language(std::string_view tag) const {
    return first(languages, [&](const Language& l) { return l.tag == tag; });
}

std::string_view Pack::text(std::string_view language, std::string_view key) const {
    for (auto tag : {language, std::string_view(default_language)}) {
        auto of_language = texts.find(std::string(tag));
        if (of_language == texts.end()) continue;
        auto found = of_language->second.find(key);
        if (found != of_language->second.end()) return found->second;
    }
    return key;
}

std::string Pack::text(std::string_view language, std::string_view key,
                       const std::vector<std::pair<std::string_view, std::string>>& values) const {
    auto pattern = text(language, key);
    std::string out;
    out.reserve(pattern.size() + 32);
    // One pass: a value that contains "{" (a citizen's own text) is never read as a pattern again.
    for (std::size_t at = 0; at < pattern.size();) {
        auto open = pattern.find('{', at);
        auto close = open == std::string_view::npos ? open : pattern.find('}', open);
        if (close == std::string_view::npos) {
            out += pattern.substr(at);
            break;
        }
        out += pattern.substr(at, open - at);
        auto name = pattern.substr(open + 1, close - open - 1);
        auto value =
            std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.first == name; });
        if (value != values.end())
            out += value->second;
        else
            out += pattern.substr(open, close - open + 1);
        at = close + 1;
    }
    return out;
}

std::vector<const Field*> Pack::fields_of(const Service& service) const {
    std::vector<const Field*> fields;
    if (service.applicant)
        for (const auto& field : applicant) fields.push_back(&field);
    for (const auto& field : service.fields) fields.push_back(&field);
    return fields;
}

std::string Pack::owner_of(const Service& service, const Field& field) const {
    for (const auto& own : applicant)
        if (&own == &field) return "applicant";
    if (service.applicant && service.field(field.id) == nullptr &&
        first(applicant, [&](const Field& f) { return f.id == field.id; }) != nullptr)
        return "applicant";
    return "service." + service.id;
}

} // namespace kentongan::domain
