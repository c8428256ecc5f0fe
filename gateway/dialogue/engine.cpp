#include "dialogue/engine.hpp"

#include "dialogue/exchange.hpp"

#include <algorithm>
#include <charconv>

namespace kentongan::dialogue {
namespace {

using domain::Service;
using domain::ServiceKind;

bool expired(const Conversation& conversation, Instant now) {
    // The clock of a box may jump either way; a state from "tomorrow" is as strange as an old one.
    auto age = now - conversation.touched;
    return age >= kKeep || age <= -kKeep;
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& word : words) out += word;
    return out;
}

} // namespace

Exchange::Exchange(const domain::Pack& pack, const domain::Village& village, Conversation& conversation,
                   Lookups& lookups, Instant now)
    : pack_(pack), village_(village), conversation_(conversation), lookups_(lookups), now_(now),
      voice_(pack, village, conversation.language) {}

void Exchange::go(std::string_view node) {
    conversation_.node = node;
    conversation_.slots.clear();
}

std::string Exchange::slot(std::string_view name) const {
    auto found = conversation_.slots.find(std::string(name));
    return found != conversation_.slots.end() ? found->second : std::string();
}

std::size_t Exchange::page() const {
    auto text = slot("page");
    std::size_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value < 100 ? value : 0;
}

const Service* Exchange::offered_by_sms(ServiceKind kind) const {
    for (const auto& service : pack_.services)
        if (service.kind == kind && service.sms) return &service;
    return nullptr;
}

std::vector<const Service*> Exchange::letters_by_sms() const {
    std::vector<const Service*> out;
    for (const auto& service : pack_.services)
        if (service.kind == ServiceKind::kLetter && service.sms) out.push_back(&service);
    return out;
}

domain::SmsListWords Exchange::list_words(std::string head) const {
    return {std::move(head), voice_.word("sms.more"), voice_.word("sms.back"), voice_.ucs2()};
}

Exchange::Pick Exchange::picked(const domain::SmsListWords& words, const std::vector<std::string>& options,
                                std::size_t& index) const {
    // A number alone, or with the words that stand beside it.
    auto chosen = [&](std::size_t digit, std::string_view word) {
        return heard_.digit == digit || (heard_.lead == digit && says(heard_, word));
    };
    if (chosen(0, words.back)) return Pick::kBack;
    if (auto shown = domain::sms_page(words, options, page())) {
        if (shown->more && chosen(9, words.more)) return Pick::kMore;
        for (std::size_t at = 0; at < shown->count; ++at) {
            index = shown->first + at;
            if (chosen(at + 1, options[index])) return Pick::kOption;
        }
        if (heard_.digit) return Pick::kNone;
    }
    for (index = 0; index < options.size(); ++index)
        if (upper(options[index]) == upper(heard_.text)) return Pick::kOption;
    return Pick::kNone;
}

std::optional<std::size_t> Exchange::menu_digit() const {
    if (heard_.digit || !heard_.lead) return heard_.digit;
    auto entries = menu_entries();
    auto digit = *heard_.lead;
    bool beside = digit == 0   ? says(heard_, voice_.word("sms.menu.help"))
                  : digit == 9 ? says(heard_, voice_.word("sms.menu.language"))
                               : digit <= entries.size() && says(heard_, entries[digit - 1].second);
    return beside ? heard_.lead : std::nullopt;
}

std::optional<std::size_t> Exchange::digit_of(std::initializer_list<std::string> prompts) const {
    if (heard_.digit) return heard_.digit;
    for (const auto& prompt : prompts)
        if (copies(heard_, prompt)) return heard_.lead;
    return std::nullopt;
}

Turn Exchange::run(std::string_view text) {
    if (expired(conversation_, now_)) {
        turn_.keep_unsorted = expire(pack_, conversation_);
        leave();
    }
    conversation_.touched = now_;
    heard_ = hear(pack_, text);
    if (conversation_.node == "offer") {
        offered();
        if (turn_.submit || !turn_.reply.empty()) return std::move(turn_);
    }
    if (heard_.words.empty() && heard_.letters < kStoryLetters)
        menu();
    else if (!command() && !node())
        not_understood();
    return std::move(turn_);
}

