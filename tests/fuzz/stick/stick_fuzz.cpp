// What lies on a stick, and what a console says about it: no crash, one spelling each, nothing without its
// key.
//
// The first byte chooses the door: 0 a manifest as it came; 1 the words of one that has its key; 2 a name;
// 3 a message on the console's socket.
#include "wire/local.hpp"
#include "wire/stick.hpp"

#include <cstdlib>

using namespace kentongan;

namespace {

void must(bool held) {
    if (!held) std::abort();
}

wire::SivKey key() {
    wire::SivKey out;
    out.tag.fill(1);
    out.stream.fill(2);
    return out;
}

void bounded(const wire::StickManifest& manifest) {
    must(manifest.box.value > 0 && manifest.slot <= 1);
    must(!manifest.files.empty() && manifest.files.size() <= wire::kMaxStickFiles);
    for (const auto& file : manifest.files) must(file.size > 0 && file.size <= wire::kMaxStickFile);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto link = key();
    if (size == 0) return 0;
    BytesView rest(data + 1, size - 1);
    switch (data[0] % 4) {
    case 0: {
        if (auto manifest = wire::read_manifest(rest)) bounded(*manifest);
        auto whole = wire::check_manifest(rest, link);
        must(!whole || rest.size() >= wire::kSivOverhead);
        break;
    }
    case 1: {
        Bytes padded(rest.begin(), rest.end());
        padded.resize(padded.size() + wire::kSivOverhead);
        auto manifest = wire::read_manifest(padded);
        if (!manifest) break;
        bounded(*manifest);
        auto bytes = wire::write_manifest(*manifest, link);
        must(bytes.size() == padded.size() && std::equal(rest.begin(), rest.end(), bytes.begin()));
        must(wire::check_manifest(bytes, link).has_value());
        bytes[rest.size() % bytes.size()] ^= 0x10;
        must(!wire::check_manifest(bytes, link));
        break;
    }
    case 2: {
        auto box = wire::box_of_manifest(as_text(rest));
        if (!box) break;
        must(box->value > 0 && box->value <= 0xFFFF);
        must(wire::box_of_manifest(wire::manifest_name(wire::StickWay::kUp, *box)) == box);
        break;
    }
    default: {
        auto message = wire::local::decode(rest);
        if (!message) break;
        auto again = wire::local::encode(*message);
        // Varints of the local protocol have one spelling as well.
        must(again.size() == rest.size() + 4 && std::equal(rest.begin(), rest.end(), again.begin() + 4));
    }
    }
    return 0;
}
