// What changed, by SMS: how much goes into one message, and when a box is told unasked.
#include "sms_world.hpp"
#include "wire/keyring.hpp"

#include <iostream>

using namespace kentongan;
using namespace kentongan::district;
using namespace kentongan::test;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

/// Brought by SMS and acknowledged.
ItemId brought(SmsWorld& world, domain::Request request) {
    auto frames = world.sealed(request);
    world.send(frames);
    world.pass(seconds(20));
    REQUIRE(SealingBox::acknowledges(world.read(), request.id));
    return request.id;
}

} // namespace

TEST_CASE("a case that moved is told unasked, with whom to tell and without the long reply",
          "[district][sms]") {
    SmsWorld world;
    auto request = world.letter();
    auto frames = world.sealed(request);
    world.send(frames);
    world.pass(hours(1));
    REQUIRE(world.sent.size() == 1);
    world.move(request.id, "checking", 1, std::string(400, 'a'));
    auto moved = world.now;
    world.pass(seconds(60));
    CHECK(world.sent.size() == 1); // others may move with it
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 2);
    CHECK(world.sent[1].to == kVillage);
    CHECK(world.sent[1].frame.size() <= wire::kSmsDataRoom);
    auto pushed = world.read();
    CHECK(pushed.echo == 0);
    CHECK(pushed.acks.empty());
    CHECK_FALSE(pushed.more);
    REQUIRE(pushed.updates.size() == 1);
    CHECK(pushed.updates[0].sequence == 1);
    CHECK(pushed.updates[0].item == request.id);
    CHECK(pushed.updates[0].state == 2);
    CHECK(pushed.updates[0].at == moved);
    CHECK(pushed.updates[0].reply.empty());
    CHECK(pushed.updates[0].reply_follows);
    REQUIRE(pushed.updates[0].to_tell);
    CHECK(pushed.updates[0].to_tell->to == *request.notify);
    CHECK(pushed.updates[0].to_tell->language == "xx");
    CHECK(pushed.updates[0].to_tell->code == request.code);

    // The box has it: nothing more is said, but by a link it asks from before, and gets the reply.
    world.send(std::vector{world.box.frame(world.box.call(1))});
    world.pass(hours(48));
    CHECK(world.sent.size() == 3);
    CHECK(world.read().updates.empty());
    CHECK(world.store.box(BoxId{7})->acknowledged == 1);
    auto linked = world.exchange({}, 0);
    REQUIRE(linked);
    REQUIRE(linked->updates.size() == 1);
    CHECK_FALSE(linked->updates[0].reply.empty());
    CHECK(linked->updates[0].notice.empty()); // told already
    CHECK(world.store.box(BoxId{7})->acknowledged == 1);
}

TEST_CASE("a short reply travels by SMS where there is room", "[district][sms]") {
    SmsWorld world;
    auto request = world.letter();
    request.notify.reset();
    auto id = brought(world, request);
    world.move(id, "checking", 1, "Siap diambil Senin");
    world.pass(minutes(20));
    auto pushed = world.read();
    REQUIRE(pushed.updates.size() == 1);
    CHECK_FALSE(pushed.updates[0].reply_follows);
    CHECK_FALSE(pushed.updates[0].reply.empty());
    CHECK(world.sent.back().frame.size() <= wire::kSmsDataRoom);
}

