// Bulletins and their pieces, from whoever carries them: no crash, no more memory than the limits, and
// nothing but what was signed.
//
// The first byte chooses the door: 0 a bulletin as it came; 1 a header that the district has signed (length
// first) with what follows it; 2 a compressed frame (3 bytes size first); 3 a delta likewise; 4 pieces for an
// assembly (place and length, two bytes each); 5 a saved assembly; 6 the small readers.
#include "wire/bulletin.hpp"
#include "wire/signature.hpp"

#include <algorithm>
#include <cstdlib>

using namespace kentongan;

namespace {

void must(bool held) {
    if (!held) std::abort();
}

void assemble(BytesView rest) {
    Bytes whole(3000);
    for (std::size_t i = 0; i < whole.size(); ++i) whole[i] = static_cast<std::uint8_t>(i % 251);
    auto assembly = wire::Assembly::for_piece(wire::piece_of(whole, 7, 0, 1));
    must(assembly.has_value());
    std::vector<bool> there(whole.size());
    for (; rest.size() >= 4; rest = rest.subspan(4)) {
        auto at = static_cast<std::uint32_t>((rest[0] << 8 | rest[1]) % whole.size());
        auto piece = wire::piece_of(whole, 7, at, 1 + (rest[2] << 8 | rest[3]) % 900U);
        must(assembly->take(piece).has_value());
        std::fill_n(there.begin() + at, piece.bytes.size(), true);
    }
    must(assembly->received() == static_cast<std::uint32_t>(std::count(there.begin(), there.end(), true)));
    auto again = wire::Assembly::load(assembly->save());
    must(again && again->missing() == assembly->missing());
    for (const auto& gap : again->missing(5000)) {
        must(std::count(there.begin() + gap.from, there.begin() + gap.from + gap.size, true) == 0);
        for (std::uint32_t at = gap.from; at < gap.from + gap.size; at += 500)
            must(again->take(wire::piece_of(whole, 7, at, std::min(500U, gap.from + gap.size - at)))
                     .has_value());
    }
    must(again->complete() && std::equal(whole.begin(), whole.end(), again->beginning().begin()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto district = wire::district_keys_from(wire::root_from(Bytes(32, 1)), Bytes(32, 2));
    static const Bytes base = [] {
        Bytes out(5000);
        for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(i * i >> 4);
        return out;
    }();
    if (size == 0) return 0;
    BytesView rest(data + 1, size - 1);
    wire::BulletinBase held{3, base};
    switch (data[0] % 7) {
    case 0:
        (void)wire::open_bulletin(rest, district.shown, BoxId{7}, held).has_value();
        break;
    case 1: {
        if (rest.empty() || rest[0] > rest.size() - 1) break;
        auto header = rest.subspan(1, rest[0]);
        Bytes bytes(header.begin(), header.end());
        auto signature = wire::sign("kentongan bulletin 1", bytes, district.sign);
        bytes.insert(bytes.end(), signature.begin(), signature.end());
        auto behind = rest.subspan(1 + header.size());
        bytes.insert(bytes.end(), behind.begin(), behind.end());
        auto opened = wire::open_bulletin(bytes, district.shown, BoxId{7}, held);
        if (!opened) break;
        must(opened->content.size() == opened->header.size && opened->header.version > held.version);
        must(opened->header.kind != wire::BulletinKind::kKeyring);
        break;
    }
    case 2:
    case 3: {
        if (rest.size() < 3) break;
        auto wanted = static_cast<std::size_t>(rest[0] << 16 | rest[1] << 8 | rest[2]);
        bool delta = data[0] % 7 == 3;
        auto out = wire::unpack(delta ? wire::Packing::kDelta : wire::Packing::kCompressed, rest.subspan(3),
                                delta ? BytesView(base) : BytesView(), wanted);
        must(!out || (out->size() == wanted && wanted <= wire::kMaxBulletinContent));
        break;
    }
    case 4:
        assemble(rest);
        break;
    case 5: {
        auto loaded = wire::Assembly::load(rest);
        if (!loaded) break;
        auto saved = loaded->save();
        must(std::equal(saved.begin(), saved.end(), rest.begin(), rest.end()));
        break;
    }
    default: {
        ByteReader pieces(rest);
        if (auto piece = wire::read_piece(pieces)) {
            auto assembly = wire::Assembly::for_piece(*piece);
            must(assembly && assembly->take(*piece).has_value());
        }
        ByteReader holdings(rest);
        if (auto list = wire::read_holdings(holdings)) must(list->size() <= wire::kMaxHoldings);
        ByteReader wants(rest);
        if (auto want = wire::read_want(wants)) must(want->missing.size() <= wire::kMaxGaps);
    }
    }
    return 0;
}
