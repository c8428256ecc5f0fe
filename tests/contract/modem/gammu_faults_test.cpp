// A modem that says nothing, and one that says rubbish before its answers, under the real libGammu: nothing
// is lost, nothing is sent or deleted twice, and what happened is told as it was.
#include "adapters/gammu/gammu_modem.hpp"
#include "modem_emulator/client.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace kentongan;
using nlohmann::json;
using wire::local::SendOutcome;

const std::string kPhone = "+6280000000012";

struct Rig {
    emulator::TemporaryFolder folder;
    emulator::EmulatorClient emulator{KENTONGAN_BIN_DIR "/modem-emulator", folder, 6};
    std::unique_ptr<gammu::GammuModem> modem;

    Rig() { reopen(); }
    void reopen() {
        modem.reset();
        gammu::GammuOptions options;
        options.device = emulator.device();
        options.send_timeout = std::chrono::seconds(2);
        auto opened = gammu::GammuModem::open(options);
        REQUIRE(opened.has_value());
        modem = std::move(opened).take();
    }
    void fault(const char* command, const char* kind, int bytes = 64, const char* stage = "final") {
        REQUIRE(emulator.order({{"do", "fault"},
                                {"command", command},
                                {"kind", kind},
                                {"bytes", bytes},
                                {"stage", stage}})["ok"] == true);
    }
    box::StoredSms only() {
        auto stored = modem->stored();
        REQUIRE(stored.has_value());
        REQUIRE(stored->size() == 1);
        return stored->front();
    }
    std::size_t on_air() { return emulator.order("sent")["next"].get<std::size_t>(); }
    /// Rule 9 of the port: after a lost answer the modem is to be made anew.
    void is_lost() {
        auto status = modem->status();
        REQUIRE_FALSE(status.has_value());
        CHECK(status.error().code == ErrorCode::kUnavailable);
        CHECK(modem->send(kPhone, "tidak terkirim").outcome == SendOutcome::kRejected);
    }
};

} // namespace

TEST_CASE("garbage before an answer, of any command, hides nothing and doubles nothing") {
    Rig rig;
    std::size_t sent = 0;
    for (int bytes : {1, 64, 700}) {
        CAPTURE(bytes);
        rig.emulator.receive(kPhone, "pesan " + std::to_string(bytes));
        auto sms = rig.only();
        for (const char* command : {"CPMS", "CSQ", "CREG"}) {
            CAPTURE(command);
            rig.fault(command, "garbage", bytes);
            auto status = rig.modem->status();
            REQUIRE(status.has_value());
            CHECK(status->used == 1);
            CHECK(status->capacity == 6);
            CHECK(status->registered);
            rig.emulator.order("clear_faults");
        }
        rig.fault("CMGL", "garbage", bytes);
        auto listed = rig.only();
        CHECK(listed.pdu == sms.pdu);
        CHECK(listed.text == "pesan " + std::to_string(bytes));

        rig.fault("CMGR", "garbage", bytes);
        auto read = rig.modem->read(sms.slot);
        REQUIRE(read.has_value());
        CHECK(*read == sms.pdu);

        for (const char* stage : {"prompt", "final"}) {
            CAPTURE(stage);
            rig.fault("CMGS", "garbage", bytes, stage);
            CHECK(rig.modem->send(kPhone, "sekali").outcome == SendOutcome::kAccepted);
            CHECK(rig.on_air() == ++sent);
        }

        auto deletions = rig.emulator.executed("CMGD");
        rig.fault("CMGD", "garbage", bytes);
        CHECK(rig.modem->erase(sms.slot).has_value());
        CHECK(rig.emulator.executed("CMGD") == deletions + 1);
        CHECK(rig.emulator.used() == 0);
    }
}

TEST_CASE("no reply to a message that was handed over: unknown, and not sent again") {
    Rig rig;
    rig.fault("CMGS", "no_reply");
    CHECK(rig.modem->send(kPhone, "ditelan").outcome == SendOutcome::kUnknown);
    CHECK(rig.on_air() == 0);
    rig.is_lost();
    rig.reopen();
    CHECK(rig.on_air() == 0);
    CHECK(rig.modem->send(kPhone, "lagi").outcome == SendOutcome::kAccepted);
    CHECK(rig.on_air() == 1);
}

TEST_CASE("no prompt for a message: certainly not sent") {
    Rig rig;
    rig.fault("CMGS", "no_reply", 0, "prompt");
    CHECK(rig.modem->send(kPhone, "tanpa tanda").outcome == SendOutcome::kRejected);
    CHECK(rig.on_air() == 0);
    rig.is_lost();
    rig.reopen();
    CHECK(rig.modem->send(kPhone, "lagi").outcome == SendOutcome::kAccepted);
    CHECK(rig.on_air() == 1);
}

TEST_CASE("no reply to a deletion: asked once, and the message is still there") {
    Rig rig;
    rig.emulator.receive(kPhone, "tetap ada");
    auto sms = rig.only();
    rig.fault("CMGD", "no_reply");
    auto erased = rig.modem->erase(sms.slot);
    REQUIRE_FALSE(erased.has_value());
    CHECK(erased.error().code == ErrorCode::kUnavailable);
    CHECK(rig.emulator.executed("CMGD") == 0);
    rig.is_lost();
    rig.reopen();
    CHECK(rig.only().pdu == sms.pdu);
    CHECK(rig.modem->erase(sms.slot).has_value());
    CHECK(rig.emulator.used() == 0);
}
