#include "modem.hpp"

#include <algorithm>
#include <cctype>

namespace kentongan::emulator {
namespace {

constexpr std::size_t kMaxLine = 1024;
constexpr std::size_t kMaxPdu = 600;
constexpr char kEscape = 0x1b;
constexpr char kSubstitute = 0x1a;

} // namespace

void Modem::restart() {
    line_.clear();
    text_.clear();
    in_text_ = false;
    output_.clear();
    reply_.clear();
    echo_ = true;
    charset_ = "GSM";
    creg_ = cgreg_ = operator_format_ = cnmi_mt_ = 0;
    cnmi_ = "0,0,0,0,0";
}

void Modem::feed(std::string_view bytes) {
    for (char c : bytes) {
        if (in_text_)
            byte_in_text(c);
        else
            byte_in_line(c);
        if (hang_up_) return;
    }
}

void Modem::byte_in_line(char c) {
    if (c == kEscape || c == kSubstitute || c == '\0') return;
    if (c == '\n') return;
    if (echo_) say(std::string(1, c));
    if (c == '\b') {
        if (!line_.empty()) line_.pop_back();
        return;
    }
    if (c != '\r') {
        if (line_.size() < kMaxLine) line_ += c;
        return;
    }
    auto line = std::exchange(line_, {});
    if (!line.empty()) run(line);
}

void Modem::byte_in_text(char c) {
    if (c == kEscape) {
        in_text_ = false;
        ok();
        flush_reply(std::nullopt);
        return;
    }
    if (c == kSubstitute) {
        finish_text();
        return;
    }
    if (echo_) say(std::string(1, c));
    if (c != '\r' && c != '\n' && text_.size() < kMaxPdu) text_ += c;
}

void Modem::run(const std::string& line) {
    auto upper = line;
    // The command's name is case-blind (V.250 §5.2.1); its argument is not.
    auto name_end = std::min(upper.find('='), upper.size());
    std::transform(upper.begin(), upper.begin() + static_cast<std::ptrdiff_t>(name_end), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    auto at = upper.find("AT");
    if (at == std::string::npos) return; // noise is not a command: a modem stays silent
    auto body = upper.substr(at + 2);
    Command command;
    command.line = line;
    if (body.empty()) {
        command.name = "AT";
    } else if (body[0] == '+' || body[0] == '$' || body[0] == '^') {
        auto end = body.find_first_of("=?", 1);
        command.name = body.substr(body[0] == '+' ? 1 : 0,
                                   end == std::string::npos ? end : end - (body[0] == '+' ? 1 : 0));
        if (end != std::string::npos) {
            command.mode = body[end] == '?' ? '?' : body.substr(end) == "=?" ? 't' : '=';
            command.argument = body.substr(end + 1);
        }
    } else {
        command.name = body.substr(0, body[0] == '&' ? 2 : 1);
        command.argument = body.substr(command.name.size());
    }
    const Row* found = nullptr;
    for (const Row* row = kTable; !row->name.empty(); ++row)
        if (row->name == command.name) found = row;
    bool has_text = (command.name == "CMGS" || command.name == "CMGW") && command.mode == '=';
    carry_out(command, has_text ? FaultStage::kPrompt : FaultStage::kFinal, [&] {
        if (found == nullptr) {
            error();
            return;
        }
        if (!has_text) ++executed_[command.name];
        (this->*found->handler)(command);
    });
}

void Modem::carry_out(const Command& command, FaultStage stage, const std::function<void()>& action) {
    reply_.clear();
    auto fault = faults_.strike(command.name, stage);
    if (fault && fault->kind == FaultKind::kNoReply) return;
    if (fault && fault->kind == FaultKind::kHangUp) {
        hang_up_ = true;
        return;
    }
    if (fault && fault->kind == FaultKind::kError) {
        if (fault->code < 0)
            error();
        else if (fault->cme)
            reply_ += "\r\n+CME ERROR: " + std::to_string(fault->code) + "\r\n";
        else
            cms_error(fault->code);
        flush_reply(std::nullopt);
        return;
    }
    action();
    if (fault && fault->kind == FaultKind::kExecutedHangUp) {
        hang_up_ = true;
        reply_.clear();
    } else if (fault && fault->kind == FaultKind::kExecutedNoReply) {
        reply_.clear();
    } else {
        flush_reply(fault);
    }
    // A deletion made room: the network tries again, after the answer.
    deliver_waiting();
}

void Modem::finish_text() {
    in_text_ = false;
    auto pdu_hex = std::exchange(text_, {});
    carry_out(text_command_, FaultStage::kFinal, [&] {
        ++executed_[text_command_.name];
        auto pdu = from_hex(pdu_hex);
        if (!pdu || tpdu_length(*pdu) != text_length_) {
            cms_error(304);
            return;
        }
        if (text_command_.name == "CMGW") {
            auto index = sim_.store({pdu_hex, text_length_, SlotState::kUnsent});
            if (!index) {
                cms_error(322);
                return;
            }
            info("+CMGW: " + std::to_string(*index));
            ok();
            return;
        }
        if (network_.registration != 1 && network_.registration != 5) {
            cms_error(331);
            return;
        }
        Sent sent;
        sent.pdu_hex = pdu_hex;
        sent.reference = ++reference_;
        auto message = decode_submit(*pdu);
        sent.understood = message.has_value();
        if (message) sent.message = std::move(message).take();
        sent_.push_back(std::move(sent));
        info("+CMGS: " + std::to_string(reference_));
        ok();
    });
}

void Modem::say(std::string bytes, std::chrono::milliseconds delay) {
    if (bytes.empty()) return;
    if (delay.count() == 0 && !output_.empty())
        output_.back().bytes += bytes;
    else
        output_.push_back({delay, std::move(bytes)});
}

void Modem::info(std::string_view line) {
    reply_ += "\r\n";
    reply_ += line;
    reply_ += "\r\n";
}

void Modem::cms_error(int code) {
    reply_ += "\r\n+CMS ERROR: " + std::to_string(code) + "\r\n";
}

void Modem::flush_reply(const std::optional<Fault>& fault) {
    auto reply = std::exchange(reply_, {});
    if (!fault) {
        say(std::move(reply));
        return;
    }
    switch (fault->kind) {
    case FaultKind::kDelayed:
        say(std::move(reply), fault->delay);
        return;
    case FaultKind::kGarbage:
        say(garbage(fault->bytes, 7) + reply);
        return;
    case FaultKind::kSplit:
        for (char c : reply) say(std::string(1, c), std::max(fault->delay, std::chrono::milliseconds(1)));
        return;
    case FaultKind::kMerged: {
        std::string merged;
        for (char c : reply)
            if (c != '\r' && c != '\n') merged += c;
        say("\r\n" + merged + "\r\n");
        return;
    }
    case FaultKind::kUrc: {
        if (reply.size() < 4) return say(std::move(reply));
        auto last = reply.rfind("\r\n", reply.size() - 3);
        if (last == std::string::npos) last = 0;
        say(reply.substr(0, last) + "\r\n" + fault->text + "\r\n" + reply.substr(last));
        return;
    }
    default:
        say(std::move(reply));
        return;
    }
}

void Modem::unsolicited(std::string_view line) {
    say("\r\n" + std::string(line) + "\r\n");
}

void Modem::announce(int index) {
    if (cnmi_mt_ == 1) unsolicited("+CMTI: \"SM\"," + std::to_string(index));
}

void Modem::deliver(std::string pdu_hex, std::size_t length) {
    if (auto index = sim_.deliver({std::move(pdu_hex), length, SlotState::kUnread})) announce(*index);
}

void Modem::put(int index, std::string pdu_hex, SlotState state) {
    auto pdu = from_hex(pdu_hex);
    auto length = pdu ? tpdu_length(*pdu) : pdu_hex.size() / 2;
    sim_.put(index, {std::move(pdu_hex), length, state});
}

void Modem::deliver_waiting() {
    while (auto index = sim_.deliver_waiting()) announce(*index);
}

} // namespace kentongan::emulator
