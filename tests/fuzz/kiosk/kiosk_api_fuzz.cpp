// Whatever a page posts: no crash, a status of the contract, JSON as the answer, and only what the catalogue
// allows reaches the box.
#include "apps/kiosk/api.hpp"
#include "tools/fake_box.hpp"
#include "tools/packs.hpp"

#include <cstdlib>

using namespace kentongan;
using namespace kentongan::kiosk;

namespace {

void must(bool held) {
    if (!held) std::abort();
}

struct CheckingLink final : BoxLink {
    const domain::Pack& pack;
    const domain::Village& village;
    test::FakeBox box;

    CheckingLink(const domain::Pack& p, const domain::Village& v) : pack(p), village(v) {}

    Result<wire::local::Message> ask(wire::local::Message question, std::chrono::milliseconds) override {
        if (const auto* submit = std::get_if<wire::local::Submit>(&question)) {
            domain::Draft draft;
            draft.service = submit->service;
            draft.language = submit->language;
            for (const auto& [field, value] : submit->answers) draft.answers[field] = value;
            draft.anonymous = submit->anonymous;
            draft.confidential = submit->confidential;
            draft.notify_phone = submit->notify_phone;
            draft.consent_version = submit->consent_version;
            must(domain::check_draft(pack, village, draft).empty());
            must(draft.answers.size() == submit->answers.size()); // canonical stays canonical
        }
        must(wire::local::encode(question).size() <= wire::local::kMaxFrame);
        return box.answer(question);
    }
};

struct World {
    domain::Pack pack = test::test_pack("id-jember");
    domain::Village village = test::test_village(pack);
    http::StaticPages pages;
    CheckingLink link{pack, village};
    BoxCalls calls{link, 2};
    Api api{pack, village, pages, calls, {"token", 0, [] { return from_unix(0); }}};
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static World world;
    static constexpr const char* kPaths[] = {"/api/v1/requests", "/api/v1/check", "/api/v1/status",
                                             "/api/v1/start"};
    http::Request request;
    request.method = "POST";
    request.headers = {
        {"host", "localhost"}, {"content-type", "application/json"}, {"x-kentongan-token", "token"}};
    request.body.assign(reinterpret_cast<const char*>(data), size);
    for (const char* path : kPaths) {
        request.path = path;
        auto response = world.api.answer(request, 1);
        bool known = false;
        for (int status : {200, 201, 400, 404, 405, 413, 422, 429, 503})
            known = known || response.status == status;
        must(known);
        must(json::parse_json(response.body, json::Limits{16, 1 << 20, 1 << 20}).has_value());
    }
    return 0;
}
