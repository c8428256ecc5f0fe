// The part of a box's store that is about short messages: conversations, what came in, what goes out.
#include "adapters/sqlite/box_store.hpp"
#include "adapters/sqlite/rows.hpp"

namespace kentongan::sqlite {
namespace {

using box::OutgoingSms;
using box::Pseudonym;
using box::SmsPart;

SmsPart part_row(const Statement& row) {
    SmsPart out;
    out.sender = array_of<16>(row.blob(0));
    out.reference = static_cast<std::uint16_t>(row.integer(1));
    out.count = static_cast<std::uint8_t>(row.integer(2));
    out.number = static_cast<std::uint8_t>(row.integer(3));
    out.fingerprint = array_of<16>(row.blob(4));
    out.content = row.blob(5);
    out.at = instant(row, 6);
    return out;
}

OutgoingSms sms_row(const Statement& row) {
    OutgoingSms out;
    out.id = static_cast<std::uint64_t>(row.integer(0));
    out.kind = static_cast<box::SmsKind>(row.integer(1));
    out.content = row.blob(2);
    out.tries = static_cast<std::uint8_t>(row.integer(3));
    out.due = instant(row, 4);
    out.expires = instant(row, 5);
    out.submitting = row.integer(6) != 0;
    return out;
}

} // namespace

Result<std::optional<Bytes>> SqliteBoxStore::conversation(const Pseudonym& phone) {
    auto* sql = TRY(statement("SELECT content FROM conversation WHERE phone=?1"));
    return one_of<Bytes>(sql->bind(1, BytesView(phone)), [](const Statement& row) { return row.blob(0); });
}

Status SqliteBoxStore::put_conversation(const Pseudonym& phone, BytesView content, Instant touched) {
    auto* sql = TRY(statement("INSERT INTO conversation(phone,content,touched) VALUES(?1,?2,?3) "
                              "ON CONFLICT(phone) DO UPDATE SET content=?2, touched=?3"));
    return sql->bind(1, BytesView(phone)).bind(2, content).bind(3, to_unix(touched)).run();
}

Status SqliteBoxStore::drop_conversation(const Pseudonym& phone) {
    auto* sql = TRY(statement("DELETE FROM conversation WHERE phone=?1"));
    return sql->bind(1, BytesView(phone)).run();
}

Result<std::vector<box::Store::OldConversation>> SqliteBoxStore::conversations_before(Instant before,
                                                                                      std::size_t most) {
    auto* sql =
        TRY(statement("SELECT phone,content FROM conversation WHERE touched<?1 ORDER BY touched LIMIT ?2"));
    sql->bind(1, to_unix(before)).bind(2, static_cast<std::int64_t>(most));
    return all_of<OldConversation>(*sql, [](const Statement& row) {
        return OldConversation{array_of<16>(row.blob(0)), row.blob(1)};
    });
}

Result<bool> SqliteBoxStore::stopped(const Pseudonym& phone) {
    auto* sql = TRY(statement("SELECT 1 FROM stopped WHERE phone=?1"));
    bool found = TRY(sql->bind(1, BytesView(phone)).step());
    sql->reset();
    return found;
}

Status SqliteBoxStore::set_stopped(const Pseudonym& phone, bool stopped) {
    auto* sql = TRY(statement(stopped ? "INSERT OR IGNORE INTO stopped(phone) VALUES(?1)"
                                      : "DELETE FROM stopped WHERE phone=?1"));
    return sql->bind(1, BytesView(phone)).run();
}

Result<bool> SqliteBoxStore::sms_seen(const std::array<std::uint8_t, 16>& fingerprint) {
    auto* sql = TRY(statement("SELECT 1 FROM sms_seen WHERE fingerprint=?1"));
    bool found = TRY(sql->bind(1, BytesView(fingerprint)).step());
    sql->reset();
    return found;
}

Status SqliteBoxStore::mark_sms_seen(const std::array<std::uint8_t, 16>& fingerprint, Instant now) {
    auto* sql = TRY(statement("INSERT OR IGNORE INTO sms_seen(fingerprint,at) VALUES(?1,?2)"));
    return sql->bind(1, BytesView(fingerprint)).bind(2, to_unix(now)).run();
}

Status SqliteBoxStore::forget_sms_seen_before(Instant before) {
    auto* sql = TRY(statement("DELETE FROM sms_seen WHERE at<?1"));
    return sql->bind(1, to_unix(before)).run();
}

Status SqliteBoxStore::put_part(const SmsPart& part) {
    auto* sql =
        TRY(statement("INSERT OR IGNORE INTO sms_part(sender,reference,count,number,fingerprint,content,at) "
                      "VALUES(?1,?2,?3,?4,?5,?6,?7)"));
    return sql->bind(1, BytesView(part.sender))
        .bind(2, std::int64_t{part.reference})
        .bind(3, std::int64_t{part.count})
        .bind(4, std::int64_t{part.number})
        .bind(5, BytesView(part.fingerprint))
        .bind(6, BytesView(part.content))
        .bind(7, to_unix(part.at))
        .run();
}

Result<std::vector<SmsPart>> SqliteBoxStore::parts(const Pseudonym& sender, std::uint16_t reference,
                                                   std::uint8_t count) {
    auto* sql = TRY(statement("SELECT sender,reference,count,number,fingerprint,content,at FROM sms_part "
                              "WHERE sender=?1 AND reference=?2 AND count=?3 ORDER BY number"));
    sql->bind(1, BytesView(sender)).bind(2, std::int64_t{reference}).bind(3, std::int64_t{count});
    return all_of<SmsPart>(*sql, part_row);
}

Status SqliteBoxStore::drop_parts(const Pseudonym& sender, std::uint16_t reference, std::uint8_t count) {
    auto* sql = TRY(statement("DELETE FROM sms_part WHERE sender=?1 AND reference=?2 AND count=?3"));
    return sql->bind(1, BytesView(sender))
        .bind(2, std::int64_t{reference})
        .bind(3, std::int64_t{count})
        .run();
}

Result<std::vector<SmsPart>> SqliteBoxStore::stale_parts(Instant before, std::size_t most) {
    auto* sql =
        TRY(statement("SELECT sender,reference,count,number,fingerprint,content,max(at) FROM sms_part "
                      "GROUP BY sender,reference,count HAVING max(at)<?1 LIMIT ?2"));
    sql->bind(1, to_unix(before)).bind(2, static_cast<std::int64_t>(most));
    return all_of<SmsPart>(*sql, part_row);
}

Status SqliteBoxStore::quarantine(const std::array<std::uint8_t, 16>& fingerprint, BytesView content,
                                  Instant now) {
    auto* sql =
        TRY(statement("INSERT OR IGNORE INTO sms_quarantine(fingerprint,content,at) VALUES(?1,?2,?3)"));
    TRY(sql->bind(1, BytesView(fingerprint)).bind(2, content).bind(3, to_unix(now)).run());
    auto* bound =
        TRY(statement("DELETE FROM sms_quarantine WHERE fingerprint IN "
                      "(SELECT fingerprint FROM sms_quarantine ORDER BY at DESC LIMIT -1 OFFSET ?1)"));
    return bound->bind(1, static_cast<std::int64_t>(kMostQuarantined)).run();
}

Result<std::uint64_t> SqliteBoxStore::put_sms(const OutgoingSms& sms) {
    auto* sql = TRY(statement("INSERT INTO sms_out(kind,content,tries,due,expires,submitting) "
                              "VALUES(?1,?2,?3,?4,?5,?6) RETURNING id"));
    sql->bind(1, static_cast<std::int64_t>(sms.kind))
        .bind(2, BytesView(sms.content))
        .bind(3, std::int64_t{sms.tries});
    sql->bind(4, to_unix(sms.due)).bind(5, to_unix(sms.expires)).bind(6, std::int64_t{sms.submitting});
    TRY(sql->step());
    auto id = static_cast<std::uint64_t>(sql->integer(0));
    sql->reset();
    return id;
}

Result<std::optional<OutgoingSms>> SqliteBoxStore::next_sms(Instant now) {
    auto* sql = TRY(statement("SELECT id,kind,content,tries,due,expires,submitting FROM sms_out "
                              "WHERE submitting=0 AND due<=?1 AND expires>?1 ORDER BY kind,id LIMIT 1"));
    return one_of<OutgoingSms>(sql->bind(1, to_unix(now)), sms_row);
}

Result<std::optional<OutgoingSms>> SqliteBoxStore::sms(std::uint64_t id) {
    auto* sql =
        TRY(statement("SELECT id,kind,content,tries,due,expires,submitting FROM sms_out WHERE id=?1"));
    return one_of<OutgoingSms>(sql->bind(1, static_cast<std::int64_t>(id)), sms_row);
}

Status SqliteBoxStore::update_sms(const OutgoingSms& sms) {
    auto* sql = TRY(statement("UPDATE sms_out SET tries=?2,due=?3,submitting=?4 WHERE id=?1"));
    return sql->bind(1, static_cast<std::int64_t>(sms.id))
        .bind(2, std::int64_t{sms.tries})
        .bind(3, to_unix(sms.due))
        .bind(4, std::int64_t{sms.submitting})
        .run();
}

Status SqliteBoxStore::drop_sms(std::uint64_t id) {
    auto* sql = TRY(statement("DELETE FROM sms_out WHERE id=?1"));
    return sql->bind(1, static_cast<std::int64_t>(id)).run();
}

Result<std::vector<OutgoingSms>> SqliteBoxStore::submitting_sms() {
    auto* sql =
        TRY(statement("SELECT id,kind,content,tries,due,expires,submitting FROM sms_out WHERE submitting=1"));
    return all_of<OutgoingSms>(*sql, sms_row);
}

Status SqliteBoxStore::drop_expired_sms(Instant now) {
    auto* sql = TRY(statement("DELETE FROM sms_out WHERE expires<=?1 AND submitting=0"));
    return sql->bind(1, to_unix(now)).run();
}

} // namespace kentongan::sqlite
