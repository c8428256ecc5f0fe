// Box and district over a stick, as values: large backlogs, a box that says nothing twice, and consoles that
// say the wrong things.
#include "district/stick.hpp"
#include "tools/small_world.hpp"

#include <set>

using namespace kentongan;
namespace local = wire::local;

namespace {

struct StickWorld : test::SmallWorld {
    std::uint32_t echo = 100;

    /// What the box answers a console.
    local::Message console(const local::Message& message, box::PeerId peer = 20) {
        return box->stick({peer, message}, ++echo, now).answer;
    }
    template <class Answer>
    Answer ask_console(const local::Message& message, box::PeerId peer = 20) {
        auto answer = console(message, peer);
        REQUIRE(std::holds_alternative<Answer>(answer));
        return std::get<Answer>(answer);
    }
    ErrorCode refusal(const local::Message& message, box::PeerId peer = 20) {
        return static_cast<ErrorCode>(ask_console<local::Refused>(message, peer).code);
    }

    void letters(int count) {
        for (int i = 0; i < count; ++i) {
            auto one = letter();
            one.once.value[0] = static_cast<std::uint8_t>(++letters_);
            one.once.value[1] = static_cast<std::uint8_t>(letters_ >> 8);
            ask<local::Accepted>(one);
        }
    }

    struct Export {
        local::StickExported made;
        wire::StickManifest manifest;
        std::vector<Bytes> files;
    };
    Export make(std::uint8_t slot = 0) {
        Export out;
        out.made = ask_console<local::StickExported>(local::StickExport{1, slot});
        out.manifest = *wire::read_manifest(out.made.manifest);
        for (std::size_t i = 0; i < out.manifest.files.size(); ++i) {
            Bytes file;
            while (file.size() < out.manifest.files[i].size) {
                auto part = ask_console<local::StickBytes>(local::StickRead{
                    2, static_cast<std::uint8_t>(i), static_cast<std::uint32_t>(file.size())});
                file.insert(file.end(), part.bytes.begin(), part.bytes.end());
            }
            CHECK(wire::stick_file(file) == out.manifest.files[i]);
            out.files.push_back(std::move(file));
        }
        return out;
    }

    district::StickVisit::Answer at_district(const Export& brought) {
        auto visit = district::StickVisit::begin(intake, district_store, setting, brought.made.manifest);
        REQUIRE(visit);
        for (std::size_t i = 0; i < brought.files.size(); ++i) REQUIRE(visit->take(i, brought.files[i], now));
        auto answer = visit->answer(0, now);
        REQUIRE(answer);
        return *answer;
    }

    local::StickTaken bring(const district::StickVisit::Answer& answer) {
        auto all = ask_console<local::StickTaken>(local::StickAnswer{3, answer.manifest});
        for (std::size_t i = 0; i < answer.files.size(); ++i)
            for (std::size_t at = 0; at < answer.files[i].size(); at += local::kMaxStickChunk) {
                auto part = BytesView(answer.files[i]).subspan(at);
                part = part.first(std::min(part.size(), local::kMaxStickChunk));
                auto taken = ask_console<local::StickTaken>(
                    local::StickWrite{4, static_cast<std::uint8_t>(i), static_cast<std::uint32_t>(at),
                                      Bytes(part.begin(), part.end())});
                all.retired += taken.retired;
                all.updates += taken.updates;
            }
        return all;
    }

    std::uint64_t cases_there() {
        district::CaseFilter all;
        return district_store.list(all)->total;
    }

  private:
    int letters_ = 0;
};

} // namespace

TEST_CASE("a backlog of many days goes on one stick", "[stick]") {
    StickWorld world;
    // More epochs than one answer acknowledges, and more items than one parcel of the link counts.
    for (int day = 0; day < 150; ++day) {
        world.letters(5);
        world.reboot();
    }
    auto waiting = *world.box_store.waiting();
    CHECK(waiting > box::Forward::kMostAtOnce);
    auto brought = world.make();
    CHECK(brought.made.items == waiting);
    CHECK(brought.made.left == 0);
    CHECK(brought.files.size() == 5); // openings go first, then their items
    CHECK(*world.box_store.waiting() == waiting);
    auto answer = world.at_district(brought);
    CHECK(world.cases_there() == 750);
    CHECK(world.bring(answer).retired == waiting);
    CHECK(*world.box_store.waiting() == 0);
    // All of it again, and the answer again: nothing changes.
    auto again = world.at_district(brought);
    CHECK(world.cases_there() == 750);
    CHECK(world.bring(again).retired == 0);
    CHECK(world.bring(answer).retired == 0);
}

TEST_CASE("what no export holds goes with the next", "[stick]") {
    StickWorld world;
    world.letters(static_cast<int>(box::StickDesk::kMostItems) + 30);
    auto waiting = *world.box_store.waiting();
    auto first = world.make();
    CHECK(first.made.items == box::StickDesk::kMostItems);
    CHECK(first.made.left == waiting - first.made.items);
    CHECK(first.files.size() <= wire::kMaxStickFiles);
    world.bring(world.at_district(first));
    auto second = world.make(1);
    CHECK(second.manifest.sequence == first.manifest.sequence + 1);
    CHECK(second.made.items == first.made.left);
    world.bring(world.at_district(second));
    CHECK(*world.box_store.waiting() == 0);
    CHECK(world.cases_there() == box::StickDesk::kMostItems + 30);
}

