// What the district publishes, at the box: pieces come, whole bulletins are checked and held, keyrings take
// effect.
#pragma once

#include "box/ports/store.hpp"
#include "wire/bulletin.hpp"

#include <optional>
#include <span>
#include <vector>

namespace kentongan::box {

/// Threads: one at a time, with its store.
class Bulletins {
  public:
    /// Progress is written when so many bytes have come since the last time: a power cut costs at most these,
    /// and a memory card is not written once for every packet.
    static constexpr std::size_t kKeepEvery = 16 * 1024;

    /// Keeps references. `known` is what everything else of this box believes of its district.
    Bulletins(Store& store, wire::DistrictPublic& known, BoxId box)
        : store_(store), known_(known), box_(box) {}

    /// At the start, and after a transaction that failed: the newest keyring that is held, and what was on
    /// its way. Errors: of the store. What is damaged there is dropped and comes again.
    Status recall();

    struct Finished {
        wire::BulletinKind kind = wire::BulletinKind::kDocument;
        std::string name;
        std::uint32_t version = 0;
        bool operator==(const Finished&) const = default;
    };
    /// Takes pieces, within the caller's transaction; returns what became whole. Pieces of what is old,
    /// foreign or forged are dropped and counted. A keyring is in `known` on return. If the transaction then
    /// fails, call recall(): what was lost with it comes again. Errors: of the store.
    Result<std::vector<Finished>> take(std::span<const wire::Piece> pieces);

    /// Writes the progress that is not written yet, within the caller's transaction: before a stop, after a
    /// link.
    Status keep();

    /// What is held, for the district to choose from. The keyring is the one in force.
    Result<std::vector<wire::Holding>> holdings();
    /// What is missing of everything on its way.
    [[nodiscard]] std::vector<wire::Want> wants(std::size_t most_gaps = wire::kMaxGaps) const;

    /// Pieces and bulletins refused since the start.
    [[nodiscard]] std::uint64_t refused() const { return refused_; }

  private:
    struct OnTheWay {
        wire::Assembly assembly;
        std::optional<wire::BulletinHeader> header; ///< Believed.
        std::size_t unwritten = 0;
    };
    Result<std::uint32_t> held_version(const std::string& name);
    /// False: not to be believed, or not wanted (any more).
    Result<bool> believable(OnTheWay& one);
    Result<std::optional<Finished>> finish(OnTheWay& one);
    Status drop(std::uint32_t mark);
    void turn_away(std::uint32_t mark);
    Status drop_overtaken();

    Store& store_;
    wire::DistrictPublic& known_;
    BoxId box_;
    std::vector<OnTheWay> coming_; ///< Least recently used first.
    /// Refused or finished lately: their late pieces begin nothing anew. Forgotten when something has come,
    /// because a keyring or a base may have made them welcome.
    std::vector<std::uint32_t> turned_away_;
    std::uint64_t refused_ = 0;
};

} // namespace kentongan::box
