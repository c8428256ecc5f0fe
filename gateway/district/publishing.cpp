#include "district/publishing.hpp"

#include <algorithm>
#include <limits>

namespace kentongan::district {
namespace {

std::uint32_t held_of(std::span<const wire::Holding> held, std::string_view name) {
    auto found = std::find_if(held.begin(), held.end(), [&](const auto& one) { return one.name == name; });
    return found == held.end() ? 0 : found->version;
}

// Nothing there is no fault here.
Result<std::optional<Bytes>> bulletin_if_any(Store& store, const std::string& name, std::uint32_t version,
                                             std::uint32_t base) {
    auto found = store.bulletin(name, version, base);
    if (found) return std::optional(std::move(*found));
    if (found.error().code == ErrorCode::kNotFound) return std::optional<Bytes>();
    return tl::unexpected<Error>(found.error());
}

} // namespace

Result<std::uint32_t> publish(Store& store, const wire::DistrictSecret& keys,
                              const NewPublication& publication, Instant now) {
    if (publication.kind == wire::BulletinKind::kKeyring) return fail(ErrorCode::kInvalid, "publishing.kind");
    auto versions = TRY(store.kept_versions(publication.name));
    std::vector<Publication> before;
    for (auto version : versions) before.push_back(TRY(store.publication(publication.name, version)));
    if (!before.empty() && before.front().content == publication.content &&
        before.front().box == publication.box && before.front().kind == publication.kind)
        return before.front().version;
    auto newest = versions.empty() ? 0 : versions.front();
    if (newest == std::numeric_limits<std::uint32_t>::max())
        return fail(ErrorCode::kNoSpace, "publishing.version");

    Publication next;
    next.kind = publication.kind;
    next.box = publication.box;
    next.name = publication.name;
    next.version = newest + 1;
    next.at = now;
    next.content = publication.content;
    wire::BulletinSource source{next.kind, next.box, next.name, next.version, next.content};
    auto whole = TRY(wire::make_bulletin(source, {}, keys.sign));
    auto limit = whole.size();
    next.ready.push_back({0, std::move(whole)});
    for (const auto& one : before) {
        if (next.ready.size() == kKeptVersions) break; // who is further behind takes the whole
        auto delta =
            TRY(wire::make_bulletin(source, wire::BulletinBase{one.version, one.content}, keys.sign));
        if (delta.size() < limit) next.ready.push_back({one.version, std::move(delta)});
    }
    TRY(store.publish(next));
    return next.version;
}

Status publish_keyring(Store& store, const wire::DistrictSecret& keys, const wire::RootSecret& root,
                       Instant now) {
    if (root.shown != keys.shown.root) return fail(ErrorCode::kDenied, "publishing.root");
    auto version = keys.shown.keyring.version;
    if (TRY(newest_keyring(store)) == version) return {};
    Publication next;
    next.kind = wire::BulletinKind::kKeyring;
    next.name = wire::kKeyringName;
    next.version = version;
    next.at = now;
    next.content = keys.shown.signed_keyring;
    next.ready.push_back(
        {0, TRY(wire::make_bulletin({next.kind, {}, next.name, version, next.content}, {}, root.sign))});
    return store.publish(next);
}

Result<std::uint32_t> newest_keyring(Store& store) {
    auto versions = TRY(store.kept_versions(std::string(wire::kKeyringName)));
    return versions.empty() ? 0 : versions.front();
}

Result<std::optional<Bytes>> next_bulletin(Store& store, const wire::DistrictSecret& keys, BoxId box,
                                           std::span<const wire::Holding> held) {
    // The store may hold a newer keyring than a service that was not restarted since a rotation. Boxes would
    // seal to a prekey whose secret it has not read, so it offers the one it holds.
    auto version = keys.shown.keyring.version;
    if (version > held_of(held, wire::kKeyringName)) {
        auto keyring = TRY(bulletin_if_any(store, std::string(wire::kKeyringName), version, 0));
        if (keyring) return keyring;
    }
    auto publications = TRY(store.publications());
    std::stable_sort(publications.begin(), publications.end(),
                     [](const auto& left, const auto& right) { return left.kind < right.kind; });
    for (const auto& one : publications) {
        auto has = held_of(held, one.name);
        bool wanted = one.kind != wire::BulletinKind::kKeyring && (one.box == BoxId{} || one.box == box) &&
                      one.version > has;
        if (!wanted) continue;
        if (has > 0) {
            auto delta = TRY(bulletin_if_any(store, one.name, one.version, has));
            if (delta) return delta;
        }
        return bulletin_if_any(store, one.name, one.version, 0);
    }
    return std::optional<Bytes>();
}

} // namespace kentongan::district
