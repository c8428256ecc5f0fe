// The worker's sequence over a modem without radio.
#include "box/modem_duty.hpp"
#include "sim/sim_modem.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace kentongan;
using namespace kentongan::box;
namespace local = kentongan::wire::local;

namespace {

Fingerprint fingerprint_of(BytesView pdu) {
    Fingerprint out{};
    for (std::size_t i = 0; i < pdu.size(); ++i)
        out[i % 16] = static_cast<std::uint8_t>(out[i % 16] * 31 + pdu[i]);
    return out;
}

template <class T>
std::vector<T> only(const std::vector<local::Message>& messages) {
    std::vector<T> out;
    for (const auto& message : messages)
        if (const auto* one = std::get_if<T>(&message)) out.push_back(*one);
    return out;
}

struct Desk {
    sim::SimModem modem{4};
    ModemDuty duty{modem, fingerprint_of};
    std::int64_t clock = 1'800'000'000;

    void deliver(const std::string& text) { modem.deliver("+6280000000012", text, from_unix(clock++)); }
    std::vector<local::Message> poll() {
        auto out = duty.poll();
        REQUIRE(out.has_value());
        return std::move(out).take();
    }
    void keep(const local::SmsArrived& sms) { REQUIRE(duty.handle(local::SmsKept{sms.call}).has_value()); }
    std::vector<local::SmsOutcome> send(std::uint64_t id, const std::string& text) {
        auto out = duty.handle(local::SendSms{id, "+6280000000012", text});
        REQUIRE(out.has_value());
        return only<local::SmsOutcome>(*out);
    }
};

} // namespace

TEST_CASE("the state is told when it changes, and not otherwise") {
    Desk desk;
    CHECK(only<local::ModemState>(desk.poll()).size() == 1);
    CHECK(desk.poll().empty());
    desk.modem.set_registered(false);
    auto told = only<local::ModemState>(desk.poll());
    REQUIRE(told.size() == 1);
    CHECK_FALSE(told[0].registered);
    CHECK(told[0].sms_capacity == 4);
    desk.duty.reconnected();
    CHECK(only<local::ModemState>(desk.poll()).size() == 1);
}

