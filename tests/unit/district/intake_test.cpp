#include "district/cases.hpp"
#include "district/publishing.hpp"
#include "tools/district_world.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace kentongan;
using namespace kentongan::district;
using test::DistrictWorld;
using test::SealingBox;

namespace {

std::uint64_t cases(DistrictWorld& world) {
    CaseFilter all;
    auto here = world.store.list(all)->total;
    all.recipient = domain::Recipient::kInspectorate;
    return here + world.store.list(all)->total;
}

Quarantined only_quarantined(DistrictWorld& world) {
    auto all = world.store.quarantined(0, 10);
    REQUIRE(all);
    REQUIRE(all->size() == 1);
    return all->front();
}

/// Brings one item that must be kept aside for `reason`, twice.
void check_quarantined(DistrictWorld& world, domain::Request& request, QuarantineReason reason) {
    auto before = cases(world);
    auto frames = world.sealed(request);
    auto answer = world.exchange(frames);
    REQUIRE(answer);
    world.now += seconds(60);
    auto again = world.exchange(frames);
    REQUIRE(again);
    CHECK(SealingBox::acknowledges(*answer, request.id));
    CHECK(answer->acks == again->acks);
    auto kept = only_quarantined(world);
    CHECK(kept.reason == reason);
    CHECK(kept.item == request.id);
    CHECK(kept.box == world.box.keys.shown.box);
    CHECK(as_text(kept.record).find("Somebody") == std::string_view::npos);
    CHECK(cases(world) == before);
}

ErrorCode refusal(DistrictWorld& world, BytesView parcel) {
    auto refused = world.intake.exchange(parcel, world.now);
    REQUIRE_FALSE(refused);
    return refused.error().code;
}

} // namespace

TEST_CASE("an item becomes a case with what a list shows", "[district][intake]") {
    DistrictWorld world;
    auto request = world.letter();
    auto answer = world.exchange(world.sealed(request));
    REQUIRE(answer);
    CHECK(answer->box == world.box.keys.shown.box);
    CHECK(answer->echo == 1);
    CHECK(answer->district_time == world.now);
    CHECK(answer->newest_epoch == 1);
    CHECK(SealingBox::acknowledges(*answer, request.id));
    CHECK(answer->updates.empty());
    CHECK_FALSE(answer->more);

    auto row = world.store.case_row(request.id);
    REQUIRE(row);
    CHECK(row->box == world.box.keys.shown.box);
    CHECK(row->recipient == domain::Recipient::kDistrict);
    CHECK(row->code == request.code.digits);
    CHECK(row->service == "domicile");
    CHECK(row->lifecycle == "letter");
    CHECK(row->state == "received");
    CHECK(row->received_at == world.now);
    CHECK(row->open);
    CHECK(row->version == 1);
    auto box = world.store.box(world.box.keys.shown.box);
    CHECK(box->waiting == 1);
    CHECK(box->last_contact == world.now);
}

TEST_CASE("what is kept is sealed, for its recipient", "[district][intake]") {
    DistrictWorld world;
    auto id = world.bring(world.letter());
    auto record = world.store.record(id);
    REQUIRE(record);
    CHECK(as_text(*record).find("Somebody") == std::string_view::npos);
    auto box = world.store.box(world.box.keys.shown.box);
    CHECK(read_request(world.setting, *box, id, domain::Recipient::kDistrict, *record));
    CHECK_FALSE(read_request(world.setting, *box, id, domain::Recipient::kInspectorate, *record));
}

TEST_CASE("the same parcel again is acknowledged again and makes no second case", "[district][intake]") {
    DistrictWorld world;
    auto one = world.letter();
    auto two = world.levy();
    auto frames = world.sealed(one);
    for (auto& frame : world.sealed(two)) frames.push_back(std::move(frame));
    auto first = world.exchange(frames);
    auto again = world.exchange(frames);
    REQUIRE(first);
    REQUIRE(again);
    CHECK(first->acks == again->acks);
    CHECK(first->acks.size() == 2);
    CHECK(cases(world) == 2);
    // Twice in one parcel, and under another service that was started since.
    for (std::size_t i = 0, once = frames.size(); i < once; ++i) frames.push_back(Bytes(frames[i]));
    Intake restarted(world.store, world.setting);
    auto bytes = restarted.exchange(world.box.parcel(frames), world.now);
    REQUIRE(bytes);
    CHECK(world.box.read(*bytes)->acks == first->acks);
    CHECK(cases(world) == 2);
}

