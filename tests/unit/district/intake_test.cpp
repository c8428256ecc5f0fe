#include "tools/district_world.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace kentongan::district;
using test::DistrictWorld;
using Level = wire::ItemReceipt::Level;

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

/// Brings one envelope that must be quarantined for `reason`, twice.
void check_quarantined(DistrictWorld& world, const Bytes& envelope, QuarantineReason reason) {
    auto before = cases(world);
    auto answer = world.intake.take(world.upload({envelope}), world.now);
    REQUIRE(answer);
    auto again = world.intake.take(world.upload({envelope}), world.now + seconds(60));
    REQUIRE(again);
    CHECK(answer->receipts == again->receipts);
    auto kept = only_quarantined(world);
    CHECK(kept.reason == reason);
    CHECK(kept.envelope == envelope);
    CHECK(kept.box == world.box.shown.box);
    CHECK(cases(world) == before);
    if (reason != QuarantineReason::kNotAnEnvelope) {
        REQUIRE(answer->receipts.size() == 1);
        CHECK(answer->receipts[0].level == Level::kQuarantined);
    } else {
        CHECK(answer->receipts.empty());
    }
}

} // namespace

TEST_CASE("an item becomes a case with what a list shows", "[district][intake]") {
    DistrictWorld world;
    auto request = world.letter();
    auto answer = world.intake.take(world.upload({world.sealed(request)}), world.now);
    REQUIRE(answer);
    CHECK(answer->box == world.box.shown.box);
    CHECK(answer->nonce == world.upload({}).nonce);
    CHECK(answer->district_time == world.now);
    CHECK(answer->receipts == std::vector<wire::ItemReceipt>{{request.id, Level::kReceived}});
    CHECK(answer->updates.empty());
    CHECK_FALSE(answer->more);

    auto row = world.store.case_row(request.id);
    REQUIRE(row);
    CHECK(row->box == world.box.shown.box);
    CHECK(row->recipient == domain::Recipient::kDistrict);
    CHECK(row->code == request.code.digits);
    CHECK(row->service == "domicile");
    CHECK(row->lifecycle == "letter");
    CHECK(row->state == "received");
    CHECK(row->received_at == world.now);
    CHECK(row->due_at == world.setting.working_days.due(world.now, 2, std::chrono::minutes(420)));
    CHECK(row->open);
    CHECK(row->version == 1);
    auto box = world.store.box(world.box.shown.box);
    CHECK(box->last_contact == world.now);
    CHECK(box->waiting == 1);
}

TEST_CASE("what is kept is the envelope as it came, not its content", "[district][intake]") {
    DistrictWorld world;
    auto request = world.letter();
    auto envelope = world.sealed(request);
    REQUIRE(world.intake.take(world.upload({envelope}), world.now));
    CHECK(world.store.envelope(request.id).value() == envelope);
    std::string kept(as_text(envelope));
    for (const auto& [field, answer] : request.answers)
        if (answer.size() > 4) CHECK(kept.find(answer) == std::string::npos);
    CHECK(kept.find("0000001") == std::string::npos);
}

TEST_CASE("the same upload again gets the same receipts and no second case", "[district][intake]") {
    DistrictWorld world;
    auto first = world.sealed(world.letter());
    auto second = world.sealed(world.levy());
    auto upload = world.upload({first, second, first});
    auto one = world.intake.take(upload, world.now);
    auto two = world.intake.take(upload, world.now + seconds(3600));
    REQUIRE(one);
    REQUIRE(two);
    CHECK(one->receipts == two->receipts);
    CHECK(one->receipts.size() == 3);
    for (const auto& receipt : one->receipts) CHECK(receipt.level == Level::kReceived);
    CHECK(cases(world) == 2);
    CHECK(world.store.list({})->rows[0].received_at == world.now);
    CHECK(world.store.quarantined(0, 10)->empty());
}

