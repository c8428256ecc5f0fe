// The epoch and its chain: what the box seals, the district opens in any order, and nobody else ever.
#include "wire/open.hpp"
#include "wire/seal.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>
#include <set>

namespace {

using namespace kentongan;
using namespace kentongan::wire;
using domain::Recipient;

struct Ends {
    BoxSecret box = make_box_keys(BoxId{7});
    PrekeySecret reading = prekey_from(3, as_bytes("a district"));
    Prekey to = reading.shown;
    SenderKeys sender{box.shown.box, box.shown.agree, box.psk};
    Instant now = from_unix(1764036000);
    std::uint16_t epochs = 0;

    struct Sealed {
        ItemId item;
        Bytes bytes;
        domain::CaseCode code;
        domain::ReceiptCode receipt;
    };

    /// As the box does it: what was sealed, a bare opening before it if there is one.
    std::vector<Sealed> seal(Sealer& sealer, const Bytes& record, Recipient recipient = Recipient::kDistrict,
                             ClosedEpoch previous = {}) {
        std::vector<Sealed> out;
        if (sealer.must_open(recipient, now)) REQUIRE(sealer.open(recipient, ++epochs, previous, now));
        auto turn = sealer.take(recipient, record.size());
        if (turn.opening) out.push_back({turn.opening->first, turn.opening->second, {}, {}});
        auto bytes = sealer.seal(recipient, record);
        REQUIRE(bytes);
        out.push_back({turn.item, *bytes, turn.seed.code(0), turn.seed.receipt()});
        return out;
    }
};

ReadItem read(const Bytes& item) {
    auto out = read_item(item);
    REQUIRE(out);
    return *out;
}

Bytes record_of(std::size_t size, std::uint8_t with = 0x55) {
    return Bytes(size, with);
}

} // namespace

TEST_CASE("items of an epoch open in any order, with the box's names and numbers") {
    Ends ends;
    Sealer sealer(ends.box, ends.to);
    std::vector<Ends::Sealed> items;
    for (std::uint8_t i = 0; i < 40; ++i) {
        auto some = ends.seal(sealer, record_of(60, static_cast<std::uint8_t>(i + 1)));
        items.insert(items.end(), some.begin(), some.end());
    }
    REQUIRE(items.size() == 40);
    auto begun = ReceivingChain::begin(read(items[0].bytes), ends.sender, ends.reading);
    REQUIRE(begun);
    auto& [chain, first] = *begun;
    CHECK(first.record == record_of(60, 1));
    CHECK(item_id(first.place) == items[0].item);
    CHECK(first.seed.code(0) == items[0].code);
    CHECK(first.seed.receipt() == items[0].receipt);
    chain.received(0);

    std::vector<std::size_t> order;
    for (std::size_t i = 1; i < items.size(); ++i) order.push_back(i);
    std::shuffle(order.begin(), order.end(), std::mt19937(11));
    for (auto i : order) {
        auto opened = chain.open(read(items[i].bytes));
        REQUIRE(opened);
        CHECK(opened->record == record_of(60, static_cast<std::uint8_t>(i + 1)));
        CHECK(item_id(opened->place) == items[i].item);
        CHECK(place_of(items[i].item) == opened->place);
        CHECK(opened->seed.receipt() == items[i].receipt);
        chain.received(static_cast<std::uint16_t>(i));
        auto again = chain.open(read(items[i].bytes));
        REQUIRE_FALSE(again);
        CHECK(again.error().code == ErrorCode::kConflict);
    }
    CHECK(chain.here().next() == 40);
}

TEST_CASE("a chain made again from its opening goes on where it was") {
    Ends ends;
    Sealer sealer(ends.box, ends.to);
    std::vector<Ends::Sealed> items;
    for (std::uint8_t i = 0; i < 6; ++i)
        items.push_back(ends.seal(sealer, record_of(30, static_cast<std::uint8_t>(i + 1))).back());
    ReceivedSet here;
    for (std::uint16_t counter : {std::uint16_t{0}, std::uint16_t{1}, std::uint16_t{4}}) here.add(counter);
    auto kept = ReceivedSet::read(here.bytes());
    REQUIRE(kept);
    CHECK(*kept == here);
    CHECK(kept->next() == 2);
    CHECK(kept->beyond() == 2);
    auto begun = ReceivingChain::begin(read(items[0].bytes), ends.sender, ends.reading);
    REQUIRE(begun);
    begun->first.received(*kept);
    for (std::size_t i : {2, 3, 5}) CHECK(begun->first.open(read(items[i].bytes)));
    for (std::size_t i : {1, 4}) CHECK_FALSE(begun->first.open(read(items[i].bytes)));
}

