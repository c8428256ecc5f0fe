#include "box/bulletins.hpp"

#include "base/log.hpp"
#include "wire/keyring.hpp"

#include <algorithm>

namespace kentongan::box {

Status Bulletins::recall() {
    auto keyring = TRY(store_.bulletin(std::string(wire::kKeyringName)));
    // district.pub may be newer (a second enrolment) or of another root; then it counts.
    if (keyring) (void)wire::accept_keyring(known_, keyring->content).has_value();
    coming_.clear();
    turned_away_.clear();
    auto saved = TRY(store_.assemblies());
    for (const auto& one : saved) {
        auto loaded = wire::Assembly::load(one.saved);
        if (!loaded || loaded->mark() != one.mark) {
            TRY(store_.drop_assembly(one.mark));
            continue;
        }
        OnTheWay coming{std::move(*loaded), {}, 0};
        if (TRY(believable(coming)))
            coming_.push_back(std::move(coming));
        else
            TRY(store_.drop_assembly(one.mark));
    }
    return {};
}

Result<std::uint32_t> Bulletins::held_version(const std::string& name) {
    auto all = TRY(store_.bulletins());
    auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
    auto held = found == all.end() ? 0 : found->version;
    // The keyring in force may have come with district.pub.
    return name == wire::kKeyringName ? std::max(held, known_.keyring.version) : held;
}

Result<bool> Bulletins::believable(OnTheWay& one) {
    if (!one.assembly.has_head()) return true;
    auto bytes = one.assembly.beginning();
    auto header = wire::read_bulletin_header(bytes);
    if (!header) return false;
    header = wire::check_bulletin(bytes, known_, box_, TRY(held_version(header->name)));
    if (!header) return false;
    one.header = *header;
    return true;
}

Status Bulletins::drop(std::uint32_t mark) {
    std::erase_if(coming_, [&](const auto& one) { return one.assembly.mark() == mark; });
    return store_.drop_assembly(mark);
}

void Bulletins::turn_away(std::uint32_t mark) {
    constexpr std::size_t kMost = 16;
    if (turned_away_.size() == kMost) turned_away_.erase(turned_away_.begin());
    turned_away_.push_back(mark);
}

Status Bulletins::drop_overtaken() {
    // A version that has come, or a newer one under way, makes what came for older ones useless.
    std::vector<std::uint32_t> marks;
    for (auto& one : coming_) {
        bool overtaken = std::any_of(coming_.begin(), coming_.end(), [&](const auto& other) {
            return one.header && other.header && one.header->name == other.header->name &&
                   one.header->version < other.header->version;
        });
        if (overtaken || !TRY(believable(one))) marks.push_back(one.assembly.mark());
    }
    for (auto mark : marks) {
        turn_away(mark);
        TRY(drop(mark));
    }
    return {};
}

Result<std::optional<Bulletins::Finished>> Bulletins::finish(OnTheWay& one) {
    auto nothing = std::optional<Finished>();
    auto header = wire::read_bulletin_header(one.assembly.beginning());
    if (!header) return nothing;
    wire::BulletinBase base{TRY(held_version(header->name)), {}};
    std::optional<HeldBulletin> held;
    if (header->packing == wire::Packing::kDelta) {
        held = TRY(store_.bulletin(header->name));
        if (held) base = {held->version, held->content};
    }
    auto opened = wire::open_bulletin(one.assembly.beginning(), known_, box_, base);
    if (!opened) return nothing;
    const auto& name = opened->header.name;
    if (opened->header.kind == wire::BulletinKind::kKeyring) {
        auto fresh = known_;
        auto accepted = wire::accept_keyring(fresh, opened->content);
        if (!accepted || fresh.keyring.version != opened->header.version) return nothing;
        TRY(store_.put_bulletin({opened->header.kind, name, opened->header.version, opened->content}));
        known_ = std::move(fresh);
    } else {
        TRY(store_.put_bulletin(
            {opened->header.kind, name, opened->header.version, std::move(opened->content)}));
    }
    return std::optional(Finished{opened->header.kind, name, opened->header.version});
}

Result<std::vector<Bulletins::Finished>> Bulletins::take(std::span<const wire::Piece> pieces) {
    std::vector<Finished> out;
    for (const auto& piece : pieces) {
        auto found = std::find_if(coming_.begin(), coming_.end(),
                                  [&](const auto& one) { return one.assembly.mark() == piece.mark; });
        if (found == coming_.end()) {
            if (std::count(turned_away_.begin(), turned_away_.end(), piece.mark) != 0) continue;
            auto fresh = wire::Assembly::for_piece(piece);
            if (!fresh) {
                ++refused_;
                continue;
            }
            if (coming_.size() == Store::kMostAssemblies) TRY(drop(coming_.front().assembly.mark()));
            coming_.push_back({std::move(*fresh), {}, 0});
        } else {
            std::rotate(found, found + 1, coming_.end());
        }
        auto& one = coming_.back();
        auto before = one.assembly.received();
        if (auto taken = one.assembly.take(piece); !taken) {
            ++refused_;
            // Another size under the same mark: one of the two is wrong, and what comes again decides.
            if (taken.error().code == ErrorCode::kConflict) TRY(drop(piece.mark));
            continue;
        }
        one.unwritten += one.assembly.received() - before;
        bool head_is_new = !one.header && one.assembly.has_head();
        if (head_is_new && !TRY(believable(one))) {
            ++refused_;
            turn_away(piece.mark);
            TRY(drop(piece.mark));
            continue;
        }
        if (one.assembly.complete()) {
            auto finished = TRY(finish(one));
            if (!finished) ++refused_;
            TRY(drop(piece.mark));
            if (finished) {
                log(LogLevel::kInfo, "bulletins.finished", {{"version", finished->version}});
                out.push_back(std::move(*finished));
                turned_away_.clear();
                turn_away(piece.mark);
                TRY(drop_overtaken());
            }
            continue;
        }
        if (one.unwritten >= kKeepEvery) {
            TRY(store_.put_assembly({piece.mark, one.assembly.save()}));
            one.unwritten = 0;
        }
        if (head_is_new) TRY(drop_overtaken());
    }
    return out;
}

Status Bulletins::keep() {
    for (auto& one : coming_) {
        if (one.unwritten == 0) continue;
        TRY(store_.put_assembly({one.assembly.mark(), one.assembly.save()}));
        one.unwritten = 0;
    }
    return {};
}

Result<std::vector<wire::Holding>> Bulletins::holdings() {
    std::vector<wire::Holding> out;
    out.push_back({std::string(wire::kKeyringName), known_.keyring.version});
    auto all = TRY(store_.bulletins());
    for (const auto& one : all)
        if (one.name != wire::kKeyringName) out.push_back({one.name, one.version});
    return out;
}

std::vector<wire::Want> Bulletins::wants(std::size_t most_gaps) const {
    std::vector<wire::Want> out;
    for (const auto& one : coming_) out.push_back({one.assembly.mark(), one.assembly.missing(most_gaps)});
    return out;
}

} // namespace kentongan::box
