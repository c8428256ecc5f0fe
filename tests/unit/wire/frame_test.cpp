// Frames and parcels, calls and answers: what travels beside a single item.
#include "wire/answer.hpp"
#include "wire/brief_update.hpp"
#include "wire/seal.hpp"

#include <catch2/catch.hpp>

namespace {

using namespace kentongan;
using namespace kentongan::wire;
using domain::Recipient;

const Instant kNow = from_unix(1764036000);

AgreePair fresh() {
    Key32 secret{};
    random_bytes(secret);
    return agree_pair(secret);
}

std::vector<Bytes> sealed_items(std::size_t count) {
    BoxSecret box = make_box_keys(BoxId{7});
    Sealer sealer(box, {1, fresh().shown, fresh().shown});
    std::vector<Bytes> out;
    REQUIRE(sealer.open(Recipient::kDistrict, 1, {}, kNow));
    for (std::size_t i = 0; i < count; ++i) {
        auto turn = sealer.take(Recipient::kDistrict, 70);
        REQUIRE_FALSE(turn.opening);
        out.push_back(*sealer.seal(Recipient::kDistrict, Bytes(70, static_cast<std::uint8_t>(i + 1))));
    }
    return out;
}

std::vector<BytesView> views(const std::vector<Bytes>& items) {
    return {items.begin(), items.end()};
}

Call full_call() {
    Call out;
    out.box = BoxId{7};
    out.key_id = 2;
    out.echo = 0x12345678;
    out.last_update = 300;
    out.waiting = 12;
    out.newest = {9, 100};
    out.keyring = 4;
    out.held = 77;
    out.wants = {{5, {{0, 100}, {300, 4}}}};
    out.holdings = {{"id-jember", 3}};
    out.sparing = true;
    out.used = {20782, {{domain::Carrier::kHttps, {5, 6, 0, 1}}, {domain::Carrier::kSms, {0, 0, 1, 350}}}};
    return out;
}

Answer full_answer() {
    Answer out;
    out.box = BoxId{7};
    out.key_id = 2;
    out.echo = 0x12345678;
    out.district_time = kNow;
    out.newest_epoch = 9;
    out.keyring = 4;
    out.acks = {{8, {1, 2, 3, 4}, 10, 5}, {9, {5, 6, 7, 8}, 1, 0}};
    StatusUpdate update;
    update.sequence = 301;
    update.item = item_id({BoxId{7}, 8, 3, {1, 2, 3, 4}});
    update.state = 4;
    update.at = kNow;
    update.reply = Bytes(60, 1);
    update.notice = Bytes(80, 2);
    out.updates = {update, update};
    out.updates[1].sequence = 302;
    out.pieces = {{12345, 4000, 0, Bytes(200, 9)}};
    out.tell = true;
    out.more = true;
    return out;
}

std::optional<Mark> marks(std::uint16_t epoch) {
    if (epoch == 8) return Mark{1, 2, 3, 4};
    if (epoch == 9) return Mark{5, 6, 7, 8};
    return std::nullopt;
}

// Every flipped bit and every truncation.
template <class Read>
void refused_if_altered(const Bytes& frame, Read read) {
    for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
        auto flipped = frame;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        CHECK_FALSE(read(flipped));
    }
    for (std::size_t size = 0; size < frame.size(); ++size) CHECK_FALSE(read(BytesView(frame).first(size)));
}

LinkKeys some_keys() {
    auto keys = link_keys(fresh().secret, fresh().shown, fresh().secret);
    REQUIRE(keys);
    return *keys;
}

} // namespace

TEST_CASE("neighbours share a header and come out as they went in") {
    auto items = sealed_items(20);
    std::size_t used = 0;
    auto frames = compose(views(items), 64 * 1024, used);
    CHECK(used == 20);
    REQUIRE(frames.size() == 2); // the opening alone, the rest together
    std::vector<Bytes> out;
    std::size_t bytes = 0;
    for (const auto& frame : frames) {
        bytes += frame.size();
        auto some = items_of(frame);
        REQUIRE(some);
        out.insert(out.end(), some->begin(), some->end());
    }
    CHECK(out == items);
    // 18 bytes around a record of 70 (80 with its padding) in a batch, and the opening's own.
    CHECK(bytes == items[0].size() + kBatchHeader - 1 + 19 * (80 + 16 + 1));
}