TEST_CASE("a flipped bit anywhere is refused, and so is every truncation") {
    Ends ends;
    Sealer sealer(ends.box, ends.to);
    auto opening = ends.seal(sealer, record_of(40)).back();
    auto item = ends.seal(sealer, record_of(70)).back();
    auto begun = ReceivingChain::begin(read(opening.bytes), ends.sender, ends.reading);
    REQUIRE(begun);
    auto opens = [&](const Bytes& bytes) {
        auto one = read_item(bytes);
        if (!one) return false;
        if (one->header.opening()) return ReceivingChain::begin(*one, ends.sender, ends.reading).has_value();
        return begun->first.open(*one).has_value();
    };
    for (const auto* whole : {&opening.bytes, &item.bytes}) {
        CHECK(opens(*whole));
        for (std::size_t bit = 0; bit < whole->size() * 8; ++bit) {
            auto flipped = *whole;
            flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
            INFO("bit " << bit);
            CHECK_FALSE(opens(flipped));
        }
        for (std::size_t size = 0; size < whole->size(); ++size)
            CHECK_FALSE(opens(Bytes(whole->begin(), whole->begin() + static_cast<std::ptrdiff_t>(size))));
    }
}

TEST_CASE("only the recipient reads: the district not what is the inspectorate's, and the reverse") {
    Ends ends;
    Sealer sealer(ends.box, ends.to);
    auto levy = ends.seal(sealer, record_of(50), Recipient::kInspectorate).back();
    CHECK(ReceivingChain::begin(read(levy.bytes), ends.sender, ends.reading));
    auto swapped = ends.reading;
    std::swap(swapped.district, swapped.inspectorate);
    std::swap(swapped.shown.district, swapped.shown.inspectorate);
    CHECK_FALSE(ReceivingChain::begin(read(levy.bytes), ends.sender, swapped));
    // The district's own key serves nothing, whatever it stands for.
    auto only = ends.reading;
    only.inspectorate = only.district;
    CHECK_FALSE(ReceivingChain::begin(read(levy.bytes), ends.sender, only));
    SenderKeys other = ends.sender;
    other.psk[0] ^= 1;
    CHECK_FALSE(ReceivingChain::begin(read(levy.bytes), other, ends.reading));
}

TEST_CASE("sizes: 22 or 23 bytes around an item, one SMS for what fits, and an opening that goes before") {
    Ends ends;
    Sealer sealer(ends.box, ends.to);
    auto first = ends.seal(sealer, record_of(79));
    REQUIRE(first.size() == 1);
    CHECK(first[0].bytes.size() == kSmsBytes);
    auto small = ends.seal(sealer, record_of(63)).back();
    CHECK(small.bytes.size() == 64 + 22);
    for (int i = 0; i < 130; ++i) ends.seal(sealer, record_of(63));
    CHECK(ends.seal(sealer, record_of(116)).back().bytes.size() == kSmsBytes);

    // 116 bytes fit one SMS, but not beside an opening: then the opening goes alone.
    sealer.abandon();
    auto two = ends.seal(sealer, record_of(110), Recipient::kDistrict, {1, 134});
    REQUIRE(two.size() == 2);
    CHECK(two[0].bytes.size() <= kSmsBytes);
    CHECK(two[1].bytes.size() <= kSmsBytes);
    auto begun = ReceivingChain::begin(read(two[0].bytes), ends.sender, ends.reading);
    REQUIRE(begun);
    CHECK(begun->second.record.empty());
    CHECK(begun->second.previous == ClosedEpoch{1, 134});
    auto opened = begun->first.open(read(two[1].bytes));
    REQUIRE(opened);
    CHECK(opened->record == record_of(110));
    CHECK(opened->seed.receipt() == two[1].receipt);

    // What no SMS carries anyway rides with its opening.
    sealer.abandon();
    auto whole = ends.seal(sealer, record_of(500));
    REQUIRE(whole.size() == 1);
    CHECK_FALSE(is_bare_opening(read(whole[0].bytes)));
    CHECK(is_bare_opening(read(two[0].bytes)));
    CHECK_FALSE(is_bare_opening(read(two[1].bytes)));
    CHECK_FALSE(is_bare_opening(read(first[0].bytes)));
}