// A text waits to become a report, to be dropped, or - without a decision - to be read by an officer.
void Exchange::offered() {
    auto text = slot("text");
    auto digit = digit_of({voice_.word("sms.offer")});
    if (digit == std::size_t{1} || (heard_.command == "yes" && heard_.rest.empty())) {
        leave();
        const auto* service = offered_by_sms(ServiceKind::kComplaint);
        if (service == nullptr || !submit_story(*service, text)) {
            turn_.keep_unsorted = unsorted(pack_, voice_.tag(), text);
            reply(voice_.say("sms.kept"));
        }
        return;
    }
    leave();
    if (digit == std::size_t{0} || (heard_.command == "no" && heard_.rest.empty())) {
        reply(voice_.say("sms.dropped"));
        return;
    }
    turn_.keep_unsorted = unsorted(pack_, voice_.tag(), text);
}

bool Exchange::writing() const {
    if (conversation_.node != "ask") return false;
    const auto* service = pack_.service(slot("service"));
    const auto* field = service != nullptr ? service->field(slot("field")) : nullptr;
    return field != nullptr && field->type == domain::FieldType::kText;
}

// Whether the text is that command, or a sentence that only begins with its word.
bool Exchange::command_holds() const {
    const auto& name = heard_.command;
    if (name.empty()) return false;
    bool alone = heard_.rest.empty();
    if (name == "status" && domain::parse_case_code(joined(heard_.rest))) return true;
    if (writing() && !(heard_.exact && (alone || heard_.marked))) return false;
    if (name == "delete") return alone;
    if (name == "yes" || name == "no") return conversation_.node.empty() && heard_.letters < kStoryLetters;
    if (alone) return true;
    // These two take a story along.
    if (name == "report" || name == "levy")
        return heard_.exact || heard_.marked || heard_.letters < kStoryLetters;
    return (heard_.marked ? heard_.rest_letters : heard_.letters) < kStoryLetters;
}

bool Exchange::command() {
    if (!command_holds()) return false;
    const auto& name = heard_.command;
    if (name == "letter") {
        letters(0);
        if (heard_.rest.size() == 1) { // "LETTER 2", "LETTER residence"
            auto rest = hear(pack_, heard_.rest.front());
            heard_.digit = rest.digit;
            heard_.text = rest.text;
            if (heard_.digit != std::size_t{0}) return letters_node();
        }
    } else if (name == "status") {
        status(joined(heard_.rest));
    } else if (name == "report") {
        report(ServiceKind::kComplaint, heard_.rest_text);
    } else if (name == "levy") {
        report(ServiceKind::kLevyReport, heard_.rest_text);
    } else if (name == "language") {
        languages(0);
        if (heard_.rest.size() == 1) {
            auto rest = hear(pack_, heard_.rest.front());
            heard_.digit = rest.digit;
            heard_.text = rest.text;
            return language_node();
        }
    } else if (name == "help") {
        leave();
        reply(voice_.say("sms.help"));
    } else if (name == "data") {
        leave();
        reply(voice_.say("sms.data", {{"open", std::to_string(std::clamp(lookups_.open_cases(), 0, 999))}}));
    } else if (name == "delete") {
        reply(voice_.say("sms.delete"));
        bool stopped = conversation_.stopped;
        conversation_ = Conversation{};
        conversation_.stopped = stopped;
        conversation_.touched = now_;
        turn_.forget = true;
    } else if (name == "stop") {
        leave();
        conversation_.stopped = true;
        reply(voice_.say("sms.stop"));
    } else {
        if (name == "menu") conversation_.stopped = false;
        menu();
    }
    return true;
}

bool Exchange::node() {
    const auto& at = conversation_.node;
    if (at == "ask") return ask_node();
    if (at == "confirm") return confirm_node();
    if (at == "letters") return letters_node();
    if (at == "language") return language_node();
    if (at == "status") return status_node();
    if (auto digit = menu_digit()) {
        if (at == "menu")
            menu_choice(*digit);
        else
            menu();
        return true;
    }
    // "0 for the menu", as it stands at the end of these.
    if (digit_of({voice_.word("sms.not_understood"), voice_.word("sms.dropped"), voice_.word("sms.kept"),
                  voice_.word("sms.language.set")})) {
        menu();
        return true;
    }
    if (domain::parse_case_code(joined(heard_.words))) { // the bare code
        status(joined(heard_.words));
        return true;
    }
    return false;
}

void Exchange::not_understood() {
    leave();
    if (heard_.letters < kStoryLetters) {
        reply(voice_.say("sms.not_understood"));
        return;
    }
    if (offered_by_sms(ServiceKind::kComplaint) != nullptr) {
        conversation_.node = "offer";
        conversation_.slots["text"] = heard_.text;
        reply(voice_.say("sms.offer"));
        return;
    }
    // Two texts in one turn (an old one just ran out) do not happen without a report to offer.
    turn_.keep_unsorted = unsorted(pack_, voice_.tag(), heard_.text);
    reply(voice_.say(turn_.keep_unsorted ? "sms.kept" : "sms.not_understood"));
}

