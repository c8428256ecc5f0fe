// Exports for a USB stick, and the answers that one brings (docs/formats/stick.md). The console carries them;
// it can read nothing and is believed nothing.
//
// An export retires nothing, so making it twice, losing it or bringing it twice is harmless.
#pragma once

#include "box/forward.hpp"
#include "wire/local.hpp"
#include "wire/stick.hpp"

#include <optional>

namespace kentongan::box {

/// Threads: one at a time, with its store. Holds one export and one answer: whoever asks next replaces them.
class StickDesk {
  public:
    StickDesk(Ground ground, Forward& forward) : ground_(ground), forward_(forward) {}

    /// Items in one export; what waits behind them goes with the next.
    static constexpr std::size_t kMostItems = 4096;
    /// Different epochs in one file: the answer to a file acknowledges no more.
    static constexpr std::size_t kMostEpochs = wire::kMaxAcks;

    /// A call and everything that waits, as files with a manifest; held for `peer`. Within the caller's
    /// transaction, which keeps the export's number. `echo`: as Forward::call_by_post().
    /// Errors: kInvalid - no such slot; the store's.
    Result<wire::local::StickExported> make(std::uint64_t peer, std::uint8_t slot, std::uint32_t echo,
                                            Instant now);
    /// Errors: kNotFound - no export of this peer, or no such place in it.
    Result<Bytes> read(std::uint64_t peer, std::uint8_t file, std::uint32_t from) const;

    /// Errors: kDenied - not for this box, or not from its district; kCorrupt, kUnsupported.
    Result<wire::local::StickTaken> begin_answer(std::uint64_t peer, BytesView manifest);
    struct Written {
        wire::local::StickTaken taken; ///< Without counts.
        std::optional<Bytes> parcel;   ///< The file is whole and the one that the manifest means.
    };
    /// Errors: kNotFound - no manifest came from this peer, or it has no such file; kInvalid - not the place
    /// where the file goes on; kCorrupt - too long, or not the file that the manifest means.
    Result<Written> write(std::uint64_t peer, std::uint8_t file, std::uint32_t from, BytesView bytes);

    /// That console is gone, and with it what is held for it.
    void peer_left(std::uint64_t peer);

  private:
    struct Made {
        std::uint64_t peer = 0;
        std::vector<Bytes> files;
    };
    struct Coming {
        std::uint64_t peer = 0;
        wire::StickManifest manifest;
        std::size_t file = 0;
        Bytes bytes;
    };
    struct Files {
        std::vector<Bytes> parcels;
        std::size_t items = 0;
    };
    Result<Files> files(std::uint32_t echo, Instant now);

    Ground ground_;
    Forward& forward_;
    std::optional<Made> made_;
    std::optional<Coming> coming_;
};

} // namespace kentongan::box
