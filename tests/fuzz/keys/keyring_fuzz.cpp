// Keyrings and key files, from whoever brings them: no crash, nothing without its signature, one spelling
// each.
//
// The first byte chooses the door: 0 a keyring as it came; 1 a body that the root has signed; 2 key files as
// text.
#include "wire/keyring.hpp"
#include "wire/signature.hpp"

#include <cstdlib>

using namespace kentongan;

namespace {

void must(bool held) {
    if (!held) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto root = wire::root_from(Bytes(32, 1));
    static const auto district = wire::district_keys_from(root, Bytes(32, 2));
    if (size == 0) return 0;
    BytesView rest(data + 1, size - 1);
    switch (data[0] % 3) {
    case 0: {
        auto known = district.shown;
        auto accepted = wire::accept_keyring(known, rest);
        must(!accepted || known.keyring.version > district.shown.keyring.version);
        break;
    }
    case 1: {
        Bytes bytes(rest.begin(), rest.end());
        auto signature = wire::sign("kentongan keyring 1", bytes, root.sign);
        bytes.insert(bytes.end(), signature.begin(), signature.end());
        auto opened = wire::open_keyring(bytes, root.shown);
        if (!opened) break;
        must(opened->prekey(opened->current) != nullptr && opened->revoked.size() <= wire::kMaxRevoked);
        must(wire::sign_keyring(*opened, root) == bytes);
        break;
    }
    default: {
        auto text = as_text(rest);
        if (auto keys = wire::read_box_secret(text)) must(wire::write_text(*keys) == text);
        if (auto keys = wire::read_district_public(text)) must(wire::write_text(*keys) == text);
        if (auto keys = wire::read_district_secret(text)) must(wire::write_text(*keys) == text);
        if (auto keys = wire::read_root(text)) must(wire::write_text(*keys) == text);
        if (auto key = wire::read_lone_key(wire::LoneKey::kPskKey, text))
            must(wire::write_text(wire::LoneKey::kPskKey, *key) == text);
    }
    }
    return 0;
}
