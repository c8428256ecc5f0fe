// What the district has for its boxes: keyrings, packs and documents, each version as a whole and as changes
// of the versions before (docs/formats/bulletin.md).
#pragma once

#include "district/ports/store.hpp"
#include "wire/keys.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kentongan::district {

struct NewPublication {
    wire::BulletinKind kind = wire::BulletinKind::kDocument; ///< Not kKeyring.
    BoxId box;                                               ///< 0: for every box.
    std::string name;
    Bytes content;
};
/// Publishes the next version; takes a second or two for a large one. The same content again changes nothing.
/// Returns the version.
/// Errors: kInvalid - a name that cannot be; kNoSpace - more than 1 MiB; kConflict - the name is of another
/// kind.
[[nodiscard]] Result<std::uint32_t> publish(Store& store, const wire::DistrictSecret& keys,
                                            const NewPublication& publication, Instant now);

/// Publishes the keyring that `keys` hold, with the root that has signed it. Not an error: published before.
/// Errors: kConflict - the store has a newer one; kDenied - another root.
[[nodiscard]] Status publish_keyring(Store& store, const wire::DistrictSecret& keys,
                                     const wire::RootSecret& root, Instant now);

/// The newest keyring that the store knows of; 0 for none.
[[nodiscard]] Result<std::uint32_t> newest_keyring(Store& store);

/// What this box should get next, given what it holds: its keyring, then packs, then documents; as a change
/// where there is one for what it holds. Nothing if it has all. Never a keyring with prekeys that `keys`
/// cannot open.
[[nodiscard]] Result<std::optional<Bytes>> next_bulletin(Store& store, const wire::DistrictSecret& keys,
                                                         BoxId box, std::span<const wire::Holding> held);

} // namespace kentongan::district