TEST_CASE("a box that sends by SMS puts no opening beside a record that one SMS has no room for") {
    Ends ends;
    Sealer sealer(ends.box, ends.to);
    auto room = GENERATE(std::size_t{140}, std::size_t{120});
    sealer.keep_openings_within(room);
    auto large = ends.seal(sealer, record_of(500));
    REQUIRE(large.size() == 2);
    CHECK(is_bare_opening(read(large[0].bytes)));
    CHECK(large[0].bytes.size() <= room);
    auto begun = ReceivingChain::begin(read(large[0].bytes), ends.sender, ends.reading);
    REQUIRE(begun);
    CHECK(begun->first.open(read(large[1].bytes))->record == record_of(500));

    sealer.abandon();
    auto small = ends.seal(sealer, record_of(50));
    REQUIRE(small.size() == 1);
    CHECK(small[0].bytes.size() <= room);
    sealer.abandon();
    auto middle = ends.seal(sealer, record_of(75)); // beside an opening 140 bytes
    CHECK(middle.size() == (room == 140 ? 1 : 2));
    for (const auto& one : middle) CHECK(one.bytes.size() <= room);
}

TEST_CASE("an epoch ends when full, after a day, when keys are rotated or what it sealed was lost") {
    Ends ends;
    Sealer sealer(ends.box, ends.to);
    for (int i = 0; i < kMaxEpochItems; ++i) ends.seal(sealer, record_of(20));
    CHECK(ends.epochs == 1);
    CHECK(sealer.must_open(Recipient::kDistrict, ends.now));
    ends.seal(sealer, record_of(20));
    CHECK_FALSE(sealer.must_open(Recipient::kDistrict, ends.now));
    CHECK(sealer.must_open(Recipient::kInspectorate, ends.now));
    CHECK(sealer.must_open(Recipient::kDistrict, ends.now + kEpochLength));
    CHECK(sealer.must_open(Recipient::kDistrict, ends.now - std::chrono::hours(24 * 365 * 3)));
    auto rotated = ends.to;
    rotated.id = 4;
    sealer.use(rotated);
    CHECK(sealer.must_open(Recipient::kDistrict, ends.now));
    sealer.use(ends.to);
    CHECK_FALSE(sealer.must_open(Recipient::kDistrict, ends.now));
    sealer.abandon();
    CHECK(sealer.must_open(Recipient::kDistrict, ends.now));
}

TEST_CASE("an epoch goes on after a commit and ends when a commit fails, but only if something was sealed") {
    Ends ends;
    Sealer sealer(ends.box, ends.to);
    ends.seal(sealer, record_of(20));
    CHECK(sealer.standing(Recipient::kDistrict).items == 1);
    sealer.committed();
    sealer.lost();
    CHECK_FALSE(sealer.must_open(Recipient::kDistrict, ends.now));
    ends.seal(sealer, record_of(20));
    sealer.lost();
    CHECK(sealer.must_open(Recipient::kDistrict, ends.now));
}

TEST_CASE("no key is used twice: every epoch and item seals one record differently") {
    Ends ends;
    std::set<Bytes> seen;
    std::size_t made = 0;
    for (int boot = 0; boot < 20; ++boot) {
        Sealer sealer(ends.box, ends.to);
        if (boot % 3 == 2) ends.epochs = 0; // a box restored from a copy repeats its numbers
        for (int i = 0; i < 10; ++i, ++made) {
            auto item = ends.seal(sealer, record_of(60)).back();
            auto sealed = read(item.bytes).sealed;
            seen.insert(Bytes(sealed.end() - 24, sealed.end()));
        }
    }
    CHECK(seen.size() == made);
}

TEST_CASE("a forged counter costs the reader at most an epoch's key steps, and changes nothing") {
    Ends ends;
    Sealer sealer(ends.box, ends.to);
    auto opening = ends.seal(sealer, record_of(20)).back();
    auto begun = ReceivingChain::begin(read(opening.bytes), ends.sender, ends.reading);
    REQUIRE(begun);
    auto forged = encode(ItemHeader{ends.box.shown.box, 1, kMaxEpochItems - 1, Recipient::kDistrict, 0});
    forged.resize(forged.size() + 80);
    CHECK_FALSE(begun->first.open(read(forged)));
    CHECK(begun->first.steps() == kMaxEpochItems - 2);
    auto honest = ends.seal(sealer, record_of(20)).back();
    CHECK(begun->first.open(read(honest.bytes)));
}
