// The district's store, second part: boxes, what they used, psks, invitations, publications.
#include "adapters/sqlite/district_store.hpp"
#include "adapters/sqlite/rows.hpp"

namespace kentongan::sqlite {

using namespace district;

namespace {

constexpr const char* kBoxColumns =
    "SELECT box,sign,agree,village,revoked,last_contact,waiting,issued,acknowledged,last_link,last_carrier "
    "FROM box ";

Box box_of(const Statement& row) {
    Box out;
    out.keys.box.value = static_cast<std::uint32_t>(row.integer(0));
    out.keys.sign = array_of<32>(row.blob(1));
    out.keys.agree = array_of<32>(row.blob(2));
    out.village = row.text(3);
    out.revoked = row.integer(4) != 0;
    out.last_contact = instant(row, 5);
    out.waiting = static_cast<std::uint32_t>(row.integer(6));
    out.issued = static_cast<std::uint64_t>(row.integer(7));
    out.acknowledged = static_cast<std::uint64_t>(row.integer(8));
    out.last_link = instant(row, 9);
    if (auto carrier = row.integer(10); carrier != 0)
        out.last_carrier = static_cast<domain::Carrier>(carrier);
    return out;
}

} // namespace

Status SqliteDistrictStore::register_box(const Box& box) {
    return together([&] { return insert_box(box); });
}

Status SqliteDistrictStore::insert_box(const Box& box) {
    auto insert = TRY(database_.prepare("INSERT INTO box(box,sign,agree,village,revoked,last_contact,waiting,"
                                        "issued,acknowledged,last_link) VALUES(?,?,?,?,?,?,?,?,?,?)"));
    return insert.bind(1, integer(box.keys.box.value))
        .bind(2, BytesView(box.keys.sign))
        .bind(3, BytesView(box.keys.agree))
        .bind(4, std::string_view(box.village))
        .bind(5, integer(box.revoked))
        .bind(6, to_unix(box.last_contact))
        .bind(7, integer(box.waiting))
        .bind(8, integer(box.issued))
        .bind(9, integer(box.acknowledged))
        .bind(10, to_unix(box.last_link))
        .run();
}

Status SqliteDistrictStore::revoke_box(BoxId box) {
    return together([&]() -> Status {
        auto update = TRY(database_.prepare("UPDATE box SET revoked=1 WHERE box=?"));
        TRY(update.bind(1, integer(box.value)).run());
        if (database_.changes() == 0) return fail(ErrorCode::kNotFound, "district_store.box");
        return {};
    });
}

Status SqliteDistrictStore::assign_village(BoxId box, const std::string& village) {
    return together([&]() -> Status {
        auto update = TRY(database_.prepare("UPDATE box SET village=? WHERE box=?"));
        TRY(update.bind(1, std::string_view(village)).bind(2, integer(box.value)).run());
        if (database_.changes() == 0) return fail(ErrorCode::kNotFound, "district_store.box");
        return {};
    });
}

Result<Box> SqliteDistrictStore::box(BoxId box) {
    auto query = TRY(database_.prepare(std::string(kBoxColumns) + "WHERE box=?"));
    query.bind(1, integer(box.value));
    if (!TRY(query.step())) return fail(ErrorCode::kNotFound, "district_store.box");
    return box_of(query);
}

Result<std::vector<Box>> SqliteDistrictStore::boxes() {
    auto query = TRY(database_.prepare(std::string(kBoxColumns) + "ORDER BY box"));
    std::vector<Box> out;
    while (TRY(query.step())) out.push_back(box_of(query));
    return out;
}

Status SqliteDistrictStore::write_psk(BoxId box, BytesView sealed) {
    auto insert = TRY(database_.prepare("INSERT INTO psk(box,sealed) VALUES(?1,?2) "
                                        "ON CONFLICT(box) DO UPDATE SET sealed=?2"));
    return insert.bind(1, integer(box.value)).bind(2, sealed).run();
}

Status SqliteDistrictStore::put_psk(BoxId id, BytesView sealed) {
    return together([&]() -> Status {
        TRY(box(id));
        return write_psk(id, sealed);
    });
}

Result<Bytes> SqliteDistrictStore::psk(BoxId box) {
    auto query = TRY(database_.prepare("SELECT sealed FROM psk WHERE box=?"));
    query.bind(1, integer(box.value));
    if (!TRY(query.step())) return fail(ErrorCode::kNotFound, "district_store.psk");
    return query.blob(0);
}

Status SqliteDistrictStore::put_use(BoxId box, const wire::DayOfUse& used) {
    auto again = TRY(database_.prepare("DELETE FROM box_use WHERE box=? AND day=?"));
    TRY(again.bind(1, integer(box.value)).bind(2, integer(used.day)).run());
    auto insert = TRY(database_.prepare(
        "INSERT INTO box_use(box,day,carrier,up,down,messages,cost) VALUES(?,?,?,?,?,?,?)"));
    for (const auto& [carrier, use] : used.carriers)
        TRY(insert.bind(1, integer(box.value))
                .bind(2, integer(used.day))
                .bind(3, integer(carrier))
                .bind(4, integer(use.up))
                .bind(5, integer(use.down))
                .bind(6, integer(use.messages))
                .bind(7, integer(use.cost))
                .run());
    auto old = TRY(database_.prepare("DELETE FROM box_use WHERE box=?1 AND day NOT IN (SELECT DISTINCT day "
                                     "FROM box_use WHERE box=?1 ORDER BY day DESC LIMIT ?2)"));
    return old.bind(1, integer(box.value)).bind(2, integer(kKeptDaysOfUse)).run();
}

Result<std::vector<wire::DayOfUse>> SqliteDistrictStore::use_of(BoxId box, std::size_t most) {
    auto query =
        TRY(database_.prepare("SELECT day,carrier,up,down,messages,cost FROM box_use WHERE box=?1 AND day IN "
                              "(SELECT DISTINCT day FROM box_use WHERE box=?1 ORDER BY day DESC LIMIT ?2) "
                              "ORDER BY day DESC, carrier"));
    query.bind(1, integer(box.value)).bind(2, integer(most));
    std::vector<wire::DayOfUse> out;
    while (TRY(query.step())) {
        auto day = static_cast<std::uint32_t>(query.integer(0));
        if (out.empty() || out.back().day != day) out.emplace_back().day = day;
        out.back().carriers[static_cast<domain::Carrier>(query.integer(1))] = {
            static_cast<std::uint64_t>(query.integer(2)), static_cast<std::uint64_t>(query.integer(3)),
            static_cast<std::uint64_t>(query.integer(4)), static_cast<std::uint64_t>(query.integer(5))};
    }
    return out;
}

Status SqliteDistrictStore::add_invitation(const Invitation& invitation) {
    return together([&]() -> Status {
        auto insert = TRY(database_.prepare(
            "INSERT INTO invitation(code,village,issued,expires,used_by) VALUES(?,?,?,?,?)"));
        return insert.bind(1, BytesView(invitation.code))
            .bind(2, std::string_view(invitation.village))
            .bind(3, to_unix(invitation.issued))
            .bind(4, to_unix(invitation.expires))
            .bind(5, integer(invitation.used_by.value))
            .run();
    });
}

Result<Invitation> SqliteDistrictStore::invitation(const std::array<std::uint8_t, 32>& code) {
    auto query = TRY(database_.prepare("SELECT village,issued,expires,used_by FROM invitation WHERE code=?"));
    query.bind(1, BytesView(code));
    if (!TRY(query.step())) return fail(ErrorCode::kNotFound, "district_store.invitation");
    Invitation out;
    out.code = code;
    out.village = query.text(0);
    out.issued = instant(query, 1);
    out.expires = instant(query, 2);
    out.used_by.value = static_cast<std::uint32_t>(query.integer(3));
    return out;
}

Status SqliteDistrictStore::enrol(const std::array<std::uint8_t, 32>& code, const Box& box,
                                  BytesView sealed_psk) {
    return together([&]() -> Status {
        TRY(invitation(code));
        auto use = TRY(database_.prepare("UPDATE invitation SET used_by=? WHERE code=? AND used_by=0"));
        TRY(use.bind(1, integer(box.keys.box.value)).bind(2, BytesView(code)).run());
        if (database_.changes() == 0) return fail(ErrorCode::kConflict, "district_store.used");
        TRY(insert_box(box));
        return write_psk(box.keys.box, sealed_psk);
    });
}

Status SqliteDistrictStore::publish(const Publication& publication) {
    return together([&]() -> Status {
        auto name = std::string_view(publication.name);
        auto first = TRY(database_.prepare("INSERT INTO published(name,kind,newest) VALUES(?,?,0) "
                                           "ON CONFLICT(name) DO NOTHING"));
        TRY(first.bind(1, name).bind(2, integer(publication.kind)).run());
        auto raise =
            TRY(database_.prepare("UPDATE published SET newest=?3 WHERE name=?1 AND kind=?2 AND newest<?3"));
        TRY(raise.bind(1, name)
                .bind(2, integer(publication.kind))
                .bind(3, integer(publication.version))
                .run());
        if (database_.changes() == 0) return fail(ErrorCode::kConflict, "district_store.publication");
        auto insert =
            TRY(database_.prepare("INSERT INTO publication(name,version,box,at,content) VALUES(?,?,?,?,?)"));
        TRY(insert.bind(1, name)
                .bind(2, integer(publication.version))
                .bind(3, integer(publication.box.value))
                .bind(4, to_unix(publication.at))
                .bind(5, BytesView(publication.content))
                .run());
        auto ready =
            TRY(database_.prepare("INSERT INTO bulletin(name,version,base,bulletin) VALUES(?,?,?,?)"));
        for (const auto& one : publication.ready)
            TRY(ready.bind(1, name)
                    .bind(2, integer(publication.version))
                    .bind(3, integer(one.base))
                    .bind(4, BytesView(one.bulletin))
                    .run());
        auto drop = TRY(database_.prepare("DELETE FROM publication WHERE name=?1 AND version NOT IN "
                                          "(SELECT version FROM publication WHERE name=?1 "
                                          "ORDER BY version DESC LIMIT ?2)"));
        return drop.bind(1, name).bind(2, integer(kKeptVersions)).run();
    });
}

Result<std::vector<Publication>> SqliteDistrictStore::publications() {
    auto query =
        TRY(database_.prepare("SELECT p.kind,v.box,v.name,v.version,v.at FROM published p "
                              "JOIN publication v ON v.name=p.name AND v.version=p.newest ORDER BY v.name"));
    std::vector<Publication> out;
    while (TRY(query.step())) {
        Publication one;
        one.kind = static_cast<wire::BulletinKind>(query.integer(0));
        one.box.value = static_cast<std::uint32_t>(query.integer(1));
        one.name = query.text(2);
        one.version = static_cast<std::uint32_t>(query.integer(3));
        one.at = instant(query, 4);
        out.push_back(std::move(one));
    }
    return out;
}

Result<Publication> SqliteDistrictStore::publication(const std::string& name, std::uint32_t version) {
    auto query = TRY(database_.prepare("SELECT p.kind,v.box,v.at,v.content FROM published p "
                                       "JOIN publication v ON v.name=p.name WHERE v.name=? AND v.version=?"));
    query.bind(1, std::string_view(name)).bind(2, integer(version));
    if (!TRY(query.step())) return fail(ErrorCode::kNotFound, "district_store.publication");
    Publication out;
    out.kind = static_cast<wire::BulletinKind>(query.integer(0));
    out.box.value = static_cast<std::uint32_t>(query.integer(1));
    out.name = name;
    out.version = version;
    out.at = instant(query, 2);
    out.content = query.blob(3);
    return out;
}

Result<std::vector<std::uint32_t>> SqliteDistrictStore::kept_versions(const std::string& name) {
    auto query = TRY(database_.prepare("SELECT version FROM publication WHERE name=? ORDER BY version DESC"));
    query.bind(1, std::string_view(name));
    std::vector<std::uint32_t> out;
    while (TRY(query.step())) out.push_back(static_cast<std::uint32_t>(query.integer(0)));
    return out;
}

Result<Bytes> SqliteDistrictStore::bulletin(const std::string& name, std::uint32_t version,
                                            std::uint32_t base) {
    auto query =
        TRY(database_.prepare("SELECT bulletin FROM bulletin WHERE name=? AND version=? AND base=?"));
    query.bind(1, std::string_view(name)).bind(2, integer(version)).bind(3, integer(base));
    if (!TRY(query.step())) return fail(ErrorCode::kNotFound, "district_store.bulletin");
    return query.blob(0);
}

} // namespace kentongan::sqlite
