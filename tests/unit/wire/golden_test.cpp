// The wire's own known answers: fixed keys in, the files of tests/golden/wire out, byte for byte. The pages
// under docs/formats quote them.
#include "tools/golden.hpp"
#include "tools/pages.hpp"
#include "wire/answer.hpp"
#include "wire/keyring.hpp"
#include "wire/open.hpp"
#include "wire/padding.hpp"
#include "wire/seal.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>

namespace {

using namespace kentongan;
using namespace kentongan::wire;
using domain::Recipient;
using test::Golden;

Key32 counting(std::uint8_t from) {
    Key32 out{};
    std::iota(out.begin(), out.end(), from);
    return out;
}

Bytes joined(Bytes head, BytesView tail) {
    head.insert(head.end(), tail.begin(), tail.end());
    return head;
}

} // namespace

TEST_CASE("known answers of an epoch, a batch, a parcel, a call and an answer") {
    Golden golden("epoch.txt");
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

    golden.settle();
    test::page_shows("item.md", bytes);
    test::page_shows("item.md", items[0]);
    test::page_shows("frame.md", batch);
    test::page_shows("frame.md", write_parcel(frames));
    test::page_shows("answer.md", encode(acknowledgement, link->down));
    test::page_shows("answer.md", encode(call, link->up));
    test::page_shows("answer.md", encode(news, link->down));

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

TEST_CASE("known answers of an epoch to the inspectorate, opened by itself, with a counter of two bytes") {
    Golden golden("inspectorate.txt");
    auto box = agree_pair(counting(0x01));
    auto inspectorate = agree_pair(counting(0x81));
    auto ephemeral = agree_pair(counting(0xA1));
    auto shared = counting(0xC1);
    auto psk = psk_for(shared, Recipient::kInspectorate);
    golden.line("box-agree-secret", box.secret);
    golden.line("inspectorate-prekey-secret", inspectorate.secret);
    golden.line("ephemeral-secret", ephemeral.secret);
    golden.line("psk", shared);
    golden.line("psk-of-the-inspectorate", psk);

    ItemHeader opening{BoxId{258}, 772, 0, Recipient::kInspectorate, 3};
    golden.number("box", opening.box.value);
    golden.number("epoch", opening.epoch);
    golden.number("prekey", opening.key_id);
    golden.number("closed-epoch", 771);
    golden.number("closed-items", 1024);
    golden.line("prologue", prologue_of(opening));
    Bytes payload = {0x03, 0x03, 0x80, 0x08}; // epoch 771 had 1,024 items; no record, no padding
    golden.line("opening-payload", payload);
    NoiseSecrets secrets;
    auto writer = NoiseWriter::begin(prologue_of(opening), box, inspectorate.shown, &psk, ephemeral, secrets);
    REQUIRE(writer);
    auto first = joined(encode(opening), writer->write(payload));
    golden.line("opening", first);
    golden.line("split-first", secrets.first);
    golden.line("split-second", secrets.second);
    Mark mark{};
    std::copy_n(ephemeral.shown.begin(), mark.size(), mark.begin());
    golden.line("mark", mark);
    golden.line("opening-name", item_id({opening.box, opening.epoch, 0, mark}).value);

    PrekeySecret prekey;
    prekey.inspectorate = inspectorate.secret;
    prekey.shown.inspectorate = inspectorate.shown;
    auto begun = ReceivingChain::begin(*read_item(first), {opening.box, box.shown, shared}, prekey);
    REQUIRE(begun);
    auto& [chain, opened] = *begun;
    CHECK(opened.record.empty());
    CHECK((opened.previous == ClosedEpoch{771, 1024}));

    auto key = secrets.first;
    for (std::uint16_t counter = 1; counter <= 128; key = noise_rekey(key), ++counter) {
        auto size = counter == 1     ? 1U
                    : counter == 2   ? 117U
                    : counter == 127 ? 118U
                    : counter == 128 ? 96U
                                     : 0U;
        if (size == 0) continue;
        Bytes record(size, 0);
        record.back() = static_cast<std::uint8_t>(counter); // zeros before it are the record's own
        auto item = encode({opening.box, opening.epoch, counter, Recipient::kInspectorate, 0});
        item = joined(item, seal_once(key, item, *pad(record)));
        auto name = "item-" + std::to_string(counter);
        golden.line(name + "-record", record);
        golden.line(name + "-key", key);
        golden.line(name + "-seed", seed_of_item(key).key());
        golden.line(name, item);
        golden.line(name + "-name", item_id({opening.box, opening.epoch, counter, mark}).value);
        golden.line(name + "-code", seed_of_item(key).code(0).digits);
        golden.line(name + "-receipt", seed_of_item(key).receipt().digits);
        auto read = chain.open(*read_item(item));
        REQUIRE(read);
        CHECK(read->record == record);
    }
    golden.settle();
}

TEST_CASE("known answers of a call and an answer that hold everything") {
    Golden golden("news.txt");
    auto box = agree_pair(counting(0x02));
    auto district = agree_pair(counting(0x22));
    auto psk = counting(0x42);
    golden.line("box-agree-secret", box.secret);
    golden.line("district-prekey-secret", district.secret);
    golden.line("psk", psk);
    auto link = link_keys(district.secret, box.shown, psk);
    REQUIRE(link);
    golden.line("up-tag-key", link->up.tag);
    golden.line("up-stream-key", link->up.stream);
    golden.line("down-tag-key", link->down.tag);
    golden.line("down-stream-key", link->down.stream);

    Call call;
    call.box = BoxId{40000};
    call.key_id = 255;
    call.echo = 0xFEDCBA98;
    call.last_update = 300;
    call.waiting = 70000;
    call.newest = {513, 1024};
    call.keyring = 129;
    call.holdings = {{"keyring", 129}, {"id-jember", 4}, {"tarif", 70000}};
    call.held = holdings_mark(call.holdings);
    call.wants = {{0x01020304, {{0, 5}, {1000, 200}}}, {0xA0B0C0D0, {}}};
    golden.line("call", encode(call, link->up));
    golden.number("call-box", call.box.value);
    golden.number("call-prekey", call.key_id);
    golden.number("call-echo", call.echo);
    golden.number("call-last-update", call.last_update);
    golden.number("call-waiting", call.waiting);
    golden.line("call-newest", "513 1024");
    golden.number("call-keyring", call.keyring);
    golden.number("call-held", call.held);
    golden.line("call-wants", "16909060: 0+5 1000+200, 2695938256:");
    golden.line("call-holdings", "keyring 129, id-jember 4, tarif 70000");
    auto read_call = decode_call(encode(call, link->up), link->up);
    CHECK((read_call && *read_call == call));

    // What a call has only now and then: the day before, and no publications now.
    auto day_call = call;
    day_call.holdings.clear();
    day_call.sparing = true;
    day_call.used = {20782,
                     {{domain::Carrier::kDatagrams, {70000, 130, 0, 4}},
                      {domain::Carrier::kSms, {0, 0, 12, 4200}},
                      {domain::Carrier::kStick, {domain::kMostCounted, 1, 0, kMostCost}}}};
    golden.line("day-call", encode(day_call, link->up));
    golden.number("day-call-day", day_call.used->day);
    golden.line("day-call-used",
                "1: 70000 130 0 4, 3: 0 0 12 4200, 4: 1000000000000000 1 0 4611686018427387904");
    golden.line("day-call-sparing", "yes");
    auto read_day = decode_call(encode(day_call, link->up), link->up);
    CHECK((read_day && *read_day == day_call));

    Answer answer;
    answer.box = call.box;
    answer.key_id = call.key_id;
    answer.echo = call.echo;
    answer.district_time = from_unix(1795489200);
    answer.newest_epoch = 513;
    answer.keyring = 130;
    answer.acks = {{512, {1, 2, 3, 4}, 1024, 0}, {513, {5, 6, 7, 8}, 10, 0x8000000000000001}};
    answer.more = true;
    answer.tell = true;
    for (std::uint16_t counter : {std::uint16_t{3}, std::uint16_t{1000}}) {
        StatusUpdate update;
        update.sequence = 301 + answer.updates.size();
        update.item = item_id({call.box, 512, counter, {1, 2, 3, 4}});
        update.state = static_cast<std::uint8_t>(answer.updates.empty() ? 4 : 250);
        update.at = from_unix(1795489000);
        update.reply = answer.updates.empty() ? Bytes(150, 0xE1) : Bytes();
        update.notice = answer.updates.empty() ? Bytes(5, 0xE2) : Bytes();
        answer.updates.push_back(update);
    }
    answer.pieces = {{0xA0B0C0D0, 125, 8, Bytes{1, 2, 3}}};
    auto frame = encode(answer, link->down);
    golden.line("answer", frame);
    golden.line("mark-512", Bytes{1, 2, 3, 4});
    golden.line("mark-513", Bytes{5, 6, 7, 8});
    golden.line("answer-acks", "512 below 1024 map 0, 513 below 10 map 9223372036854775809");
    golden.line("answer-flags", "echo news more maps tell");
    golden.number("answer-echo", answer.echo);
    golden.number("answer-time", 1795489200);
    golden.number("answer-newest-epoch", answer.newest_epoch);
    golden.number("answer-keyring", answer.keyring);
    golden.number("answer-first-sequence", 301);
    for (const auto& update : answer.updates) {
        auto name = "update-" + std::to_string(update.sequence);
        golden.line(name + "-item", update.item.value);
        golden.number(name + "-state", update.state);
        golden.number(name + "-at", static_cast<std::uint64_t>(to_unix(update.at)));
        golden.line(name + "-reply", update.reply);
        golden.line(name + "-notice", update.notice);
    }
    golden.line("answer-pieces", "2695938256 of 125 from 8: 010203");
    auto marks = [&](std::uint16_t epoch) { return std::optional(answer.acks[epoch - 512U].mark); };
    auto read = decode_answer(frame, link->down, marks);
    CHECK((read && *read == answer));

    Answer brief;
    brief.box = call.box;
    brief.key_id = call.key_id;
    brief.district_time = from_unix(1795489200);
    brief.newest_epoch = 513;
    brief.keyring = 130;
    brief.brief = true;
    brief.acks = {{513, {5, 6, 7, 8}, 10, 0}};
    for (std::uint16_t counter : {std::uint16_t{3}, std::uint16_t{4}, std::uint16_t{1000}}) {
        auto n = brief.updates.size();
        StatusUpdate update;
        update.sequence = 303 + n;
        update.item = item_id({call.box, 512, counter, {1, 2, 3, 4}});
        update.state = static_cast<std::uint8_t>(2 + n);
        update.at = from_unix(1795489200 - 500 * static_cast<std::int64_t>(n));
        update.reply_follows = n == 0;
        if (n == 1) update.reply = Bytes(12, 0xE3);
        if (n == 0) update.to_tell = Notice{{"+628000000012"}, "id", {"00217739"}};
        if (n == 2) update.to_tell = Notice{{"+6280000000013"}, "xx-Latn", {"99999999"}};
        brief.updates.push_back(update);
    }
    auto short_frame = encode(brief, link->down);
    golden.line("brief", short_frame);
    golden.line("brief-flags", "news brief");
    golden.number("brief-time", 1795489200);
    for (const auto& update : brief.updates) {
        auto name = "brief-" + std::to_string(update.sequence);
        golden.line(name + "-item", update.item.value);
        golden.number(name + "-state", update.state);
        golden.number(name + "-at", static_cast<std::uint64_t>(to_unix(update.at)));
        golden.line(name + "-reply", update.reply);
        golden.number(name + "-reply-follows", update.reply_follows ? 1 : 0);
        const auto& tell = update.to_tell;
        golden.line(name + "-to-tell",
                    tell ? tell->to.e164 + " " + tell->language + " " + tell->code.digits : "-");
    }
    read = decode_answer(short_frame, link->down, marks);
    CHECK((read && *read == brief));
    golden.settle();
}

TEST_CASE("known answers of a keyring") {
    Golden golden("keyring.txt");
    auto root = root_from(Bytes(32, 1));
    auto district = district_keys_from(root, Bytes(32, 2));
    REQUIRE(rotate_prekey(district, root, Bytes(32, 3), std::vector{BoxId{7}, BoxId{900}, BoxId{70000}}));
    const auto& keyring = district.shown.keyring;
    golden.line("root", root.shown);
    golden.line("keyring", district.shown.signed_keyring);
    golden.number("version", keyring.version);
    golden.number("current", keyring.current);
    for (const auto& prekey : keyring.prekeys) {
        golden.line("prekey-" + std::to_string(prekey.id) + "-district", prekey.district);
        golden.line("prekey-" + std::to_string(prekey.id) + "-inspectorate", prekey.inspectorate);
    }
    golden.line("downlink", keyring.downlink);
    golden.number("minimum-software", keyring.minimum_software);
    golden.line("withdrawn", "7 900 70000");
    golden.settle();
}

TEST_CASE("known answers of bulletins and a piece") {
    Golden golden("bulletin.txt");
    auto root = root_from(Bytes(32, 1));
    auto district = district_keys_from(root, Bytes(32, 2));
    golden.line("root", root.shown);
    golden.line("downlink", district.shown.keyring.downlink);
    std::string old_text = "tarif: gratis\n";
    std::string text;
    for (int i = 0; i < 40; ++i) text += old_text;
    auto whole =
        make_bulletin({BulletinKind::kDocument, {}, "tarif", 1, as_bytes(old_text)}, {}, district.sign);
    auto packed =
        make_bulletin({BulletinKind::kPack, BoxId{900}, "id-jember", 2, as_bytes(text)}, {}, district.sign);
    auto delta = make_bulletin({BulletinKind::kDocument, {}, "tarif", 3, as_bytes(text + "!")},
                               BulletinBase{2, as_bytes(text)}, district.sign);
    auto keyring = make_bulletin({BulletinKind::kKeyring, {}, "keyring", 1, district.shown.signed_keyring},
                                 {}, root.sign);
    REQUIRE((whole && packed && delta && keyring));
    auto show = [&](const std::string& name, const Bytes& bytes, const std::string& says, BytesView base,
                    std::uint32_t held) {
        golden.line(name, bytes);
        golden.line(name + "-says", says);
        golden.line(name + "-base", base);
        auto opened = open_bulletin(bytes, district.shown, BoxId{900}, {held, base});
        REQUIRE(opened);
        golden.line(name + "-result", opened->content);
    };
    show("whole", *whole, "document, whole, every box, tarif 1", {}, 0);
    show("keyring", *keyring, "keyring, whole, every box, keyring 1", {}, 0);
    show("compressed", golden.kept("compressed", *packed), "pack, compressed, box 900, id-jember 2", {}, 1);
    show("delta", golden.kept("delta", *delta), "document, delta from 2, every box, tarif 3", as_bytes(text),
         2);
    ByteWriter piece;
    write_piece(piece, piece_of(*whole, bulletin_mark(*whole), 100, 8));
    golden.line("piece", piece.bytes());
    golden.line("piece-says", "whole from 100");
    golden.settle();
}

TEST_CASE("known answers of padding") {
    Golden golden("padding.txt");
    for (std::size_t size :
         {0, 1, 63, 64, 65, 80, 81, 86, 87, 96, 97, 117, 118, 128, 129, 192, 193, 1000, 16000}) {
        golden.number("item-" + std::to_string(size), padded_size(size));
        golden.number("opening-" + std::to_string(size), padded_size(size, Riding::kOpening));
    }
    golden.settle();
}
