// A district with a modem, and boxes that write to it, in a time that stands where it is put.
#pragma once

#include "district/cases.hpp"
#include "district/sms_desk.hpp"
#include "tools/district_world.hpp"
#include "wire/sms_frame.hpp"

#include <catch2/catch.hpp>

namespace kentongan::test {

namespace local = wire::local;

inline const std::string kVillage = "+6280000000090";
inline const std::string kElsewhere = "+6280000000066";

struct SmsWorld : DistrictWorld {
    using SendOutcome = local::SendOutcome;
    struct Sent {
        district::ModemId modem = 0;
        std::uint64_t order = 0;
        std::string to;
        Bytes frame;
        bool as_text = false;
    };

    district::Cases cases{store, setting};
    district::SmsDesk desk;
    std::vector<Sent> sent;          ///< All orders.
    std::vector<std::uint64_t> kept; ///< Calls that may be deleted.
    std::uint64_t calls = 0;
    std::optional<SendOutcome> outcome =
        SendOutcome::kAccepted; ///< What the modem says of each; nothing: silence.

    explicit SmsWorld(district::SmsLimits limits = {}, district::SmsPace pace = district::SmsPace())
        : desk(store, setting, intake, limits, pace) {
        plug(1, "modem0");
    }

    void plug(district::ModemId id, const std::string& name, bool registered = true) {
        local::ModemState state;
        state.registered = registered;
        take(desk.handle({{id, local::ModemHello{name}}, {id, state}}, now));
    }

    void take(std::vector<district::ModemMessage> out) {
        for (auto& [modem, message] : out) {
            if (auto* one = std::get_if<local::SmsKept>(&message)) kept.push_back(one->call);
            if (auto* data = std::get_if<local::SendData>(&message))
                sent.push_back({modem, data->id, data->to, data->data, false});
            if (auto* text = std::get_if<local::SendSms>(&message)) {
                auto frame = wire::frame_of_text(text->text);
                REQUIRE(frame);
                sent.push_back({modem, text->id, text->to, *frame, true});
            }
            bool order = !std::holds_alternative<local::SmsKept>(message);
            if (order && outcome) say_outcome(sent.back(), *outcome);
        }
    }
    void say_outcome(const Sent& order, SendOutcome what, std::uint32_t cause = 0) {
        take(desk.handle(
            {{order.modem, local::SmsOutcome{order.order, static_cast<std::uint8_t>(what), cause}}}, now));
    }

    /// A message arrives; true if it may be deleted from the SIM.
    bool arrive(local::SmsArrived sms, district::ModemId modem = 1) {
        sms.call = ++calls;
        auto before = kept.size();
        take(desk.handle({{modem, sms}}, now));
        return kept.size() > before;
    }
    bool send(const Bytes& frame, const std::string& from = kVillage, bool as_text = false,
              district::ModemId modem = 1) {
        local::SmsArrived sms;
        sms.sender = from;
        sms.binary = !as_text;
        if (as_text)
            sms.text = wire::frame_as_text(frame).value();
        else
            sms.data = frame;
        return arrive(sms, modem);
    }
    /// Each in a message of its own.
    void send(const std::vector<Bytes>& frames, const std::string& from = kVillage) {
        for (const auto& frame : frames) CHECK(send(frame, from));
    }

    void pass(seconds time) {
        for (seconds done{0}; done < time; ++done) {
            now += seconds(1);
            take(desk.tick(now));
        }
    }

    /// What the box reads in the newest message.
    wire::Answer read() {
        REQUIRE_FALSE(sent.empty());
        auto answer = box.read(wire::write_parcel(std::array{sent.back().frame}));
        REQUIRE(answer);
        return *answer;
    }

    void move(const ItemId& id, const char* to, std::uint32_t version, const std::string& answer = {}) {
        REQUIRE(cases.move(district::Role::kOfficer, {"Sari", id, to, "", answer, version}, now));
    }

    district::SmsRoute route() { return store.sms_route(box.keys.shown.box).value(); }
};

} // namespace kentongan::test
