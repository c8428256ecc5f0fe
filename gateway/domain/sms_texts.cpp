#include "domain/sms_texts.hpp"

namespace kentongan::domain {

std::span<const SmsText> sms_texts() {
    static constexpr SmsText kTexts[] = {
        {"sms.menu.head", "village"},
        {"sms.menu.letter", ""},
        {"sms.menu.status", ""},
        {"sms.menu.report", ""},
        {"sms.menu.levy", ""},
        {"sms.menu.language", ""},
        {"sms.menu.help", ""},
        {"sms.more", ""},
        {"sms.back", ""},
        {"sms.cancel", ""},
        {"sms.pass", ""},
        {"sms.yes", ""},
        {"sms.no", ""},
        {"sms.free", ""},
        {"sms.date", "day month year"},
        {"sms.letters.head", ""},
        {"sms.letter.confirm", "service answers"},
        {"sms.report.names", ""},
        {"sms.report.open", ""},
        {"sms.report.secret", ""},
        {"sms.submitted.letter", "code digits days"},
        {"sms.submitted.open", "code digits days"},
        {"sms.submitted.secret", "code digits days"},
        {"sms.submitted.levy", "code digits days"},
        {"sms.not_accepted", "village"},
        {"sms.status.ask", ""},
        {"sms.status.any", "digits state date"},
        {"sms.status.own", "digits service state date hint"},
        {"sms.status.unknown", "digits"},
        {"sms.status.limited", ""},
        {"sms.later", ""},
        {"sms.language.head", ""},
        {"sms.language.set", ""},
        {"sms.help", "village hours phone"},
        {"sms.data", "open"},
        {"sms.delete", ""},
        {"sms.stop", ""},
        {"sms.offer", ""},
        {"sms.dropped", ""},
        {"sms.kept", ""},
        {"sms.not_understood", ""},
        {"sms.notice", "digits"},
        {"sms.too_many", "village"},
        {"sms.repeat", ""},
    };
    return kTexts;
}

} // namespace kentongan::domain