TEST_CASE("a message is announced once, kept, then deleted") {
    Desk desk;
    desk.deliver("SURAT");
    auto arrived = only<local::SmsArrived>(desk.poll());
    REQUIRE(arrived.size() == 1);
    CHECK(arrived[0].text == "SURAT");
    CHECK(arrived[0].sent_at == 1'800'000'000);
    CHECK(only<local::SmsArrived>(desk.poll()).empty());
    CHECK(desk.modem.used() == 1);
    REQUIRE(desk.duty.handle(local::SmsKept{arrived[0].call + 100}).has_value());
    CHECK(desk.modem.used() == 1);
    desk.keep(arrived[0]);
    CHECK(desk.modem.used() == 0);
    desk.keep(arrived[0]);
    CHECK(only<local::SmsArrived>(desk.poll()).empty());
}

TEST_CASE("another message in the slot is not deleted for the one that was kept") {
    Desk desk;
    desk.deliver("pertama");
    auto first = only<local::SmsArrived>(desk.poll());
    REQUIRE(desk.modem.erase(1).has_value()); // somebody else did
    desk.deliver("kedua");
    desk.keep(first.at(0));
    CHECK(desk.modem.used() == 1);
    auto second = only<local::SmsArrived>(desk.poll());
    REQUIRE(second.size() == 1);
    CHECK(second[0].text == "kedua");
    CHECK(second[0].call != first[0].call);
    CHECK(second[0].fingerprint != first[0].fingerprint);
    // And the other way round: it came before the next poll looked.
    desk.keep(second[0]);
    CHECK(desk.modem.used() == 0);
}

TEST_CASE("a deletion whose answer is lost ends the modem, and the next one does no harm") {
    Desk desk;
    for (int i = 0; i < 5; ++i) desk.deliver("pesan " + std::to_string(i));
    auto arrived = only<local::SmsArrived>(desk.poll());
    REQUIRE(arrived.size() == 4);
    desk.modem.lose_next_erase();
    auto lost = desk.duty.handle(local::SmsKept{arrived[0].call});
    REQUIRE_FALSE(lost.has_value());
    CHECK(lost.error().code == ErrorCode::kUnavailable);
    CHECK_FALSE(desk.duty.poll().has_value());

    desk.modem.restart();
    ModemDuty next(desk.modem, fingerprint_of);
    std::set<std::string> seen;
    for (int round = 0; round < 3; ++round) {
        auto messages = next.poll();
        REQUIRE(messages.has_value());
        for (const auto& sms : only<local::SmsArrived>(*messages)) {
            seen.insert(sms.text);
            REQUIRE(next.handle(local::SmsKept{sms.call}).has_value());
        }
    }
    CHECK(seen == std::set<std::string>{"pesan 1", "pesan 2", "pesan 3", "pesan 4"});
    CHECK(desk.modem.used() == 0);
}

TEST_CASE("a corrupt message comes with what there is of it") {
    Desk desk;
    StoredSms sms;
    sms.corrupt = true;
    sms.pdu = Bytes(3000, 7);
    desk.modem.deliver(sms);
    auto arrived = only<local::SmsArrived>(desk.poll());
    REQUIRE(arrived.size() == 1);
    CHECK(arrived[0].corrupt);
    CHECK(arrived[0].raw.size() == 1024);
    desk.keep(arrived[0]);
    CHECK(desk.modem.used() == 0);
}

TEST_CASE("data comes as data; what is behind a user data header comes whole") {
    Desk desk;
    const Bytes frame{0x21, 0, 0, 7, 0xff};
    desk.modem.deliver_data("+6280000000091", frame, from_unix(1));
    StoredSms foreign;
    foreign.binary = true;
    foreign.pdu = {1, 2, 3};
    desk.modem.deliver(foreign);
    desk.deliver("SURAT");
    auto arrived = only<local::SmsArrived>(desk.poll());
    REQUIRE(arrived.size() == 3);
    CHECK(arrived[0].binary);
    CHECK(arrived[0].data == frame);
    CHECK(arrived[0].raw.empty());
    CHECK(arrived[1].binary);
    CHECK(arrived[1].data.empty());
    CHECK(arrived[1].raw == foreign.pdu);
    CHECK_FALSE(arrived[2].binary);
    for (const auto& sms : arrived) desk.keep(sms);
    CHECK(desk.modem.used() == 0);
}

TEST_CASE("without the box's word it is told again, and after a new connection at once") {
    Desk desk;
    desk.deliver("SURAT");
    auto first = only<local::SmsArrived>(desk.poll());
    std::size_t told = 0;
    for (std::uint32_t i = 0; i < kRepeatAfterPolls; ++i) told += only<local::SmsArrived>(desk.poll()).size();
    CHECK(told == 1);
    desk.duty.reconnected();
    auto again = only<local::SmsArrived>(desk.poll());
    REQUIRE(again.size() == 1);
    CHECK(again[0].fingerprint == first.at(0).fingerprint);
}

TEST_CASE("each order to send is one try, and always has an outcome") {
    Desk desk;
    CHECK(desk.send(1, "a").at(0) == local::SmsOutcome{1, 1, 0});
    desk.modem.refuse_next_send(38);
    CHECK(desk.send(2, "b").at(0) == local::SmsOutcome{2, 2, 38});
    // The box orders the same one again after a rejection: that is a new try.
    CHECK(desk.send(2, "b").at(0) == local::SmsOutcome{2, 1, 0});
    CHECK(desk.modem.on_air().size() == 2);
    desk.modem.lose_next_send();
    CHECK(desk.send(3, "c").at(0).outcome == 3);
    CHECK(desk.modem.on_air().size() == 3);
    // The modem is lost: nothing is sent, and that is certain.
    CHECK(desk.send(4, "d").at(0).outcome == 2);
    CHECK(desk.send(5, "").at(0).outcome == 2);
    CHECK(desk.modem.on_air().size() == 3);
}

TEST_CASE("an order to send data is one try too") {
    Desk desk;
    const Bytes frame(140, 0x40);
    auto send = [&](std::uint64_t id, const Bytes& data) {
        auto out = desk.duty.handle(local::SendData{id, "+6280000000091", data});
        REQUIRE(out.has_value());
        return only<local::SmsOutcome>(*out).at(0);
    };
    CHECK(send(1, frame) == local::SmsOutcome{1, 1, 0});
    REQUIRE(desk.modem.on_air().size() == 1);
    CHECK(desk.modem.on_air()[0].binary);
    CHECK(desk.modem.on_air()[0].data == frame);
    CHECK(send(2, {}).outcome == 2);
    desk.modem.lose_next_send();
    CHECK(send(3, frame).outcome == 3);
    CHECK(desk.modem.on_air().size() == 2);
}

TEST_CASE("the box's word for an earlier worker's call deletes nothing") {
    Desk desk;
    desk.deliver("SURAT");
    ModemDuty earlier(desk.modem, fingerprint_of, 1000);
    ModemDuty later(desk.modem, fingerprint_of, 2000);
    auto told = earlier.poll();
    REQUIRE(told.has_value());
    REQUIRE(later.poll().has_value());
    REQUIRE(later.handle(local::SmsKept{only<local::SmsArrived>(*told).at(0).call}).has_value());
    CHECK(desk.modem.used() == 1);
}

TEST_CASE("only so many wait for the box at a time") {
    sim::SimModem modem{200};
    ModemDuty duty{modem, fingerprint_of};
    for (int i = 0; i < 100; ++i)
        modem.deliver("+6280000000012", std::to_string(i), from_unix(1'800'000'000 + i));
    std::set<std::string> seen;
    for (int round = 0; round < 10; ++round) {
        auto messages = duty.poll();
        REQUIRE(messages.has_value());
        auto arrived = only<local::SmsArrived>(*messages);
        CHECK(arrived.size() <= kMaxAnnounced);
        for (const auto& sms : arrived) {
            seen.insert(sms.text);
            REQUIRE(duty.handle(local::SmsKept{sms.call}).has_value());
        }
    }
    CHECK(seen.size() == 100);
}

TEST_CASE("what can be sent") {
    CHECK(can_be_sent("+6280000000012", "x"));
    CHECK(can_be_sent("+99912345", std::string(160, 'x')));
    CHECK_FALSE(can_be_sent("+6280000000012", std::string(161, 'x')));
    CHECK_FALSE(can_be_sent("6280000000012", "x"));
    CHECK_FALSE(can_be_sent("+62800000\r", "x"));
    CHECK_FALSE(can_be_sent("+1234", "x"));
    CHECK(data_can_be_sent("+6280000000012", Bytes(140)));
    CHECK_FALSE(data_can_be_sent("+6280000000012", Bytes(141)));
    CHECK_FALSE(data_can_be_sent("+6280000000012", {}));
    CHECK_FALSE(data_can_be_sent("4444", Bytes(1)));
}
