// The table of AT commands: what a plain GSM modem in PDU mode answers (TS 27.005, TS 27.007).
#include "base/gsm7.hpp"
#include "modem.hpp"

#include <algorithm>
#include <charconv>

namespace kentongan::emulator {
namespace {

// The n-th of "1,2,\"SM\"", or nothing.
std::optional<std::string> argument(const std::string& list, std::size_t n) {
    std::size_t start = 0;
    for (std::size_t i = 0; i < n; ++i) {
        start = list.find(',', start);
        if (start == std::string::npos) return std::nullopt;
        ++start;
    }
    auto text = list.substr(start, list.find(',', start) - start);
    std::erase(text, '"');
    std::erase(text, ' ');
    return text;
}

std::optional<int> number(const std::string& list, std::size_t n) {
    auto text = argument(list, n);
    if (!text) return std::nullopt;
    int value = 0;
    auto [end, status] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (status != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return value;
}

} // namespace

const Modem::Row Modem::kTable[] = {
    {"AT", &Modem::cmd_ok},
    {"E", &Modem::cmd_echo},
    {"Z", &Modem::cmd_ok},
    {"&F", &Modem::cmd_ok},
    {"H", &Modem::cmd_ok},
    {"CHUP", &Modem::cmd_ok},
    {"CMEE", &Modem::cmd_ok},
    {"CMMS", &Modem::cmd_ok},
    {"CSMP", &Modem::cmd_ok},
    {"CSDH", &Modem::cmd_ok},
    {"CLIP", &Modem::cmd_ok},
    {"CRC", &Modem::cmd_ok},
    {"MODE", &Modem::cmd_refused},
    {"CPROT", &Modem::cmd_refused},
    {"SYNCML", &Modem::cmd_refused},
    {"$TSSPCSW", &Modem::cmd_refused},
    {"CGMM", &Modem::cmd_identity},
    {"CGMI", &Modem::cmd_identity},
    {"CGMR", &Modem::cmd_identity},
    {"CGSN", &Modem::cmd_identity},
    {"CIMI", &Modem::cmd_identity},
    {"CSCS", &Modem::cmd_charset},
    {"CFUN", &Modem::cmd_function},
    {"CPIN", &Modem::cmd_pin},
    {"CREG", &Modem::cmd_registration},
    {"CGREG", &Modem::cmd_registration},
    {"CGATT", &Modem::cmd_attach},
    {"COPS", &Modem::cmd_operator},
    {"CSQ", &Modem::cmd_signal},
    {"CBC", &Modem::cmd_battery},
    {"CSCA", &Modem::cmd_service_centre},
    {"CPMS", &Modem::cmd_storage},
    {"CMGF", &Modem::cmd_format},
    {"CNMI", &Modem::cmd_indications},
    {"CMGL", &Modem::cmd_list},
    {"CMGR", &Modem::cmd_read},
    {"CMGD", &Modem::cmd_delete},
    {"CMGS", &Modem::cmd_text},
    {"CMGW", &Modem::cmd_text},
    {"CUSD", &Modem::cmd_ussd},
    {"", nullptr},
};

std::string Modem::in_charset(std::string_view text) const {
    if (charset_ != "UCS2") return std::string(text);
    auto octets = gsm7::to_ucs2(text);
    auto hex = octets ? to_hex(*octets) : "";
    std::transform(hex.begin(), hex.end(), hex.begin(),
                   [](char c) { return c >= 'a' ? static_cast<char>(c - 32) : c; });
    return hex;
}

void Modem::cmd_ok(const Command&) {
    ok();
}

void Modem::cmd_refused(const Command&) {
    error();
}

void Modem::cmd_echo(const Command& command) {
    echo_ = command.argument != "0";
    ok();
}

void Modem::cmd_identity(const Command& command) {
    if (command.mode == 't') return ok();
    info(command.name == "CGMM"   ? "KENTONGAN-EMULATOR"
         : command.name == "CGMI" ? "KENTONGAN"
         : command.name == "CGMR" ? "1.0"
         : command.name == "CGSN" ? "000000000000000"
                                  : "001010000000000");
    ok();
}

void Modem::cmd_charset(const Command& command) {
    if (command.mode == 't') {
        info("+CSCS: (\"GSM\",\"UCS2\")");
    } else if (command.mode == '?') {
        info("+CSCS: \"" + in_charset(charset_) + "\"");
    } else {
        auto wanted = argument(command.argument, 0).value_or("");
        // In UCS-2 the arguments come coded too.
        if (wanted == "00470053004D") wanted = "GSM";
        if (wanted == "0055004300530032") wanted = "UCS2";
        if (wanted != "GSM" && wanted != "UCS2") return error();
        charset_ = wanted;
    }
    ok();
}

void Modem::cmd_function(const Command& command) {
    if (command.mode == '?') info("+CFUN: 1");
    if (command.mode == 't') info("+CFUN: (0,1,4),(0,1)");
    ok();
}

void Modem::cmd_pin(const Command& command) {
    if (command.mode == '?') info("+CPIN: READY");
    ok();
}

void Modem::cmd_registration(const Command& command) {
    int& mode = command.name == "CREG" ? creg_ : cgreg_;
    if (command.mode == 't') {
        info("+" + command.name + ": (0-2)");
    } else if (command.mode == '?') {
        auto line =
            "+" + command.name + ": " + std::to_string(mode) + "," + std::to_string(network_.registration);
        bool there = network_.registration == 1 || network_.registration == 5;
        if (mode == 2 && there) line += ",\"00A1\",\"0001F2C3\"";
        info(line);
    } else {
        mode = number(command.argument, 0).value_or(0);
    }
    ok();
}

void Modem::cmd_attach(const Command& command) {
    if (command.mode == '?') info("+CGATT: 1");
    ok();
}

void Modem::cmd_operator(const Command& command) {
    if (command.mode == '=' && number(command.argument, 0) == 3)
        operator_format_ = number(command.argument, 1).value_or(0);
    if (command.mode == '?')
        info("+COPS: 0," + std::to_string(operator_format_) + ",\"" +
             (operator_format_ == 2 ? "00101" : in_charset(network_.name)) + "\"");
    ok();
}

void Modem::cmd_signal(const Command& command) {
    if (command.mode == ' ') info("+CSQ: " + std::to_string(network_.signal) + ",0");
    ok();
}

void Modem::cmd_battery(const Command& command) {
    if (command.mode == ' ') info("+CBC: 0,100");
    ok();
}

void Modem::cmd_service_centre(const Command& command) {
    if (command.mode == '?') info("+CSCA: \"" + in_charset(service_centre_) + "\",145");
    if (command.mode == '=') service_centre_ = argument(command.argument, 0).value_or("");
    ok();
}

void Modem::cmd_storage(const Command& command) {
    auto counts = std::to_string(sim_.slots().size()) + "," + std::to_string(sim_.capacity());
    if (command.mode == 't') {
        info("+CPMS: (\"SM\"),(\"SM\"),(\"SM\")");
    } else if (command.mode == '?') {
        info("+CPMS: \"SM\"," + counts + ",\"SM\"," + counts + ",\"SM\"," + counts);
    } else {
        for (std::size_t i = 0; i < 3; ++i)
            if (argument(command.argument, i).value_or("SM") != "SM") return cms_error(302);
        info("+CPMS: " + counts + "," + counts + "," + counts);
    }
    ok();
}

void Modem::cmd_format(const Command& command) {
    if (command.mode == 't') info("+CMGF: (0)");
    if (command.mode == '?') info("+CMGF: 0");
    // PDU mode only, as many data cards are.
    if (command.mode == '=' && command.argument != "0") return cms_error(303);
    ok();
}

void Modem::cmd_indications(const Command& command) {
    if (command.mode == 't') info("+CNMI: (0-2),(0,1),(0,2),(0-2),(0,1)");
    if (command.mode == '?') info("+CNMI: " + cnmi_);
    if (command.mode == '=') {
        cnmi_ = command.argument;
        cnmi_mt_ = number(command.argument, 1).value_or(0);
    }
    ok();
}

void Modem::cmd_list(const Command& command) {
    int wanted = command.mode == '=' ? number(command.argument, 0).value_or(-1) : 0;
    if (command.mode == 't') {
        info("+CMGL: (0-4)");
        return ok();
    }
    if (wanted < 0 || wanted > 4) return cms_error(302);
    for (const auto& [index, slot] : sim_.slots()) {
        if (wanted != 4 && wanted != static_cast<int>(slot.state)) continue;
        info("+CMGL: " + std::to_string(index) + "," + std::to_string(static_cast<int>(slot.state)) + ",," +
             std::to_string(slot.tpdu_length));
        reply_ += slot.pdu_hex + "\r\n";
        if (auto* listed = sim_.find(index); listed->state == SlotState::kUnread)
            listed->state = SlotState::kRead;
    }
    ok();
}

void Modem::cmd_read(const Command& command) {
    auto* slot = sim_.find(number(command.argument, 0).value_or(-1));
    if (slot == nullptr) return cms_error(321);
    info("+CMGR: " + std::to_string(static_cast<int>(slot->state)) + ",," +
         std::to_string(slot->tpdu_length));
    reply_ += slot->pdu_hex + "\r\n";
    if (slot->state == SlotState::kUnread) slot->state = SlotState::kRead;
    ok();
}

void Modem::cmd_delete(const Command& command) {
    auto index = number(command.argument, 0);
    if (!index) return cms_error(302);
    if (auto flag = number(command.argument, 1); flag && *flag == 4)
        sim_.clear();
    else if (!sim_.erase(*index))
        return cms_error(321);
    ok();
}

void Modem::cmd_text(const Command& command) {
    auto length = number(command.argument, 0);
    if (command.mode != '=' || !length || *length < 0 || *length > 255) return cms_error(304);
    in_text_ = true;
    text_.clear();
    text_command_ = command;
    text_length_ = static_cast<std::size_t>(*length);
    reply_ += "\r\n> ";
}

void Modem::cmd_ussd(const Command& command) {
    ok();
    if (command.mode != '=') return;
    auto code = argument(command.argument, 1);
    if (!code || code->empty()) return;
    if (charset_ == "UCS2") {
        auto octets = from_hex(*code);
        if (octets) code = gsm7::from_ucs2(*octets);
    }
    auto found = ussd_.find(*code);
    if (found == ussd_.end())
        info("+CUSD: 4");
    else
        info("+CUSD: 0,\"" + in_charset(found->second) + "\",15");
}

} // namespace kentongan::emulator