TEST_CASE("items come in any order, on any carrier, before their opening too", "[district][intake]") {
    DistrictWorld world;
    std::vector<domain::Request> requests(60, world.letter());
    std::vector<Bytes> frames;
    for (auto& request : requests)
        for (auto& frame : world.sealed(request)) frames.push_back(std::move(frame));
    std::mt19937 random(5);
    std::shuffle(frames.begin() + 1, frames.end(), random);
    // The opening last.
    std::rotate(frames.begin(), frames.begin() + 1, frames.end());
    for (const auto& frame : frames) {
        CHECK(cases(world) == 0);
        REQUIRE(world.intake.exchange(world.box.parcel({frame}), world.now));
    }
    CHECK(cases(world) == 60);
    auto answer = world.exchange();
    REQUIRE(answer);
    REQUIRE(world.exchange({frames.front()})->acks.size() == 1);
    CHECK(world.exchange({frames.front()})->acks[0].next == 60);
}

TEST_CASE("what waits for its opening is bounded, and what is pushed out comes again", "[district][intake]") {
    DistrictWorld world;
    std::vector<domain::Request> requests(kMaxHeldPerBox + 20, world.letter());
    std::vector<std::vector<Bytes>> frames;
    for (auto& request : requests) frames.push_back(world.sealed(request));
    for (std::size_t i = 1; i < frames.size(); ++i)
        REQUIRE(world.intake.exchange(world.box.parcel(frames[i]), world.now));
    REQUIRE(world.exchange(frames[0]));
    CHECK(cases(world) == 1 + kMaxHeldPerBox);
    for (const auto& some : frames) REQUIRE(world.exchange(some));
    CHECK(cases(world) == requests.size());
}

TEST_CASE("a disk that refuses acknowledges nothing and keeps nothing", "[district][intake]") {
    DistrictWorld world;
    auto request = world.letter();
    auto second = world.letter();
    auto frames = world.sealed(request);
    world.memory.refuse_writes(1);
    CHECK(refusal(world, world.box.parcel(frames, world.box.call())) == ErrorCode::kNoSpace);
    CHECK(cases(world) == 0);
    CHECK(SealingBox::acknowledges(*world.exchange(frames), request.id));
    frames = world.sealed(second);
    world.memory.refuse_writes(1);
    CHECK(refusal(world, world.box.parcel(frames, world.box.call())) == ErrorCode::kNoSpace);
    CHECK(SealingBox::acknowledges(*world.exchange(frames), second.id));
    CHECK(cases(world) == 2);
}

