#include "base/gsm7.hpp"

#include <array>
#include <unordered_map>
#include <utility>

namespace kentongan::gsm7 {
namespace {

constexpr std::uint8_t kEscape = 0x1b;

// TS 23.038 §6.2.1, by code point; 0x1B is the escape and has no character.
constexpr std::array<char32_t, 128> kBasic = {
    U'@', U'£', U'$', U'¥', U'è', U'é', U'ù', U'ì',  U'ò', U'Ç', U'\n', U'Ø', U'ø', U'\r', U'Å', U'å',
    U'Δ', U'_', U'Φ', U'Γ', U'Λ', U'Ω', U'Π', U'Ψ',  U'Σ', U'Θ', U'Ξ',  0,    U'Æ', U'æ',  U'ß', U'É',
    U' ', U'!', U'"', U'#', U'¤', U'%', U'&', U'\'', U'(', U')', U'*',  U'+', U',', U'-',  U'.', U'/',
    U'0', U'1', U'2', U'3', U'4', U'5', U'6', U'7',  U'8', U'9', U':',  U';', U'<', U'=',  U'>', U'?',
    U'¡', U'A', U'B', U'C', U'D', U'E', U'F', U'G',  U'H', U'I', U'J',  U'K', U'L', U'M',  U'N', U'O',
    U'P', U'Q', U'R', U'S', U'T', U'U', U'V', U'W',  U'X', U'Y', U'Z',  U'Ä', U'Ö', U'Ñ',  U'Ü', U'§',
    U'¿', U'a', U'b', U'c', U'd', U'e', U'f', U'g',  U'h', U'i', U'j',  U'k', U'l', U'm',  U'n', U'o',
    U'p', U'q', U'r', U's', U't', U'u', U'v', U'w',  U'x', U'y', U'z',  U'ä', U'ö', U'ñ',  U'ü', U'à'};

constexpr std::array<std::pair<std::uint8_t, char32_t>, 10> kExtension = {{{0x0a, U'\f'},
                                                                           {0x14, U'^'},
                                                                           {0x28, U'{'},
                                                                           {0x29, U'}'},
                                                                           {0x2f, U'\\'},
                                                                           {0x3c, U'['},
                                                                           {0x3d, U'~'},
                                                                           {0x3e, U']'},
                                                                           {0x40, U'|'},
                                                                           {0x65, U'€'}}};

constexpr std::array<std::pair<char32_t, const char*>, 22> kFolds = {
    {{U'â', "a"},  {U'Â', "A"}, {U'ḍ', "d"}, {U'Ḍ', "D"},  {U'ṭ', "t"}, {U'Ṭ', "T"},
     {U'È', "E"},  {U'ê', "e"}, {U'Ê', "E"}, {U'ā', "a"},  {U'á', "a"}, {U'í', "i"},
     {U'ó', "o"},  {U'ú', "u"}, {U'À', "A"}, {U'’', "'"},  {U'‘', "'"}, {U'“', "\""},
     {U'”', "\""}, {U'–', "-"}, {U'—', "-"}, {U'…', "..."}}};

// Extension characters carry 0x1B in the high byte.
const std::unordered_map<char32_t, std::uint16_t>& codes() {
    static const auto map = [] {
        std::unordered_map<char32_t, std::uint16_t> out;
        for (std::uint16_t i = 0; i < 128; ++i)
            if (i != kEscape) out.emplace(kBasic[i], i);
        for (auto [code, character] : kExtension)
            out.emplace(character, static_cast<std::uint16_t>(kEscape << 8 | code));
        return out;
    }();
    return map;
}

// The next code point, or nothing at malformed UTF-8 (RFC 3629: no over-long forms, no surrogates).
std::optional<char32_t> next_code_point(std::string_view text, std::size_t& at) {
    auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    std::uint8_t first = byte(at);
    std::size_t length = first < 0x80         ? 1
                         : (first >> 5) == 6  ? 2
                         : (first >> 4) == 14 ? 3
                         : (first >> 3) == 30 ? 4
                                              : 0;
    if (length == 0 || at + length > text.size()) return std::nullopt;
    char32_t value = length == 1 ? first : first & (0x7f >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(at + i) & 0xc0) != 0x80) return std::nullopt;
        value = value << 6 | (byte(at + i) & 0x3f);
    }
    static constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < kSmallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return std::nullopt;
    at += length;
    return value;
}

void append_utf8(std::string& out, char32_t c) {
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xc0 | c >> 6);
        out += static_cast<char>(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xe0 | c >> 12);
        out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (c & 0x3f));
    } else {
        out += static_cast<char>(0xf0 | c >> 18);
        out += static_cast<char>(0x80 | (c >> 12 & 0x3f));
        out += static_cast<char>(0x80 | (c >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (c & 0x3f));
    }
}

} // namespace

