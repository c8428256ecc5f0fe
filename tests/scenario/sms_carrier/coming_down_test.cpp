// What a box asks by SMS, and what the district's word does that comes the same way.
#include "scenario/sms_carrier/sms_world.hpp"

using namespace kentongan;
using namespace kentongan::test;

TEST_CASE("a status comes down by SMS, and the notice goes out") {
    auto form = GENERATE(box::FrameForm::kData, box::FrameForm::kText);
    SmsWorld world(form);
    auto asked = world.letter(1);
    asked.notify_phone = kPhone;
    auto code = world.ask<local::Accepted>(asked).code;
    world.be_alone(kPatience - kMinute);
    world.pass(5 * kMinute);
    world.carry();
    REQUIRE(world.at_desk().size() == 1);
    REQUIRE(world.move(world.at_desk()[0], "belum_lengkap", "Mohon bawa kartu keluarga."));

    // The short form that one SMS has room for, without the officer's words.
    auto box = *world.district_store.box(BoxId{7});
    auto rows = world.district_store.updates_after(BoxId{7}, 0, 8);
    REQUIRE(rows);
    REQUIRE(rows->size() == 1);
    wire::Answer answer;
    answer.box = BoxId{7};
    answer.key_id = world.setting.keys.shown.current().id;
    answer.district_time = world.now;
    answer.brief = true;
    answer.updates = *rows;
    auto& update = answer.updates[0];
    auto notice = wire::open_notice(world.keys, update.notice);
    REQUIRE(notice);
    update.to_tell = *notice;
    update.notice.clear();
    update.reply.clear();
    update.reply_follows = true;
    auto keys =
        wire::link_keys(world.keys.agree, world.setting.keys.shown.current().district, world.keys.psk);
    REQUIRE(keys);
    auto frame = wire::encode(answer, keys->down);
    CHECK(frame.size() <= world.sms_setting.room());
    CHECK(world.bring(frame));
    CHECK(world.bring(frame)); // twice on its way
    world.tick();
    CHECK(world.newest_to(kPhone).find(code.substr(0, 4)) != std::string::npos);
    CHECK(std::count_if(world.sent.begin(), world.sent.end(),
                        [](const auto& one) { return one.first == kPhone; }) == 1);
    CHECK(*world.box_store.last_update() == 1);
    CHECK(*world.box_store.last_whole() == 0);

    INFO("the reply follows over a carrier with room, and nobody is told twice");
    auto reply = world.box->heard_by_sms();
    CHECK(reply.updates == 1);
    REQUIRE(world.exchange());
    world.pass(5 * kMinute);
    CHECK(*world.box_store.last_whole() == 1);
    CHECK(std::count_if(world.sent.begin(), world.sent.end(),
                        [](const auto& one) { return one.first == kPhone; }) == 1);
}

TEST_CASE("who forges the district's number gains nothing, and nothing is answered") {
    SmsWorld world;
    world.submit(1);
    world.be_alone(kPatience - kMinute);
    world.pass(2 * kMinute);
    auto went = world.items();
    REQUIRE(went.size() == 1);
    auto answer = world.district(went[0]);
    REQUIRE(answer);
    std::size_t aside = 0;
    auto refused = [&](bool taken) {
        CHECK(taken);
        CHECK(world.box_store.quarantined() == ++aside);
        CHECK(world.waiting() == 1);
    };
    auto forged = *answer;
    forged.back() ^= 1;
    refused(world.data(kDistrict, forged));
    refused(world.data(kPhone, forged));
    refused(world.data("4444", Bytes{1, 2, 3}));
    refused(world.data(kDistrict, {}));      // behind a user data header
    refused(world.data(kDistrict, went[0])); // the box's own words
    refused(world.text(kDistrict, "menu"));
    refused(world.text(kDistrict, "Selamat pagi"));
    refused(world.text("080000000091", *wire::frame_as_text(forged))); // as a network may spell it
    refused(world.text(kDistrict, *wire::frame_as_text(forged), 1, 2));
    CHECK(world.sent.empty());

    INFO("a resident's words are words, even if they look like a frame");
    CHECK(world.text(kPhone, "menu"));
    CHECK(world.sent.size() == 1);
    CHECK(world.text(kPhone, *wire::frame_as_text(*answer)));
    CHECK(world.waiting() == 1);

    INFO("what opens is the district's, whatever number it comes from: a number is no proof either way");
    CHECK(world.data("+6280000000077", *answer));
    CHECK(world.waiting() == 0);
    CHECK(world.box_store.quarantined() == aside);
    CHECK(world.data(kDistrict, *answer)); // again
    CHECK(world.box_store.quarantined() == aside);
}

