// The desk over the real packs: every service can be received and read, every step of every life cycle goes
// exactly where the pack says. Nothing here knows a country.
#include "district/boxes.hpp"
#include "district/cases.hpp"
#include "district/intake.hpp"
#include "sim/memory_district_store.hpp"
#include "tools/packs.hpp"
#include "tools/sealing_box.hpp"
#include "wire/reply.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace kentongan::district;

namespace {

std::string some_answer(const domain::Pack& pack, const domain::Village& village,
                        const domain::Field& field) {
    switch (field.type) {
    case domain::FieldType::kChoice:
        return field.choices.front().id;
    case domain::FieldType::kNumber:
    case domain::FieldType::kMoney:
        return std::to_string(std::max<std::int64_t>(field.min, 1));
    case domain::FieldType::kDate:
        return "2026-11-24";
    case domain::FieldType::kIdentityNumber:
        return std::string(pack.identity.length - 4, '1') + "0000";
    case domain::FieldType::kPhone:
        return "+628000000001";
    case domain::FieldType::kYesNo:
        return "yes";
    case domain::FieldType::kPlace:
        return village.hamlets.front().id;
    default:
        return "words";
    }
}

struct World {
    sim::MemoryDistrictStore store;
    Setting setting = with_keys();
    domain::Village village;
    test::SealingBox box{wire::make_box_keys(BoxId{3}), setting.keys.shown};
    Intake intake{store, setting};
    Cases cases{store, setting};
    Instant now = from_unix(1795489200);

    static Setting with_keys() {
        Setting out;
        out.keys = wire::make_district_keys();
        return out;
    }

    explicit World(const char* id) {
        setting.pack = test::test_pack(id);
        setting.dictionaries = std::move(wire::Dictionaries::load(setting.pack.dictionaries)).take();
        village = test::test_village(setting.pack);
        setting.villages[village.id] = village;
        REQUIRE(register_box(store, box.keys.shown, village.id, box.keys.psk, setting.psk_key));
    }

    static Role role(const domain::Service& service) {
        return service.recipient == domain::Recipient::kInspectorate ? Role::kInspectorate : Role::kOfficer;
    }

    ItemId bring(const domain::Service& service) {
        domain::Request request;
        request.service = service.id;
        request.language = setting.pack.default_language;
        for (const auto* field : setting.pack.fields_of(service))
            request.answers[field->id] = some_answer(setting.pack, village, *field);
        auto frames = box.seal(setting.pack, village, setting.dictionaries, request);
        auto bytes = intake.exchange(box.parcel(frames), now);
        REQUIRE(bytes);
        auto answer = box.read(*bytes);
        REQUIRE(answer);
        REQUIRE(test::SealingBox::acknowledges(*answer, request.id));
        return request.id;
    }
};

} // namespace

TEST_CASE("every service of every pack is received and read in every language", "[district][packs]") {
    for (const char* id : test::kPackIds) {
        World world(id);
        for (const auto& service : world.setting.pack.services) {
            auto item = world.bring(service);
            for (const auto& language : world.setting.pack.languages) {
                CAPTURE(id, service.id, language.tag);
                auto detail = world.cases.detail(World::role(service), item, language.tag, world.now);
                REQUIRE(detail);
                CHECK(detail->answers.size() == world.setting.pack.fields_of(service).size());
                for (const auto& answer : detail->answers) {
                    CAPTURE(answer.field);
                    CHECK_FALSE(answer.ask.empty());
                    CHECK(answer.ask.find(".ask") == std::string::npos);
                    const auto* field = service.field(answer.field);
                    if (field != nullptr && field->type == domain::FieldType::kYesNo)
                        CHECK(answer.words != "yes");
                    if (field != nullptr && field->type == domain::FieldType::kChoice)
                        CHECK(answer.words.find("service.") == std::string::npos);
                }
                for (const auto& next : detail->next) CHECK(next.word.find("state.") == std::string::npos);
            }
            auto row = world.store.case_row(item);
            CHECK(row->due_at >= world.now);
            CHECK(row->state == world.setting.pack.lifecycle_of(service).initial().id);
            CHECK_FALSE(world.cases.detail(World::role(service) == Role::kOfficer ? Role::kInspectorate
                                                                                  : Role::kOfficer,
                                           item, "", world.now));
        }
    }
}

TEST_CASE("every step of every pack's life cycles goes exactly where it may", "[district][packs]") {
    for (const char* id : test::kPackIds) {
        World world(id);
        std::uint64_t sequence = 0;
        int steps = 0;
        for (const auto& lifecycle : world.setting.pack.lifecycles) {
            const domain::Service* service = nullptr;
            for (const auto& one : world.setting.pack.services)
                if (one.lifecycle == lifecycle.id) service = &one;
            REQUIRE(service != nullptr);
            auto role = World::role(*service);
            for (const auto& from : lifecycle.states)
                for (const auto& to : lifecycle.states) {
                    CAPTURE(id, lifecycle.id, from.id, to.id);
                    auto item = world.bring(*service);
                    CaseMove there;
                    there.id = item;
                    there.expected_version = 1;
                    there.open = !from.final();
                    there.event = {world.now, "setup", "", from.id, {}};
                    there.update.item = item;
                    REQUIRE(world.store.move(there).value() == ++sequence);
                    bool allowed = lifecycle.allows(from, to);
                    auto silent = world.cases.move(role, {"Sari", item, to.id, "", "", 2}, world.now);
                    CHECK(silent.has_value() == (allowed && !to.reason_required));
                    if (!silent && allowed) {
                        auto said =
                            world.cases.move(role, {"Sari", item, to.id, "because", "", 2}, world.now);
                        CHECK(said);
                    }
                    auto row = world.store.case_row(item);
                    CHECK(row->state == (allowed ? to.id : from.id));
                    if (!allowed) continue;
                    ++steps;
                    ++sequence;
                    CHECK(row->open == !to.final());
                    auto update = world.store.updates_after(world.box.keys.shown.box, sequence - 1, 2);
                    REQUIRE(update->size() == 1);
                    CHECK(update->front().state == to.number);
                    CHECK(update->front().item == item);
                    CHECK(update->front().reply.empty() != to.reason_required);
                }
        }
        CHECK(steps > 5);
    }
}
