#include "sim/thief.hpp"

#include "wire/open.hpp"

#include <algorithm>

namespace kentongan::sim {
namespace {

// Keys that follow from one: as far as an epoch can go for its own items, a few for others.
constexpr int kStrangerSteps = 4;

bool opens_from(wire::Key32 key, int steps, const wire::ReadItem& item) {
    for (int step = 0; step <= steps; ++step) {
        if (wire::open_once(key, item.associated, item.sealed)) return true;
        key = wire::noise_rekey(key);
    }
    return false;
}

} // namespace

Thief::Thief(const Station& station)
    : life_(station.life), station_(&station), keys_(station.keys),
      disk_(station.disk.dump()), memory_{
                                      wire::SealerProbe::of(*station.sealer, domain::Recipient::kDistrict),
                                      wire::SealerProbe::of(*station.sealer,
                                                            domain::Recipient::kInspectorate)} {}

bool Thief::opens(BytesView bytes) const {
    auto item = wire::read_item(bytes);
    if (!item) return false;
    if (item->header.opening()) {
        // He has the box's half of the agreement and the psk, and tries them as if they were the district's.
        wire::PrekeySecret own;
        own.shown = {item->header.key_id, keys_.shown.agree, keys_.shown.agree};
        own.district = keys_.agree;
        own.inspectorate = keys_.agree;
        wire::SenderKeys sender{keys_.shown.box, keys_.shown.agree, keys_.psk};
        if (wire::ReceivingChain::begin(*item, sender, own)) return true;
    }
    for (const auto& found : memory_) {
        if (!found.key) continue;
        bool own = found.number == item->header.epoch && item->header.counter >= found.next;
        if (opens_from(*found.key, own ? item->header.counter - found.next : kStrangerSteps, *item))
            return true;
    }
    return false;
}

bool Thief::finds(BytesView bytes) const {
    auto in = [&](BytesView place) { return as_text(place).find(as_text(bytes)) != std::string_view::npos; };
    if (in(disk_)) return true;
    return std::any_of(memory_.begin(), memory_.end(), [&](const auto& found) {
        return (found.key && in(*found.key)) || (found.second && in(*found.second));
    });
}

bool Thief::must_open(const Station& station, const ItemId& item) const {
    if (&station != station_ || station.life != life_) return false;
    auto place = wire::place_of(item);
    return std::any_of(memory_.begin(), memory_.end(), [&](const auto& found) {
        return found.key && found.number == place.epoch && found.mark == place.mark &&
               place.counter >= found.next;
    });
}

} // namespace kentongan::sim
