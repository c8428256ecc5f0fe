#include "sim/sim_modem.hpp"

namespace kentongan::sim {
namespace {

using wire::local::SendOutcome;

// Stands for a real PDU: what the fingerprint and the comparison before a deletion look at.
Bytes content_of(const box::StoredSms& sms) {
    ByteWriter out;
    out.text(sms.sender);
    out.u64(static_cast<std::uint64_t>(to_unix(sms.sent_at)));
    out.u16(sms.part_reference);
    out.u8(sms.part_count);
    out.u8(sms.part_number);
    out.text(sms.text);
    out.u8(sms.binary ? 1 : 0);
    out.block(sms.data);
    return std::move(out).take();
}

} // namespace

void SimModem::deliver(box::StoredSms sms) {
    if (sms.pdu.empty()) sms.pdu = content_of(sms);
    network_.push_back(std::move(sms));
    fill_slots();
}

void SimModem::deliver(std::string sender, std::string text, Instant at) {
    box::StoredSms sms;
    sms.sender = std::move(sender);
    sms.text = std::move(text);
    sms.sent_at = at;
    deliver(std::move(sms));
}

void SimModem::deliver_data(std::string sender, BytesView data, Instant at) {
    box::StoredSms sms;
    sms.sender = std::move(sender);
    sms.binary = true;
    sms.data.assign(data.begin(), data.end());
    sms.sent_at = at;
    deliver(std::move(sms));
}

void SimModem::fill_slots() {
    while (!network_.empty() && slots_.size() < capacity_) {
        // The lowest free slot, as a SIM does: a deleted message's place is soon another's.
        std::uint32_t slot = 1;
        while (slots_.contains(slot)) ++slot;
        auto sms = std::move(network_.front());
        network_.pop_front();
        sms.slot = slot;
        slots_.emplace(slot, std::move(sms));
        news_ = true;
    }
}

void SimModem::restart() {
    gone_ = false;
    lose_next_send_ = lose_next_erase_ = false;
    refuse_next_send_ = 0;
}

Result<box::ModemStatus> SimModem::status() {
    if (gone_) return fail(ErrorCode::kUnavailable, "sim_modem.status");
    return box::ModemStatus{registered_, signal_percent_, static_cast<std::uint32_t>(slots_.size()),
                            capacity_};
}

Result<std::vector<box::StoredSms>> SimModem::stored() {
    if (gone_) return fail(ErrorCode::kUnavailable, "sim_modem.stored");
    std::vector<box::StoredSms> out;
    for (const auto& [slot, sms] : slots_) out.push_back(sms);
    return out;
}

Result<Bytes> SimModem::read(std::uint32_t slot) {
    if (gone_) return fail(ErrorCode::kUnavailable, "sim_modem.read");
    auto found = slots_.find(slot);
    if (found == slots_.end()) return fail(ErrorCode::kNotFound, "sim_modem.read", slot);
    return found->second.pdu;
}

Status SimModem::erase(std::uint32_t slot) {
    if (gone_) return fail(ErrorCode::kUnavailable, "sim_modem.erase");
    if (slots_.erase(slot) == 0) return fail(ErrorCode::kNotFound, "sim_modem.erase", slot);
    fill_slots();
    if (lose_next_erase_) {
        gone_ = true;
        return fail(ErrorCode::kUnavailable, "sim_modem.erase");
    }
    return {};
}

box::SendResult SimModem::send(std::string_view to, std::string_view text) {
    if (!box::can_be_sent(to, text)) return {SendOutcome::kRejected, 0};
    return submit({std::string(to), std::string(text), false, {}});
}

box::SendResult SimModem::send_data(std::string_view to, BytesView data) {
    if (!box::data_can_be_sent(to, data)) return {SendOutcome::kRejected, 0};
    return submit({std::string(to), "", true, Bytes(data.begin(), data.end())});
}

box::SendResult SimModem::submit(OnAir sms) {
    if (gone_) return {SendOutcome::kRejected, 0};
    if (refuse_next_send_ != 0) return {SendOutcome::kRejected, std::exchange(refuse_next_send_, 0)};
    constexpr std::uint32_t kNoNetworkService = 331; // TS 27.005 §3.2.5
    if (!registered_) return {SendOutcome::kRejected, kNoNetworkService};
    on_air_.push_back(std::move(sms));
    if (lose_next_send_) {
        gone_ = true;
        return {SendOutcome::kUnknown, 0};
    }
    return {SendOutcome::kAccepted, 0};
}

Result<bool> SimModem::wait(std::chrono::milliseconds) {
    if (gone_) return fail(ErrorCode::kUnavailable, "sim_modem.wait");
    return std::exchange(news_, false);
}

} // namespace kentongan::sim
