#include "modem_contract.hpp"
#include "sim/sim_modem.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace kentongan;

class SimRig final : public contract::ModemRig {
  public:
    box::Modem& modem() override { return modem_; }
    void reopen() override { modem_.restart(); }
    void deliver(const std::string& from, const std::string& text) override {
        modem_.deliver(from, text, from_unix(1'800'000'000 + ++messages_));
    }
    void deliver_long(const std::string& from, const std::string& text) override {
        for (std::uint8_t part = 1; part <= 2; ++part) {
            box::StoredSms sms;
            sms.sender = from;
            sms.text = part == 1 ? text.substr(0, 153) : text.substr(153);
            sms.part_reference = 7;
            sms.part_count = 2;
            sms.part_number = part;
            modem_.deliver(std::move(sms));
        }
    }
    void deliver_data(const std::string& from, const Bytes& data) override {
        if (data.size() <= wire::kSmsDataRoom)
            return modem_.deliver_data(from, data, from_unix(1'800'000'000 + ++messages_));
        for (std::uint8_t part = 1; part <= 2; ++part) {
            box::StoredSms sms;
            sms.sender = from;
            sms.binary = true;
            sms.part_reference = 8;
            sms.part_count = 2;
            sms.part_number = part;
            modem_.deliver(std::move(sms));
        }
    }
    void deliver_rubbish() override {
        box::StoredSms sms;
        sms.corrupt = true;
        sms.pdu = {0x07, 0x91};
        modem_.deliver(std::move(sms));
    }
    void lose_next_send() override { modem_.lose_next_send(); }
    void refuse_next_send(std::uint32_t cause) override { modem_.refuse_next_send(cause); }
    void lose_next_erase() override { modem_.lose_next_erase(); }
    void unplug() override { modem_.unplug(); }
    void register_in_network(bool registered) override { modem_.set_registered(registered); }
    std::vector<OnAir> on_air() override {
        std::vector<OnAir> out;
        for (const auto& sms : modem_.on_air()) out.push_back({sms.to, sms.text, sms.binary, sms.data});
        return out;
    }
    std::size_t used() override { return modem_.used(); }
    std::size_t waiting() override { return modem_.waiting(); }

  private:
    sim::SimModem modem_{6};
    int messages_ = 0;
};

std::unique_ptr<contract::ModemRig> make() {
    return std::make_unique<SimRig>();
}

} // namespace

TEST_CASE("SimModem receives as the port says") {
    contract::check_receiving(make);
}
TEST_CASE("SimModem sends as the port says") {
    contract::check_sending(make);
}
TEST_CASE("SimModem carries data as the port says") {
    contract::check_data(make);
}
TEST_CASE("SimModem loses answers as the port says") {
    contract::check_lost_answers(make);
}
