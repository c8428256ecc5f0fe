// The pack's dictionaries: what makes short texts shorter (docs/formats/record.md#text, ADR 0013).
#pragma once

#include "base/bytes.hpp"
#include "domain/catalogue.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace kentongan::wire {

/// All versions that a pack ever had: the newest writes, every one reads. None at all is possible; texts are
/// then compressed without. Built once; a copy is cheap and shares. Threads: any.
class Dictionaries {
  public:
    /// No dictionary.
    Dictionaries();

    /// Errors: kInvalid - a version twice, not a trained zstd dictionary, or above domain::kMaxDictionary;
    /// `native` is the version.
    [[nodiscard]] static Result<Dictionaries> load(const std::vector<domain::TextDictionary>& of_pack);

    /// The newest; 0 if there is none.
    [[nodiscard]] std::uint32_t version() const;

    /// `text` as one zstd block without its headers; nothing if that is no shorter than `text`. Written with
    /// version().
    [[nodiscard]] std::optional<Bytes> compress(std::string_view text) const;
    /// The opposite. `version` 0: without a dictionary.
    /// Errors: kUnsupported - `version` is not here; kCorrupt - not such a block, or its text is longer than
    /// `max_size`: no more than that is ever allocated.
    [[nodiscard]] Result<std::string> decompress(std::uint32_t version, BytesView block,
                                                 std::size_t max_size) const;

  private:
    struct Loaded;
    std::shared_ptr<const Loaded> loaded_;
};

} // namespace kentongan::wire
