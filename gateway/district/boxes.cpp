#include "district/boxes.hpp"

#include "wire/private_rows.hpp"
#include "wire/reply.hpp"

#include <algorithm>

namespace kentongan::district {
namespace {

std::string purpose(BoxId box) {
    return "psk " + std::to_string(box.value); // a row copied to another box does not open
}

} // namespace

bool is_village_id(std::string_view id) {
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

Status check_box(const Box& box) {
    if (box.keys.box.value == 0) return fail(ErrorCode::kInvalid, "boxes.number");
    if (!is_village_id(box.village)) return fail(ErrorCode::kInvalid, "boxes.village");
    // A key of low order would make every notice readable by anybody; libsodium refuses to seal to one.
    if (box.keys.sign == wire::Key32{} || wire::seal_notice(box.keys, {}).empty())
        return fail(ErrorCode::kInvalid, "boxes.key");
    return {};
}

Status register_box(Store& store, const wire::BoxPublic& keys, std::string_view village) {
    Box box;
    box.keys = keys;
    box.village = village;
    TRY(check_box(box));
    return store.register_box(box);
}

Status register_box(Store& store, const wire::BoxPublic& keys, std::string_view village,
                    const wire::Key32& psk, const wire::Key32& psk_key) {
    TRY(register_box(store, keys, village));
    return store.put_psk(keys.box, sealed_psk(keys.box, psk, psk_key));
}

Result<wire::Key32> psk_of(Store& store, BoxId box, const wire::Key32& psk_key) {
    auto sealed = TRY(store.psk(box));
    auto plain = TRY(wire::open_row(psk_key, purpose(box), sealed));
    wire::Key32 out{};
    bool whole = plain.size() == out.size();
    if (whole) std::copy(plain.begin(), plain.end(), out.begin());
    wipe(plain);
    if (!whole) return fail(ErrorCode::kCorrupt, "boxes.psk");
    return out;
}

Bytes sealed_psk(BoxId box, const wire::Key32& psk, const wire::Key32& psk_key) {
    return wire::seal_row(psk_key, purpose(box), psk);
}

Result<std::vector<BoxId>> revoked_boxes(Store& store) {
    std::vector<BoxId> out;
    auto boxes = TRY(store.boxes());
    for (const auto& box : boxes)
        if (box.revoked) out.push_back(box.keys.box);
    return out;
}

Status assign_village(Store& store, BoxId box, std::string_view village) {
    if (!is_village_id(village)) return fail(ErrorCode::kInvalid, "boxes.village");
    return store.assign_village(box, std::string(village));
}

Status revoke_box(Store& store, BoxId box) {
    return store.revoke_box(box);
}

} // namespace kentongan::district