TEST_CASE("many changes: as many as fit, and the box asks for the rest", "[district][sms]") {
    for (bool as_text : {false, true}) {
        INFO(as_text);
        SmsWorld world;
        std::vector<ItemId> ids;
        for (int n = 0; n < 7; ++n) {
            auto request = world.letter();
            for (const auto& frame : world.sealed(request)) CHECK(world.send(frame, kVillage, as_text));
            ids.push_back(request.id);
        }
        world.pass(seconds(60));
        auto before = world.sent.size();
        for (const auto& id : ids) world.move(id, "checking", 1, "Sudah kami periksa, mohon tunggu.");
        world.pass(hours(1));
        REQUIRE(world.sent.size() == before + 1);
        std::uint64_t have = 0;
        std::size_t messages = 0;
        for (bool more = true; more; ++messages) {
            REQUIRE(messages < 7);
            auto answer = world.read();
            CHECK(world.sent.back().as_text == as_text);
            CHECK(world.sent.back().frame.size() <= (as_text ? wire::kSmsTextRoom : wire::kSmsDataRoom));
            REQUIRE(answer.updates.size() >= (!answer.more ? 1 : as_text ? 2 : 3));
            CHECK(answer.updates[0].sequence == have + 1);
            for (const auto& update : answer.updates) CHECK(update.to_tell);
            have = answer.updates.back().sequence;
            more = answer.more;
            CHECK(world.send(world.box.frame(world.box.call(have)), kVillage, as_text));
            world.pass(seconds(20));
            if (!more) CHECK(world.read().updates.empty());
        }
        CHECK(have == 7);
    }
}

TEST_CASE("who is heard over a link is told nothing by SMS", "[district][sms]") {
    SmsWorld world;
    auto id = brought(world, world.letter());
    world.pass(seconds(1));
    REQUIRE(world.exchange());
    world.move(id, "checking", 1);
    world.pass(hours(30));
    CHECK(world.sent.size() == 1);
    // Heard by SMS again.
    auto request = world.letter();
    world.send(world.sealed(request));
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 2);
    CHECK(world.read().updates.size() == 1); // beside the acknowledgement
    world.pass(hours(23));
    CHECK(world.sent.size() == 2);
}

TEST_CASE("a stick, and a copy from elsewhere, end no conversation by SMS", "[district][sms]") {
    SmsWorld world;
    auto request = world.letter();
    auto frames = world.sealed(request);
    world.send(frames);
    world.pass(seconds(20));
    world.pass(seconds(5));
    auto parcel = world.box.parcel(frames, world.box.call());
    REQUIRE(world.intake.take(parcel, world.now, {Carrier::kStick, {}}));
    world.send(frames, kElsewhere);
    world.move(request.id, "checking", 1);
    world.pass(minutes(20));
    CHECK(world.sent.size() == 2);
}

TEST_CASE("what is not acknowledged is told again after a day, and no more than four times in one",
          "[district][sms]") {
    SmsWorld world;
    auto id = brought(world, world.letter());
    world.move(id, "checking", 1);
    world.pass(hours(1));
    REQUIRE(world.sent.size() == 2);
    world.pass(hours(22));
    CHECK(world.sent.size() == 2);
    world.pass(hours(2));
    REQUIRE(world.sent.size() == 3);
    CHECK(world.read().updates.size() == 1);
    // New ones the same day: with five minutes between them, and four in all.
    const char* const kStates[] = {"incomplete", "checking", "incomplete", "checking", "incomplete"};
    std::uint32_t version = 2;
    for (const auto* state : kStates) {
        REQUIRE(world.cases.move(Role::kOfficer, {"Sari", id, state, "x", "", version++}, world.now));
        world.pass(minutes(6));
    }
    CHECK(world.route().pushed_today <= 4);
    CHECK(world.sent.size() == 6);
}

