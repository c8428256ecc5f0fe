#include "domain/request.hpp"

#include <algorithm>
#include <charconv>

namespace kentongan::domain {
namespace {

Checked wrong(const Field& field, std::string key,
              std::vector<std::pair<std::string, std::string>> values = {}) {
    return Checked{Problem{field.id, std::move(key), std::move(values)}, {}};
}

Checked right(std::string canonical) {
    return Checked{std::nullopt, std::move(canonical)};
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    auto from = text.find_first_not_of(kSpace);
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

Checked check_text(const Field& field, std::string_view typed) {
    std::string text;
    for (char c : typed) // a page or a phone may end its lines with CR LF
        if (c != '\r') text += c == '\t' ? ' ' : c;
    text = std::string(trimmed(text));
    auto count = characters(text);
    if (!count) return wrong(field, "error.characters");
    auto length = static_cast<std::int64_t>(*count);
    auto limit = static_cast<std::int64_t>(kMaxTextCharacters);
    auto max = field.max > 0 ? std::min(field.max, limit) : limit;
    if (length < field.min) return wrong(field, "error.text_short", {{"min", std::to_string(field.min)}});
    if (length > max) return wrong(field, "error.text_long", {{"max", std::to_string(max)}});
    return right(std::move(text));
}

Checked check_number(const Field& field, std::string_view digits, const char* key) {
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    bool read = error == std::errc() && end == digits.data() + digits.size() && !digits.starts_with('-');
    if (!read || value < field.min || value > field.max)
        return wrong(field, key, {{"min", std::to_string(field.min)}, {"max", std::to_string(field.max)}});
    return right(std::to_string(value));
}

Checked check_money(const Pack& pack, const Field& field, std::string_view typed) {
    std::string text(typed);
    // As people write it: "Rp50.000", "50 000".
    if (const auto& symbol = pack.money.symbol; !symbol.empty()) {
        if (text.starts_with(symbol)) text.erase(0, symbol.size());
        if (text.ends_with(symbol)) text.erase(text.size() - symbol.size());
    }
    std::string digits;
    for (char c : text)
        if (c != ' ' && pack.money.group.find(c) == std::string::npos) digits += c;
    return check_number(field, digits, "error.money");
}

Checked check_date(const Field& field, std::string_view typed) {
    int parts[3] = {0, 0, 0};
    std::size_t lengths[3] = {0, 0, 0};
    std::size_t part = 0;
    for (char c : typed) {
        if (c >= '0' && c <= '9') {
            if (++lengths[part] > 4) return wrong(field, "error.date");
            parts[part] = parts[part] * 10 + (c - '0');
        } else if ((c == '-' || c == '/' || c == '.') && lengths[part] > 0 && part < 2) {
            ++part;
        } else {
            return wrong(field, "error.date");
        }
    }
    bool year_first = lengths[0] == 4;
    if (part != 2 || (!year_first && lengths[2] != 4)) return wrong(field, "error.date");
    using namespace std::chrono;
    year_month_day date{year(parts[year_first ? 0 : 2]), month(static_cast<unsigned>(parts[1])),
                        day(static_cast<unsigned>(parts[year_first ? 2 : 0]))};
    if (!date.ok() || date.year() < year(1900) || date.year() > year(2199)) return wrong(field, "error.date");
    auto two = [](unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    return right(std::to_string(static_cast<int>(date.year())) + "-" +
                 two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day())));
}

bool by_phone(Channel channel) {
    return channel == Channel::kSms || channel == Channel::kUssd;
}

// By phone a letter is a pre-request (never an identity number), and a report may be one text without any
// menu.
bool needed(const Service& service, const Field& field, Channel channel) {
    if (!field.required) return false;
    if (!by_phone(channel)) return true;
    return service.kind == ServiceKind::kLetter && field.sms;
}

} // namespace

std::optional<std::size_t> characters(std::string_view utf8) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < utf8.size(); ++count) {
        auto lead = static_cast<std::uint8_t>(utf8[at]);
        std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
        if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4 || at + length > utf8.size()) return std::nullopt;
        std::uint32_t code = length == 1 ? lead : lead & (0xFFU >> (length + 1));
        for (std::size_t next = 1; next < length; ++next) {
            auto byte = static_cast<std::uint8_t>(utf8[at + next]);
            if ((byte & 0xC0U) != 0x80) return std::nullopt;
            code = code << 6U | (byte & 0x3FU);
        }
        constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
        if (code < kLeast[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
            return std::nullopt;
        if ((code < 0x20 && code != '\n') || (code >= 0x7F && code <= 0x9F)) return std::nullopt;
        at += length;
    }
    return count;
}

