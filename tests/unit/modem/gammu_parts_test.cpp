// The parts of the libGammu adapter that need no modem.
#include "adapters/gammu/pdu_shape.hpp"
#include "adapters/gammu/reply_tap.hpp"
#include "adapters/gammu/sms_text.hpp"
#include "adapters/gammu/watchdog.hpp"
#include "base/gsm7.hpp"
#include "modem_emulator/client.hpp"
#include "modem_emulator/pdu.hpp"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

using namespace kentongan;
using namespace kentongan::gammu;

namespace {

Bytes pdu_of(const std::string& text, const std::string& from = "+6280000000012") {
    emulator::Deliver message;
    message.from = from;
    message.text = text;
    message.at = from_unix(1'800'000'000);
    auto pdu = emulator::encode_deliver(message);
    REQUIRE(pdu.has_value());
    return std::move(pdu).take();
}

// The exit status of a child that runs `body`.
template <class Body>
int status_of(Body body) {
    pid_t child = ::fork();
    if (child == 0) {
        int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
        ::dup2(null, STDERR_FILENO);
        body();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

TEST_CASE("the trace gives up the PDUs of a list and of one slot") {
    ReplyTap tap;
    tap.feed("Sending simple AT command\n1 \"AT+CMGL=4\"\n2 \"+CMGL: 1,0,,23\"\n3 \"0791AB\"\n");
    CHECK(tap.lists() == 0);
    tap.feed("4 \"+CMGL: 7,1,\"\",9\"\n5 \"ZZ\"\n6 \"");
    tap.feed("OK\"\nChecking line: OK\n");
    REQUIRE(tap.lists() == 1);
    REQUIRE(tap.listed().size() == 2);
    CHECK(tap.listed()[0].index == 1);
    CHECK(tap.listed()[0].state == 0);
    CHECK(tap.listed()[0].pdu == "0791AB");
    CHECK(tap.listed()[1].index == 7);
    CHECK(tap.listed()[1].state == 1);
    CHECK(tap.listed()[1].pdu == "ZZ");
    CHECK(tap.ok_seen());

    tap.feed("1 \"AT+CMGL=4\"\n2 \"+CMGL: 3,1,,2\"\n3 \"AA\"\n4 \"OK\"\n");
    CHECK(tap.lists() == 2);
    CHECK(tap.listed().back().folder == 1);

    tap.clear();
    CHECK(tap.listed().empty());
    tap.feed("1 \"AT+CMGR=3\"\n2 \"+CMGR: 1,,23\"\n3 \"0791CD\"\n4 \"OK\"\n");
    REQUIRE(tap.single().has_value());
    CHECK(*tap.single() == "0791CD");
    tap.feed("1 \"AT+CMGD=3\"\n2 \"+CMS ERROR: 321\"\n");
    CHECK(tap.deletion() == "+CMS ERROR: 321");
}

TEST_CASE("a reply that is traced twice is counted once; nonsense and floods do no harm") {
    ReplyTap tap;
    tap.feed("1 \"AT+CMGL=4\"\n2 \"AT+CMGL=4\"\n3 \"+CMGL: 1,0,,2\"\n4 \"AA\"\n"
             "1 \"AT+CMGL=4\"\n2 \"+CMGL: 1,0,,2\"\n3 \"AA\"\n4 \"OK\"\n");
    CHECK(tap.lists() == 1);
    CHECK(tap.listed().size() == 1);
    for (const char* line : {"\n", "1\n", "1 \"\n", "9 \"\"\n", "1234567890123 \"x\"\n", "2 \"+CMGL: x\"\n"})
        tap.feed(line);
    tap.feed("1 \"AT+CMGL=4\"\n");
    for (int i = 0; i < 3000; ++i) tap.feed("2 \"+CMGL: 1,0,,2\"\n3 \"AA\"\n");
    CHECK(tap.listed().size() <= ReplyTap::kMaxListed);
    tap.feed(std::string(100'000, 'x') + "\n");
    tap.clear();
    tap.feed("1 \"AT+CMGR=1\"\n2 \"+CMGR: 0,,2\"\n3 \"OK\"\n");
    CHECK(tap.single() == "");
}

TEST_CASE("only sound messages reach libGammu's decoder") {
    auto sound = pdu_of("halo");
    CHECK(is_sound_deliver(sound));
    auto padded = sound;
    padded.insert(padded.end(), 30, 0xff);
    CHECK(is_sound_deliver(padded));
    auto longer = sound;
    longer.push_back(0);
    CHECK_FALSE(is_sound_deliver(longer));
    for (std::size_t size = 0; size < sound.size(); ++size)
        CHECK_FALSE(is_sound_deliver(BytesView(sound).first(size)));
    // A user data header of 255 octets, and 255 septets of text: what overruns libGammu's buffers.
    auto header = pdu_of(std::string(20, 'x'));
    header[8] |= 0x40;
    auto body = header.size() - gsm7::pack(Bytes(20, 'x')).size();
    header[body] = 0xff;
    CHECK_FALSE(is_sound_deliver(header));
    auto wide = pdu_of("");
    wide.back() = 0xff;
    wide.insert(wide.end(), 224, 0x55);
    CHECK_FALSE(is_sound_deliver(wide));
    CHECK_FALSE(is_sound_deliver(*from_hex("0011000B916407281553F80000AA0AE8329BFD4697D9EC37")));
}

TEST_CASE("a sound message is decoded, anything else is kept as it is") {
    auto sms = to_stored(5, to_hex(pdu_of("{Ya} €", "Pak_RT@")));
    CHECK_FALSE(sms.corrupt);
    CHECK(sms.slot == 5);
    CHECK(sms.sender == "Pak_RT@");
    CHECK(sms.text == "{Ya} €");
    CHECK(to_unix(sms.sent_at) == 1'800'000'000);
    auto rubbish = to_stored(5, "NOT HEX");
    CHECK(rubbish.corrupt);
    CHECK(as_text(rubbish.pdu) == "NOT HEX");
    CHECK(to_stored(5, "").corrupt);
    auto wrong_date = pdu_of("halo");
    for (std::size_t i = 0; i + 7 < wrong_date.size(); ++i)
        if (i == 8 + 9 + 2 + 1) std::fill_n(wrong_date.begin() + static_cast<std::ptrdiff_t>(i), 7, 0xff);
    CHECK(to_unix(to_stored(1, to_hex(wrong_date)).sent_at) == 0);
}

TEST_CASE("the watchdog ends a process that hangs or has lost its device, and no other") {
    using namespace std::chrono_literals;
    CHECK(status_of([] {
              Watchdog watchdog;
              watchdog.arm(10ms);
              ::pause();
          }) == kExitHung);
    CHECK(status_of([] {
              Watchdog watchdog;
              watchdog.arm(1h);
              watchdog.disarm();
          }) == 0);
    emulator::TemporaryFolder folder;
    auto device = folder.file("device");
    std::FILE* file = std::fopen(device.c_str(), "w");
    REQUIRE(file != nullptr);
    std::fclose(file);
    CHECK(status_of([&] {
              Watchdog watchdog;
              watchdog.guard(device);
              ::unlink(device.c_str());
              watchdog.arm(1h);
              ::pause();
          }) == kExitUnplugged);
}
