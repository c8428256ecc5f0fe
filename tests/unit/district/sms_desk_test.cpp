// What is taken in by SMS, who is answered, how often, and what it costs.
#include "sms_world.hpp"

using namespace kentongan;
using namespace kentongan::district;
using namespace kentongan::test;
using std::chrono::hours;
using std::chrono::minutes;

TEST_CASE("a burst of messages is answered by one, twenty seconds after its last", "[district][sms]") {
    SmsWorld world;
    std::vector<ItemId> items;
    for (int n = 0; n < 5; ++n) {
        auto letter = world.letter();
        world.send(world.sealed(letter));
        items.push_back(letter.id);
        world.pass(seconds(8));
    }
    CHECK(world.kept.size() == 5);
    CHECK(world.store.list({})->total == 5);
    CHECK(world.sent.empty());
    world.pass(seconds(11));
    CHECK(world.sent.empty());
    world.pass(seconds(1));
    REQUIRE(world.sent.size() == 1);
    CHECK(world.sent[0].to == kVillage);
    CHECK_FALSE(world.sent[0].as_text);
    CHECK(world.sent[0].frame.size() <= wire::kSmsDataRoom);
    for (const auto& item : items) CHECK(SealingBox::acknowledges(world.read(), item));
    CHECK(world.read().echo == 0);
    world.pass(hours(1));
    CHECK(world.sent.size() == 1);
}

TEST_CASE("a burst without an end is answered after a minute", "[district][sms]") {
    SmsWorld world;
    for (int n = 0; n < 7; ++n) {
        auto letter = world.letter();
        world.send(world.sealed(letter));
        world.pass(seconds(10));
    }
    CHECK(world.sent.size() == 1);
}

TEST_CASE("a call is answered with its echo and the time; with items in one message", "[district][sms]") {
    SmsWorld world;
    auto letter = world.letter();
    world.send(world.sealed(letter));
    auto call = world.box.call();
    world.send(std::vector{world.box.frame(call)});
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 1);
    auto answer = world.read();
    CHECK(answer.echo == call.echo);
    CHECK(answer.district_time == world.now);
    CHECK(answer.newest_epoch == 1);
    CHECK(SealingBox::acknowledges(answer, letter.id));
    CHECK_FALSE(answer.more);
}

TEST_CASE("the 7-bit form is answered in the 7-bit form", "[district][sms]") {
    SmsWorld world;
    auto letter = world.letter();
    for (const auto& frame : world.sealed(letter)) {
        REQUIRE(frame.size() <= wire::kSmsTextRoom);
        CHECK(world.send(frame, kVillage, true));
    }
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 1);
    CHECK(world.sent[0].as_text);
    CHECK(SealingBox::acknowledges(world.read(), letter.id));
    // It goes back to data when the box does.
    auto second = world.letter();
    world.send(world.sealed(second));
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 2);
    CHECK_FALSE(world.sent[1].as_text);
}

TEST_CASE("a doubled message changes nothing and is acknowledged again, but not at once", "[district][sms]") {
    SmsWorld world;
    auto letter = world.letter();
    auto frames = world.sealed(letter);
    world.send(frames);
    world.send(frames);
    CHECK(world.kept.size() == 2);
    CHECK(world.store.list({})->total == 1);
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 1);
    world.send(frames);
    world.pass(seconds(299));
    CHECK(world.sent.size() == 1);
    world.pass(seconds(1));
    REQUIRE(world.sent.size() == 2);
    CHECK(SealingBox::acknowledges(world.read(), letter.id));
    CHECK(world.store.list({})->total == 1);
    // Something new is not kept waiting by it.
    auto second = world.letter();
    world.send(frames);
    world.send(world.sealed(second));
    world.pass(seconds(20));
    CHECK(world.sent.size() == 3);
}