TEST_CASE("compose fills what room there is and no more, in order, and batches neighbours only") {
    auto items = sealed_items(30);
    items.erase(items.begin() + 10);
    for (std::size_t room = 0; room < 4000; room += 7) {
        std::size_t used = 0;
        auto frames = compose(views(items), room, used);
        CHECK(write_parcel(frames).size() <= room);
        std::vector<Bytes> out;
        for (const auto& frame : frames) {
            auto some = items_of(frame);
            REQUIRE(some);
            out.insert(out.end(), some->begin(), some->end());
        }
        REQUIRE(out.size() == used);
        CHECK(std::equal(out.begin(), out.end(), items.begin()));
        if (used < items.size()) CHECK(write_parcel(frames).size() + items[used].size() + 4 > room);
    }
}

TEST_CASE("large neighbours become several batches, each of which a reader takes") {
    // Stories of 500 bytes: a batch of as many as its count allows would be above a frame's limit, and a
    // reader would refuse the whole parcel, again and again.
    BoxSecret box = make_box_keys(BoxId{7});
    Sealer sealer(box, {1, fresh().shown, fresh().shown});
    REQUIRE(sealer.open(Recipient::kDistrict, 1, {}, kNow));
    std::vector<Bytes> items;
    for (std::size_t i = 0; i < 300; ++i) {
        (void)sealer.take(Recipient::kDistrict, 500);
        items.push_back(*sealer.seal(Recipient::kDistrict, Bytes(500, 1)));
    }
    std::size_t used = 0;
    auto frames = compose(views(items), kMaxParcel, used);
    CHECK(used == items.size());
    for (const auto& frame : frames) CHECK(frame.size() <= kMaxFrame);
    auto parcel = write_parcel(frames);
    auto read = read_parcel(parcel);
    REQUIRE(read);
    std::vector<Bytes> out;
    for (auto frame : *read) {
        auto some = items_of(frame);
        REQUIRE(some);
        out.insert(out.end(), some->begin(), some->end());
    }
    CHECK(out == items);
}

TEST_CASE("a parcel gives its frames, and anything cut off is refused") {
    auto items = sealed_items(5);
    auto parcel = write_parcel(items);
    auto frames = read_parcel(parcel);
    REQUIRE(frames);
    REQUIRE(frames->size() == 5);
    for (std::size_t i = 0; i < 5; ++i) CHECK(Bytes((*frames)[i].begin(), (*frames)[i].end()) == items[i]);
    std::size_t whole = 0;
    for (std::size_t size = 0; size < parcel.size(); ++size)
        if (read_parcel(BytesView(parcel).first(size))) ++whole;
    CHECK(whole == 4); // cut between two frames
    CHECK_FALSE(read_parcel({}));
}

TEST_CASE("a batch that promises more than it holds, or an opening in it, is refused") {
    auto items = sealed_items(4);
    auto all = views(items);
    auto batch = write_batch(std::span(all).subspan(1));
    REQUIRE(items_of(batch));
    for (std::size_t size = 0; size < batch.size(); ++size)
        CHECK_FALSE(items_of(BytesView(batch).first(size)));
    auto more = batch;
    more[6] = 4;
    CHECK_FALSE(items_of(more));
    auto opening = batch;
    opening[0] |= 1;
    CHECK_FALSE(items_of(opening));
}

TEST_CASE("both ends of a link make the same keys") {
    auto box = fresh();
    auto district = fresh();
    auto psk = fresh().secret;
    auto one = link_keys(box.secret, district.shown, psk);
    auto other = link_keys(district.secret, box.shown, psk);
    REQUIRE(one);
    REQUIRE(other);
    CHECK(one->up.tag == other->up.tag);
    CHECK(one->down.stream == other->down.stream);
    CHECK(one->up.tag != one->down.tag);
    CHECK(one->up.tag != one->up.stream);
    CHECK_FALSE(link_keys(box.secret, Key32{}, psk));
}

TEST_CASE("a call comes out as it went in, and no altered one does") {
    auto keys = some_keys();
    auto frame = encode(full_call(), keys.up);
    CHECK(frame.size() < 80);
    auto back = decode_call(frame, keys.up);
    REQUIRE(back);
    CHECK(*back == full_call());
    CHECK_FALSE(decode_call(frame, keys.down));
    refused_if_altered(frame, [&](BytesView bytes) { return decode_call(bytes, keys.up); });
}