void Exchange::menu() {
    go("menu");
    std::vector<std::string> options;
    for (auto& entry : menu_entries()) options.push_back(std::move(entry.second));
    reply(domain::sms_menu(voice_.say("sms.menu.head"), options, voice_.word("sms.menu.language"),
                           voice_.word("sms.menu.help")));
}

std::vector<std::pair<Exchange::Entry, std::string>> Exchange::menu_entries() const {
    std::vector<std::pair<Entry, std::string>> entries;
    if (offered_by_sms(ServiceKind::kLetter) != nullptr)
        entries.emplace_back(Entry::kLetter, voice_.word("sms.menu.letter"));
    entries.emplace_back(Entry::kStatus, voice_.word("sms.menu.status"));
    if (offered_by_sms(ServiceKind::kComplaint) != nullptr)
        entries.emplace_back(Entry::kReport, voice_.word("sms.menu.report"));
    if (offered_by_sms(ServiceKind::kLevyReport) != nullptr)
        entries.emplace_back(Entry::kLevy, voice_.word("sms.menu.levy"));
    return entries;
}

void Exchange::menu_choice(std::size_t digit) {
    auto entries = menu_entries();
    if (digit == 9) {
        languages(0);
    } else if (digit == 0) {
        leave();
        reply(voice_.say("sms.help"));
    } else if (digit > entries.size()) {
        menu();
    } else {
        switch (entries[digit - 1].first) {
        case Entry::kLetter:
            letters(0);
            break;
        case Entry::kStatus:
            status({});
            break;
        case Entry::kReport:
            report(ServiceKind::kComplaint, {});
            break;
        case Entry::kLevy:
            report(ServiceKind::kLevyReport, {});
            break;
        }
    }
}

void Exchange::letters(std::size_t page) {
    std::vector<std::string> words;
    for (const auto* service : letters_by_sms())
        words.push_back(voice_.word("service." + service->id + ".sms"));
    auto shown = domain::sms_page(list_words(voice_.word("sms.letters.head")), words, page);
    if (!shown) {
        menu();
        return;
    }
    go("letters");
    conversation_.slots["page"] = std::to_string(page);
    reply(shown->text);
}

bool Exchange::letters_node() {
    auto services = letters_by_sms();
    std::vector<std::string> words;
    for (const auto* service : services) words.push_back(voice_.word("service." + service->id + ".sms"));
    std::size_t index = 0;
    switch (picked(list_words(voice_.word("sms.letters.head")), words, index)) {
    case Pick::kBack:
        menu();
        return true;
    case Pick::kMore:
        letters(page() + 1);
        return true;
    case Pick::kOption:
        begin(*services[index]);
        return true;
    case Pick::kNone:
        break;
    }
    if (heard_.letters >= kStoryLetters) return false;
    letters(page());
    return true;
}

void Exchange::languages(std::size_t page) {
    auto words = list_words(voice_.word("sms.language.head"));
    std::vector<std::string> names;
    for (const auto& language : pack_.languages) {
        names.push_back(language.name);
        words.ucs2 = words.ucs2 || language.sms_ucs2;
    }
    auto shown = domain::sms_page(words, names, page);
    if (!shown) {
        menu();
        return;
    }
    go("language");
    conversation_.slots["page"] = std::to_string(page);
    reply(shown->text);
}

bool Exchange::language_node() {
    auto words = list_words(voice_.word("sms.language.head"));
    std::vector<std::string> names;
    for (const auto& language : pack_.languages) {
        names.push_back(language.name);
        words.ucs2 = words.ucs2 || language.sms_ucs2;
    }
    std::size_t index = 0;
    switch (picked(words, names, index)) {
    case Pick::kBack:
        menu();
        return true;
    case Pick::kMore:
        languages(page() + 1);
        return true;
    case Pick::kOption:
        set_language(index);
        return true;
    case Pick::kNone:
        break;
    }
    for (index = 0; index < pack_.languages.size(); ++index)
        if (upper(pack_.languages[index].tag) == upper(heard_.text)) {
            set_language(index);
            return true;
        }
    if (heard_.letters >= kStoryLetters) return false;
    languages(page());
    return true;
}

