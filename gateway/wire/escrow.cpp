#include "wire/escrow.hpp"

#include "wire/enrolment.hpp"
#include "wire/key_text.hpp"

#include <sodium.h>

namespace kentongan::wire {
namespace {

constexpr std::string_view kTitle = "kentongan-escrow 1";

} // namespace

Escrow::~Escrow() {
    for (auto& box : boxes) wipe(box.psk);
}

Result<std::string> seal_escrow(const Escrow& escrow, const Key32& recovery) {
    if (escrow.boxes.size() > kMaxEscrowedBoxes) return fail(ErrorCode::kNoSpace, "escrow.boxes");
    ByteWriter out;
    auto keys = write_text(escrow.keys);
    out.text(keys);
    wipe(keys);
    out.varint(escrow.boxes.size());
    for (const auto& box : escrow.boxes) {
        out.u32(box.keys.box.value);
        out.raw(box.keys.sign);
        out.raw(box.keys.agree);
        out.text(box.village);
        out.u8(box.revoked ? 1 : 0);
        out.raw(box.psk);
    }
    auto plain = std::move(out).take();
    Bytes sealed(plain.size() + crypto_box_SEALBYTES);
    int failed = crypto_box_seal(sealed.data(), plain.data(), plain.size(), recovery.data());
    wipe(plain);
    if (failed != 0) return fail(ErrorCode::kInvalid, "escrow.key");
    return std::string(kTitle) + '\n' + key_line("sealed", sealed);
}

Result<Escrow> open_escrow(std::string_view text, const Key32& recovery) {
    KeyText reader(text, kTitle, 2 * kMaxEscrow + 64);
    auto sealed = reader.bytes("sealed", kMaxEscrow);
    TRY(reader.end());
    if (sealed.size() < crypto_box_SEALBYTES) return fail(ErrorCode::kCorrupt, "escrow.size");
    Bytes plain(sealed.size() - crypto_box_SEALBYTES);
    auto shown = public_of(recovery);
    if (crypto_box_seal_open(plain.data(), sealed.data(), sealed.size(), shown.data(), recovery.data()) != 0)
        return fail(ErrorCode::kDenied, "escrow.open");
    auto read = [&]() -> Result<Escrow> {
        ByteReader in(plain);
        Escrow out;
        auto keys = TRY(in.block(kMaxKeyText));
        out.keys = TRY(read_district_secret(as_text(keys)));
        auto count = TRY(in.varint());
        if (count > kMaxEscrowedBoxes) return fail(ErrorCode::kCorrupt, "escrow.boxes");
        for (std::uint64_t i = 0; i < count; ++i) {
            Escrow::EscrowedBox box;
            box.keys.box.value = TRY(in.u32());
            box.keys.sign = TRY(in.array<32>());
            box.keys.agree = TRY(in.array<32>());
            box.village = TRY(in.text(kMaxVillageId));
            auto revoked = TRY(in.u8());
            if (revoked > 1) return fail(ErrorCode::kCorrupt, "escrow.revoked");
            box.revoked = revoked == 1;
            box.psk = TRY(in.array<32>());
            out.boxes.push_back(std::move(box));
        }
        TRY(in.end());
        return out;
    };
    auto out = read();
    wipe(plain);
    return out;
}

} // namespace kentongan::wire