TEST_CASE("an answer comes out as it went in, and no altered one does") {
    auto keys = some_keys();
    auto frame = encode(full_answer(), keys.down);
    auto back = decode_answer(frame, keys.down, marks);
    REQUIRE(back);
    CHECK(*back == full_answer());
    refused_if_altered(frame, [&](BytesView bytes) { return decode_answer(bytes, keys.down, marks); });
}

TEST_CASE("an answer with brief updates is refused wherever it was altered") {
    auto keys = some_keys();
    auto answer = full_answer();
    answer.brief = true;
    answer.pieces.clear();
    answer.updates[0].notice.clear();
    answer.updates[0].reply.clear();
    answer.updates[0].reply_follows = true;
    answer.updates[0].to_tell = Notice{{"+628000000012"}, "id", {"04821773"}};
    answer.updates[1].notice.clear();
    auto frame = encode(answer, keys.down);
    auto read = decode_answer(frame, keys.down, marks);
    REQUIRE(read);
    CHECK(*read == answer);
    refused_if_altered(frame, [&](BytesView bytes) { return decode_answer(bytes, keys.down, marks); });
}

TEST_CASE("a brief update is 26 bytes with whom to tell, has one spelling, and refuses another") {
    StatusUpdate update;
    update.state = 3;
    update.at = kNow - seconds(200);
    update.to_tell = Notice{{"+6280000000012"}, "id", {"48217739"}};
    auto written = [&] {
        ByteWriter out;
        write_brief(out, update, kNow);
        return std::move(out).take();
    };
    auto read = [](const Bytes& bytes, Instant base) {
        ByteReader in(bytes);
        auto out = read_brief(in, base);
        return out && in.end() ? std::optional(*out) : std::nullopt;
    };
    auto good = written();
    CHECK(good.size() + 2 + 1 + 4 == 26); // and the item
    CHECK(read(good, kNow) == update);
    for (std::size_t size = 0; size < good.size(); ++size)
        CHECK_FALSE(read(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)), kNow));
    CHECK_FALSE(read(good, from_unix(199))); // before 1970
    auto altered = [&](std::size_t at, std::uint8_t value) {
        auto out = good;
        out[at] = value;
        return out;
    };
    constexpr std::size_t kParts = 3; // behind a state and a time of two bytes
    CHECK_FALSE(read(altered(kParts, 8 | 4), kNow));
    CHECK_FALSE(read(altered(kParts, 1 | 2), kNow));
    CHECK_FALSE(read(altered(kParts + 1, 0), kNow));
    CHECK_FALSE(read(altered(kParts + 1, 16), kNow));
    CHECK_FALSE(read(altered(kParts + 2, 0x6A), kNow));
    CHECK_FALSE(read(altered(kParts + 8, 0x21), kNow)); // 13 digits: the last is half a byte
    CHECK_FALSE(read(altered(good.size() - 4, 0xFF), kNow));

    // A clock that went back: the time is the answer's.
    update.at = kNow + seconds(5);
    CHECK(read(written(), kNow)->at == kNow);
    for (const char* no_number : {"628000000012", "+", "+6280000000012345", "+62800a"}) {
        update.to_tell->to.e164 = no_number;
        CHECK_FALSE(fits_brief(*update.to_tell));
        CHECK_FALSE(read(written(), kNow)->to_tell);
    }
}

TEST_CASE(
    "an acknowledgement alone is short, one SMS acknowledges thousands, and both are bound to their epochs") {
    auto keys = some_keys();
    Answer answer;
    answer.box = BoxId{7};
    answer.key_id = 2;
    answer.acks = {{8, {1, 2, 3, 4}, 10, 5}};
    CHECK(encode(answer, keys.down).size() <= 35);
    answer.acks.clear();
    for (std::uint16_t epoch = 1; epoch <= 9; ++epoch) answer.acks.push_back({epoch, {1, 1, 1, 1}, 1000, 3});
    auto many = encode(answer, keys.down);
    CHECK(many.size() <= kSmsBytes);
    auto same = [](std::uint16_t) { return std::optional<Mark>({1, 1, 1, 1}); };
    CHECK(decode_answer(many, keys.down, same));
    // Another box of the same number, or a copy of this one, has other marks.
    auto other = [](std::uint16_t epoch) {
        return std::optional<Mark>({1, 1, 1, static_cast<std::uint8_t>(epoch == 5 ? 2 : 1)});
    };
    CHECK_FALSE(decode_answer(many, keys.down, other));
    CHECK_FALSE(decode_answer(many, keys.down, marks));
}

