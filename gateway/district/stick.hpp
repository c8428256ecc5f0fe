// One box's export on a stick, taken file by file and answered (docs/formats/stick.md).
//
// What was taken is committed before its answer exists. Taking it again changes nothing and gives the same
// acknowledgements, so a stick whose answer could not be written is simply read again.
#pragma once

#include "district/intake.hpp"
#include "wire/stick.hpp"

namespace kentongan::district {

/// Threads: one at a time. Keeps references: intake, store and setting outlive it.
class StickVisit {
  public:
    /// Believes a manifest.
    /// Errors: kDenied - of no box that is registered, not written by it, altered, or an answer of ours;
    /// kCorrupt, kUnsupported; the store's.
    static Result<StickVisit> begin(Intake& intake, Store& store, const Setting& setting, BytesView manifest);

    [[nodiscard]] const wire::StickManifest& manifest() const { return manifest_; }

    /// One of its files. Errors: kCorrupt - not the one that the manifest means; else as Intake::exchange():
    /// after kNoSpace and kUnavailable nothing of it was kept.
    Status take(std::size_t index, BytesView file, Instant now);

    struct Answer {
        Bytes manifest;
        std::vector<Bytes> files;
    };
    /// What goes back: nothing if nothing was taken.
    [[nodiscard]] std::optional<Answer> answer(std::uint8_t slot, Instant now) const;

  private:
    StickVisit(Intake& intake, wire::StickManifest manifest, wire::SivKey down)
        : intake_(&intake), manifest_(std::move(manifest)), down_(down) {}

    Intake* intake_;
    wire::StickManifest manifest_;
    wire::SivKey down_;
    std::vector<Bytes> parcels_; ///< Answers, by file taken.
};

} // namespace kentongan::district
