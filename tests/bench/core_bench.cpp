// Figures of the core, without processes: prints `name value` lines for scripts/bench.
#include "adapters/sqlite/box_store.hpp"
#include "box/box.hpp"
#include "district/boxes.hpp"
#include "district/intake.hpp"
#include "sim/memory_district_store.hpp"
#include "tools/requests.hpp"
#include "tools/sealing_box.hpp"
#include "tools/temporary_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace kentongan;
using Clock = std::chrono::steady_clock;

namespace {

double micros(Clock::duration time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

// The median of `rounds` runs of `work`, in microseconds each.
template <class Work>
double median_us(int rounds, Work work) {
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) {
        auto start = Clock::now();
        work(i);
        times.push_back(micros(Clock::now() - start));
    }
    std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
    return times[static_cast<std::size_t>(rounds / 2)];
}

void say(const char* name, double value) {
    std::printf("%s %.3f\n", name, value);
}

void wire_figures(const domain::Pack& pack, const domain::Village& village) {
    auto secret = wire::make_district_keys();
    test::SealingBox box(wire::make_box_keys(BoxId{7}), secret.shown);
    auto dictionaries = std::move(wire::Dictionaries::load(pack.dictionaries)).take();
    auto request = test::example_letter();
    auto record = std::move(wire::encode_request(pack, village, dictionaries, request)).take();
    std::vector<Bytes> items;
    for (int i = 0; i < 65; ++i)
        items.push_back(box.seal_record(record, domain::Recipient::kDistrict).frames.back());
    std::vector<BytesView> views(items.begin() + 1, items.end());
    std::size_t used = 0;
    auto frames = wire::compose(views, 64 * 1024, used);
    say("wire.record_bytes_letter", static_cast<double>(record.size()));
    say("wire.opening_bytes_letter", static_cast<double>(items[0].size()));
    say("wire.item_bytes_letter", static_cast<double>(items[1].size()));
    say("wire.parcel_bytes_per_letter_of_64", static_cast<double>(wire::write_parcel(frames).size()) / 64);
    say("wire.encode_us",
        median_us(2000, [&](int) { (void)wire::encode_request(pack, village, dictionaries, request); }));
    say("wire.seal_us",
        median_us(900, [&](int) { (void)box.seal_record(record, domain::Recipient::kDistrict); }));
    auto opening = std::move(wire::read_item(items[0])).take();
    wire::SenderKeys sender{box.keys.shown.box, box.keys.shown.agree, box.keys.psk};
    const auto& keys = *secret.prekey(opening.header.key_id);
    say("wire.open_epoch_us",
        median_us(500, [&](int) { (void)wire::ReceivingChain::begin(opening, sender, keys); }));
    auto chain = std::move(wire::ReceivingChain::begin(opening, sender, keys)).take().first;
    auto next = std::move(wire::read_item(items[1])).take();
    say("wire.open_us", median_us(2000, [&](int) { (void)chain.open(next); }));
}

// What one core of a district's machine opens, checks and seals anew, in memory; the disk's share is
// store.raw_fdatasync_us a parcel.
void district_figures(const domain::Pack& pack, const domain::Village& village) {
    constexpr int kItems = 960;
    constexpr int kTogether = 64;
    district::Setting setting;
    setting.pack = pack;
    setting.dictionaries = std::move(wire::Dictionaries::load(pack.dictionaries)).take();
    setting.villages[village.id] = village;
    setting.keys = wire::make_district_keys();
    sim::MemoryDistrictStore store;
    test::SealingBox box(wire::make_box_keys(BoxId{7}), setting.keys.shown);
    if (!district::register_box(store, box.keys.shown, village.id, box.keys.psk, setting.psk_key))
        std::abort();
    district::Intake intake(store, setting);
    std::vector<Bytes> parcels;
    std::vector<Bytes> frames;
    for (int i = 0; i < kItems; ++i) {
        auto request = test::example_letter();
        for (auto& frame : box.seal(pack, village, setting.dictionaries, request))
            frames.push_back(std::move(frame));
        if ((i + 1) % kTogether == 0) parcels.push_back(box.parcel(std::exchange(frames, {})));
    }
    auto start = Clock::now();
    for (const auto& parcel : parcels)
        if (!intake.exchange(parcel, from_unix(1795489200))) std::abort();
    auto took = micros(Clock::now() - start);
    say("district.open_items_per_s_per_core", kItems * 1e6 / took);

    // A forged item with the dearest counter, and a forged opening.
    auto forged = wire::encode(
        wire::ItemHeader{BoxId{7}, 1, wire::kMaxEpochItems - 1, domain::Recipient::kDistrict, 0});
    forged.resize(forged.size() + 90);
    auto parcel = box.parcel({forged});
    say("district.forged_item_us", median_us(300, [&](int) { (void)intake.exchange(parcel, Instant{}); }));
    auto opening = wire::encode(wire::ItemHeader{BoxId{7}, 9, 0, domain::Recipient::kDistrict, 1});
    opening.resize(opening.size() + 120, 9);
    parcel = box.parcel({opening});
    say("district.forged_opening_us", median_us(300, [&](int) { (void)intake.exchange(parcel, Instant{}); }));
}

void store_figures(const domain::Pack& pack, const domain::Village& village) {
    test::TemporaryFolder folder;
    // What one durable write costs here at all, side by side with ours.
    int fd = ::open((folder / "raw").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    Bytes row(600, 0x5a);
    auto raw = median_us(300, [&](int) {
        if (::write(fd, row.data(), row.size()) < 0 || ::fdatasync(fd) != 0) std::abort();
    });
    ::close(fd);

    auto store = std::move(sqlite::SqliteBoxStore::open(folder / "box.db")).take();
    auto keys = wire::make_box_keys(BoxId{7});
    auto district = wire::make_district_keys();
    wire::Sealer sealer(keys, district.shown.current());
    box::Box box({pack, village, keys, district.shown, *store, sealer});
    std::uint32_t once = 0;
    auto submit = [&] {
        wire::local::Submit out;
        ++once;
        std::copy_n(reinterpret_cast<const std::uint8_t*>(&once), sizeof once, out.once.value.begin());
        out.service = "domisili";
        out.language = "id";
        for (const auto& [name, value] : test::example_letter().answers) out.answers.push_back({name, value});
        out.consent_version = pack.consent_version;
        return box::Inbound{1, out};
    };
    auto now = from_unix(1795489200);
    auto one = median_us(300, [&](int) {
        if (box.handle({submit()}, now).size() != 1) std::abort();
    });
    auto batch = median_us(30, [&](int) {
        std::vector<box::Inbound> together;
        for (int i = 0; i < 64; ++i) together.push_back(submit());
        if (box.handle(together, now).size() != 64) std::abort();
    });
    say("store.raw_fdatasync_us", raw);
    say("box.accept_us", one);
    say("box.accept_over_raw", one / raw);
    say("box.accept_per_s", 1e6 / one);
    say("box.accept_batch64_per_s", 64e6 / batch);
}

} // namespace

int main() {
    auto pack = test::test_pack("id-jember");
    auto village = test::test_village(pack);
    wire_figures(pack, village);
    district_figures(pack, village);
    store_figures(pack, village);
}
