// The wire's own known answers: fixed keys in, tests/golden/wire/epoch.txt out, byte for byte. The pages
// under docs/formats quote it. A change of a byte here is a new version of the format, not a new golden file.
#include "wire/answer.hpp"
#include "wire/open.hpp"
#include "wire/padding.hpp"
#include "wire/seal.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <numeric>
#include <sstream>

namespace {

using namespace kentongan;
using namespace kentongan::wire;
using domain::Recipient;

Key32 counting(std::uint8_t from) {
    Key32 out{};
    std::iota(out.begin(), out.end(), from);
    return out;
}

class Golden {
  public:
    void line(const std::string& name, BytesView bytes) { text_ << name << ": " << to_hex(bytes) << "\n"; }
    void line(const std::string& name, const std::string& words) { text_ << name << ": " << words << "\n"; }
    [[nodiscard]] std::string text() const { return text_.str(); }

  private:
    std::ostringstream text_;
};

} // namespace

TEST_CASE("known answers of an epoch, a batch, a parcel, a call and an answer") {
    Golden golden;
    auto box = agree_pair(counting(0x00));
    auto district = agree_pair(counting(0x20));
    auto ephemeral = agree_pair(counting(0x60));
    auto psk = counting(0x40);
    golden.line("box-agree-secret", box.secret);
    golden.line("district-prekey-secret", district.secret);
    golden.line("ephemeral-secret", ephemeral.secret);
    golden.line("psk", psk);

    // The opening: box 7, epoch 1, prekey 1, nothing closed before.
    ItemHeader opening{BoxId{7}, 1, 0, Recipient::kDistrict, 1};
    Bytes first_record = {0x11, 0x22, 0x33, 0x44, 0x55};
    Bytes payload = {0, 0, 0};
    payload.insert(payload.end(), first_record.begin(), first_record.end());
    payload.resize(padded_size(payload.size(), Riding::kOpening));
    NoiseSecrets secrets;
    auto writer = NoiseWriter::begin(prologue_of(opening), box, district.shown, &psk, ephemeral, secrets);
    REQUIRE(writer);
    auto bytes = encode(opening);
    auto message = writer->write(payload);
    bytes.insert(bytes.end(), message.begin(), message.end());
    golden.line("opening-payload", payload);
    golden.line("opening", bytes);
    golden.line("opening-code", seed_of_opening(secrets.second).code(0).digits);
    golden.line("opening-receipt", seed_of_opening(secrets.second).receipt().digits);

    // Two items after it.
    std::vector<Bytes> items;
    auto key = secrets.first;
    for (std::uint16_t counter : {std::uint16_t{1}, std::uint16_t{2}}) {
        ItemHeader header{BoxId{7}, 1, counter, Recipient::kDistrict, 0};
        Bytes record(counter == 1 ? 20 : 70, static_cast<std::uint8_t>(0xA0 + counter));
        auto item = encode(header);
        auto sealed = seal_once(key, item, *pad(record));
        item.insert(item.end(), sealed.begin(), sealed.end());
        auto name = "item-" + std::to_string(counter);
        golden.line(name + "-record", record);
        golden.line(name, item);
        golden.line(name + "-code", seed_of_item(key).code(0).digits);
        golden.line(name + "-code-attempt-1", seed_of_item(key).code(1).digits);
        golden.line(name + "-receipt", seed_of_item(key).receipt().digits);
        items.push_back(std::move(item));
        key = noise_rekey(key);
    }
    std::vector<BytesView> views(items.begin(), items.end());
    auto batch = write_batch(views);
    golden.line("batch", batch);
    std::vector<Bytes> frames{bytes, batch};
    golden.line("parcel", write_parcel(frames));

    auto link = link_keys(box.secret, district.shown, psk);
    REQUIRE(link);
    Call call;
    call.box = BoxId{7};
    call.key_id = 1;
    call.echo = 0x01020304;
    call.last_update = 3;
    call.waiting = 2;
    call.newest = {1, 3};
    call.keyring = 1;
    golden.line("call", encode(call, link->up));
    Mark mark{};
    std::copy_n(ephemeral.shown.begin(), mark.size(), mark.begin());
    Answer acknowledgement;
    acknowledgement.box = BoxId{7};
    acknowledgement.key_id = 1;
    acknowledgement.acks = {{1, mark, 2, 0}};
    golden.line("acknowledgement", encode(acknowledgement, link->down));
    Answer news = acknowledgement;
    news.echo = call.echo;
    news.district_time = from_unix(1795489200);
    news.newest_epoch = 1;
    news.keyring = 1;
    news.acks[0].beyond = 5;
    StatusUpdate update;
    update.sequence = 4;
    update.item = item_id({BoxId{7}, 1, 2, mark});
    update.state = 2;
    update.at = from_unix(1795489200);
    news.updates = {update};
    golden.line("answer", encode(news, link->down));

    const std::string path = std::string(KENTONGAN_SOURCE_DIR) + "/tests/golden/wire/epoch.txt";
    if (std::getenv("KENTONGAN_WRITE_GOLDEN") != nullptr) std::ofstream(path) << golden.text();
    std::ifstream file(path);
    std::stringstream kept;
    kept << file.rdbuf();
    CHECK(golden.text() == kept.str());

    // And the reader opens what stands there.
    PrekeySecret prekey;
    prekey.shown.id = 1;
    prekey.district = district.secret;
    prekey.shown.district = district.shown;
    SenderKeys sender{BoxId{7}, box.shown, psk};
    auto begun = ReceivingChain::begin(*read_item(bytes), sender, prekey);
    REQUIRE(begun);
    CHECK(begun->second.record == first_record);
    CHECK(begun->first.open(*read_item(items[1]))->record == Bytes(70, 0xA2));
}
