// The box and the district's own SMS desk, and nothing but SMS between them.
#include "district/sms_desk.hpp"
#include "scenario/sms_carrier/sms_world.hpp"

#include <random>

using namespace kentongan;
using namespace kentongan::test;

namespace {

/// The district's desk at the other end of the path, and luck on the way.
struct TwoDesks : SmsWorld {
    TwoDesks(box::FrameForm form, unsigned seed, unsigned lost, unsigned doubled)
        : SmsWorld(form), desk(district_store, setting, intake, {}), dice(seed), lost_(lost),
          doubled_(doubled) {
        local::ModemState state;
        state.registered = true;
        (void)desk.handle({{1, local::ModemHello{"modem0"}}, {1, state}}, now);
    }
    void live(seconds time, seconds step = seconds(10)) {
        for (auto until = now + time; now < until;) {
            now += step;
            tick();
            for (const auto& frame : frames()) on_the_way(up, frame);
            for (; !up.empty(); up.pop_back()) to_district(up.back());
            from_district(desk.tick(now));
            for (; !down.empty(); down.pop_back()) CHECK(bring(down.back()));
        }
    }
    void to_district(const Bytes& frame) {
        local::SmsArrived sms;
        sms.call = ++calls;
        sms.sender = kVillage;
        sms.binary = sms_setting.form == box::FrameForm::kData;
        if (sms.binary)
            sms.data = frame;
        else
            sms.text = *wire::frame_as_text(frame);
        from_district(desk.handle({{1, sms}}, now));
    }
    void from_district(const std::vector<district::ModemMessage>& out) {
        for (const auto& [modem, message] : out) {
            std::uint64_t id = 0;
            std::optional<Bytes> frame;
            if (const auto* data = std::get_if<local::SendData>(&message)) {
                CHECK(data->to == kVillage);
                id = data->id;
                frame = data->data;
            } else if (const auto* text = std::get_if<local::SendSms>(&message)) {
                CHECK(text->to == kVillage);
                id = text->id;
                frame = wire::frame_of_text(text->text);
                REQUIRE(frame);
            }
            if (!frame) continue;
            ++answers;
            CHECK(frame->size() <= sms_setting.room());
            on_the_way(down, *frame);
            from_district(desk.handle({{1, local::SmsOutcome{id, 1, 0}}}, now));
        }
    }
    void on_the_way(std::vector<Bytes>& way, const Bytes& frame) {
        if (dice() % 100 >= lost_) way.push_back(frame);
        if (dice() % 100 < doubled_) way.push_back(frame);
        std::shuffle(way.begin(), way.end(), dice);
    }
    std::size_t notices() const {
        return static_cast<std::size_t>(
            std::count_if(sent.begin(), sent.end(), [](const auto& one) { return one.first == kPhone; }));
    }

    const std::string kVillage = "+6280000000090";
    district::SmsDesk desk;
    std::mt19937 dice;
    std::vector<Bytes> up;
    std::vector<Bytes> down;
    std::uint64_t calls = 0;
    std::size_t answers = 0;

  private:
    unsigned lost_;
    unsigned doubled_;
};

} // namespace

TEST_CASE("both desks, nothing but SMS: requests up, states and notices down, through loss and doubling") {
    auto form = GENERATE(box::FrameForm::kData, box::FrameForm::kText);
    auto seed = GENERATE(0u, 1u, 2u);
    TwoDesks world(form, seed, seed == 0 ? 0 : 25, seed == 0 ? 0 : 25);
    std::vector<std::string> codes;
    for (std::uint8_t i = 1; i <= 8; ++i) {
        auto one = world.letter(i);
        one.notify_phone = kPhone;
        codes.push_back(world.ask<local::Accepted>(one).code);
    }
    for (int hour = 0; hour < 24 * 20 && world.waiting() > 0; ++hour) world.live(std::chrono::hours(1));
    REQUIRE(world.waiting() == 0);
    REQUIRE(world.at_desk().size() == 8);
    if (seed == 0) CHECK(world.answers <= 5); // one for a burst, and what moves later

    for (const auto& one : world.at_desk()) REQUIRE(world.move(one, "belum_lengkap", "Mohon bawa KK."));
    for (int hour = 0; hour < 24 * 20 && *world.box_store.last_update() < 8; ++hour)
        world.live(std::chrono::hours(1));
    CHECK(*world.box_store.last_update() == 8);
    world.live(std::chrono::hours(1));
    CHECK(world.notices() == 8);

    INFO("the district hears that the box has them, and falls silent");
    for (int hour = 0; hour < 24 * 20 && (*world.district_store.box(BoxId{7})).acknowledged < 8; ++hour)
        world.live(std::chrono::hours(1));
    CHECK((*world.district_store.box(BoxId{7})).acknowledged == 8);
    CHECK(world.notices() == 8);
    CHECK(world.box_store.quarantined() == 0);
    CHECK(world.desk.counts().refused == 0);

    INFO("over a link the words follow, once");
    REQUIRE(world.exchange());
    CHECK(*world.box_store.last_whole() == 8);
    world.live(std::chrono::hours(1));
    CHECK(world.notices() == 8);
}
