#include "district/boxes.hpp"

#include "wire/reply.hpp"

#include <algorithm>

namespace kentongan::district {
namespace {

bool village_id(std::string_view id) {
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
}

} // namespace

Status register_box(Store& store, const wire::BoxPublic& keys, std::string_view village) {
    if (keys.box.value == 0) return fail(ErrorCode::kInvalid, "boxes.number");
    if (!village_id(village)) return fail(ErrorCode::kInvalid, "boxes.village");
    // A key of low order would make every notice readable by anybody; libsodium refuses to seal to one.
    if (keys.sign == wire::Key32{} || wire::seal_notice(keys, {}).empty())
        return fail(ErrorCode::kInvalid, "boxes.key");
    Box box;
    box.keys = keys;
    box.village = village;
    return store.register_box(box);
}

Status assign_village(Store& store, BoxId box, std::string_view village) {
    if (!village_id(village)) return fail(ErrorCode::kInvalid, "boxes.village");
    return store.assign_village(box, std::string(village));
}

Status revoke_box(Store& store, BoxId box) {
    return store.revoke_box(box);
}

} // namespace kentongan::district
