#include "modem_contract.hpp"

#include "base/gsm7.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace kentongan::contract {
namespace {

using box::Modem;
using wire::local::SendOutcome;

const std::string kPhone = "+6280000000012";

std::vector<box::StoredSms> stored(Modem& modem) {
    auto got = modem.stored();
    REQUIRE(got.has_value());
    return std::move(got).take();
}

void erase_all(Modem& modem) {
    for (const auto& sms : stored(modem)) REQUIRE(modem.erase(sms.slot).has_value());
}

} // namespace

void check_receiving(const MakeRig& make) {
    auto rig = make();
    auto& modem = rig->modem();

    INFO("an empty store is empty, and says so");
    CHECK(stored(modem).empty());
    auto empty = modem.status();
    REQUIRE(empty.has_value());
    CHECK(empty->used == 0);
    CHECK(empty->capacity == 6);
    CHECK(empty->registered);
    CHECK(empty->signal_percent > 0);

    INFO("rules 1 and 10: a message comes as it was written");
    const std::string text = "Hak Anda: {1} [2] ~ | \\ ^ € @ é";
    rig->deliver(kPhone, text);
    REQUIRE(modem.wait(std::chrono::seconds(10)).has_value());
    auto first = stored(modem);
    REQUIRE(first.size() == 1);
    CHECK(first[0].sender == kPhone);
    CHECK(first[0].text == text);
    CHECK_FALSE(first[0].corrupt);
    CHECK(first[0].part_count == 1);
    CHECK(to_unix(first[0].sent_at) > 1'600'000'000);
    CHECK_FALSE(first[0].pdu.empty());

    INFO("rule 2: looking changes nothing; rule 3: read gives the same bytes");
    CHECK(stored(modem).size() == 1);
    auto again = modem.read(first[0].slot);
    REQUIRE(again.has_value());
    CHECK(*again == first[0].pdu);
    auto nothing = modem.read(first[0].slot + 3);
    REQUIRE_FALSE(nothing.has_value());
    CHECK(nothing.error().code == ErrorCode::kNotFound);

    INFO("other alphabets, and letters instead of a number");
    rig->deliver("KANTOR", "السلام عليكم 😀");
    auto both = stored(modem);
    REQUIRE(both.size() == 2);
    CHECK(both[1].sender == "KANTOR");
    CHECK(both[1].text == "السلام عليكم 😀");

    INFO("rule 4: erase frees one slot, and only that");
    REQUIRE(modem.erase(both[0].slot).has_value());
    auto left = stored(modem);
    REQUIRE(left.size() == 1);
    CHECK(left[0].sender == "KANTOR");
    auto gone = modem.erase(both[0].slot);
    REQUIRE_FALSE(gone.has_value());
    CHECK(gone.error().code == ErrorCode::kNotFound);
    erase_all(modem);

    INFO("parts of a long text carry their places");
    std::string longer;
    for (int i = 0; longer.size() < 300; ++i) longer += "kalimat " + std::to_string(i) + " ";
    longer.resize(300);
    rig->deliver_long(kPhone, longer);
    auto parts = stored(modem);
    REQUIRE(parts.size() == 2);
    CHECK(parts[0].part_count == 2);
    CHECK(parts[0].part_number == 1);
    CHECK(parts[1].part_number == 2);
    CHECK(parts[0].part_reference == parts[1].part_reference);
    CHECK(parts[0].text + parts[1].text == longer);
    erase_all(modem);

    INFO("rule 1: rubbish hides nothing, comes along as corrupt, and can be erased");
    rig->deliver(kPhone, "sebelum");
    rig->deliver_rubbish();
    rig->deliver(kPhone, "sesudah");
    auto mixed = stored(modem);
    REQUIRE(mixed.size() == 3);
    CHECK(mixed[0].text == "sebelum");
    CHECK(mixed[1].corrupt);
    CHECK_FALSE(mixed[1].pdu.empty());
    CHECK(mixed[2].text == "sesudah");
    auto rubbish = modem.read(mixed[1].slot);
    REQUIRE(rubbish.has_value());
    CHECK(*rubbish == mixed[1].pdu);
    REQUIRE(modem.erase(mixed[1].slot).has_value());
    auto clean = stored(modem);
    REQUIRE(clean.size() == 2);
    CHECK(clean[1].text == "sesudah");
    erase_all(modem);

    INFO("rule 8: a full store says so, and drains");
    for (int i = 0; i < 8; ++i) rig->deliver(kPhone, "pesan " + std::to_string(i));
    auto full = modem.status();
    REQUIRE(full.has_value());
    CHECK(full->used == full->capacity);
    CHECK(rig->waiting() == 2);
    std::vector<std::string> seen;
    for (int round = 0; round < 4 && seen.size() < 8; ++round)
        for (const auto& sms : stored(modem)) {
            seen.push_back(sms.text);
            REQUIRE(modem.erase(sms.slot).has_value());
        }
    std::sort(seen.begin(), seen.end());
    CHECK(seen.size() == 8);
    CHECK(std::unique(seen.begin(), seen.end()) == seen.end());
    CHECK(rig->used() == 0);
    CHECK(rig->waiting() == 0);

    INFO("rule 10: hostile senders arrive as text");
    const std::vector<std::string> hostile = {"a/b", "a;touch P", "", std::string(40, '7'), "$(id)"};
    for (const auto& sender : hostile) rig->deliver(sender, "x" + sender);
    auto senders = stored(modem);
    REQUIRE(senders.size() == hostile.size());
    for (std::size_t i = 0; i < hostile.size(); ++i) {
        CHECK_FALSE(senders[i].corrupt);
        CHECK(senders[i].sender == hostile[i]);
        CHECK(gsm7::ucs2_units(senders[i].text).has_value());
    }
    erase_all(modem);
}

void check_sending(const MakeRig& make) {
    auto rig = make();
    auto& modem = rig->modem();

    INFO("rule 6: every character of the alphabet, extension table included");
    std::string all =
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§";
    all += "¿abcdefghijklmnopqrstuvwxyzäöñüà{}[]~|\\^€";
    std::vector<std::string> texts = {"Kode Anda 4821 7739", all, "السلام عليكم 😀"};
    texts.emplace_back(160, 'a');
    for (const auto& text : texts) {
        auto result = modem.send(kPhone, text);
        CHECK(result.outcome == SendOutcome::kAccepted);
        CHECK(result.cause == 0);
        auto air = rig->on_air();
        REQUIRE_FALSE(air.empty());
        CHECK(air.back().to == kPhone);
        CHECK(air.back().text == text);
    }
    auto so_far = rig->on_air().size();
    CHECK(so_far == texts.size());

    INFO("rule 7: what is not one part or not a number is refused without a try");
    CHECK(modem.send(kPhone, std::string(161, 'a')).outcome == SendOutcome::kRejected);
    CHECK(modem.send(kPhone, "").outcome == SendOutcome::kRejected);
    CHECK(modem.send(kPhone, "bad \xff utf-8").outcome == SendOutcome::kRejected);
    for (const char* to : {"", "0812", "+62 800", "a;touch P", "+62800\"\r", "+1234567890123456"})
        CHECK(modem.send(to, "x").outcome == SendOutcome::kRejected);
    CHECK(rig->on_air().size() == so_far);

    INFO("rule 5: the network's refusal is a rejection with its cause, and the modem lives on");
    rig->refuse_next_send(38);
    auto refused = modem.send(kPhone, "ditolak");
    CHECK(refused.outcome == SendOutcome::kRejected);
    CHECK(refused.cause == 38);
    CHECK(rig->on_air().size() == so_far);
    CHECK(modem.send(kPhone, "lagi").outcome == SendOutcome::kAccepted);
    CHECK(rig->on_air().size() == so_far + 1);

    INFO("out of the network nothing can be sent, and that is certain");
    rig->register_in_network(false);
    rig->reopen();
    auto out = rig->modem().status();
    REQUIRE(out.has_value());
    CHECK_FALSE(out->registered);
    CHECK(rig->modem().send(kPhone, "sunyi").outcome == SendOutcome::kRejected);
    CHECK(rig->on_air().size() == so_far + 1);
}

void check_data(const MakeRig& make) {
    auto rig = make();
    auto& modem = rig->modem();
    // Every octet there is, and what a text's reader would trip over: NUL, ^Z, ESC, line ends, pairs of
    // zeros.
    Bytes low(wire::kSmsDataRoom);
    Bytes high(wire::kSmsDataRoom);
    for (std::size_t i = 0; i < low.size(); ++i) {
        low[i] = static_cast<std::uint8_t>(i);
        high[i] = static_cast<std::uint8_t>(255 - i);
    }
    const std::vector<Bytes> every = {
        low, high, {0}, {0, 0, 0, 0}, {0x1a, 0x1b, '\r', '\n'}, Bytes(120, 0xff)};

    INFO("rule 11: 8-bit data comes octet by octet, and is no text");
    for (const auto& data : every) rig->deliver_data(kPhone, data);
    auto in = stored(modem);
    REQUIRE(in.size() == every.size());
    for (std::size_t i = 0; i < every.size(); ++i) {
        CHECK_FALSE(in[i].corrupt);
        CHECK(in[i].binary);
        CHECK(in[i].data == every[i]);
        CHECK(in[i].text.empty());
        CHECK(in[i].sender == kPhone);
        CHECK(in[i].part_count == 1);
        auto again = modem.read(in[i].slot);
        REQUIRE(again.has_value());
        CHECK(*again == in[i].pdu);
    }
    erase_all(modem);

    INFO("rule 11: a text is not binary, and a part of longer data is nobody's frame");
    rig->deliver(kPhone, "SURAT");
    rig->deliver_data(kPhone, Bytes(200, 7));
    auto mixed = stored(modem);
    REQUIRE(mixed.size() == 3);
    CHECK_FALSE(mixed[0].binary);
    CHECK(mixed[0].data.empty());
    for (std::size_t i = 1; i < 3; ++i) {
        CHECK(mixed[i].binary);
        CHECK(mixed[i].data.empty());
        CHECK(mixed[i].text.empty());
        CHECK_FALSE(mixed[i].pdu.empty());
    }
    erase_all(modem);

    INFO("rule 12: every octet goes out as it is");
    for (const auto& data : every) {
        CHECK(modem.send_data(kPhone, data).outcome == SendOutcome::kAccepted);
        auto air = rig->on_air();
        REQUIRE_FALSE(air.empty());
        CHECK(air.back().to == kPhone);
        CHECK(air.back().binary);
        CHECK(air.back().data == data);
    }
    CHECK(modem.send(kPhone, "dan teks").outcome == SendOutcome::kAccepted);
    CHECK_FALSE(rig->on_air().back().binary);
    auto so_far = rig->on_air().size();
    CHECK(so_far == every.size() + 1);

    INFO("rule 13: what does not fit is refused without a try");
    CHECK(modem.send_data(kPhone, {}).outcome == SendOutcome::kRejected);
    CHECK(modem.send_data(kPhone, Bytes(wire::kSmsDataRoom + 1, 1)).outcome == SendOutcome::kRejected);
    CHECK(modem.send_data("0812", Bytes{1}).outcome == SendOutcome::kRejected);
    CHECK(rig->on_air().size() == so_far);

    INFO("rules 5 and 9 hold for data");
    rig->refuse_next_send(38);
    auto refused = modem.send_data(kPhone, Bytes{1});
    CHECK(refused.outcome == SendOutcome::kRejected);
    CHECK(refused.cause == 38);
    CHECK(rig->on_air().size() == so_far);
    rig->lose_next_send();
    CHECK(rig->modem().send_data(kPhone, Bytes{1}).outcome == SendOutcome::kUnknown);
    CHECK(rig->modem().send_data(kPhone, Bytes{1}).outcome == SendOutcome::kRejected);
    CHECK(rig->on_air().size() == so_far + 1);
}

void check_lost_answers(const MakeRig& make) {
    auto rig = make();

    INFO("rule 5: sent, and the answer lost: unknown, once on air; rule 9: then unusable until made anew");
    rig->lose_next_send();
    CHECK(rig->modem().send(kPhone, "sekali").outcome == SendOutcome::kUnknown);
    auto status = rig->modem().status();
    REQUIRE_FALSE(status.has_value());
    CHECK(status.error().code == ErrorCode::kUnavailable);
    CHECK_FALSE(rig->modem().stored().has_value());
    CHECK(rig->modem().send(kPhone, "sesudah").outcome == SendOutcome::kRejected);
    CHECK(rig->on_air().size() == 1);
    rig->reopen();
    CHECK(rig->modem().status().has_value());
    CHECK(rig->on_air().size() == 1);

    INFO("rule 4: erased, and the answer lost: asked once only; the message that took the slot stays");
    for (int i = 0; i < 7; ++i) rig->deliver(kPhone, "pesan " + std::to_string(i));
    auto before = stored(rig->modem());
    REQUIRE(before.size() == 6);
    rig->lose_next_erase();
    auto erased = rig->modem().erase(before[0].slot);
    REQUIRE_FALSE(erased.has_value());
    CHECK(erased.error().code == ErrorCode::kUnavailable);
    rig->reopen();
    auto after = rig->modem().read(before[0].slot);
    REQUIRE(after.has_value());
    CHECK(*after != before[0].pdu);
    CHECK(rig->used() == 6);

    INFO("rule 9: an unplugged device is noticed");
    rig->unplug();
    auto away = rig->modem().status();
    REQUIRE_FALSE(away.has_value());
    CHECK(away.error().code == ErrorCode::kUnavailable);
}

} // namespace kentongan::contract
