// The emulator's AT side, byte by byte.
#include "modem_emulator/modem.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace kentongan::emulator;

namespace {

std::string say(Modem& modem, const std::string& bytes) {
    modem.feed(bytes);
    std::string out;
    for (auto& piece : modem.take_output()) out += piece.bytes;
    return out;
}

const std::string kSubmit = "0011000B916407281553F80000AA0AE8329BFD4697D9EC37";
const std::string kDeliver = "07917283010010F5040BC87238880900F10000993092516195800AE8329BFD4697D9EC37";

} // namespace

TEST_CASE("commands are echoed and answered") {
    Modem modem(3);
    CHECK(say(modem, "AT\r") == "AT\r\r\nOK\r\n");
    CHECK(say(modem, "\x1b\r") == "\r");
    CHECK(say(modem, "ATE0\r") == "ATE0\r\r\nOK\r\n");
    CHECK(say(modem, "at+csq\r") == "\r\n+CSQ: 20,0\r\n\r\nOK\r\n");
    CHECK(say(modem, "AT+CPMS=\"SM\",\"SM\"\r") == "\r\n+CPMS: 0,3,0,3,0,3\r\n\r\nOK\r\n");
    CHECK(say(modem, "AT+CPMS=\"ME\"\r") == "\r\n+CMS ERROR: 302\r\n");
    CHECK(say(modem, "AT+NOSUCH\r") == "\r\nERROR\r\n");
    CHECK(say(modem, "AT+CMGR=1\r") == "\r\n+CMS ERROR: 321\r\n");
    CHECK(say(modem, "AT+CREG=2\rAT+CREG?\r") ==
          "\r\nOK\r\n\r\n+CREG: 2,1,\"00A1\",\"0001F2C3\"\r\n\r\nOK\r\n");
    CHECK(say(modem, "AT+CSCS=\"UCS2\"\rAT+CSCA?\r").find("\"002B003600320038") != std::string::npos);
    CHECK(say(modem, "AT+CSCS=\"00470053004D\"\rAT+CSCS?\r").find("\"GSM\"") != std::string::npos);
    CHECK(say(modem, "rubbish\r").empty());
    CHECK(say(modem, std::string(5000, 'A') + "\r").size() < 20);
}

TEST_CASE("messages lie in slots, are announced, listed, read and deleted") {
    Modem modem(2);
    say(modem, "ATE0\r");
    say(modem, "AT+CNMI=2,1,0,0,0\r");
    modem.deliver(kDeliver, 28);
    CHECK(say(modem, "") == "\r\n+CMTI: \"SM\",1\r\n");
    CHECK(say(modem, "AT+CMGL=0\r") == "\r\n+CMGL: 1,0,,28\r\n" + kDeliver + "\r\n\r\nOK\r\n");
    CHECK(say(modem, "AT+CMGL=0\r") == "\r\nOK\r\n");
    CHECK(say(modem, "AT+CMGR=1\r") == "\r\n+CMGR: 1,,28\r\n" + kDeliver + "\r\n\r\nOK\r\n");
    modem.deliver(kDeliver, 28);
    modem.deliver(kDeliver, 28);
    CHECK(modem.sim().full());
    CHECK(modem.sim().waiting() == 1);
    say(modem, "");
    CHECK(say(modem, "AT+CMGD=1\r") == "\r\nOK\r\n\r\n+CMTI: \"SM\",1\r\n");
    CHECK(modem.sim().waiting() == 0);
    CHECK(say(modem, "AT+CMGD=9\r") == "\r\n+CMS ERROR: 321\r\n");
    CHECK(say(modem, "AT+CMGW=23\r") == "\r\n> ");
    CHECK(say(modem, kSubmit + "\x1a").find("+CMS ERROR: 322") != std::string::npos);
    CHECK(say(modem, "AT+CMGD=1,4\r") == "\r\nOK\r\n");
    CHECK(modem.sim().slots().empty());
}

