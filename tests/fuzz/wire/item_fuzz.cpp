// Items from anybody, and what a box itself could seal: no crash, nothing opens that was not sealed, and a
// header has one spelling.
//
// The first byte chooses the door: 0 an item as it came, before an epoch that is known; 1 the payload of an
// opening that the box has sealed; 2 what it has sealed as the item after it, behind a counter's byte.
#include "wire/open.hpp"

#include <algorithm>
#include <cstdlib>

using namespace kentongan;

namespace {

void must(bool held) {
    if (!held) std::abort();
}

wire::Key32 filled(std::uint8_t with) {
    wire::Key32 out{};
    out.fill(with);
    return out;
}

struct Ends {
    wire::AgreePair box = wire::agree_pair(filled(1));
    wire::PrekeySecret prekey = wire::prekey_from(1, Bytes(32, 2));
    wire::Key32 psk = filled(3);
    wire::SenderKeys sender{BoxId{7}, box.shown, psk};
    wire::NoiseSecrets secrets;

    Bytes opening(BytesView payload) {
        wire::ItemHeader header{BoxId{7}, 1, 0, domain::Recipient::kDistrict, 1};
        auto writer = wire::NoiseWriter::begin(wire::prologue_of(header), box, prekey.shown.district, &psk,
                                               wire::agree_pair(filled(4)), secrets);
        must(writer.has_value());
        auto out = wire::encode(header);
        auto message = writer->write(payload);
        out.insert(out.end(), message.begin(), message.end());
        return out;
    }
};

void whole(BytesView bytes, const Ends& ends, const wire::ReceivingChain& chain) {
    auto item = wire::read_item(bytes);
    if (!item) return;
    auto again = wire::encode(item->header);
    again.insert(again.end(), item->sealed.begin(), item->sealed.end());
    must(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
    auto items = wire::item_id({item->header.box, item->header.epoch, item->header.counter, {1, 2, 3, 4}});
    must(wire::place_of(items).counter == item->header.counter);
    // Only what stands in the corpus was ever sealed; a change of it opens nowhere.
    auto begun = wire::ReceivingChain::begin(*item, ends.sender, ends.prekey);
    must(!begun || bytes.size() == 6 + wire::kNoiseOverhead + 64);
    must(!chain.open(*item).has_value());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Ends ends;
    static const auto known = [] {
        auto begun =
            wire::ReceivingChain::begin(*wire::read_item(ends.opening(Bytes(3))), ends.sender, ends.prekey);
        must(begun.has_value() && begun->second.record.empty());
        return begun->first;
    }();
    if (size == 0) return 0;
    BytesView rest(data + 1, size - 1);
    switch (data[0] % 3) {
    case 0:
        whole(rest, ends, known);
        break;
    case 1: {
        if (rest.size() > 8 * 1024) break;
        auto opening = ends.opening(rest);
        auto begun = wire::ReceivingChain::begin(*wire::read_item(opening), ends.sender, ends.prekey);
        if (!begun) break;
        const auto& opened = begun->second;
        must(opened.previous && opened.previous->items <= wire::kMaxEpochItems);
        must(opened.record.size() < rest.size());
        must(std::search(rest.begin(), rest.end(), opened.record.begin(), opened.record.end()) !=
                 rest.end() ||
             opened.record.empty());
        break;
    }
    default: {
        if (rest.empty() || rest.size() > 8 * 1024) break;
        auto counter = static_cast<std::uint16_t>(rest[0] + 1);
        auto key = ends.secrets.first;
        for (unsigned i = 1; i < counter; ++i) key = wire::noise_rekey(key);
        wire::ItemHeader header{BoxId{7}, 1, counter, domain::Recipient::kDistrict, 0};
        auto item = wire::encode(header);
        auto sealed = wire::seal_once(key, item, rest.subspan(1));
        item.insert(item.end(), sealed.begin(), sealed.end());
        auto chain = known;
        auto opened = chain.open(*wire::read_item(item));
        must(opened.has_value() ==
             std::any_of(rest.begin() + 1, rest.end(), [](auto byte) { return byte != 0; }));
        if (!opened) break;
        must(opened->record.back() != 0 && opened->place.counter == counter);
        must(std::equal(opened->record.begin(), opened->record.end(), rest.begin() + 1));
        chain.received(counter);
        must(!chain.open(*wire::read_item(item)));
    }
    }
    return 0;
}
