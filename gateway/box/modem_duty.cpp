#include "box/modem_duty.hpp"

#include "base/gsm7.hpp"
#include "domain/numbers.hpp"

#include <algorithm>
#include <utility>

namespace kentongan::box {
namespace {

namespace local = wire::local;

// What a message of the local protocol may carry of a damaged PDU; a real one has 176 octets.
constexpr std::size_t kMaxRaw = 1024;

local::SmsOutcome outcome_of(std::uint64_t id, const SendResult& result) {
    return {id, static_cast<std::uint8_t>(result.outcome), result.cause};
}

} // namespace

bool can_be_sent(std::string_view to, std::string_view text) {
    return domain::is_e164(to) && !text.empty() && gsm7::fits_one_sms(text, true);
}

bool data_can_be_sent(std::string_view to, BytesView data) {
    return domain::is_e164(to) && !data.empty() && data.size() <= wire::kSmsDataRoom;
}

ModemDuty::ModemDuty(Modem& modem, FingerprintOf fingerprint_of, std::uint64_t first_call)
    : modem_(modem), fingerprint_of_(std::move(fingerprint_of)), last_call_(first_call) {}

void ModemDuty::reconnected() {
    // The box's word for what is kept but not yet deleted stays good: deleting needs no connection.
    std::erase_if(announced_, [](const auto& entry) { return !entry.second.kept; });
    told_.reset();
}

Result<std::vector<local::Message>> ModemDuty::poll() {
    std::vector<local::Message> out;
    auto status = TRY(modem_.status());
    local::ModemState state{status.registered, status.signal_percent, status.used, status.capacity};
    if (told_ != state) {
        told_ = state;
        out.emplace_back(state);
    }
    std::vector<StoredSms> stored;
    if (status.used > 0) stored = TRY(modem_.stored());

    // A slot that is empty or holds another message now: whatever was said about it is over.
    std::erase_if(announced_, [&](const auto& entry) {
        return std::none_of(stored.begin(), stored.end(), [&](const StoredSms& sms) {
            return sms.slot == entry.first && sms.pdu == entry.second.pdu;
        });
    });
    for (const auto& sms : stored) {
        auto known = announced_.find(sms.slot);
        if (known != announced_.end()) {
            auto& entry = known->second;
            if (entry.kept) {
                TRY(delete_kept(sms.slot));
            } else if (++entry.polls >= kRepeatAfterPolls) {
                entry.polls = 0;
                out.push_back(announcement(entry.call, sms));
            }
        } else if (announced_.size() < kMaxAnnounced) {
            auto call = ++last_call_;
            announced_[sms.slot] = {call, sms.pdu, false, 0};
            out.push_back(announcement(call, sms));
        }
    }
    return out;
}

Result<std::vector<local::Message>> ModemDuty::handle(const local::Message& message) {
    std::vector<local::Message> out;
    if (const auto* kept = std::get_if<local::SmsKept>(&message)) {
        for (auto& [slot, entry] : announced_) {
            if (entry.call != kept->call) continue;
            entry.kept = true;
            TRY(delete_kept(slot));
            break;
        }
    } else if (const auto* send = std::get_if<local::SendSms>(&message)) {
        out.emplace_back(outcome_of(send->id, modem_.send(send->to, send->text)));
    } else if (const auto* send_data = std::get_if<local::SendData>(&message)) {
        out.emplace_back(outcome_of(send_data->id, modem_.send_data(send_data->to, send_data->data)));
    }
    return out;
}

Status ModemDuty::delete_kept(std::uint32_t slot) {
    auto found = announced_.find(slot);
    if (found == announced_.end()) return {};
    auto now = modem_.read(slot);
    if (!now && now.error().code == ErrorCode::kUnavailable) return tl::unexpected<Error>(now.error());
    // Gone, or another message has taken the slot: that one has not been kept.
    if (!now || *now != found->second.pdu) {
        announced_.erase(found);
        return {};
    }
    auto erased = modem_.erase(slot);
    if (!erased && erased.error().code == ErrorCode::kDenied) return {}; // the next poll tries again
    // After a lost answer too: only a new look at the slot may lead to another deletion.
    announced_.erase(found);
    if (!erased && erased.error().code != ErrorCode::kNotFound) return erased;
    return {};
}

local::Message ModemDuty::announcement(std::uint64_t call, const StoredSms& sms) const {
    local::SmsArrived arrived;
    arrived.call = call;
    arrived.fingerprint = fingerprint_of_(sms.pdu);
    arrived.sender = sms.sender;
    arrived.text = sms.text;
    arrived.sent_at = to_unix(sms.sent_at);
    arrived.part_reference = sms.part_reference;
    arrived.part_count = sms.part_count;
    arrived.part_number = sms.part_number;
    arrived.corrupt = sms.corrupt;
    arrived.binary = sms.binary;
    arrived.data = sms.data;
    if (sms.corrupt || (sms.binary && sms.data.empty()))
        arrived.raw.assign(sms.pdu.begin(),
                           sms.pdu.begin() + static_cast<std::ptrdiff_t>(std::min(sms.pdu.size(), kMaxRaw)));
    return arrived;
}

} // namespace kentongan::box
