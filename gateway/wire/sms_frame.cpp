#include "wire/sms_frame.hpp"

namespace kentongan::wire {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr unsigned kBitsPerCharacter = 6;

constexpr std::size_t characters_of(std::size_t bytes) {
    return (bytes * 8 + kBitsPerCharacter - 1) / kBitsPerCharacter;
}
static_assert(characters_of(kSmsTextRoom) == 160);

} // namespace

Result<std::string> frame_as_text(BytesView frame) {
    if (frame.empty() || frame.size() > kSmsTextRoom)
        return fail(ErrorCode::kInvalid, "sms_frame.size", static_cast<std::int64_t>(frame.size()));
    std::string out;
    unsigned bits = 0;
    unsigned held = 0;
    for (auto byte : frame) {
        bits = bits << 8 | byte;
        held += 8;
        for (; held >= kBitsPerCharacter; held -= kBitsPerCharacter)
            out += kAlphabet[bits >> (held - kBitsPerCharacter) & 63];
        bits &= 63;
    }
    if (held > 0) out += kAlphabet[bits << (kBitsPerCharacter - held) & 63];
    return out;
}

std::optional<Bytes> frame_of_text(std::string_view text) {
    // The length that its bytes would have; a lone character at the end carries no byte.
    auto size = text.size() * kBitsPerCharacter / 8;
    if (size == 0 || size > kSmsTextRoom || characters_of(size) != text.size()) return std::nullopt;
    Bytes out;
    unsigned bits = 0;
    unsigned held = 0;
    for (char c : text) {
        auto value = kAlphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        bits = bits << kBitsPerCharacter | static_cast<unsigned>(value);
        held += kBitsPerCharacter;
        if (held < 8) continue;
        held -= 8;
        out.push_back(static_cast<std::uint8_t>(bits >> held));
        bits &= (1U << held) - 1;
    }
    // Bits behind the last byte are zero in the one text that this frame has.
    if (bits != 0) return std::nullopt;
    return out;
}

} // namespace kentongan::wire