TEST_CASE("an answer that the store cannot keep stays on the SIM and counts later") {
    SmsWorld world;
    world.submit(1);
    world.be_alone(kPatience - kMinute);
    world.pass(2 * kMinute);
    auto went = world.items();
    REQUIRE(went.size() == 1);
    auto answer = *world.district(went[0]);
    world.box_store.set_full(true);
    CHECK_FALSE(world.bring(answer));
    CHECK(world.box->heard_by_sms().retired.empty());
    auto again = world.last_sms;
    world.box_store.set_full(false);
    CHECK(world.waiting() == 1);
    CHECK(world.arrives(again));
    CHECK(world.waiting() == 0);
    CHECK(world.box->heard_by_sms().retired.size() == 1);
}

TEST_CASE("a call asks once a day where only SMS answers, and tells the time if it is prompt") {
    SmsWorld world;
    world.pass(kMinute);
    CHECK(world.frames().empty()); // the box has just started
    world.pass(5 * kMinute);
    auto first = world.frames();
    REQUIRE(first.size() == 1);
    CHECK(wire::kind_of(first[0]) == wire::FrameKind::kCall);
    CHECK(first[0].size() <= wire::kSmsTextRoom);
    CHECK(world.bring(*world.district(first[0])));
    auto heard = world.box->heard_by_sms();
    CHECK(heard.district_time == world.now);
    world.pass(std::chrono::hours(24) - 2 * kMinute);
    CHECK(world.frames().empty());
    world.pass(5 * kMinute);
    auto second = world.frames();
    REQUIRE(second.size() == 1);
    auto late = *world.district(second[0]);
    world.pass(20 * kMinute);
    CHECK(world.bring(late));
    CHECK_FALSE(world.box->heard_by_sms().district_time);
    CHECK(world.bring(late)); // played again
    CHECK_FALSE(world.box->heard_by_sms().district_time);

    INFO("one that is lost goes again");
    world.pass(std::chrono::hours(24));
    CHECK(world.frames().size() == 1);
    world.pass(std::chrono::minutes(29));
    CHECK(world.frames().empty());
    world.pass(std::chrono::minutes(3));
    CHECK(world.frames().size() == 1);

    INFO("with a link nobody calls by SMS");
    for (int i = 0; i < 30; ++i) {
        REQUIRE(world.exchange());
        world.pass(std::chrono::hours(1));
        REQUIRE(world.exchange());
    }
    CHECK(world.frames().empty());
}

TEST_CASE("the longest call by SMS fits either form") {
    SmsWorld world;
    wire::Call call;
    call.box = BoxId{0xFFFF};
    call.key_id = 255;
    call.echo = call.keyring = call.held = call.waiting = 0xFFFFFFFF;
    call.last_update = 0xFFFFFFFFFFFFFFFF;
    call.newest = {0xFFFF, 1024};
    call.sparing = true;
    auto keys =
        wire::link_keys(world.keys.agree, world.setting.keys.shown.current().district, world.keys.psk);
    auto longest = wire::encode(call, keys->up);
    CHECK(longest.size() <= 55);
    REQUIRE(world.box_store.set_contact(0xFFFFFFFFFFFF, 1, world.now));
    world.pass(5 * kMinute);
    auto went = world.frames();
    REQUIRE(went.size() == 1);
    auto read = wire::decode_call(went[0], keys->up);
    REQUIRE(read);
    CHECK(read->last_update == 0xFFFFFFFFFFFF); // seen, whole or not
    CHECK(read->wants.empty());
    CHECK(read->holdings.empty());
    CHECK_FALSE(read->used);
    CHECK(read->sparing);
}

TEST_CASE("more news by SMS is called for at once, but only as long as it brings something") {
    SmsWorld world;
    world.pass(5 * kMinute);
    world.carry();
    for (std::uint8_t i = 1; i <= 3; ++i) world.submit(i);
    world.pass(kPatience + 5 * kMinute);
    world.carry();
    REQUIRE(world.waiting() == 0);
    for (const auto& one : world.at_desk()) REQUIRE(world.move(one, "diperiksa"));
    auto keys =
        wire::link_keys(world.keys.agree, world.setting.keys.shown.current().district, world.keys.psk);
    auto rows = *world.district_store.updates_after(BoxId{7}, 0, 8);
    REQUIRE(rows.size() == 3);
    wire::Answer answer;
    answer.box = BoxId{7};
    answer.key_id = world.setting.keys.shown.current().id;
    answer.district_time = world.now;
    answer.updates = {rows[0]};
    answer.more = true;
    auto frame = wire::encode(answer, keys->down);
    CHECK(world.bring(frame));
    world.tick();
    auto call = world.frames();
    REQUIRE(call.size() == 1);
    CHECK(wire::decode_call(call[0], keys->up)->last_update == 1);
    CHECK(world.bring(frame));
    world.pass(kMinute, seconds(10));
    CHECK(world.frames().empty());
}