TEST_CASE("a disk that refuses gives no receipt and keeps nothing", "[district][intake]") {
    DistrictWorld world;
    auto request = world.letter();
    auto upload = world.upload({world.sealed(request)});
    world.memory.refuse_writes(1);
    auto answer = world.intake.take(upload, world.now);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == ErrorCode::kNoSpace);
    CHECK_FALSE(world.store.case_row(request.id));
    CHECK(world.intake.take(upload, world.now)->receipts.size() == 1);
}

TEST_CASE("a forged or foreign envelope is quarantined", "[district][intake]") {
    DistrictWorld world;
    SECTION("one byte of the ciphertext changed") {
        auto envelope = world.sealed(world.letter());
        envelope[60] ^= 1;
        check_quarantined(world, envelope, QuarantineReason::kSignature);
    }
    SECTION("signed by somebody else under this box's number") {
        auto thief = wire::make_box_keys(world.box.shown.box);
        check_quarantined(world, world.sealed(world.letter(), thief), QuarantineReason::kSignature);
    }
    SECTION("another box's") {
        auto other = wire::make_box_keys(BoxId{8});
        REQUIRE(register_box(world.store, other.shown, "hill"));
        check_quarantined(world, world.sealed(world.letter(), other), QuarantineReason::kForeignBox);
    }
    SECTION("truncated, but with a header") {
        auto envelope = world.sealed(world.letter());
        envelope.resize(envelope.size() - 20);
        check_quarantined(world, envelope, QuarantineReason::kSignature);
    }
    SECTION("no envelope at all") {
        check_quarantined(world, Bytes{1, 2, 3}, QuarantineReason::kNotAnEnvelope);
    }
    SECTION("empty") {
        check_quarantined(world, Bytes{}, QuarantineReason::kNotAnEnvelope);
    }
    SECTION("sealed to another district") {
        auto elsewhere = wire::make_district_keys();
        wire::SealedBoxSealer sealer(world.box, elsewhere.shown);
        auto envelope = sealer.seal(domain::Recipient::kDistrict, world.letter().id, Bytes{1, 2, 3});
        check_quarantined(world, envelope.value(), QuarantineReason::kDoesNotOpen);
    }
    SECTION("opens, but holds no record") {
        wire::SealedBoxSealer sealer(world.box, world.setting.keys.shown);
        auto envelope = sealer.seal(domain::Recipient::kDistrict, world.letter().id, Bytes{1, 2, 3});
        check_quarantined(world, envelope.value(), QuarantineReason::kNotUnderstood);
    }
    SECTION("the id of a known case with other content") {
        auto request = world.letter();
        world.bring(request);
        check_quarantined(world, world.sealed(request), QuarantineReason::kOtherContent);
        CHECK(world.store.case_row(request.id)->version == 1);
    }
}

TEST_CASE("one id with two contents in one upload: the first is the case", "[district][intake]") {
    DistrictWorld world;
    auto request = world.letter();
    auto first = world.sealed(request);
    auto upload = world.upload({first, world.sealed(request)});
    auto answer = world.intake.take(upload, world.now);
    REQUIRE(answer);
    CHECK(answer->receipts ==
          std::vector<wire::ItemReceipt>{{request.id, Level::kReceived}, {request.id, Level::kQuarantined}});
    CHECK(world.store.envelope(request.id).value() == first);
    CHECK(only_quarantined(world).reason == QuarantineReason::kOtherContent);
    CHECK(world.intake.take(upload, world.now)->receipts == answer->receipts);
}

