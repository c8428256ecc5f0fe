#include "adapters/gammu/sms_text.hpp"

#include "adapters/gammu/pdu_shape.hpp"
#include "base/gsm7.hpp"

#include <gammu.h>

#include <memory>
#include <optional>

namespace kentongan::gammu {
namespace {

constexpr int kMostData = static_cast<int>(wire::kSmsDataRoom);

// libGammu's strings are UCS-2, big-endian, ended by two zero octets.
std::string to_utf8(const unsigned char* text, std::size_t max_units) {
    std::size_t units = 0;
    while (units < max_units && (text[units * 2] != 0 || text[units * 2 + 1] != 0)) ++units;
    return gsm7::from_ucs2({text, units * 2});
}

Instant to_instant(const GSM_DateTime& at) {
    std::chrono::year_month_day date(std::chrono::year(at.Year),
                                     std::chrono::month(static_cast<unsigned>(at.Month)),
                                     std::chrono::day(static_cast<unsigned>(at.Day)));
    bool clock =
        at.Hour >= 0 && at.Hour < 24 && at.Minute >= 0 && at.Minute < 60 && at.Second >= 0 && at.Second < 60;
    if (at.Month < 1 || at.Day < 1 || !date.ok() || !clock) return {};
    return Instant(std::chrono::sys_days(date)) + std::chrono::hours(at.Hour) +
           std::chrono::minutes(at.Minute) + std::chrono::seconds(at.Second - at.Timezone);
}

// A sender made of letters (TS 23.040 §9.1.2.5). libGammu takes its septets for ASCII, which turns "$" into a
// control character; nothing for a sender made of digits. The PDU is sound: its lengths have been checked.
std::optional<std::string> sender_in_letters(BytesView pdu) {
    std::size_t at = pdu[0] + 2u;
    std::size_t semi_octets = pdu[at];
    if ((pdu[at + 1] & 0x70) != 0x50) return std::nullopt;
    auto septets = gsm7::unpack(pdu.subspan(at + 2, (semi_octets + 1) / 2), semi_octets * 4 / 7);
    return septets ? std::optional(gsm7::decode(*septets)) : std::nullopt;
}

} // namespace

Bytes content_of(std::string_view pdu_as_listed) {
    auto octets = from_hex(pdu_as_listed);
    if (octets) return std::move(octets).take();
    return {pdu_as_listed.begin(), pdu_as_listed.end()};
}

box::StoredSms to_stored(std::uint32_t slot, std::string_view pdu_as_listed) {
    box::StoredSms out;
    out.slot = slot;
    out.pdu = content_of(pdu_as_listed);
    out.corrupt = true;
    if (!from_hex(pdu_as_listed) || !is_sound_deliver(out.pdu)) return out;

    auto sms = std::make_unique<GSM_SMSMessage>();
    std::size_t end = 0;
    if (GSM_DecodePDUFrame(GSM_GetGlobalDebug(), sms.get(), out.pdu.data(), out.pdu.size(), &end, TRUE) !=
        ERR_NONE)
        return out;
    out.corrupt = false;
    auto letters = sender_in_letters(out.pdu);
    out.sender = letters ? *letters : to_utf8(sms->Number, GSM_MAX_NUMBER_LENGTH);
    out.binary = sms->Coding == SMS_Coding_8bit;
    if (!out.binary) out.text = to_utf8(sms->Text, GSM_MAX_SMS_LENGTH);
    // A header makes it a part of longer data or another application's: `pdu` has that whole.
    else if (sms->UDH.Length == 0 && sms->Length > 0 && sms->Length <= kMostData)
        out.data.assign(sms->Text, sms->Text + sms->Length);
    out.sent_at = to_instant(sms->DateTime);
    const auto& header = sms->UDH;
    if (header.AllParts > 0 && header.AllParts < 256 && header.PartNumber > 0 &&
        header.PartNumber <= header.AllParts) {
        out.part_count = static_cast<std::uint8_t>(header.AllParts);
        out.part_number = static_cast<std::uint8_t>(header.PartNumber);
        out.part_reference = static_cast<std::uint16_t>(header.ID16bit > 0 ? header.ID16bit : header.ID8bit);
    }
    return out;
}

} // namespace kentongan::gammu