TEST_CASE("copies from another number lead no answer there, and cost nothing", "[district][sms]") {
    SmsWorld world;
    auto letter = world.letter();
    auto frames = world.sealed(letter);
    auto call = world.box.frame(world.box.call());
    world.send(frames);
    world.send(std::vector{call});
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 1);
    world.pass(hours(1));
    world.send(frames, kElsewhere);
    world.send(std::vector{call}, kElsewhere);
    world.pass(hours(1));
    CHECK(world.sent.size() == 1);
    CHECK(world.desk.counts().copies == 2);
    CHECK(world.route().source.number == kVillage);
    CHECK(world.kept.size() == 4);

    // A copy in the middle of a burst neither.
    auto second = world.letter();
    world.send(world.sealed(second));
    world.send(frames, kElsewhere);
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 2);
    CHECK(world.sent[1].to == kVillage);

    // The box has another SIM: what is new says so, even what acknowledges an update alone.
    auto third = world.letter();
    world.send(world.sealed(third), kElsewhere);
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 3);
    CHECK(world.sent[2].to == kElsewhere);
    world.move(letter.id, "checking", 1);
    world.send(std::vector{world.box.frame(world.box.call(1))}, kVillage);
    world.pass(seconds(20));
    CHECK(world.sent.back().to == kVillage);
}

TEST_CASE("what was copied from another carrier teaches no number", "[district][sms]") {
    SmsWorld world;
    auto letter = world.letter();
    auto frames = world.sealed(letter);
    REQUIRE(world.exchange(frames)); // by a link
    auto call = world.box.frame(world.box.call());
    CHECK(world.send(frames[0], kElsewhere));
    CHECK(world.send(call, kElsewhere));
    // Nobody better is known: answered once, and forgotten.
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 1);
    CHECK(world.sent[0].to == kElsewhere);
    CHECK(world.route().source.number.empty());
    auto second = world.letter();
    world.send(world.sealed(second));
    world.pass(seconds(20));
    CHECK(world.sent.back().to == kVillage);
    CHECK(world.route().source.number == kVillage);
}

TEST_CASE("a restart keeps number and counts, and a clock put back stops nothing", "[district][sms]") {
    SmsWorld world;
    auto letter = world.letter();
    world.send(world.sealed(letter));
    world.pass(seconds(20));
    SmsDesk again(world.store, world.setting, world.intake, {1, 500});
    local::ModemState state;
    state.registered = true;
    (void)again.handle({{1, local::ModemHello{"modem0"}}, {1, state}}, world.now);
    local::SmsArrived sms;
    sms.sender = kVillage;
    sms.binary = true;
    auto second = world.letter();
    sms.data = world.sealed(second)[0];
    CHECK(again.handle({{1, sms}}, world.now).size() == 1);
    for (int n = 0; n < 100; ++n) CHECK(again.tick(world.now + seconds(n)).empty()); // one a day
    CHECK(again.counts().held_back > 0);

    auto third = world.letter();
    world.send(world.sealed(third));
    world.now -= hours(5);
    world.pass(seconds(21));
    CHECK(world.sent.size() == 2);
}

TEST_CASE("what is no frame is deleted, counted and never answered", "[district][sms]") {
    SmsWorld world;
    local::SmsArrived sms;
    sms.sender = kElsewhere;
    sms.text = "Apa kabar?";
    CHECK(world.arrive(sms));
    sms.text = "menu"; // three bytes of a frame, if it were one
    CHECK(world.arrive(sms));
    sms.text.clear();
    sms.binary = true;
    sms.raw = Bytes(30, 1);
    CHECK(world.arrive(sms));
    sms.corrupt = true;
    CHECK(world.arrive(sms));
    sms = {};
    sms.sender = kElsewhere;
    auto letter = world.letter();
    sms.text = wire::frame_as_text(world.sealed(letter)[0]).value();
    sms.part_count = 2;
    CHECK(world.arrive(sms));
    CHECK(world.desk.counts().strange == 4);
    CHECK(world.desk.counts().refused == 1);
    // Bytes that do not open, and a box that nobody knows.
    CHECK(world.send(Bytes(140, 0x21), kElsewhere));
    SealingBox unknown(wire::make_box_keys(BoxId{99}), world.setting.keys.shown);
    CHECK(world.send(unknown.frame(unknown.call()), kElsewhere));
    CHECK(world.desk.counts().refused == 3);
    world.pass(hours(1));
    CHECK(world.sent.empty());
    CHECK(world.store.list({})->total == 0);
    CHECK_FALSE(world.store.sms_route(BoxId{7}));
}