TEST_CASE("what is forged or altered is refused and counted, and costs the honest nothing",
          "[district][intake]") {
    DistrictWorld world;
    world.bring(world.letter());
    auto honest = world.letter();
    auto frames = world.sealed(honest);
    SealingBox thief(wire::make_box_keys(BoxId{7}), world.setting.keys.shown);
    auto stolen = world.letter();
    auto forged = world.sealed(stolen, thief);
    CHECK(refusal(world, world.box.parcel(forged)) == ErrorCode::kDenied);
    CHECK(refusal(world, thief.parcel({}, thief.call())) == ErrorCode::kDenied);
    CHECK(world.intake.refused() == 2);
    for (std::size_t bit = 40; bit < frames[0].size() * 8; bit += 3) {
        auto altered = frames[0];
        altered[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        auto answer = world.exchange({altered});
        REQUIRE(answer);
        CHECK(answer->acks.empty());
    }
    CHECK(world.intake.refused() > 100);
    CHECK(cases(world) == 1);
    CHECK(world.store.quarantined(0, 10)->empty());
    CHECK(SealingBox::acknowledges(*world.exchange(frames), honest.id));
}

TEST_CASE("items of another box are not taken from this one", "[district][intake]") {
    DistrictWorld world;
    SealingBox other(wire::make_box_keys(BoxId{8}), world.setting.keys.shown);
    world.enrol(other.keys);
    auto letter = world.letter();
    auto frames = world.sealed(letter, other);
    CHECK(refusal(world, world.box.parcel(frames, world.box.call())) == ErrorCode::kCorrupt);
    CHECK(cases(world) == 0);
}

TEST_CASE("a box that was copied is found out, and nothing of either is lost", "[district][intake]") {
    DistrictWorld world;
    SealingBox copy(world.box.keys, world.setting.keys.shown);
    auto honest = world.letter();
    world.bring(honest);
    auto foreign = world.letter();
    auto frames = world.sealed(foreign, copy);
    auto answer = world.intake.exchange(copy.parcel(frames, copy.call()), world.now);
    REQUIRE(answer);
    CHECK(SealingBox::acknowledges(*copy.read(*answer), foreign.id));
    CHECK(foreign.id != honest.id);
    auto kept = only_quarantined(world);
    CHECK(kept.reason == QuarantineReason::kCopiedBox);
    CHECK(world.intake.accept(kept.digest, world.now).value() == foreign.id);
    CHECK(cases(world) == 2);
    // Both go on under the number that they share; each hears of its own.
    world.bring(world.letter());
    auto more = world.letter();
    answer = world.intake.exchange(copy.parcel(world.sealed(more, copy)), world.now);
    REQUIRE(answer);
    CHECK(SealingBox::acknowledges(*copy.read(*answer), more.id));
    CHECK(cases(world) == 3);
}

TEST_CASE("what a courier holds back is missed", "[district][intake]") {
    DistrictWorld world;
    std::vector<domain::Request> requests(5, world.letter());
    std::vector<std::vector<Bytes>> frames;
    for (auto& request : requests) frames.push_back(world.sealed(request));
    for (std::size_t i : {0, 1, 2}) REQUIRE(world.exchange(frames[i]));
    CHECK(world.store.missing_of(world.box.keys.shown.box).value() == 0);
    world.box.previous = {1, 5};
    world.box.reboot();
    world.bring(world.letter());
    CHECK(world.store.missing_of(world.box.keys.shown.box).value() == 2);
    REQUIRE(world.exchange(frames[4]));
    CHECK(world.store.missing_of(world.box.keys.shown.box).value() == 1);
    REQUIRE(world.exchange(frames[3]));
    CHECK(world.store.missing_of(world.box.keys.shown.box).value() == 0);
}

TEST_CASE("a revoked box's items are kept aside and it hears nothing", "[district][intake]") {
    DistrictWorld world;
    auto id = world.bring(world.letter());
    Cases desk(world.store, world.setting);
    REQUIRE(desk.move(Role::kOfficer, {"Sari", id, "checking", "", "", 1}, world.now));
    REQUIRE(revoke_box(world.store, world.box.keys.shown.box));
    auto letter = world.letter();
    check_quarantined(world, letter, QuarantineReason::kRevokedBox);
    auto answer = world.exchange();
    REQUIRE(answer);
    CHECK(answer->updates.empty());
    CHECK(answer->pieces.empty());
    CHECK(world.intake.look_again(world.now).value() == 0);
    CHECK(world.intake.accept(only_quarantined(world).digest, world.now).value() == letter.id);
    CHECK(world.store.case_row(letter.id));
    CHECK(world.store.quarantined(0, 10)->empty());
    CHECK(world.intake.accept({}, world.now).error().code == ErrorCode::kNotFound);
}

TEST_CASE("what is kept aside of a box is bounded: beyond it nothing is acknowledged", "[district][intake]") {
    DistrictWorld world;
    Delivery full;
    full.box = world.box.keys.shown.box;
    for (std::uint64_t n = 0; n < kMaxQuarantinedPerBox; ++n) {
        Quarantined one;
        one.box = full.box;
        for (int byte = 0; byte < 8; ++byte) one.digest[byte] = static_cast<std::uint8_t>(n >> (8 * byte));
        full.quarantined.push_back(one);
    }
    REQUIRE(world.store.receive(full));
    auto services = world.setting.pack.services;
    auto good = world.letter();
    world.bring(good);
    auto strange = world.letter();
    auto frames = world.sealed(strange);
    world.setting.pack.services = {services[1]};
    CHECK_FALSE(SealingBox::acknowledges(*world.exchange(frames), strange.id));
    CHECK(world.store.quarantined_of(full.box).value() == kMaxQuarantinedPerBox);
    world.setting.pack.services = services;
    CHECK(SealingBox::acknowledges(*world.exchange(frames), strange.id));
}

TEST_CASE("what a newer pack understands becomes a case", "[district][intake]") {
    DistrictWorld world;
    auto services = world.setting.pack.services;
    auto letter = world.letter();
    auto levy = world.levy();
    auto frames = world.sealed(letter);
    for (auto& frame : world.sealed(levy)) frames.push_back(std::move(frame));
    world.setting.pack.services = {services[1]};
    auto answer = world.exchange(frames);
    REQUIRE(answer);
    CHECK(SealingBox::acknowledges(*answer, letter.id));
    CHECK(only_quarantined(world).reason == QuarantineReason::kNotUnderstood);
    world.setting.pack.services = services;

    world.now += std::chrono::hours(24);
    CHECK(world.intake.look_again(world.now).value() == 1);
    auto row = world.store.case_row(letter.id);
    REQUIRE(row);
    CHECK(row->received_at == world.now - std::chrono::hours(24));
    CHECK(row->code == letter.code.digits);
    CHECK(world.intake.look_again(world.now).value() == 0);
}

TEST_CASE("a box whose village the pack lacks loses nothing", "[district][intake]") {
    DistrictWorld world;
    auto villages = world.setting.villages;
    auto letter = world.letter();
    auto frames = world.sealed(letter);
    world.setting.villages.clear();
    CHECK(SealingBox::acknowledges(*world.exchange(frames), letter.id));
    CHECK(only_quarantined(world).reason == QuarantineReason::kNotUnderstood);
    world.setting.villages = villages;
    CHECK(world.intake.look_again(world.now).value() == 1);
}

TEST_CASE("a box registered for a misspelt village is mended, and loses nothing", "[district][intake]") {
    DistrictWorld world;
    REQUIRE(assign_village(world.store, world.box.keys.shown.box, "hlil"));
    auto letter = world.letter();
    check_quarantined(world, letter, QuarantineReason::kNotUnderstood);
    CHECK(world.intake.look_again(world.now).value() == 0);
    CHECK_FALSE(assign_village(world.store, world.box.keys.shown.box, "no village"));
    CHECK_FALSE(assign_village(world.store, BoxId{55}, "hill"));
    REQUIRE(assign_village(world.store, world.box.keys.shown.box, "hill"));
    CHECK(world.intake.look_again(world.now).value() == 1);
}

TEST_CASE("updates are those after the one that the box has, as many as there is room for",
          "[district][intake]") {
    DistrictWorld world;
    auto id = world.bring(world.letter());
    const std::uint32_t many = static_cast<std::uint32_t>(wire::kMaxUpdates) + 3;
    for (std::uint32_t n = 1; n <= many; ++n) {
        CaseMove move;
        move.id = id;
        move.expected_version = n;
        move.event = {world.now, "Sari", "received", "received", {}};
        move.update.item = id;
        move.update.state = 1;
        REQUIRE(world.store.move(move));
    }
    auto first = world.exchange({}, 0);
    REQUIRE(first);
    CHECK(first->updates.size() == wire::kMaxUpdates);
    CHECK(first->updates.front().sequence == 1);
    CHECK(first->more);
    auto rest = world.exchange({}, first->updates.back().sequence);
    REQUIRE(rest);
    CHECK(rest->updates.size() == 3);
    CHECK(rest->updates.back().sequence == many);
    CHECK_FALSE(rest->more);
    CHECK(world.exchange({}, many)->updates.empty());
    // A number that no box can have does not use up the counter.
    REQUIRE(world.exchange({}, UINT64_MAX));
    CHECK(world.store.box(world.box.keys.shown.box)->issued == many);
    // A narrow carrier gets a few at a time, and always at least one.
    for (std::size_t room : {std::size_t{0}, std::size_t{100}, std::size_t{400}}) {
        auto bytes = world.intake.exchange(world.box.parcel({}, world.box.call(0)), world.now, room);
        REQUIRE(bytes);
        auto some = world.box.read(*bytes);
        REQUIRE(some);
        CHECK(some->more);
        CHECK(!some->updates.empty());
        CHECK(bytes->size() <= std::max<std::size_t>(room, 60) + 40);
    }
}

TEST_CASE("what is not a parcel of a registered box is refused", "[district][intake]") {
    DistrictWorld world;
    auto letter = world.letter();
    auto parcel = world.box.parcel(world.sealed(letter), world.box.call());
    CHECK(refusal(world, {}) == ErrorCode::kCorrupt);
    CHECK(refusal(world, as_bytes("GET / HTTP/1.1")) == ErrorCode::kCorrupt);
    for (std::size_t size = 1; size < parcel.size(); ++size) {
        auto some = world.intake.exchange(BytesView(parcel).first(size), world.now);
        // Cut between its frames, it is the call alone.
        if (some) CHECK(world.box.read(*some)->acks.empty());
    }
    SealingBox unknown(wire::make_box_keys(BoxId{99}), world.setting.keys.shown);
    CHECK(refusal(world, unknown.parcel({}, unknown.call())) == ErrorCode::kDenied);
    CHECK(cases(world) == 0);
    CHECK(world.intake.exchange(parcel, world.now));
    CHECK(cases(world) == 1);
}

TEST_CASE("a sparing call brings a keyring and no document", "[district][intake]") {
    DistrictWorld world;
    REQUIRE(publish(world.store, world.setting.keys,
                    {wire::BulletinKind::kDocument, {}, "aturan", Bytes(500, 'a')}, world.now));
    auto ask = [&](SealingBox& box, bool sparing, std::vector<wire::Holding> holdings) {
        auto call = box.call();
        call.sparing = sparing;
        call.holdings = std::move(holdings);
        call.held = wire::holdings_mark(call.holdings);
        auto answer = world.intake.exchange(box.parcel({}, call), world.now);
        REQUIRE(answer);
        return box.read(*answer)->pieces.size();
    };
    CHECK(ask(world.box, false, {}) > 0);
    CHECK(ask(world.box, true, {}) == 0);
    auto root = wire::make_root();
    world.setting.keys = wire::make_district_keys(root);
    REQUIRE(publish_keyring(world.store, world.setting.keys, root, world.now));
    SealingBox box{world.box.keys, world.setting.keys.shown};
    CHECK(ask(box, true, {}) > 0);
    CHECK(ask(box, true, {{"keyring", world.setting.keys.shown.keyring.version}}) == 0);
}

TEST_CASE("boxes register once, with keys that work", "[district][boxes]") {
    DistrictWorld world;
    auto code = [&](const wire::BoxPublic& keys, const char* village) {
        auto status = register_box(world.store, keys, village);
        REQUIRE_FALSE(status);
        return status.error().code;
    };
    auto fresh = wire::make_box_keys(BoxId{8}).shown;
    CHECK(code(wire::make_box_keys(BoxId{0}).shown, "hill") == ErrorCode::kInvalid);
    CHECK(code(fresh, "") == ErrorCode::kInvalid);
    CHECK(code(fresh, "../hill") == ErrorCode::kInvalid);
    CHECK(code(fresh, "Hill; DROP") == ErrorCode::kInvalid);
    auto weak = fresh;
    weak.agree = {};
    CHECK(code(weak, "hill") == ErrorCode::kInvalid);
    weak = fresh;
    weak.sign = {};
    CHECK(code(weak, "hill") == ErrorCode::kInvalid);
    auto copy = fresh;
    copy.sign = world.box.keys.shown.sign;
    CHECK(code(copy, "hill") == ErrorCode::kConflict);
    CHECK(register_box(world.store, fresh, "hill"));
    CHECK(code(fresh, "hill") == ErrorCode::kConflict);
    CHECK_FALSE(revoke_box(world.store, BoxId{55}));
}