bool shown(const Field& field, const Answers& answers) {
    if (!field.when) return true;
    auto found = answers.find(field.when->field);
    return found != answers.end() && found->second == field.when->equals;
}

Checked check_answer(const Pack& pack, const Village& village, const Service& /*service*/, const Field& field,
                     std::string_view typed) {
    if (field.type == FieldType::kText) return check_text(field, typed);
    auto text = plain_digits(trimmed(typed));
    if (!characters(text)) return wrong(field, "error.characters");
    switch (field.type) {
    case FieldType::kText:
        break;
    case FieldType::kChoice:
        for (const auto& choice : field.choices)
            if (choice.id == text && choice.leads_to.empty()) return right(text);
        return wrong(field, "error.choice");
    case FieldType::kPlace:
        for (const auto& hamlet : village.hamlets)
            if (hamlet.id == text) return right(text);
        return wrong(field, "error.choice");
    case FieldType::kYesNo:
        if (text == "yes" || text == "no") return right(text);
        return wrong(field, "error.choice");
    case FieldType::kNumber:
        return check_number(field, text, "error.number");
    case FieldType::kMoney:
        return check_money(pack, field, text);
    case FieldType::kDate:
        return check_date(field, text);
    case FieldType::kIdentityNumber: {
        std::string digits;
        if (auto found = check_identity(pack.identity, text, village.synthetic_numbers, &digits)) {
            found->field = field.id;
            return Checked{std::move(found), {}};
        }
        return right(std::move(digits));
    }
    case FieldType::kPhone: {
        Msisdn number;
        if (auto found = check_phone(pack.phone, text, village.synthetic_numbers, &number)) {
            found->field = field.id;
            return Checked{std::move(found), {}};
        }
        return right(std::move(number.e164));
    }
    }
    return wrong(field, "error.characters");
}

std::vector<Problem> check_draft(const Pack& pack, const Village& village, Draft& draft) {
    std::vector<Problem> problems;
    auto report = [&](std::string field, std::string key) {
        problems.push_back(Problem{std::move(field), std::move(key), {}});
    };
    const auto* service = pack.service(draft.service);
    if (service == nullptr) {
        report({}, "error.service");
        return problems;
    }
    if (draft.answers.size() > kMaxAnswers) {
        report({}, "error.unknown_field");
        return problems;
    }
    if (pack.language(draft.language) == nullptr) report({}, "error.language");
    if (draft.anonymous && !service->anonymous_offered) report({}, "error.anonymous");
    if (draft.confidential && !service->confidential_offered) report({}, "error.confidential");
    // On a screen consent is a page of its own; a phone is told in each confirming question what its data is
    // for.
    bool on_screen = draft.channel == Channel::kKiosk || draft.channel == Channel::kAssisted;
    if ((on_screen || !draft.consent_version.empty()) && draft.consent_version != pack.consent_version)
        report({}, "error.consent");

    auto fields = pack.fields_of(*service);
    for (const auto& answer : draft.answers)
        if (std::none_of(fields.begin(), fields.end(), [&](const Field* f) { return f->id == answer.first; }))
            report({}, "error.unknown_field"); // its name is the sender's text: not repeated

    // In the order asked: a condition names an earlier field, whose canonical answer is known by then. An
    // answer to a question that is not shown (the person went back and changed their mind) is dropped.
    Answers canonical;
    for (const auto* field : fields) {
        if (!shown(*field, canonical)) continue;
        auto found = draft.answers.find(field->id);
        if (found == draft.answers.end() || trimmed(found->second).empty()) {
            if (needed(*service, *field, draft.channel)) report(field->id, "error.required");
            continue;
        }
        auto checked = check_answer(pack, village, *service, *field, found->second);
        if (checked.problem)
            problems.push_back(std::move(*checked.problem));
        else
            canonical[field->id] = std::move(checked.canonical);
    }
    if (problems.empty() && canonical.empty() && service->kind != ServiceKind::kLetter)
        report({}, "error.required");

    std::string notify;
    if (!trimmed(draft.notify_phone).empty()) {
        Msisdn number;
        if (auto found = check_phone(pack.phone, draft.notify_phone, village.synthetic_numbers, &number)) {
            found->field = "notify_phone";
            problems.push_back(std::move(*found));
        }
        notify = std::move(number.e164);
    }
    if (problems.empty()) {
        draft.answers = std::move(canonical);
        draft.notify_phone = std::move(notify);
    }
    return problems;
}

} // namespace kentongan::domain
