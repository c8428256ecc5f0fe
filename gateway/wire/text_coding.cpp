#include "wire/text_coding.hpp"

#include <algorithm>

namespace kentongan::wire {
namespace {

constexpr char kBetween = '\0';
constexpr unsigned kFormBits = 2;

// --- five bits a letter ------------------------------------------------------------------------------------

constexpr unsigned kSymbolBits = 5;
// 0–25 are the letters.
constexpr std::uint64_t kSpace = 26;
constexpr std::uint64_t kNextText = 27;
constexpr std::uint64_t kOtherCase = 28; // for the one letter that follows
constexpr std::uint64_t kRare = 29;      // five bits more: kRareOnes
constexpr std::uint64_t kDigit = 30;     // four bits more: kDigits
constexpr std::uint64_t kByte = 31;      // eight bits more
constexpr std::string_view kDigits = "0123456789.,-/'\n";
constexpr std::string_view kRareOnes = "():;\"?!&+@#%=_*<>[]{}|\\^~`$";
constexpr unsigned kDigitBits = 4;

enum class Case : std::uint8_t { kLower, kTitle, kUpper, kSentence };
constexpr unsigned kCaseBits = 2;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

// Which case a letter has if nothing is said: by what stands before it in its text.
bool upper_by_rule(Case how, char before, char before_that) {
    bool first = before == kBetween;
    switch (how) {
    case Case::kLower:
        return false;
    case Case::kTitle:
        return first || before == ' ' || before == '.' || before == '-' || before == '/' || before == '(' ||
               before == '\n';
    case Case::kUpper:
        return true;
    case Case::kSentence:
        return first || before == '\n' ||
               (before == ' ' && (before_that == '.' || before_that == '?' || before_that == '!'));
    }
    return false;
}

void write_folded(BitWriter& out, std::string_view text, Case how) {
    out.put(static_cast<std::uint64_t>(how), kCaseBits);
    char before = kBetween;
    char before_that = kBetween;
    for (char c : text) {
        if (is_letter(c)) {
            if (is_upper(c) != upper_by_rule(how, before, before_that)) out.put(kOtherCase, kSymbolBits);
            out.put(static_cast<std::uint64_t>(c - (is_upper(c) ? 'A' : 'a')), kSymbolBits);
        } else if (c == ' ') {
            out.put(kSpace, kSymbolBits);
        } else if (auto digit = kDigits.find(c); digit != std::string_view::npos) {
            out.put(kDigit, kSymbolBits);
            out.put(digit, kDigitBits);
        } else if (auto rare = kRareOnes.find(c); rare != std::string_view::npos) {
            out.put(kRare, kSymbolBits);
            out.put(rare, kSymbolBits);
        } else {
            out.put(kByte, kSymbolBits);
            out.put(static_cast<std::uint8_t>(c), 8);
        }
        before_that = before;
        before = c;
    }
}

BitWriter folded(std::string_view joined) {
    BitWriter out;
    for (;;) {
        auto end = joined.find(kBetween);
        auto text = joined.substr(0, end);
        BitWriter best;
        for (auto how : {Case::kLower, Case::kTitle, Case::kUpper, Case::kSentence}) {
            BitWriter one;
            write_folded(one, text, how);
            if (best.size() == 0 || one.size() < best.size()) std::swap(best, one);
            one.wipe();
        }
        out.append(best);
        best.wipe();
        if (end == std::string_view::npos) return out;
        out.put(kNextText, kSymbolBits);
        joined.remove_prefix(end + 1);
    }
}

Result<std::string> read_folded(BitReader& in) {
    std::string out;
    auto how = static_cast<Case>(TRY(in.take(kCaseBits)));
    char before = kBetween;
    char before_that = kBetween;
    bool other_case = false;
    auto bad = [&] {
        return fail(ErrorCode::kCorrupt, "texts.folded", static_cast<std::int64_t>(in.offset()));
    };
    while (in.remaining() > 0) {
        auto symbol = TRY(in.take(kSymbolBits));
        if (other_case && symbol >= kSpace) return bad();
        char c = kBetween;
        if (symbol < kSpace) {
            bool upper = upper_by_rule(how, before, before_that) != other_case;
            other_case = false;
            c = static_cast<char>((upper ? 'A' : 'a') + static_cast<char>(symbol));
        } else if (symbol == kSpace) {
            c = ' ';
        } else if (symbol == kOtherCase) {
            other_case = true;
            continue;
        } else if (symbol == kRare) {
            auto at = TRY(in.take(kSymbolBits));
            if (at >= kRareOnes.size()) return bad();
            c = kRareOnes[at];
        } else if (symbol == kDigit) {
            c = kDigits[TRY(in.take(kDigitBits))];
        } else if (symbol == kByte) {
            c = static_cast<char>(TRY(in.take(8)));
            if (c == kBetween) return bad();
        }
        if (out.size() == kMaxTexts) return bad();
        out += c;
        if (symbol == kNextText) {
            how = static_cast<Case>(TRY(in.take(kCaseBits)));
            before = before_that = kBetween;
        } else {
            before_that = before;
            before = c;
        }
    }
    if (other_case) return bad();
    return out;
}

// --- the other forms ---------------------------------------------------------------------------------------

constexpr unsigned kSeven = 7;

std::optional<BitWriter> seven_bits(std::string_view joined) {
    BitWriter out;
    for (char c : joined) {
        if ((static_cast<std::uint8_t>(c) & 0x80U) != 0) return std::nullopt;
        out.put(static_cast<std::uint8_t>(c), kSeven);
    }
    return out;
}

Result<std::string> read_seven_bits(BitReader& in) {
    if (in.remaining() % kSeven != 0 || in.remaining() / kSeven > kMaxTexts)
        return fail(ErrorCode::kCorrupt, "texts.seven_bits");
    std::string out;
    while (in.remaining() > 0) out += static_cast<char>(TRY(in.take(kSeven)));
    return out;
}

Result<std::string> read_joined(BitReader& in, const Dictionaries& dictionaries) {
    switch (static_cast<TextForm>(TRY(in.take(kFormBits)))) {
    case TextForm::kRaw: {
        auto bytes = TRY(in.rest());
        if (bytes.size() > kMaxTexts) return fail(ErrorCode::kCorrupt, "texts.size");
        return std::string(as_text(bytes));
    }
    case TextForm::kSevenBits:
        return read_seven_bits(in);
    case TextForm::kFolded:
        return read_folded(in);
    case TextForm::kZstd: {
        auto version = TRY(in.groups());
        if (version > UINT32_MAX) return fail(ErrorCode::kCorrupt, "texts.dictionary");
        auto block = TRY(in.rest());
        return dictionaries.decompress(static_cast<std::uint32_t>(version), block, kMaxTexts);
    }
    }
    return fail(ErrorCode::kCorrupt, "texts.form");
}

} // namespace

std::optional<BitWriter> in_form(TextForm form, const Dictionaries& dictionaries, std::string_view joined) {
    BitWriter out;
    switch (form) {
    case TextForm::kRaw:
        out.bytes(as_bytes(joined));
        return out;
    case TextForm::kSevenBits:
        return seven_bits(joined);
    case TextForm::kFolded:
        return folded(joined);
    case TextForm::kZstd: {
        auto block = dictionaries.compress(joined);
        if (!block) return std::nullopt;
        out.groups(dictionaries.version());
        out.bytes(*block);
        wipe(*block);
        return out;
    }
    }
    return std::nullopt;
}

Status write_texts(BitWriter& out, const Dictionaries& dictionaries, std::span<const std::string> texts) {
    if (texts.empty()) return {};
    std::string joined;
    for (const auto& text : texts) {
        if (&text != &texts.front()) joined += kBetween;
        joined += text;
        if (joined.size() > kMaxTexts) {
            wipe(joined);
            return fail(ErrorCode::kNoSpace, "texts.size");
        }
    }
    std::optional<BitWriter> best;
    auto best_form = TextForm::kRaw;
    for (auto form : {TextForm::kZstd, TextForm::kFolded, TextForm::kSevenBits, TextForm::kRaw}) {
        auto one = in_form(form, dictionaries, joined);
        if (!one) continue;
        if (!best || one->size() < best->size()) {
            std::swap(best, one);
            best_form = form;
        }
        if (one) one->wipe();
    }
    wipe(joined);
    out.put(static_cast<std::uint64_t>(best_form), kFormBits);
    out.append(*best);
    best->wipe();
    return {};
}

Result<std::vector<std::string>> read_texts(BitReader& in, const Dictionaries& dictionaries,
                                            std::size_t count) {
    std::vector<std::string> texts;
    if (count == 0) {
        TRY(in.end());
        return texts;
    }
    auto joined = TRY(read_joined(in, dictionaries));
    auto between = static_cast<std::size_t>(std::count(joined.begin(), joined.end(), kBetween));
    if (between + 1 == count) {
        std::string_view left(joined);
        for (; texts.size() + 1 < count; left.remove_prefix(left.find(kBetween) + 1))
            texts.emplace_back(left.substr(0, left.find(kBetween)));
        texts.emplace_back(left);
    }
    wipe(joined);
    if (texts.empty()) return fail(ErrorCode::kCorrupt, "texts.count");
    return texts;
}

} // namespace kentongan::wire
