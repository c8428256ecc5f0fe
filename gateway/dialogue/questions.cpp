#include "dialogue/exchange.hpp"

#include <algorithm>

namespace kentongan::dialogue {
namespace {

using domain::Field;
using domain::FieldType;
using domain::Service;
using domain::ServiceKind;

/// Slots that hold an answer; an empty one was passed over.
constexpr std::string_view kAnswer = "a.";

bool is_picked(FieldType type) {
    return type == FieldType::kChoice || type == FieldType::kYesNo || type == FieldType::kPlace;
}

const Field* story_field(const Service& service) {
    for (const auto& field : service.fields)
        if (field.sms && field.type == FieldType::kText) return &field;
    return nullptr;
}

std::vector<std::string> words_of(const std::vector<std::pair<std::string, std::string>>& options) {
    std::vector<std::string> words;
    for (const auto& option : options) words.push_back(option.second);
    return words;
}

bool names_offered(const Service& service) {
    return service.kind == ServiceKind::kComplaint && service.confidential_offered;
}

} // namespace

domain::Answers Exchange::answers() const {
    domain::Answers out;
    for (const auto& [name, value] : conversation_.slots)
        if (name.starts_with(kAnswer) && !value.empty()) out[name.substr(kAnswer.size())] = value;
    return out;
}

const Field* Exchange::next_field(const Service& service) const {
    auto given = answers();
    for (const auto& field : service.fields)
        if (field.sms && !conversation_.slots.contains(std::string(kAnswer) + field.id) &&
            domain::shown(field, given))
            return &field;
    return nullptr;
}

std::vector<std::pair<std::string, std::string>> Exchange::options(const Service& service,
                                                                   const Field& field) const {
    std::vector<std::pair<std::string, std::string>> out;
    switch (field.type) {
    case FieldType::kYesNo:
        out = {{"yes", voice_.word("sms.yes")}, {"no", voice_.word("sms.no")}};
        break;
    case FieldType::kPlace:
        for (const auto& hamlet : village_.hamlets) out.emplace_back(hamlet.id, hamlet.name);
        break;
    default:
        for (const auto& choice : field.choices)
            out.emplace_back(choice.id,
                             voice_.word(pack_.owner_of(service, field) + "." + field.id + "." + choice.id));
    }
    return out;
}

void Exchange::begin(const Service& service) {
    go("ask");
    conversation_.slots["service"] = service.id;
    next(service);
}

void Exchange::next(const Service& service) {
    if (const auto* field = next_field(service)) {
        ask(service, *field, 0);
    } else if (service.kind == ServiceKind::kLetter) {
        confirm(service);
    } else {
        submit(service);
    }
}

std::string Exchange::question(const Service& service, const Field& field) const {
    auto owner = "service." + service.id;
    auto text = voice_.word(owner + "." + field.id + ".sms");
    auto first =
        std::find_if(service.fields.begin(), service.fields.end(), [](const Field& f) { return f.sms; });
    if (service.kind != ServiceKind::kLetter || first == service.fields.end() || first->id != field.id)
        return text;
    // What the letter costs and needs stands before its first question.
    auto fee = service.fee == 0 ? voice_.word("sms.free") : domain::amount(pack_.money, service.fee);
    return voice_.say(owner + ".sms_about", {{"fee", fee}}) + " " + text;
}

void Exchange::ask(const Service& service, const Field& field, std::size_t page) {
    conversation_.slots["field"] = field.id;
    auto text = question(service, field);
    if (is_picked(field.type)) {
        auto words = words_of(options(service, field));
        auto list = list_words(text);
        auto shown = domain::sms_page(list, words, page);
        if (!shown) shown = domain::sms_page(list, words, page = 0);
        conversation_.slots["page"] = std::to_string(page);
        reply(shown ? shown->text : text + " " + voice_.word("sms.cancel"));
        return;
    }
    if (field.type == FieldType::kText && names_offered(service))
        text += " " + voice_.word("sms.report.names");
    reply(text + " " + way_out(field));
}

/// How to get past a question that is answered in writing.
std::string Exchange::way_out(const Field& field) const {
    auto cancel = voice_.word("sms.cancel");
    return field.required ? cancel : voice_.word("sms.pass") + " " + cancel;
}

bool Exchange::ask_node() {
    const auto* service = pack_.service(slot("service"));
    const auto* field = service != nullptr ? service->field(slot("field")) : nullptr;
    // The pack may have changed since the question was asked.
    if (field == nullptr || !service->sms || !field->sms) {
        leave();
        return false;
    }
    return is_picked(field->type) ? pick(*service, *field) : write(*service, *field);
}

// "Illegal levy" among the kinds of complaint must not become a complaint: it has a way and a reader of its
// own.
const Service* Exchange::led_to(const Field& field, std::string_view choice) const {
    for (const auto& one : field.choices)
        if (one.id == choice && !one.leads_to.empty()) return pack_.service(one.leads_to);
    return nullptr;
}

bool Exchange::pick(const Service& service, const Field& field) {
    auto choices = options(service, field);
    std::size_t index = 0;
    switch (picked(list_words(question(service, field)), words_of(choices), index)) {
    case Pick::kBack:
        menu();
        return true;
    case Pick::kMore:
        ask(service, field, page() + 1);
        return true;
    case Pick::kOption:
        if (const auto* other = led_to(field, choices[index].first)) {
            begin(*other);
            return true;
        }
        conversation_.slots[std::string(kAnswer) + field.id] = choices[index].first;
        next(service);
        return true;
    case Pick::kNone:
        break;
    }
    if (heard_.letters >= kStoryLetters) // somebody answers the list with the story itself
        return service.kind != ServiceKind::kLetter && submit_story(service, heard_.text);
    ask(service, field, page());
    return true;
}

bool Exchange::write(const Service& service, const Field& field) {
    auto digit = digit_of({way_out(field)});
    if (digit == std::size_t{0}) {
        menu();
        return true;
    }
    auto name = std::string(kAnswer) + field.id;
    bool no = heard_.command == "no" && field.type != FieldType::kText;
    if (!field.required && (digit == std::size_t{1} || no)) {
        conversation_.slots[name] = {};
        next(service);
        return true;
    }
    auto typed = heard_.text;
    if (field.type == FieldType::kText) {
        if (names_offered(service)) typed = take_names_letter(service, typed);
        if (field.max > 0) typed = cleaned(typed, static_cast<std::size_t>(field.max));
    }
    if (typed.empty()) {
        ask(service, field, 0);
        return true;
    }
    auto checked = domain::check_answer(pack_, village_, service, field, typed);
    if (!checked.problem) {
        conversation_.slots[name] = std::move(checked.canonical);
        next(service);
        return true;
    }
    if (field.type != FieldType::kText && heard_.letters >= kStoryLetters &&
        service.kind != ServiceKind::kLetter)
        return submit_story(service, heard_.text);
    Values values;
    for (const auto& [key, value] : checked.problem->values) values.emplace_back(key, value);
    reply(voice_.say(checked.problem->text_key, values) + " " + way_out(field));
    return true;
}

// "B the bridge is broken": the letter says whether the name may be shown. Only letters of the language in
// which they were explained are taken: in another one they may be words.
std::string Exchange::take_names_letter(const Service& service, std::string_view story) {
    if (!names_offered(service)) return std::string(story);
    auto first = story.substr(0, story.find_first_of(" \n.,:;#*"));
    auto is = [&](std::string_view key) { return upper(first) == upper(voice_.word(key)); };
    bool open = is("sms.report.open");
    if (!open && !is("sms.report.secret")) return std::string(story);
    if (open)
        conversation_.slots["open"] = "1";
    else
        conversation_.slots.erase("open");
    auto rest = story.substr(first.size());
    auto from = rest.find_first_not_of(" \n.,:;#*");
    return std::string(from == std::string_view::npos ? std::string_view{} : rest.substr(from));
}

bool Exchange::submit_story(const Service& service, std::string_view story) {
    const auto* field = story_field(service);
    if (field == nullptr) return false;
    std::string text(story);
    if (field->max > 0) text = cleaned(text, static_cast<std::size_t>(field->max));
    auto checked = domain::check_answer(pack_, village_, service, *field, text);
    if (checked.problem) return false;
    conversation_.slots[std::string(kAnswer) + field->id] = std::move(checked.canonical);
    submit(service);
    return true;
}

void Exchange::confirm(const Service& service) {
    std::string words;
    for (const auto& field : service.fields) {
        auto given = conversation_.slots.find(std::string(kAnswer) + field.id);
        if (given == conversation_.slots.end()) continue;
        for (const auto& [id, word] : options(service, field))
            if (id == given->second) words += (words.empty() ? "" : ", ") + word;
    }
    conversation_.node = "confirm";
    reply(voice_.say("sms.letter.confirm",
                     {{"service", voice_.word("service." + service.id + ".sms")}, {"answers", words}}));
}

void Exchange::submit(const Service& service) {
    domain::Draft draft;
    draft.service = service.id;
    draft.language = voice_.tag();
    draft.channel = domain::Channel::kSms;
    draft.answers = answers();
    bool open = conversation_.slots.contains("open");
    draft.confidential = service.confidential_offered && !open;
    // A report about those who take money: nobody asked for a name, so none is kept.
    draft.anonymous = service.anonymous_offered && service.kind == ServiceKind::kLevyReport;
    // Nothing was asked: there is nothing to tell.
    if (service.kind != ServiceKind::kLetter && draft.answers.empty()) {
        menu();
        return;
    }
    leave();
    if (open) conversation_.slots["open"] = "1"; // for the words of submitted()
    turn_.reply.clear();
    turn_.submit = std::move(draft);
}

} // namespace kentongan::dialogue
