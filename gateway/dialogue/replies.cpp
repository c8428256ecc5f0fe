#include "base/gsm7.hpp"
#include "dialogue/exchange.hpp"

namespace kentongan::dialogue {

Voice::Voice(const domain::Pack& pack, const domain::Village& village, std::string_view language)
    : pack_(pack), village_(village) {
    const auto* known = pack.language(language);
    if (known == nullptr) known = pack.language(pack.default_language);
    language_ = known != nullptr ? known->tag : pack.default_language;
    ucs2_ = known != nullptr && known->sms_ucs2;
}

std::string Voice::say(std::string_view key, Values values) const {
    values.emplace_back("village", village_.name);
    values.emplace_back("hours", village_.office_hours);
    values.emplace_back("phone", village_.phone);
    return pack_.text(language_, key, values);
}

std::string Voice::word(std::string_view key) const {
    return std::string(pack_.text(language_, key));
}

std::string Voice::word_if_any(std::string_view key) const {
    auto text = pack_.text(language_, key);
    return text == key ? std::string() : std::string(text);
}

std::string Voice::one_sms(std::string text) const {
    if (!gsm7::septets(text) && !ucs2_) {
        auto folded = gsm7::fold(text);
        if (gsm7::septets(folded)) text = std::move(folded);
    }
    while (!text.empty() && !gsm7::fits_one_sms(text, true)) {
        auto at = text.size() - 1;
        while (at > 0 && (static_cast<std::uint8_t>(text[at]) & 0xC0U) == 0x80) --at;
        text.resize(at);
    }
    return text;
}

std::optional<domain::Draft> unsorted(const domain::Pack& pack, std::string_view language,
                                      std::string_view text) {
    const auto* service = pack.service_of(domain::ServiceKind::kUnsorted);
    if (service == nullptr || service->fields.empty()) return std::nullopt;
    const auto& field = service->fields.front();
    auto kept =
        cleaned(text, field.max > 0 ? static_cast<std::size_t>(field.max) : domain::kMaxTextCharacters);
    if (kept.empty()) return std::nullopt;
    domain::Draft draft;
    draft.service = service->id;
    draft.language = pack.language(language) != nullptr ? std::string(language) : pack.default_language;
    draft.channel = domain::Channel::kSms;
    draft.answers[field.id] = std::move(kept);
    return draft;
}

std::string submitted(const domain::Pack& pack, const domain::Village& village,
                      const Conversation& conversation, const domain::Service& service,
                      const domain::CaseCode& code) {
    Voice voice(pack, village, conversation.language);
    const char* key = "sms.submitted.letter";
    if (service.kind == domain::ServiceKind::kLevyReport)
        key = "sms.submitted.levy";
    else if (service.kind != domain::ServiceKind::kLetter)
        key = conversation.slots.contains("open") || !service.confidential_offered ? "sms.submitted.open"
                                                                                   : "sms.submitted.secret";
    return voice.one_sms(voice.say(
        key,
        {{"code", code.grouped()}, {"digits", code.digits}, {"days", std::to_string(service.target_days)}}));
}

std::string not_accepted(const domain::Pack& pack, const domain::Village& village,
                         const Conversation& conversation) {
    Voice voice(pack, village, conversation.language);
    return voice.one_sms(voice.say("sms.not_accepted"));
}

std::string notice(const domain::Pack& pack, const domain::Village& village, std::string_view language,
                   const domain::CaseCode& code) {
    Voice voice(pack, village, language);
    return voice.one_sms(voice.say("sms.notice", {{"digits", code.digits}}));
}

} // namespace kentongan::dialogue