void Exchange::set_language(std::size_t index) {
    leave();
    conversation_.language = pack_.languages[index].tag;
    Voice chosen(pack_, village_, conversation_.language);
    turn_.reply = chosen.one_sms(chosen.say("sms.language.set"));
}

bool Exchange::status_node() {
    if (digit_of({voice_.word("sms.status.ask")}) == std::size_t{0}) {
        menu();
        return true;
    }
    if (heard_.letters >= kStoryLetters) return false;
    status(joined(heard_.words));
    return true;
}

void Exchange::status(std::string_view typed) {
    std::string digits;
    for (char c : typed) {
        if (c == 'O' || c == 'o') c = '0';
        if (c == 'l' || c == 'I') c = '1';
        if (c >= '0' && c <= '9') digits += c;
    }
    if (digits.size() != 8) {
        go("status");
        reply(voice_.say("sms.status.ask"));
        return;
    }
    auto code = domain::parse_case_code(digits);
    auto found = code ? lookups_.status(*code) : Result<CaseView>(fail(ErrorCode::kNotFound, "status.code"));
    leave();
    if (!found) {
        auto why = found.error().code;
        const char* key = why == ErrorCode::kNotFound ? "sms.status.unknown"
                          : why == ErrorCode::kDenied ? "sms.status.limited"
                                                      : "sms.later";
        reply(voice_.say(key, {{"digits", digits}}));
        return;
    }
    using namespace std::chrono;
    year_month_day day{floor<days>(found->since + minutes(pack_.utc_offset_minutes))};
    auto two = [](unsigned value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    auto date = voice_.say("sms.date", {{"day", two(static_cast<unsigned>(day.day()))},
                                        {"month", two(static_cast<unsigned>(day.month()))},
                                        {"year", std::to_string(static_cast<int>(day.year()))}});
    auto state = "state." + found->lifecycle + "." + found->state;
    Values values{{"digits", digits}, {"state", voice_.word(state)}, {"date", date}};
    const auto* service = pack_.service(found->service);
    // The phone may lie about: a levy report is never named, not even on the phone that sent it.
    if (service == nullptr || service->kind == ServiceKind::kLevyReport) {
        reply(voice_.say("sms.status.any", values));
        return;
    }
    values.emplace_back("service", voice_.word("service." + service->id + ".sms"));
    auto hint = voice_.word_if_any(state + ".hint");
    values.emplace_back("hint", hint.empty() ? hint : voice_.say(state + ".hint"));
    auto text = voice_.say("sms.status.own", values);
    reply(text.substr(0, text.find_last_not_of(' ') + 1));
}

void Exchange::report(ServiceKind kind, std::string_view story) {
    const auto* service = offered_by_sms(kind);
    if (service == nullptr) {
        menu();
        return;
    }
    leave();
    if (!story.empty() && submit_story(*service, story)) return;
    begin(*service);
}

bool Exchange::confirm_node() {
    const auto* service = pack_.service(slot("service"));
    if (service == nullptr || !service->sms || service->kind != ServiceKind::kLetter) {
        leave();
        return false;
    }
    auto digit = digit_of({voice_.word("sms.letter.confirm")});
    if (!digit && ((heard_.lead == std::size_t{1} && says_command(pack_, heard_, "yes")) ||
                   (heard_.lead == std::size_t{2} && says_command(pack_, heard_, "no"))))
        digit = heard_.lead;
    bool yes = digit == std::size_t{1} || (heard_.command == "yes" && heard_.letters < kStoryLetters);
    bool no = digit == std::size_t{2} || (heard_.command == "no" && heard_.letters < kStoryLetters);
    if (yes)
        submit(*service);
    else if (no)
        begin(*service);
    else if (digit == std::size_t{0})
        menu();
    else if (heard_.letters >= kStoryLetters)
        return false;
    else
        confirm(*service);
    return true;
}

Turn answer(const domain::Pack& pack, const domain::Village& village, Conversation& conversation,
            std::string_view text, Lookups& lookups, Instant now) {
    return Exchange(pack, village, conversation, lookups, now).run(text.substr(0, kMaxText));
}

std::optional<domain::Draft> expire(const domain::Pack& pack, const Conversation& conversation) {
    if (conversation.node != "offer") return std::nullopt;
    auto text = conversation.slots.find("text");
    if (text == conversation.slots.end()) return std::nullopt;
    return unsorted(pack, conversation.language, text->second);
}

} // namespace kentongan::dialogue