TEST_CASE("a revoked box's items are kept aside and it hears nothing", "[district][intake]") {
    DistrictWorld world;
    auto old = world.letter();
    auto old_envelope = world.sealed(old);
    world.bring(old);
    auto known = world.letter();
    auto known_envelope = world.sealed(known);
    REQUIRE(world.intake.take(world.upload({known_envelope}), world.now));
    CaseMove move;
    move.id = old.id;
    move.expected_version = 1;
    move.event = {world.now, "Sari", "received", "checking", {}};
    move.update.item = old.id;
    REQUIRE(world.store.move(move));
    REQUIRE(revoke_box(world.store, world.box.shown.box));

    auto late = world.letter();
    auto answer = world.intake.take(world.upload({known_envelope, world.sealed(late)}), world.now);
    REQUIRE(answer);
    CHECK(answer->receipts ==
          std::vector<wire::ItemReceipt>{{known.id, Level::kReceived}, {late.id, Level::kQuarantined}});
    CHECK(answer->updates.empty());
    CHECK_FALSE(world.store.case_row(late.id));
    CHECK(only_quarantined(world).reason == QuarantineReason::kRevokedBox);
    CHECK(world.intake.look_again(world.now).value() == 0);

    // A clerk may take it in all the same.
    auto digest = only_quarantined(world).digest;
    CHECK(world.intake.accept(digest, world.now).value() == late.id);
    CHECK(world.store.case_row(late.id));
    CHECK(world.store.quarantined(0, 10)->empty());
    CHECK(world.intake.accept(digest, world.now).error().code == ErrorCode::kNotFound);
}

TEST_CASE("no clerk can accept what its box did not sign", "[district][intake]") {
    DistrictWorld world;
    auto thief = wire::make_box_keys(world.box.shown.box);
    REQUIRE(world.intake.take(world.upload({world.sealed(world.letter(), thief)}), world.now));
    auto kept = only_quarantined(world);
    CHECK(world.intake.accept(kept.digest, world.now).error().code == ErrorCode::kDenied);
    CHECK(only_quarantined(world).envelope == kept.envelope);
}

TEST_CASE("a box's quarantine is bounded: beyond it nothing is receipted", "[district][intake]") {
    DistrictWorld world;
    Delivery full;
    full.box = world.box.shown.box;
    for (std::uint64_t n = 0; n < kMaxQuarantinedPerBox; ++n) {
        Quarantined one;
        one.box = full.box;
        for (int byte = 0; byte < 8; ++byte) one.digest[byte] = static_cast<std::uint8_t>(n >> (8 * byte));
        full.quarantined.push_back(one);
    }
    REQUIRE(world.store.receive(full));
    auto thief = wire::make_box_keys(world.box.shown.box);
    auto good = world.letter();
    auto answer =
        world.intake.take(world.upload({world.sealed(world.letter(), thief), world.sealed(good)}), world.now);
    REQUIRE(answer);
    CHECK(answer->receipts == std::vector<wire::ItemReceipt>{{good.id, Level::kReceived}});
    CHECK(world.store.quarantined_of(full.box).value() == kMaxQuarantinedPerBox);
}

TEST_CASE("what a newer pack understands leaves quarantine", "[district][intake]") {
    DistrictWorld world;
    auto services = world.setting.pack.services;
    auto letter = world.letter();
    auto envelope = world.sealed(letter);
    auto bad = world.letter();
    auto thief = wire::make_box_keys(world.box.shown.box);
    world.setting.pack.services = {services[1]};
    REQUIRE(world.intake.take(world.upload({world.sealed(world.levy()), envelope}), world.now));
    world.setting.pack.services = services;
    REQUIRE(world.intake.take(world.upload({world.sealed(bad, thief)}), world.now));
    REQUIRE(world.store.quarantined(0, 10)->size() == 2);

    world.now += std::chrono::hours(24);
    CHECK(world.intake.look_again(world.now).value() == 1);
    auto row = world.store.case_row(letter.id);
    REQUIRE(row);
    CHECK(row->received_at == world.now - std::chrono::hours(24));
    CHECK(only_quarantined(world).reason == QuarantineReason::kSignature);
    CHECK(world.intake.look_again(world.now).value() == 0);
    CHECK(world.intake.take(world.upload({envelope}), world.now)->receipts[0].level == Level::kReceived);
}

TEST_CASE("a box whose village the pack lacks loses nothing", "[district][intake]") {
    DistrictWorld world;
    auto villages = world.setting.villages;
    auto letter = world.letter();
    auto envelope = world.sealed(letter);
    world.setting.villages.clear();
    check_quarantined(world, envelope, QuarantineReason::kNotUnderstood);
    world.setting.villages = villages;
    CHECK(world.intake.look_again(world.now).value() == 1);
}