TEST_CASE("a stick brings statuses home, sets no clock and stops no other carrier", "[stick]") {
    StickWorld world;
    world.letters(1);
    auto called = world.box->next_parcel(7, 4096, world.now); // on its way by a link meanwhile
    REQUIRE(called);
    auto brought = world.make();
    auto days_ago = world.now;
    auto by_link = world.intake.exchange(*called, world.now);
    REQUIRE(by_link);
    auto cases = world.at_desk();
    REQUIRE(world.move(cases.at(0), "diperiksa"));
    auto answer = world.at_district(brought);
    world.now += seconds(5 * 86400);
    auto reply = world.ask_console<local::StickTaken>(local::StickAnswer{1, answer.manifest});
    CHECK(reply.answers == 1);
    auto given = world.box->stick({20, local::StickWrite{2, 0, 0, answer.files.at(0)}}, 1, world.now);
    CHECK_FALSE(given.absorbed.district_time);
    CHECK(given.absorbed.updates == 1);
    CHECK(given.absorbed.retired.size() == 1);
    // The call by the link is still the newest one, so its answer tells the time.
    auto late = world.box->absorb(*by_link, world.now);
    REQUIRE(late);
    CHECK(late->district_time == days_ago);
}

TEST_CASE("a failing store makes no export and spends no number", "[stick]") {
    StickWorld world;
    world.letters(1);
    world.box_store.set_full(true);
    CHECK(world.refusal(local::StickExport{1, 0}) == ErrorCode::kNoSpace);
    CHECK(world.refusal(local::StickRead{1, 0, 0}) == ErrorCode::kNotFound);
    world.box_store.set_full(false);
    world.reboot();
    CHECK(world.make().manifest.sequence == 1);
}

TEST_CASE("a console that says the wrong things gets no further", "[stick]") {
    StickWorld world;
    world.letters(2);
    CHECK(world.refusal(local::StickRead{1, 0, 0}) == ErrorCode::kNotFound);
    CHECK(world.refusal(local::StickWrite{1, 0, 0, {1}}) == ErrorCode::kNotFound);
    CHECK(world.refusal(local::AskHealth{1}) == ErrorCode::kInvalid);
    CHECK(world.refusal(local::StickExport{1, 2}) == ErrorCode::kInvalid);
    auto brought = world.make();
    auto size = brought.manifest.files[0].size;
    CHECK(world.refusal(local::StickRead{1, 0, size}) == ErrorCode::kNotFound);
    CHECK(world.refusal(local::StickRead{1, 1, 0}) == ErrorCode::kNotFound);
    CHECK(world.refusal(local::StickRead{1, 0, 0}, 21) == ErrorCode::kNotFound); // another console's
    CHECK(world.refusal(local::StickAnswer{1, brought.made.manifest}) == ErrorCode::kDenied);
    CHECK(world.refusal(local::StickAnswer{1, Bytes(30, 1)}) == ErrorCode::kCorrupt);

    auto answer = world.at_district(brought);
    auto altered = answer.manifest;
    altered.back() ^= 1;
    CHECK(world.refusal(local::StickAnswer{1, altered}) == ErrorCode::kDenied);
    world.ask_console<local::StickTaken>(local::StickAnswer{1, answer.manifest});
    const auto& file = answer.files.at(0);
    CHECK(world.refusal(local::StickWrite{1, 1, 0, file}) == ErrorCode::kNotFound);
    CHECK(world.refusal(local::StickWrite{1, 0, 1, file}) == ErrorCode::kInvalid);
    CHECK(world.refusal(local::StickWrite{1, 0, 0, {}}) == ErrorCode::kInvalid);
    CHECK(world.refusal(local::StickWrite{1, 0, 0, file}, 21) == ErrorCode::kNotFound);
    auto wrong = file;
    wrong[5] ^= 1;
    CHECK(world.refusal(local::StickWrite{1, 0, 0, wrong}) == ErrorCode::kCorrupt);
    wrong.push_back(0);
    CHECK(world.refusal(local::StickWrite{1, 0, 0, wrong}) == ErrorCode::kCorrupt);
    CHECK(*world.box_store.waiting() == 2);
    CHECK(world.ask_console<local::StickTaken>(local::StickWrite{1, 0, 0, file}).retired == 2);
    world.box->peer_left(20, world.now);
    CHECK(world.refusal(local::StickRead{1, 0, 0}) == ErrorCode::kNotFound);
    CHECK(world.refusal(local::StickWrite{1, 0, 0, file}) == ErrorCode::kNotFound);
}

TEST_CASE("the district believes no manifest but a registered box's own", "[stick]") {
    StickWorld world;
    world.letters(1);
    auto brought = world.make();
    auto begin = [&](BytesView manifest) {
        return district::StickVisit::begin(world.intake, world.district_store, world.setting, manifest);
    };
    auto answer = world.at_district(brought);
    CHECK(begin(answer.manifest).error().code == ErrorCode::kDenied); // an answer of its own
    for (std::size_t at : {std::size_t{2}, std::size_t{4}, std::size_t{6}, std::size_t{20}}) {
        auto altered = brought.made.manifest;
        altered[at] ^= 1;
        CHECK_FALSE(begin(altered));
    }
    auto visit = begin(brought.made.manifest);
    REQUIRE(visit);
    CHECK_FALSE(visit->answer(0, world.now)); // nothing taken, nothing to say
    auto other = brought.files[0];
    other[3] ^= 1;
    CHECK(visit->take(0, other, world.now).error().code == ErrorCode::kCorrupt);
    CHECK(visit->take(1, brought.files[0], world.now).error().code == ErrorCode::kCorrupt);

    // A revoked box: its items are kept aside and acknowledged, as on every carrier.
    world.letters(1);
    auto stolen = world.make(1);
    REQUIRE(district::revoke_box(world.district_store, BoxId{7}));
    auto back = world.at_district(stolen);
    CHECK(world.cases_there() == 1);
    CHECK(world.district_store.quarantined(0, 10)->size() == 1);
    CHECK(world.bring(back).updates == 0);
}
