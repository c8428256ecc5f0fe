#include "box/stick_desk.hpp"

#include <algorithm>
#include <set>

namespace kentongan::box {
namespace {

// How many of `items` from the front stay within the epochs that one answer acknowledges.
std::size_t within_epochs(std::span<const QueuedItem> items, std::set<std::uint16_t>& epochs) {
    std::size_t count = 0;
    for (const auto& one : items) {
        auto epoch = wire::place_of(one.item).epoch;
        if (!epochs.contains(epoch) && epochs.size() == StickDesk::kMostEpochs) break;
        epochs.insert(epoch);
        ++count;
    }
    return count;
}

} // namespace

Result<StickDesk::Files> StickDesk::files(std::uint32_t echo, Instant now) {
    auto queued = TRY(ground_.store.queued_items(kMostItems));
    Files out;
    // The call first: with it the district's news come even if no item does.
    std::vector<Bytes> frames{TRY(forward_.call_by_post(echo, now))};
    while (out.parcels.size() < wire::kMaxStickFiles) {
        auto room = wire::kMaxStickFile;
        for (const auto& frame : frames) room -= wire::size_in_parcel(frame.size());
        std::set<std::uint16_t> epochs;
        auto rest = std::span<const QueuedItem>(queued).subspan(out.items);
        auto count = std::min(within_epochs(rest, epochs), wire::kMaxFramesPerParcel - frames.size());
        std::vector<BytesView> views(count);
        std::transform(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(count), views.begin(),
                       [](const QueuedItem& one) { return BytesView(one.sealed); });
        std::size_t used = 0;
        for (auto& frame : wire::compose(views, room, used)) frames.push_back(std::move(frame));
        if (frames.empty()) break;
        out.items += used;
        out.parcels.push_back(wire::write_parcel(frames));
        frames.clear();
    }
    return out;
}

Result<wire::local::StickExported> StickDesk::make(std::uint64_t peer, std::uint8_t slot, std::uint32_t echo,
                                                   Instant now) {
    if (slot > 1) return fail(ErrorCode::kInvalid, "stick.slot", slot);
    auto made = TRY(files(echo, now));
    wire::StickManifest manifest;
    manifest.box = ground_.keys.shown.box;
    manifest.key_id = ground_.district.keyring.current;
    manifest.slot = slot;
    manifest.sequence = TRY(ground_.store.exports()) + 1;
    manifest.at = now;
    for (const auto& file : made.parcels) manifest.files.push_back(wire::stick_file(file));
    auto keys = TRY(forward_.link_keys(manifest.key_id));
    TRY(ground_.store.put_exports(manifest.sequence));
    wire::local::StickExported out;
    out.items = static_cast<std::uint32_t>(made.items);
    auto waiting = TRY(ground_.store.waiting());
    out.left = waiting - std::min(waiting, out.items);
    out.manifest = wire::write_manifest(manifest, keys.up);
    made_ = Made{peer, std::move(made.parcels)};
    return out;
}

Result<Bytes> StickDesk::read(std::uint64_t peer, std::uint8_t file, std::uint32_t from) const {
    if (!made_ || made_->peer != peer || file >= made_->files.size())
        return fail(ErrorCode::kNotFound, "stick.file");
    const auto& bytes = made_->files[file];
    if (from >= bytes.size()) return fail(ErrorCode::kNotFound, "stick.place");
    auto part = BytesView(bytes).subspan(from);
    part = part.first(std::min(part.size(), wire::local::kMaxStickChunk));
    return Bytes(part.begin(), part.end());
}

Result<wire::local::StickTaken> StickDesk::begin_answer(std::uint64_t peer, BytesView bytes) {
    auto manifest = TRY(wire::read_manifest(bytes));
    if (manifest.way != wire::StickWay::kDown || manifest.box != ground_.keys.shown.box)
        return fail(ErrorCode::kDenied, "stick.box", manifest.box.value);
    auto keys = TRY(forward_.link_keys(manifest.key_id));
    TRY(wire::check_manifest(bytes, keys.down));
    wire::local::StickTaken out;
    out.answers = manifest.sequence;
    coming_ = Coming{peer, std::move(manifest), 0, {}};
    return out;
}

Result<StickDesk::Written> StickDesk::write(std::uint64_t peer, std::uint8_t file, std::uint32_t from,
                                            BytesView bytes) {
    if (!coming_ || coming_->peer != peer || file >= coming_->manifest.files.size())
        return fail(ErrorCode::kNotFound, "stick.file");
    auto& coming = *coming_;
    if (from == 0) {
        coming.file = file;
        coming.bytes.clear();
    }
    if (file != coming.file || from != coming.bytes.size() || bytes.empty())
        return fail(ErrorCode::kInvalid, "stick.place", from);
    const auto& meant = coming.manifest.files[file];
    if (bytes.size() > meant.size - coming.bytes.size()) return fail(ErrorCode::kCorrupt, "stick.size");
    coming.bytes.insert(coming.bytes.end(), bytes.begin(), bytes.end());
    Written out;
    out.taken.answers = coming.manifest.sequence;
    if (coming.bytes.size() < meant.size) return out;
    auto whole = std::exchange(coming.bytes, {});
    if (wire::stick_file(whole) != meant) return fail(ErrorCode::kCorrupt, "stick.digest");
    out.parcel = std::move(whole);
    return out;
}

void StickDesk::peer_left(std::uint64_t peer) {
    if (made_ && made_->peer == peer) made_.reset();
    if (coming_ && coming_->peer == peer) coming_.reset();
}

} // namespace kentongan::box