TEST_CASE("a box registered for a misspelt village is mended, and loses nothing", "[district][intake]") {
    DistrictWorld world;
    REQUIRE(assign_village(world.store, world.box.shown.box, "hlil"));
    check_quarantined(world, world.sealed(world.letter()), QuarantineReason::kNotUnderstood);
    CHECK(world.intake.look_again(world.now).value() == 0);
    CHECK_FALSE(assign_village(world.store, world.box.shown.box, "no village"));
    CHECK_FALSE(assign_village(world.store, BoxId{55}, "hill"));
    REQUIRE(assign_village(world.store, world.box.shown.box, "hill"));
    CHECK(world.intake.look_again(world.now).value() == 1);
}

TEST_CASE("updates are those after the one that the box has", "[district][intake]") {
    DistrictWorld world;
    auto id = world.bring(world.letter());
    const std::uint32_t many = static_cast<std::uint32_t>(wire::kMaxUpdatesPerDownload) + 3;
    for (std::uint32_t n = 1; n <= many; ++n) {
        CaseMove move;
        move.id = id;
        move.expected_version = n;
        move.event = {world.now, "Sari", "received", "received", {}};
        move.update.item = id;
        move.update.state = 1;
        REQUIRE(world.store.move(move));
    }
    auto first = world.intake.take(world.upload({}, 0), world.now);
    REQUIRE(first);
    CHECK(first->updates.size() == wire::kMaxUpdatesPerDownload);
    CHECK(first->updates.front().sequence == 1);
    CHECK(first->more);
    auto rest = world.intake.take(world.upload({}, first->updates.back().sequence), world.now);
    REQUIRE(rest);
    CHECK(rest->updates.size() == 3);
    CHECK(rest->updates.back().sequence == many);
    CHECK_FALSE(rest->more);
    CHECK(world.intake.take(world.upload({}, many), world.now)->updates.empty());
    // A number that no box can have does not use up the counter.
    REQUIRE(world.intake.take(world.upload({}, UINT64_MAX), world.now));
    CHECK(world.store.box(world.box.shown.box)->issued == many);
}

TEST_CASE("bytes in, signed bytes out", "[district][intake]") {
    DistrictWorld world;
    auto upload = world.upload({world.sealed(world.letter())});
    auto bytes = wire::encode(upload, world.box);
    auto answer = world.intake.exchange(bytes, world.now);
    REQUIRE(answer);
    auto download =
        wire::decode_download(*answer, world.setting.keys.shown, world.box.shown.box, upload.nonce);
    REQUIRE(download);
    CHECK(download->receipts.size() == 1);
    CHECK(download->district_time == world.now);

    auto code = [&](BytesView body) {
        auto refused = world.intake.exchange(body, world.now);
        REQUIRE_FALSE(refused);
        return refused.error().code;
    };
    CHECK(code({}) == ErrorCode::kCorrupt);
    CHECK(code(as_bytes("GET / HTTP/1.1")) != ErrorCode::kUnavailable);
    auto forged = bytes;
    forged[forged.size() - 1] ^= 1;
    CHECK(code(forged) == ErrorCode::kDenied);
    auto truncated = bytes;
    truncated.resize(truncated.size() / 2);
    CHECK(code(truncated) == ErrorCode::kDenied);
    auto unknown = wire::make_box_keys(BoxId{99});
    auto strange = upload;
    strange.box = unknown.shown.box;
    CHECK(code(wire::encode(strange, unknown)) == ErrorCode::kDenied);
    CHECK(cases(world) == 1);
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
    copy.sign = world.box.shown.sign;
    CHECK(code(copy, "hill") == ErrorCode::kConflict);
    CHECK(register_box(world.store, fresh, "hill"));
    CHECK(code(fresh, "hill") == ErrorCode::kConflict);
    CHECK_FALSE(revoke_box(world.store, BoxId{55}));
}
