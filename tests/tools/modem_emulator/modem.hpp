// The modem itself: bytes in, bytes out, and a network that a test plays. Owns no descriptor and no clock.
#pragma once

#include "faults.hpp"
#include "pdu.hpp"
#include "sim_store.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kentongan::emulator {

/// One message that was on air from the modem.
struct Sent {
    Submit message;
    std::uint8_t reference = 0;
    std::string pdu_hex;
    bool understood = true; ///< Whether the PDU could be decoded.
};

/// Bytes for the line, not before `not_before`.
struct Outgoing {
    std::chrono::milliseconds delay{0}; ///< After the piece in front of it
    std::string bytes;
};

struct NetworkState {
    int registration = 1; ///< <stat> of +CREG (TS 27.007 §7.2)
    int signal = 20;      ///< <rssi> of +CSQ (TS 27.007 §8.5)
    std::string name = "Kentongan";
};

/// A GSM modem in PDU mode (TS 27.005, TS 27.007), with the V.250 line discipline.
///
/// Threads: one. feed() and the network's calls append to what take_output() returns.
class Modem {
  public:
    explicit Modem(std::size_t sim_capacity) : sim_(sim_capacity) {}

    /// What the computer wrote.
    void feed(std::string_view bytes);
    /// What the line carries next, oldest first.
    [[nodiscard]] std::deque<Outgoing> take_output() { return std::exchange(output_, {}); }
    /// Whether a fault took the device away since the last call.
    [[nodiscard]] bool take_hang_up() { return std::exchange(hang_up_, false); }
    /// A device plugged in anew forgets the line's state, not the SIM.
    void restart();

    /// The network delivers; into the SIM with +CMTI, or it waits when the SIM is full.
    void deliver(std::string pdu_hex, std::size_t tpdu_length);
    /// In a slot of one's choice, without telling anybody.
    void put(int index, std::string pdu_hex, SlotState state);
    void unsolicited(std::string_view line);
    void noise(std::string bytes) { say(std::move(bytes)); }

    SimStore& sim() { return sim_; }
    FaultTable& faults() { return faults_; }
    NetworkState& network() { return network_; }
    [[nodiscard]] const std::vector<Sent>& sent() const { return sent_; }
    /// How often each command was carried out.
    [[nodiscard]] const std::map<std::string, int>& executed() const { return executed_; }
    std::map<std::string, std::string>& ussd() { return ussd_; }

  private:
    struct Command {
        std::string name;     ///< "CMGS", "E", "" for plain AT
        std::string line;     ///< As typed, for the echo-free reply
        std::string argument; ///< Behind '='
        char mode = ' ';      ///< ' ' run, '?' read, 't' test, '=' set
    };
    using Handler = void (Modem::*)(const Command&);
    struct Row {
        std::string_view name;
        Handler handler;
    };
    static const Row kTable[];

    void byte_in_line(char c);
    void byte_in_text(char c);
    void run(const std::string& line);
    void carry_out(const Command& command, FaultStage stage, const std::function<void()>& action);
    void finish_text();

    void say(std::string bytes, std::chrono::milliseconds delay = std::chrono::milliseconds(0));
    void info(std::string_view line);
    void ok() { reply_ += "\r\nOK\r\n"; }
    void error() { reply_ += "\r\nERROR\r\n"; }
    void cms_error(int code);
    void flush_reply(const std::optional<Fault>& fault);
    void announce(int index);
    void deliver_waiting();

    void cmd_ok(const Command&);
    void cmd_refused(const Command&);
    void cmd_echo(const Command&);
    void cmd_identity(const Command&);
    void cmd_charset(const Command&);
    void cmd_function(const Command&);
    void cmd_pin(const Command&);
    void cmd_registration(const Command&);
    void cmd_attach(const Command&);
    void cmd_operator(const Command&);
    void cmd_signal(const Command&);
    void cmd_battery(const Command&);
    void cmd_service_centre(const Command&);
    void cmd_storage(const Command&);
    void cmd_format(const Command&);
    void cmd_indications(const Command&);
    void cmd_list(const Command&);
    void cmd_read(const Command&);
    void cmd_delete(const Command&);
    void cmd_text(const Command&);
    void cmd_ussd(const Command&);
    [[nodiscard]] std::string in_charset(std::string_view text) const;

    SimStore sim_;
    FaultTable faults_;
    NetworkState network_;
    std::vector<Sent> sent_;
    std::map<std::string, int> executed_;
    std::map<std::string, std::string> ussd_;

    std::deque<Outgoing> output_;
    std::string reply_;
    bool hang_up_ = false;

    bool echo_ = true;
    std::string line_;
    bool in_text_ = false;
    std::string text_;
    Command text_command_;
    std::size_t text_length_ = 0;
    std::string charset_ = "GSM";
    std::string service_centre_ = "+628000000001";
    int creg_ = 0;
    int cgreg_ = 0;
    int operator_format_ = 0;
    int cnmi_mt_ = 0;
    std::string cnmi_ = "0,0,0,0,0";
    std::uint8_t reference_ = 0;
};

} // namespace kentongan::emulator
