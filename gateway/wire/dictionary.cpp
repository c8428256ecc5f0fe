#include "wire/dictionary.hpp"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <map>

namespace kentongan::wire {
namespace {

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T* thing) const {
        (void)Free(thing);
    }
};
using CompressionContext = std::unique_ptr<ZSTD_CCtx, Freed<ZSTD_freeCCtx>>;
using DecompressionContext = std::unique_ptr<ZSTD_DCtx, Freed<ZSTD_freeDCtx>>;
using CompressionDictionary = std::unique_ptr<ZSTD_CDict, Freed<ZSTD_freeCDict>>;
using DecompressionDictionary = std::unique_ptr<ZSTD_DDict, Freed<ZSTD_freeDDict>>;

// The strongest search below the levels that want much memory; a text is short.
constexpr int kLevel = 19;
// What each frame begins with (RFC 8878, 3.1.1): none of it need travel, as we know it.
constexpr std::array<std::uint8_t, 4> kMagic{0x28, 0xB5, 0x2F, 0xFD};
constexpr std::size_t kFrameHeader = 6; // magic, descriptor without any option, window
constexpr std::size_t kBlockHeader = 3;
constexpr std::size_t kHeaders = kFrameHeader + kBlockHeader;
constexpr std::uint8_t kLargestWindow = 7 << 3; // 128 KiB, more than any dictionary and text together
constexpr std::uint32_t kCompressedBlock = 2;
constexpr std::size_t kLargestBlock = 64 * 1024;

} // namespace

struct Dictionaries::Loaded {
    struct One {
        CompressionDictionary writes; // of the newest only
        DecompressionDictionary reads;
    };
    std::map<std::uint32_t, One> by_version;
};

Dictionaries::Dictionaries() : loaded_(std::make_shared<Loaded>()) {}

Result<Dictionaries> Dictionaries::load(const std::vector<domain::TextDictionary>& of_pack) {
    auto loaded = std::make_shared<Loaded>();
    for (const auto& one : of_pack) {
        auto invalid = fail(ErrorCode::kInvalid, "dictionary.load", one.version);
        // Without a number of its own it would be taken as raw text, which any bytes are.
        if (one.version == 0 || one.bytes.size() > domain::kMaxDictionary ||
            ZSTD_getDictID_fromDict(one.bytes.data(), one.bytes.size()) == 0)
            return invalid;
        DecompressionDictionary reads(ZSTD_createDDict(one.bytes.data(), one.bytes.size()));
        if (reads == nullptr ||
            !loaded->by_version.emplace(one.version, Loaded::One{{}, std::move(reads)}).second)
            return invalid;
    }
    if (!loaded->by_version.empty()) {
        auto& [version, newest] = *loaded->by_version.rbegin();
        auto source = std::find_if(of_pack.begin(), of_pack.end(),
                                   [v = version](const auto& one) { return one.version == v; });
        newest.writes.reset(ZSTD_createCDict(source->bytes.data(), source->bytes.size(), kLevel));
        if (newest.writes == nullptr) return fail(ErrorCode::kInvalid, "dictionary.load", version);
    }
    Dictionaries out;
    out.loaded_ = std::move(loaded);
    return out;
}

std::uint32_t Dictionaries::version() const {
    return loaded_->by_version.empty() ? 0 : loaded_->by_version.rbegin()->first;
}

std::optional<Bytes> Dictionaries::compress(std::string_view text) const {
    CompressionContext context(ZSTD_createCCtx());
    if (context == nullptr) return std::nullopt;
    auto set = [&](ZSTD_cParameter parameter, int value) {
        return ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), parameter, value)) == 0;
    };
    if (!set(ZSTD_c_compressionLevel, kLevel) || !set(ZSTD_c_contentSizeFlag, 0) ||
        !set(ZSTD_c_checksumFlag, 0) || !set(ZSTD_c_dictIDFlag, 0))
        return std::nullopt;
    if (!loaded_->by_version.empty() &&
        ZSTD_isError(ZSTD_CCtx_refCDict(context.get(), loaded_->by_version.rbegin()->second.writes.get())) !=
            0)
        return std::nullopt;
    Bytes frame(ZSTD_compressBound(text.size()));
    auto size = ZSTD_compress2(context.get(), frame.data(), frame.size(), text.data(), text.size());
    std::optional<Bytes> block;
    if (ZSTD_isError(size) == 0 && size > kHeaders && size - kHeaders < text.size()) {
        auto header = static_cast<std::uint32_t>(frame[6] | frame[7] << 8 | frame[8] << 16);
        auto whole = static_cast<std::uint32_t>(size - kHeaders) << 3 | kCompressedBlock << 1 | 1U;
        if (std::equal(kMagic.begin(), kMagic.end(), frame.begin()) && frame[4] == 0 &&
            frame[5] <= kLargestWindow && header == whole)
            block.emplace(frame.begin() + kHeaders, frame.begin() + static_cast<std::ptrdiff_t>(size));
    }
    wipe(frame);
    return block;
}

Result<std::string> Dictionaries::decompress(std::uint32_t version, BytesView block,
                                             std::size_t max_size) const {
    const ZSTD_DDict* dictionary = nullptr;
    if (version != 0) {
        auto found = loaded_->by_version.find(version);
        if (found == loaded_->by_version.end())
            return fail(ErrorCode::kUnsupported, "dictionary.version", version);
        dictionary = found->second.reads.get();
    }
    if (block.empty() || block.size() > kLargestBlock) return fail(ErrorCode::kCorrupt, "dictionary.block");
    auto header = static_cast<std::uint32_t>(block.size()) << 3 | kCompressedBlock << 1 | 1U;
    Bytes frame(kMagic.begin(), kMagic.end());
    frame.reserve(kHeaders + block.size());
    frame.insert(frame.end(),
                 {0, kLargestWindow, static_cast<std::uint8_t>(header),
                  static_cast<std::uint8_t>(header >> 8), static_cast<std::uint8_t>(header >> 16)});
    frame.insert(frame.end(), block.begin(), block.end());
    DecompressionContext context(ZSTD_createDCtx());
    if (context == nullptr) return fail(ErrorCode::kInternal, "dictionary.context");
    std::string text(max_size, '\0');
    auto size = ZSTD_decompress_usingDDict(context.get(), text.data(), text.size(), frame.data(),
                                           frame.size(), dictionary);
    if (ZSTD_isError(size) != 0) {
        wipe(text);
        return fail(ErrorCode::kCorrupt, "dictionary.decompress");
    }
    text.resize(size);
    return text;
}

} // namespace kentongan::wire