TEST_CASE("a store that refuses leaves the message on the SIM", "[district][sms]") {
    SmsWorld world;
    auto letter = world.letter();
    auto frames = world.sealed(letter);
    world.memory.refuse_writes(1);
    CHECK_FALSE(world.send(frames[0]));
    world.pass(minutes(2));
    CHECK(world.sent.empty());
    CHECK(world.send(frames[0]));
    // The counting is refused: nothing is sent before it is counted, and nothing is lost.
    world.memory.refuse_writes(1);
    world.pass(seconds(20));
    CHECK(world.sent.empty());
    world.pass(seconds(1));
    REQUIRE(world.sent.size() == 1);
    CHECK(SealingBox::acknowledges(world.read(), letter.id));
}

TEST_CASE("an item before its opening is taken, and acknowledged with it", "[district][sms]") {
    SmsWorld world;
    auto one = world.letter();
    auto two = world.letter();
    auto opening = world.sealed(one);
    auto following = world.sealed(two);
    world.send(following);
    world.pass(minutes(2));
    CHECK(world.sent.empty());
    world.send(opening);
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 1);
    CHECK(SealingBox::acknowledges(world.read(), one.id));
    CHECK(SealingBox::acknowledges(world.read(), two.id));
}

TEST_CASE("a revoked box is not answered at the district's expense", "[district][sms]") {
    SmsWorld world;
    REQUIRE(world.store.revoke_box(BoxId{7}));
    auto letter = world.letter();
    world.send(world.sealed(letter));
    world.send(std::vector{world.box.frame(world.box.call())});
    world.pass(hours(1));
    CHECK(world.sent.empty());
    CHECK(world.store.quarantined_of(BoxId{7}).value() == 1);
    CHECK_FALSE(world.store.sms_route(BoxId{7}));
    // Revoked while it waits: the same.
    SmsWorld other;
    auto second = other.letter();
    other.send(other.sealed(second));
    REQUIRE(other.store.revoke_box(BoxId{7}));
    other.pass(hours(1));
    CHECK(other.sent.empty());
}

TEST_CASE("a box has its messages a day, and all have theirs", "[district][sms]") {
    SmsWorld world({3, 5});
    auto burst = [&](SealingBox& by) {
        auto letter = world.letter();
        world.send(world.sealed(letter, by));
        world.pass(seconds(20));
        return letter.id;
    };
    for (int n = 0; n < 3; ++n) burst(world.box);
    CHECK(world.sent.size() == 3);
    auto late = burst(world.box);
    CHECK(world.sent.size() == 3);
    SealingBox other(wire::make_box_keys(BoxId{8}), world.setting.keys.shown);
    world.enrol(other.keys);
    for (int n = 0; n < 3; ++n) burst(other);
    CHECK(world.sent.size() == 5); // of all
    CHECK(world.desk.counts().held_back > 0);
    // The next day of the place begins 15 hours after nine.
    world.pass(hours(14));
    CHECK(world.sent.size() == 5);
    world.pass(hours(2));
    CHECK(world.sent.size() == 7);
    bool acknowledged = false;
    for (const auto& one : {world.sent[5], world.sent[6]})
        if (auto answer = world.box.read(wire::write_parcel(std::array{one.frame})))
            acknowledged = SealingBox::acknowledges(*answer, late);
    CHECK(acknowledged);
}