TEST_CASE("a submitted message is on air once, with a reference") {
    Modem modem(2);
    say(modem, "ATE0\r");
    CHECK(say(modem, "AT+CMGS=23\r") == "\r\n> ");
    CHECK(say(modem, kSubmit + "\x1a") == "\r\n+CMGS: 1\r\n\r\nOK\r\n");
    REQUIRE(modem.sent().size() == 1);
    CHECK(modem.sent()[0].message.to == "+46708251358");
    CHECK(modem.sent()[0].message.text == "hellohello");
    say(modem, "AT+CMGS=22\r");
    CHECK(say(modem, kSubmit + "\x1a") == "\r\n+CMS ERROR: 304\r\n");
    say(modem, "AT+CMGS=23\r");
    CHECK(say(modem, kSubmit + "\x1b") == "\r\nOK\r\n");
    CHECK(modem.sent().size() == 1);
}

TEST_CASE("faults strike the command that was named, as often as was said") {
    Modem modem(3);
    say(modem, "ATE0\r");
    auto order = [&](const char* command, FaultKind kind) -> Fault {
        Fault fault;
        fault.command = command;
        fault.kind = kind;
        return fault;
    };
    modem.faults().add(order("CSQ", FaultKind::kNoReply));
    CHECK(say(modem, "AT+CSQ\r").empty());
    CHECK(modem.executed().count("CSQ") == 0);
    CHECK_FALSE(say(modem, "AT+CSQ\r").empty());

    modem.faults().add(order("CMGS", FaultKind::kExecutedNoReply));
    say(modem, "AT+CMGS=23\r");
    CHECK(say(modem, kSubmit + "\x1a").empty());
    CHECK(modem.sent().size() == 1);

    auto refusal = order("CMGS", FaultKind::kError);
    refusal.code = 69;
    say(modem, "AT+CMGS=23\r");
    modem.faults().add(refusal);
    CHECK(say(modem, kSubmit + "\x1a") == "\r\n+CMS ERROR: 69\r\n");
    refusal.stage = FaultStage::kPrompt;
    modem.faults().add(refusal);
    CHECK(say(modem, "AT+CMGS=23\r") == "\r\n+CMS ERROR: 69\r\n");
    CHECK(modem.sent().size() == 1);

    auto second = order("*", FaultKind::kError);
    second.skip = 1;
    second.cme = true;
    second.code = 100;
    modem.faults().add(second);
    CHECK(say(modem, "AT\r") == "\r\nOK\r\n");
    CHECK(say(modem, "AT\r") == "\r\n+CME ERROR: 100\r\n");
    CHECK(say(modem, "AT\r") == "\r\nOK\r\n");

    auto merged = order("CSQ", FaultKind::kMerged);
    modem.faults().add(merged);
    CHECK(say(modem, "AT+CSQ\r") == "\r\n+CSQ: 20,0OK\r\n");
    auto urc = order("CSQ", FaultKind::kUrc);
    urc.text = "RING";
    modem.faults().add(urc);
    CHECK(say(modem, "AT+CSQ\r") == "\r\n+CSQ: 20,0\r\n\r\nRING\r\n\r\nOK\r\n");
    auto split = order("AT", FaultKind::kSplit);
    split.delay = std::chrono::milliseconds(5);
    modem.faults().add(split);
    modem.feed("AT\r");
    CHECK(modem.take_output().size() == 6);
    modem.faults().add(order("CMGD", FaultKind::kExecutedHangUp));
    modem.put(3, kDeliver, SlotState::kUnread);
    CHECK(say(modem, "AT+CMGD=3\r").empty());
    CHECK(modem.take_hang_up());
    CHECK(modem.sim().slots().empty());
    CHECK(modem.faults().size() == 0);
    CHECK(garbage(100, 3) == garbage(100, 3));
    CHECK(garbage(100, 3) != garbage(100, 4));
}