Result<Bytes> encode(std::string_view text) {
    Bytes out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        auto start = static_cast<std::int64_t>(at);
        auto c = next_code_point(text, at);
        if (!c) return fail(ErrorCode::kInvalid, "gsm7.utf8", start);
        auto found = codes().find(*c);
        if (found == codes().end()) return fail(ErrorCode::kInvalid, "gsm7.character", start);
        if (found->second > 0xff) out.push_back(kEscape);
        out.push_back(static_cast<std::uint8_t>(found->second));
    }
    return out;
}

std::string decode(BytesView septet_bytes) {
    std::string out;
    bool escaped = false;
    for (auto septet : septet_bytes) {
        septet &= 0x7f;
        if (escaped) {
            escaped = false;
            char32_t c = kBasic[septet];
            for (auto [code, character] : kExtension)
                if (code == septet) c = character;
            if (c != 0) append_utf8(out, c);
        } else if (septet == kEscape) {
            escaped = true;
        } else {
            append_utf8(out, kBasic[septet]);
        }
    }
    return out;
}

std::optional<std::size_t> septets(std::string_view text) {
    auto encoded = encode(text);
    if (!encoded) return std::nullopt;
    return encoded->size();
}

std::optional<std::size_t> ucs2_units(std::string_view text) {
    std::size_t units = 0;
    for (std::size_t at = 0; at < text.size();) {
        auto c = next_code_point(text, at);
        if (!c) return std::nullopt;
        units += *c > 0xffff ? 2 : 1;
    }
    return units;
}

bool fits_one_sms(std::string_view text, bool allow_ucs2) {
    if (auto count = septets(text)) return *count <= kSeptetsPerSms;
    auto units = ucs2_units(text);
    return allow_ucs2 && units && *units <= kUcs2PerSms;
}

Bytes pack(BytesView septet_bytes, unsigned fill_bits) {
    Bytes out;
    unsigned held = 0;
    unsigned bits = fill_bits;
    for (auto septet : septet_bytes) {
        held |= static_cast<unsigned>(septet & 0x7f) << bits;
        bits += 7;
        if (bits >= 8) {
            out.push_back(static_cast<std::uint8_t>(held));
            held >>= 8;
            bits -= 8;
        }
    }
    if (bits > 0) out.push_back(static_cast<std::uint8_t>(held));
    return out;
}

Result<Bytes> unpack(BytesView octets, std::size_t count, unsigned fill_bits) {
    if ((fill_bits + count * 7 + 7) / 8 > octets.size()) return fail(ErrorCode::kCorrupt, "gsm7.unpack");
    Bytes out;
    out.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t bit = fill_bits + i * 7;
        unsigned two = octets[bit / 8];
        if (bit / 8 + 1 < octets.size()) two |= static_cast<unsigned>(octets[bit / 8 + 1]) << 8;
        out.push_back(static_cast<std::uint8_t>(two >> (bit % 8) & 0x7f));
    }
    return out;
}

Result<Bytes> to_ucs2(std::string_view text) {
    Bytes out;
    auto unit = [&](char32_t value) {
        out.push_back(static_cast<std::uint8_t>(value >> 8));
        out.push_back(static_cast<std::uint8_t>(value));
    };
    for (std::size_t at = 0; at < text.size();) {
        auto start = static_cast<std::int64_t>(at);
        auto c = next_code_point(text, at);
        if (!c) return fail(ErrorCode::kInvalid, "ucs2.utf8", start);
        if (*c > 0xffff) {
            unit(0xd800 + ((*c - 0x10000) >> 10));
            unit(0xdc00 + ((*c - 0x10000) & 0x3ff));
        } else {
            unit(*c);
        }
    }
    return out;
}

std::string from_ucs2(BytesView octets) {
    std::string out;
    for (std::size_t at = 0; at + 1 < octets.size(); at += 2) {
        char32_t c = static_cast<char32_t>(octets[at] << 8 | octets[at + 1]);
        if (c >= 0xd800 && c < 0xdc00 && at + 3 < octets.size()) {
            char32_t low = static_cast<char32_t>(octets[at + 2] << 8 | octets[at + 3]);
            if (low >= 0xdc00 && low < 0xe000) {
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
                at += 2;
            }
        }
        append_utf8(out, c >= 0xd800 && c <= 0xdfff ? U'\ufffd' : c);
    }
    return out;
}

std::string fold(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        auto start = at;
        auto c = next_code_point(text, at);
        if (!c) {
            out += text[at++];
            continue;
        }
        const char* folded = nullptr;
        for (auto [from, to] : kFolds)
            if (from == *c) folded = to;
        if (folded != nullptr)
            out += folded;
        else
            out += text.substr(start, at - start);
    }
    return out;
}

} // namespace kentongan::gsm7