TEST_CASE("copies in the box's own name use up half of its messages at most", "[district][sms]") {
    SmsWorld world({6, 500});
    auto letter = world.letter();
    auto frames = world.sealed(letter);
    world.send(frames);
    world.pass(seconds(20));
    CHECK(world.sent.size() == 1);
    for (int n = 0; n < 20; ++n) {
        world.send(frames);
        world.pass(minutes(6));
    }
    CHECK(world.sent.size() == 3);
    for (int n = 0; n < 5; ++n) {
        auto fresh = world.letter();
        world.send(world.sealed(fresh));
        world.pass(minutes(1));
    }
    CHECK(world.sent.size() == 6);
}

TEST_CASE("without a modem an answer waits; it goes by the one that the box wrote to", "[district][sms]") {
    SmsWorld world;
    world.plug(2, "modem1");
    auto letter = world.letter();
    CHECK(world.send(world.sealed(letter)[0], kVillage, false, 1));
    world.desk.left(1);
    world.plug(3, "modem0", false); // there, but in no network
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 1);
    CHECK(world.sent[0].modem == 2); // better than none
    world.plug(3, "modem0");
    auto second = world.letter();
    CHECK(world.send(world.sealed(second)[0], kVillage, false, 3));
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 2);
    CHECK(world.sent[1].modem == 3);
    world.desk.left(2);
    world.desk.left(3);
    auto third = world.letter();
    CHECK(world.send(world.sealed(third)[0], kVillage, false, 4));
    world.pass(minutes(5));
    CHECK(world.sent.size() == 2);
    world.plug(5, "modem0");
    world.pass(seconds(1));
    CHECK(world.sent.size() == 3);
}

TEST_CASE("a modem sends one at a time; what the network refused is tried again, what is unknown is not",
          "[district][sms]") {
    SmsWorld world;
    world.outcome.reset();
    auto letter = world.letter();
    world.send(world.sealed(letter));
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 1);
    auto second = world.letter();
    world.send(world.sealed(second));
    world.pass(minutes(2));
    CHECK(world.sent.size() == 1);
    world.say_outcome(world.sent[0], local::SendOutcome::kRejected, 38);
    CHECK(world.route().sent_today == 0);
    world.pass(seconds(1));
    REQUIRE(world.sent.size() == 2); // for both
    CHECK(SealingBox::acknowledges(world.read(), letter.id));
    CHECK(SealingBox::acknowledges(world.read(), second.id));
    world.say_outcome(world.sent[1], local::SendOutcome::kRejected, 38);
    world.pass(seconds(299));
    CHECK(world.sent.size() == 2);
    world.pass(seconds(1));
    REQUIRE(world.sent.size() == 3);
    CHECK(SealingBox::acknowledges(world.read(), second.id));
    CHECK(world.route().sent_today == 1);
    world.say_outcome(world.sent[2], local::SendOutcome::kUnknown);
    world.pass(hours(1));
    CHECK(world.sent.size() == 3);
    CHECK(world.route().sent_today == 1);

    // The worker died: the same as unknown.
    auto third = world.letter();
    world.send(world.sealed(third));
    world.pass(seconds(20));
    REQUIRE(world.sent.size() == 4);
    world.desk.left(1);
    world.plug(2, "modem0");
    world.say_outcome({2, world.sent[3].order, "", {}, false}, local::SendOutcome::kRejected);
    world.pass(hours(1));
    CHECK(world.sent.size() == 4);
    // The box asks again.
    CHECK(world.send(world.box.frame(world.box.call()), kVillage, false, 2));
    world.pass(seconds(20));
    CHECK(world.sent.size() == 5);
}

TEST_CASE("three refusals of the network, and the box asks again", "[district][sms]") {
    SmsWorld world;
    world.outcome = local::SendOutcome::kRejected;
    auto letter = world.letter();
    world.send(world.sealed(letter));
    world.pass(hours(2));
    CHECK(world.sent.size() == 3);
    CHECK(world.route().sent_today == 0);
}
