#include "district/stick.hpp"

#include "district/boxes.hpp"

namespace kentongan::district {

Result<StickVisit> StickVisit::begin(Intake& intake, Store& store, const Setting& setting, BytesView bytes) {
    auto manifest = TRY(wire::read_manifest(bytes));
    if (manifest.way != wire::StickWay::kUp) return fail(ErrorCode::kDenied, "stick.way");
    auto box = store.box(manifest.box);
    if (!box) {
        if (box.error().code != ErrorCode::kNotFound) return tl::unexpected<Error>(box.error());
        return fail(ErrorCode::kDenied, "stick.box", manifest.box.value);
    }
    const auto* prekey = setting.keys.prekey(manifest.key_id);
    if (prekey == nullptr) return fail(ErrorCode::kDenied, "stick.key", manifest.key_id);
    auto psk = psk_of(store, manifest.box, setting.psk_key);
    if (!psk) return fail(ErrorCode::kDenied, "stick.psk", manifest.box.value);
    auto link = TRY(wire::link_keys(prekey->district, box->keys.agree, *psk));
    wipe(*psk);
    TRY(wire::check_manifest(bytes, link.up));
    return StickVisit(intake, std::move(manifest), link.down);
}

Status StickVisit::take(std::size_t index, BytesView file, Instant now) {
    if (index >= manifest_.files.size() || wire::stick_file(file) != manifest_.files[index])
        return fail(ErrorCode::kCorrupt, "stick.file", static_cast<std::int64_t>(index));
    auto answer = TRY(intake_->exchange(file, now, Intake::kMaxRoom, domain::Carrier::kStick));
    if (!answer.empty()) parcels_.push_back(std::move(answer));
    return {};
}

std::optional<StickVisit::Answer> StickVisit::answer(std::uint8_t slot, Instant now) const {
    if (parcels_.empty()) return std::nullopt;
    Answer out;
    out.files = parcels_;
    wire::StickManifest manifest;
    manifest.way = wire::StickWay::kDown;
    manifest.box = manifest_.box;
    manifest.key_id = manifest_.key_id;
    manifest.slot = slot;
    manifest.sequence = manifest_.sequence;
    manifest.at = now;
    for (const auto& file : out.files) manifest.files.push_back(wire::stick_file(file));
    out.manifest = wire::write_manifest(manifest, down_);
    return out;
}

} // namespace kentongan::district
