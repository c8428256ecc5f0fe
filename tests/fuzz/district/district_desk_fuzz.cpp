// Whatever a browser sends: no crash, a status of the contract, JSON as the answer, and a case that moves
// only by its life cycle.
//
// Lines of the input: path below the API, query as name=value&…, then the body.
#include "apps/district/desk_api.hpp"
#include "tools/district_world.hpp"

#include <cstdlib>

using namespace kentongan;

namespace {

void must(bool held) {
    if (!held) std::abort();
}

struct World : test::DistrictWorld {
    district_app::Office office{store, setting,
                                [](std::span<std::uint8_t> out) { std::fill(out.begin(), out.end(), 5); },
                                "nobody", [this] { return now; }};
    http::StaticPages pages;
    district_app::DeskApi desk{office, pages, {true}};
    ItemId id = bring(letter());
    wire::Token token{};
    wire::Key32 page_token{};

    World() {
        must(store.add_officer({"Sari", district::Role::kOfficer, "hash"}).has_value());
        auto attempt = office.accounts.begin_login("Sari", now);
        auto started = office.accounts.finish_login(*attempt, true, now);
        token = started->token;
        page_token = started->who.page_token;
    }
};

std::string_view line(std::string_view& rest) {
    auto end = rest.find('\n');
    auto out = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static World world;
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    http::Request request;
    auto path = line(rest);
    request.path = "/desk/api/v1/" + std::string(path);
    // Signing in takes 100 ms on purpose.
    if (path == "login" || path == "logout") return 0;
    if (path == "case") request.path = "/desk/api/v1/cases/" + to_hex(world.id.value);
    if (path == "move") request.path = "/desk/api/v1/cases/" + to_hex(world.id.value) + "/move";
    for (auto query = line(rest); !query.empty() && request.query.size() < 16;) {
        auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        auto equals = pair.find('=');
        if (equals != std::string_view::npos)
            request.query[std::string(pair.substr(0, equals))] = pair.substr(equals + 1);
    }
    request.body = rest;
    request.headers = {{"host", "localhost"},
                       {"content-type", "application/json"},
                       {"x-kentongan-token", to_hex(world.page_token)}};
    request.cookies = {{"desk", to_hex(world.token)}};
    auto before = *world.store.case_row(world.id);
    for (const char* method : {"GET", "POST"}) {
        request.method = method;
        auto response = world.desk.answer(request);
        bool known = false;
        for (int status : {200, 400, 403, 404, 405, 409, 415, 422})
            known = known || response.status == status;
        must(known);
        must(json::parse_json(response.body, json::Limits{16, 1 << 20, 1 << 20}).has_value());
    }
    auto after = *world.store.case_row(world.id);
    if (before.version != after.version) {
        const auto* lifecycle = world.setting.lifecycle(before.lifecycle);
        must(after.version == before.version + 1);
        must(lifecycle->allows(*lifecycle->state(before.state), *lifecycle->state(after.state)));
        world.id = world.bring(world.letter()); // a fresh one for the next input
    }
    return 0;
}