TEST_CASE("acknowledgements go before news; what has no room is announced", "[district][sms]") {
    SmsWorld world;
    auto id = brought(world, world.letter());
    std::vector<ItemId> items;
    // Each epoch with a hole, so that each acknowledgement needs its map.
    for (int epoch = 0; epoch < 20; ++epoch) {
        world.box.reboot();
        std::vector<std::vector<Bytes>> frames;
        for (int n = 0; n < 3; ++n) {
            auto request = world.letter();
            frames.push_back(world.sealed(request));
            if (n != 1) items.push_back(request.id);
        }
        world.send(frames[0]);
        world.send(frames[2]);
    }
    world.move(id, "checking", 1);
    world.send(std::vector{world.box.frame(world.box.call())});
    auto before = world.sent.size();
    world.pass(minutes(5));
    REQUIRE(world.sent.size() ==
            before + 3); // 8 of 20 beside the answer's head, 9, and the rest with the news
    std::size_t acknowledged = 0;
    for (auto n = before; n < world.sent.size(); ++n) {
        CHECK(world.sent[n].frame.size() <= wire::kSmsDataRoom);
        auto answer = world.box.read(wire::write_parcel(std::array{world.sent[n].frame}));
        REQUIRE(answer);
        CHECK((answer->echo != 0) == (n == before));
        CHECK((answer->updates.size() == 1) == (n == before + 2));
        CHECK(answer->more == (n < before + 2));
        for (const auto& item : items) acknowledged += SealingBox::acknowledges(*answer, item) ? 1 : 0;
    }
    CHECK(acknowledged == items.size());
}

TEST_CASE("one message acknowledges thousands", "[district][sms]") {
    SmsWorld world;
    wire::ReceivedSet all;
    for (std::uint16_t counter = 0; counter < wire::kMaxEpochItems; ++counter) all.add(counter);
    Taken taken;
    taken.box = BoxId{7};
    for (int n = 0; n < 40; ++n) {
        world.box.reboot();
        auto request = world.letter();
        auto got = world.intake.take(world.box.parcel(world.sealed(request)), world.now, {Carrier::kSms, {}});
        REQUIRE(got);
        taken.add(std::move(*got));
    }
    // All of each epoch is here: told to the store, as bringing 40,960 items would take a minute.
    for (const auto& key : taken.touched) {
        Delivery delivery;
        delivery.box = BoxId{7};
        delivery.at = world.now;
        EpochRow row;
        row.box = delivery.box;
        row.number = std::get<1>(key);
        row.mark = std::get<2>(key);
        row.received = all.bytes();
        row.items = wire::kMaxEpochItems;
        delivery.epochs = {row};
        REQUIRE(world.store.receive(delivery));
    }
    for (auto room : {wire::kSmsDataRoom, wire::kSmsTextRoom}) {
        auto one = taken;
        auto answer = world.intake.brief_answer(one, world.now, room);
        REQUIRE(answer);
        REQUIRE(*answer);
        auto read = world.box.read(wire::write_parcel(std::array{(*answer)->frame}));
        REQUIRE(read);
        std::size_t items = 0;
        for (const auto& ack : read->acks) items += ack.next;
        std::cout << "district.items_per_ack_sms of " << room << " bytes: " << items << " in "
                  << read->acks.size() << " epochs\n";
        CHECK(items >= 20 * wire::kMaxEpochItems);
    }
}

TEST_CASE("a copied box's epochs are acknowledged in messages of their own", "[district][sms]") {
    SmsWorld world;
    SealingBox copy(world.box.keys, world.setting.keys.shown);
    auto honest = world.letter();
    auto stolen = world.letter();
    world.send(world.sealed(honest));
    world.send(world.sealed(stolen, copy));
    world.pass(minutes(2));
    REQUIRE(world.sent.size() == 2);
    int honest_heard = 0;
    for (const auto& one : world.sent)
        if (auto answer = world.box.read(wire::write_parcel(std::array{one.frame})))
            honest_heard += SealingBox::acknowledges(*answer, honest.id) ? 1 : 0;
    CHECK(honest_heard == 1);
}

TEST_CASE("a box that has not heard of new prekeys is answered under those that it has", "[district][sms]") {
    SmsWorld world;
    auto id = brought(world, world.letter());
    REQUIRE(
        wire::rotate_prekey(world.setting.keys, SmsWorld::small_root(), Bytes(32, 6), std::vector<BoxId>{}));
    REQUIRE(world.setting.keys.shown.keyring.current != 1);
    brought(world, world.letter());
    world.move(id, "checking", 1);
    world.pass(minutes(20));
    CHECK(world.read().updates.size() == 1);
}
