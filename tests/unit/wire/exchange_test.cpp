#include "wire/exchange.hpp"
#include "wire/seal.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;

namespace {

struct Parties {
    wire::BoxSecret box = wire::make_box_keys(BoxId{7});
    wire::DistrictSecret district = wire::make_district_keys();
    std::optional<wire::BoxPublic> named(BoxId id) const {
        return id == BoxId{7} ? std::optional(box.shown) : std::nullopt;
    }
};

wire::Upload some_upload() {
    wire::Upload upload;
    upload.box = BoxId{7};
    upload.nonce.fill(4);
    upload.last_update = 300;
    upload.waiting = 2;
    upload.envelopes = {{1, 2, 3}, {4}};
    return upload;
}

wire::Download some_download() {
    wire::Download download;
    download.box = BoxId{7};
    download.nonce.fill(4);
    download.district_time = from_unix(1764000000);
    download.receipts.push_back({ItemId{}, wire::ItemReceipt::Level::kQuarantined});
    wire::StatusUpdate update;
    update.sequence = 301;
    update.state = 4;
    update.at = from_unix(1764000001);
    update.reply = {5, 6};
    download.updates.push_back(update);
    download.more = true;
    return download;
}

} // namespace

TEST_CASE("an upload arrives as it was sent, from a registered box only") {
    Parties parties;
    auto named = [&](BoxId id) { return parties.named(id); };
    auto bytes = wire::encode(some_upload(), parties.box);
    auto upload = wire::decode_upload(bytes, named);
    REQUIRE(upload);
    CHECK(upload->last_update == 300);
    CHECK(upload->waiting == 2);
    CHECK(upload->envelopes == some_upload().envelopes);

    auto stranger = wire::decode_upload(bytes, [](BoxId) { return std::optional<wire::BoxPublic>(); });
    CHECK(stranger.error().code == ErrorCode::kDenied);
    auto forged = wire::encode(some_upload(), wire::make_box_keys(BoxId{7}));
    CHECK(wire::decode_upload(forged, named).error().code == ErrorCode::kDenied);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto altered = bytes;
        altered[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        REQUIRE_FALSE(wire::decode_upload(altered, named));
    }
    for (std::size_t size = 0; size < bytes.size(); ++size)
        REQUIRE_FALSE(wire::decode_upload(BytesView(bytes).first(size), named));
}

TEST_CASE("a download is believed only from this district, for this box and this question") {
    Parties parties;
    auto bytes = wire::encode(some_download(), parties.district);
    std::array<std::uint8_t, 16> nonce{};
    nonce.fill(4);
    auto download = wire::decode_download(bytes, parties.district.shown, BoxId{7}, nonce);
    REQUIRE(download);
    CHECK(download->receipts == some_download().receipts);
    CHECK(download->updates[0].sequence == 301);
    CHECK(download->updates[0].reply == Bytes{5, 6});
    CHECK(download->more);
    CHECK(download->district_time == some_download().district_time);

    auto refused = [&](BytesView what, BoxId box, const std::array<std::uint8_t, 16>& asked) {
        return wire::decode_download(what, parties.district.shown, box, asked).error().code;
    };
    CHECK(refused(bytes, BoxId{8}, nonce) == ErrorCode::kDenied);
    CHECK(refused(bytes, BoxId{7}, {}) == ErrorCode::kDenied); // an old answer, played again
    CHECK(refused(wire::encode(some_download(), wire::make_district_keys()), BoxId{7}, nonce) ==
          ErrorCode::kDenied);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto altered = bytes;
        altered[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        REQUIRE_FALSE(wire::decode_download(altered, parties.district.shown, BoxId{7}, nonce));
    }
}