TEST_CASE("what an acknowledgement covers") {
    Ack ack{1, {}, 10, 0b101};
    CHECK(ack.covers(9));
    CHECK_FALSE(ack.covers(10));
    CHECK(ack.covers(11));
    CHECK_FALSE(ack.covers(12));
    CHECK(ack.covers(13));
    CHECK_FALSE(ack.covers(14));
    CHECK_FALSE(ack.covers(900));
    ReceivedSet set;
    for (std::uint16_t counter = 0; counter < kMaxEpochItems; ++counter)
        if (counter % 3 != 2) set.add(counter);
    Ack made{1, {}, set.next(), set.beyond()};
    for (std::uint16_t counter = 0; counter < 67; ++counter) CHECK(made.covers(counter) == set.has(counter));
}

TEST_CASE("calls and answers have one spelling: an empty part that is written all the same is refused") {
    auto keys = some_keys();
    auto again = [](const SivKey& key, Bytes head, BytesView bound, BytesView plain) {
        auto associated = head;
        associated.insert(associated.end(), bound.begin(), bound.end());
        auto body = siv_seal(key, associated, plain);
        head.insert(head.end(), body.begin(), body.end());
        return head;
    };
    auto call = full_call();
    call.holdings.clear();
    auto frame = encode(call, keys.up);
    Bytes head(frame.begin(), frame.begin() + 4);
    auto plain = *siv_open(keys.up, head, BytesView(frame).subspan(4));
    REQUIRE(decode_call(again(keys.up, head, {}, plain), keys.up));
    plain.push_back(0); // a list of no holdings
    CHECK_FALSE(decode_call(again(keys.up, head, {}, plain), keys.up));

    // A day of use: one byte of flags after echo, update, waiting, epoch, keyring and the mark of holdings.
    const Bytes bare{0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0};
    auto with = [&](std::initializer_list<std::uint8_t> rest) {
        auto inside = bare;
        inside.insert(inside.end(), rest);
        return decode_call(again(keys.up, head, {}, inside), keys.up);
    };
    REQUIRE(with({0}));
    CHECK_FALSE(with({0})->used);
    CHECK(with({32})->sparing);
    REQUIRE(with({16, 1, 2, 0, 0, 0, 5}));
    CHECK(with({16, 1, 2, 0, 0, 0, 5})->used->carriers.at(domain::Carrier::kHttps).cost == 5);
    CHECK_FALSE(with({16, 1, 2, 0, 0, 0, 0}));  // used for nothing
    CHECK_FALSE(with({16, 1, 0}));              // no carrier
    CHECK_FALSE(with({16, 1, 16, 0, 0, 0, 5})); // one that is not known
    CHECK_FALSE(with({16, 0, 2, 0, 0, 0, 5}));  // on no day
    CHECK_FALSE(with({16, 1, 2, 0, 0, 0}));     // cut short
    CHECK(with({64}).error().code == ErrorCode::kUnsupported);
    CHECK(with({9}).error().code == ErrorCode::kCorrupt);

    Mark mark{1, 2, 3, 4};
    auto answer = [&](std::uint8_t flags, BytesView inside) {
        return decode_answer(again(keys.down, {0x50, 0, 7, 2, flags, 1, 0, 8}, mark, inside), keys.down,
                             marks);
    };
    CHECK(answer(0, Bytes{0, 10}));
    CHECK(answer(1, Bytes{0, 0, 0, 1, 0, 10}));
    CHECK_FALSE(answer(1, Bytes{0, 0, 0, 0, 0, 10})); // no call is repeated
    CHECK(answer(8, Bytes{0, 10, 0, 0, 0, 0, 0, 0, 0, 1}));
    CHECK_FALSE(answer(8, Bytes{0, 10, 0, 0, 0, 0, 0, 0, 0, 0})); // no map is needed
    Bytes news(2 + 8 + 2 + 1 + 1 + 1);
    news[1] = 10;
    CHECK_FALSE(answer(2, news)); // no news
    news[9] = 1;
    CHECK(answer(2, news));
}
