// The box's store, second part: what the district has published.
#include "adapters/sqlite/box_store.hpp"
#include "adapters/sqlite/rows.hpp"

namespace kentongan::sqlite {

using box::HeldBulletin;
using box::SavedAssembly;

Status SqliteBoxStore::put_bulletin(const HeldBulletin& bulletin) {
    auto* put =
        TRY(statement("INSERT INTO bulletin(name,kind,version,content) VALUES(?1,?2,?3,?4) ON CONFLICT(name) "
                      "DO UPDATE SET kind=?2, version=?3, content=?4 WHERE version<?3"));
    TRY(put->bind(1, std::string_view(bulletin.name))
            .bind(2, integer(bulletin.kind))
            .bind(3, integer(bulletin.version))
            .bind(4, BytesView(bulletin.content))
            .run());
    if (database_.changes() == 0) return fail(ErrorCode::kConflict, "box_store.bulletin");
    return {};
}

Result<std::optional<HeldBulletin>> SqliteBoxStore::bulletin(const std::string& name) {
    auto* query = TRY(statement("SELECT kind,version,content FROM bulletin WHERE name=?"));
    query->bind(1, std::string_view(name));
    std::optional<HeldBulletin> out;
    if (TRY(query->step()))
        out = HeldBulletin{static_cast<wire::BulletinKind>(query->integer(0)), name,
                           static_cast<std::uint32_t>(query->integer(1)), query->blob(2)};
    query->reset();
    return out;
}

Result<std::vector<HeldBulletin>> SqliteBoxStore::bulletins() {
    auto* query = TRY(statement("SELECT kind,name,version FROM bulletin ORDER BY name"));
    std::vector<HeldBulletin> out;
    while (TRY(query->step()))
        out.push_back({static_cast<wire::BulletinKind>(query->integer(0)),
                       query->text(1),
                       static_cast<std::uint32_t>(query->integer(2)),
                       {}});
    query->reset();
    return out;
}

Status SqliteBoxStore::put_assembly(const SavedAssembly& assembly) {
    auto* put = TRY(statement("INSERT OR REPLACE INTO assembly(mark,saved) VALUES(?,?)"));
    TRY(put->bind(1, integer(assembly.mark)).bind(2, BytesView(assembly.saved)).run());
    auto* drop = TRY(statement("DELETE FROM assembly WHERE place NOT IN "
                               "(SELECT place FROM assembly ORDER BY place DESC LIMIT ?)"));
    return drop->bind(1, integer(kMostAssemblies)).run();
}

Result<std::vector<SavedAssembly>> SqliteBoxStore::assemblies() {
    auto* query = TRY(statement("SELECT mark,saved FROM assembly ORDER BY place"));
    std::vector<SavedAssembly> out;
    while (TRY(query->step())) out.push_back({static_cast<std::uint32_t>(query->integer(0)), query->blob(1)});
    query->reset();
    return out;
}

Status SqliteBoxStore::drop_assembly(std::uint32_t mark) {
    auto* drop = TRY(statement("DELETE FROM assembly WHERE mark=?"));
    return drop->bind(1, integer(mark)).run();
}

} // namespace kentongan::sqlite
