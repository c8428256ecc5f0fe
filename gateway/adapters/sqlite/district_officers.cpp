// The part of a district's store that is about people at desks: officers, tries to sign in, sessions.
#include "adapters/sqlite/district_store.hpp"
#include "adapters/sqlite/rows.hpp"

namespace kentongan::sqlite {

using namespace district;

Status SqliteDistrictStore::add_officer(const Officer& officer) {
    return together([&]() -> Status {
        auto insert = TRY(database_.prepare("INSERT INTO officer(name,role,password) VALUES(?,?,?)"));
        return insert.bind(1, std::string_view(officer.name))
            .bind(2, integer(officer.role))
            .bind(3, std::string_view(officer.password))
            .run();
    });
}

Result<Officer> SqliteDistrictStore::officer(const std::string& name) {
    auto query = TRY(database_.prepare("SELECT name,role,password FROM officer WHERE name=?"));
    query.bind(1, std::string_view(name));
    if (!TRY(query.step())) return fail(ErrorCode::kNotFound, "district_store.officer");
    return Officer{query.text(0), static_cast<Role>(query.integer(1)), query.text(2)};
}

Result<Attempts> SqliteDistrictStore::attempts(const std::array<std::uint8_t, 32>& name) {
    auto query = TRY(database_.prepare("SELECT known,failures,locked_until,last FROM attempt WHERE name=?"));
    query.bind(1, BytesView(name));
    if (!TRY(query.step())) return fail(ErrorCode::kNotFound, "district_store.attempts");
    return Attempts{name, query.integer(0) != 0, static_cast<std::uint32_t>(query.integer(1)),
                    instant(query, 2), instant(query, 3)};
}

Status SqliteDistrictStore::save_attempts(const Attempts& attempts) {
    return together([&]() -> Status {
        auto upsert =
            TRY(database_.prepare("INSERT OR REPLACE INTO attempt(name,known,failures,locked_until,last) "
                                  "VALUES(?,?,?,?,?)"));
        TRY(upsert.bind(1, BytesView(attempts.name))
                .bind(2, integer(attempts.known))
                .bind(3, integer(attempts.failures))
                .bind(4, to_unix(attempts.locked_until))
                .bind(5, to_unix(attempts.last))
                .run());
        if (attempts.known) return {};
        auto count = TRY(database_.prepare("SELECT count(*) FROM attempt WHERE known=0"));
        TRY(count.step());
        if (count.integer(0) <= integer(kMaxStrangers)) return {};
        auto drop =
            TRY(database_.prepare("DELETE FROM attempt WHERE name=(SELECT name FROM attempt WHERE known=0 "
                                  "AND name<>?1 ORDER BY last LIMIT 1)"));
        return drop.bind(1, BytesView(attempts.name)).run();
    });
}

Status SqliteDistrictStore::open_session(const Session& session, Instant oldest_start, Instant oldest_seen) {
    return together([&]() -> Status {
        auto over = TRY(database_.prepare("DELETE FROM session WHERE started<? OR seen<?"));
        TRY(over.bind(1, to_unix(oldest_start)).bind(2, to_unix(oldest_seen)).run());
        auto insert =
            TRY(database_.prepare("INSERT INTO session(token_hash,officer,started,seen) VALUES(?,?,?,?)"));
        return insert.bind(1, BytesView(session.token_hash))
            .bind(2, std::string_view(session.officer))
            .bind(3, to_unix(session.started))
            .bind(4, to_unix(session.seen))
            .run();
    });
}

Result<Session> SqliteDistrictStore::session(const std::array<std::uint8_t, 32>& token_hash) {
    auto query = TRY(database_.prepare("SELECT officer,started,seen FROM session WHERE token_hash=?"));
    query.bind(1, BytesView(token_hash));
    if (!TRY(query.step())) return fail(ErrorCode::kNotFound, "district_store.session");
    return Session{token_hash, query.text(0), instant(query, 1), instant(query, 2)};
}

Status SqliteDistrictStore::touch_session(const std::array<std::uint8_t, 32>& token_hash, Instant seen) {
    return together([&]() -> Status {
        auto update = TRY(database_.prepare("UPDATE session SET seen=? WHERE token_hash=?"));
        return update.bind(1, to_unix(seen)).bind(2, BytesView(token_hash)).run();
    });
}

Status SqliteDistrictStore::close_session(const std::array<std::uint8_t, 32>& token_hash) {
    return together([&]() -> Status {
        auto remove = TRY(database_.prepare("DELETE FROM session WHERE token_hash=?"));
        return remove.bind(1, BytesView(token_hash)).run();
    });
}

} // namespace kentongan::sqlite
