#include "adapters/gammu/gammu_modem.hpp"
#include "modem_contract.hpp"
#include "modem_emulator/client.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace kentongan;
using nlohmann::json;

class GammuRig final : public contract::ModemRig {
  public:
    GammuRig() { reopen(); }
    box::Modem& modem() override { return *modem_; }
    void reopen() override {
        modem_.reset();
        gammu::GammuOptions options;
        options.device = emulator_.device();
        options.send_timeout = std::chrono::seconds(2);
        auto opened = gammu::GammuModem::open(options);
        REQUIRE(opened.has_value());
        modem_ = std::move(opened).take();
    }
    void deliver(const std::string& from, const std::string& text) override {
        REQUIRE(emulator_.order({{"do", "receive"},
                                 {"from", from},
                                 {"text", text},
                                 {"at", 1'800'000'000 + ++messages_}})["ok"] == true);
    }
    void deliver_long(const std::string& from, const std::string& text) override { deliver(from, text); }
    void deliver_data(const std::string& from, const Bytes& data) override {
        REQUIRE(emulator_.order({{"do", "receive"},
                                 {"from", from},
                                 {"coding", "8bit"},
                                 {"data", to_hex(data)},
                                 {"at", 1'800'000'000 + ++messages_}})["ok"] == true);
    }
    void deliver_rubbish() override {
        static const char* const kRubbish[] = {"0791", "NOT HEX", "07912608000000F003"};
        REQUIRE(emulator_.order({{"do", "deliver_pdu"}, {"pdu", kRubbish[rubbish_++ % 3]}})["ok"] == true);
    }
    void lose_next_send() override {
        emulator_.order({{"do", "fault"}, {"command", "CMGS"}, {"kind", "executed_no_reply"}});
    }
    void refuse_next_send(std::uint32_t cause) override {
        emulator_.order({{"do", "fault"}, {"command", "CMGS"}, {"kind", "error"}, {"code", cause}});
    }
    void lose_next_erase() override {
        emulator_.order({{"do", "fault"}, {"command", "CMGD"}, {"kind", "executed_no_reply"}});
    }
    void unplug() override { emulator_.order("hang_up"); }
    void register_in_network(bool registered) override {
        emulator_.order(
            {{"do", "network"}, {"registration", registered ? 5 : 2}, {"signal", registered ? 15 : 99}});
    }
    std::vector<OnAir> on_air() override {
        std::vector<OnAir> out;
        auto sent = emulator_.order("sent");
        for (const auto& sms : sent["messages"]) {
            OnAir one{sms["to"], sms["text"], false, {}};
            if (sms["coding"] == "8bit") {
                one.binary = sms["scheme"] == 0x04 && sms["header"] == false;
                one.data = std::move(from_hex(one.text)).take();
                one.text.clear();
            }
            out.push_back(std::move(one));
        }
        return out;
    }
    std::size_t used() override { return emulator_.used(); }
    std::size_t waiting() override { return emulator_.order("sim")["waiting"]; }

  private:
    emulator::TemporaryFolder folder_;
    emulator::EmulatorClient emulator_{KENTONGAN_BIN_DIR "/modem-emulator", folder_, 6};
    std::unique_ptr<gammu::GammuModem> modem_;
    int messages_ = 0;
    int rubbish_ = 0;
};

std::unique_ptr<contract::ModemRig> make() {
    return std::make_unique<GammuRig>();
}

} // namespace

TEST_CASE("GammuModem receives as the port says") {
    contract::check_receiving(make);
}
TEST_CASE("GammuModem sends as the port says") {
    contract::check_sending(make);
}
TEST_CASE("GammuModem carries data as the port says") {
    contract::check_data(make);
}
TEST_CASE("GammuModem loses answers as the port says") {
    contract::check_lost_answers(make);
}
TEST_CASE("GammuModem says that nobody answers") {
    gammu::GammuOptions options;
    options.device = "/nonexistent/modem";
    auto opened = gammu::GammuModem::open(options);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code == ErrorCode::kUnavailable);
}
