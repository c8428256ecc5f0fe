#include "adapters/sqlite/box_store.hpp"

#include "adapters/sqlite/rows.hpp"

#include <algorithm>
#include <limits>

namespace kentongan::sqlite {
namespace {

using box::CaseEvent;
using box::CaseRow;
using box::EpochRow;
using box::Pseudonym;
using box::QueuedItem;

// Append only: a migration that has shipped is never edited.
constexpr const char* kMigrations[] = {
    R"sql(
CREATE TABLE item(
  place INTEGER PRIMARY KEY AUTOINCREMENT,
  item BLOB NOT NULL UNIQUE,
  envelope BLOB NOT NULL,
  queued_at INTEGER NOT NULL,
  retired_at INTEGER);
CREATE INDEX item_waiting ON item(place) WHERE retired_at IS NULL;
CREATE INDEX item_retired ON item(retired_at) WHERE retired_at IS NOT NULL;
CREATE TABLE "case"(
  item BLOB PRIMARY KEY,
  code BLOB NOT NULL UNIQUE,
  receipt BLOB NOT NULL,
  phone BLOB,
  service INTEGER NOT NULL,
  state INTEGER NOT NULL,
  since INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  reply BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX case_receipt ON "case"(receipt);
CREATE INDEX case_phone ON "case"(phone) WHERE phone IS NOT NULL;
CREATE TABLE case_event(
  place INTEGER PRIMARY KEY AUTOINCREMENT,
  item BLOB NOT NULL,
  state INTEGER NOT NULL,
  at INTEGER NOT NULL);
CREATE INDEX case_event_item ON case_event(item);
CREATE TABLE contact(only INTEGER PRIMARY KEY CHECK(only = 1), last_update INTEGER NOT NULL, at INTEGER NOT NULL);
INSERT INTO contact VALUES(1, 0, 0);
CREATE TABLE conversation(phone BLOB PRIMARY KEY, content BLOB NOT NULL, touched INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX conversation_touched ON conversation(touched);
CREATE TABLE stopped(phone BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE sms_seen(fingerprint BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX sms_seen_at ON sms_seen(at);
CREATE TABLE sms_part(
  sender BLOB NOT NULL, reference INTEGER NOT NULL, count INTEGER NOT NULL, number INTEGER NOT NULL,
  fingerprint BLOB NOT NULL, content BLOB NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(sender, reference, count, number)) WITHOUT ROWID;
CREATE TABLE sms_quarantine(fingerprint BLOB PRIMARY KEY, content BLOB NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE sms_out(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL,
  content BLOB NOT NULL,
  tries INTEGER NOT NULL,
  due INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  submitting INTEGER NOT NULL);
)sql",
    // Items of epochs: urgency, the epochs themselves, and the form's name beside the item's. Items sealed by
    // a program before this one have no reader any more, so their rows go.
    R"sql(
DELETE FROM item;
DELETE FROM "case";
DELETE FROM case_event;
DROP INDEX item_waiting;
ALTER TABLE item RENAME COLUMN envelope TO sealed;
ALTER TABLE item ADD COLUMN urgency INTEGER NOT NULL DEFAULT 2;
CREATE INDEX item_waiting ON item(urgency, place) WHERE retired_at IS NULL;
CREATE TABLE epoch(
  number INTEGER PRIMARY KEY,
  recipient INTEGER NOT NULL,
  mark BLOB NOT NULL,
  items INTEGER NOT NULL);
CREATE INDEX epoch_recipient ON epoch(recipient, number);
ALTER TABLE contact ADD COLUMN skipped_epochs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "case" DROP COLUMN attempt;
ALTER TABLE "case" ADD COLUMN once BLOB NOT NULL DEFAULT x'';
ALTER TABLE "case" ADD COLUMN codes BLOB NOT NULL DEFAULT x'';
CREATE UNIQUE INDEX case_once ON "case"(once);
)sql",
    R"sql(
CREATE TABLE bulletin(name TEXT PRIMARY KEY, kind INTEGER NOT NULL, version INTEGER NOT NULL, content BLOB NOT NULL);
CREATE TABLE assembly(place INTEGER PRIMARY KEY AUTOINCREMENT, mark INTEGER NOT NULL UNIQUE, saved BLOB NOT NULL);
)sql",
    "ALTER TABLE contact ADD COLUMN exports INTEGER NOT NULL DEFAULT 0",
    R"sql(
CREATE TABLE carrier_book(only INTEGER PRIMARY KEY CHECK(only = 1), day INTEGER NOT NULL, ran INTEGER NOT NULL, said INTEGER NOT NULL);
CREATE TABLE carrier_contact(carrier INTEGER PRIMARY KEY, at INTEGER NOT NULL);
CREATE TABLE carrier_days(
  day INTEGER NOT NULL, carrier INTEGER NOT NULL,
  up INTEGER NOT NULL, down INTEGER NOT NULL, messages INTEGER NOT NULL, cost INTEGER NOT NULL,
  PRIMARY KEY(day, carrier)) WITHOUT ROWID;
)sql",
    R"sql(
ALTER TABLE item ADD COLUMN sms_tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN sms_due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contact ADD COLUMN sms_call_tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contact ADD COLUMN sms_call_due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contact ADD COLUMN last_whole INTEGER NOT NULL DEFAULT 0;
UPDATE contact SET last_whole=last_update;
)sql",
};

constexpr std::string_view kCaseColumns = "item,code,receipt,phone,service,state,since,once,reply,codes";

CaseRow case_row(const Statement& row) {
    CaseRow out;
    out.item.value = array_of<16>(row.blob(0));
    out.code = array_of<16>(row.blob(1));
    out.receipt = array_of<16>(row.blob(2));
    if (!row.is_null(3)) out.phone = array_of<16>(row.blob(3));
    out.service = static_cast<std::uint16_t>(row.integer(4));
    out.state = static_cast<std::uint8_t>(row.integer(5));
    out.since = instant(row, 6);
    out.once = array_of<16>(row.blob(7));
    out.reply = row.blob(8);
    out.codes = row.blob(9);
    return out;
}

EpochRow epoch_row(const Statement& row) {
    return {static_cast<std::uint16_t>(row.integer(0)), static_cast<domain::Recipient>(row.integer(1)),
            array_of<4>(row.blob(2)), static_cast<std::uint16_t>(row.integer(3))};
}

} // namespace

Result<std::unique_ptr<SqliteBoxStore>> SqliteBoxStore::open(const std::string& path,
                                                             const OpenOptions& options) {
    auto database = TRY(Database::open(path, kMigrations, options));
    return std::unique_ptr<SqliteBoxStore>(new SqliteBoxStore(std::move(database)));
}

Result<Statement*> SqliteBoxStore::statement(std::string_view sql) {
    auto found = statements_.find(sql);
    if (found == statements_.end()) found = statements_.emplace(sql, TRY(database_.prepare(sql))).first;
    found->second.reset();
    return &found->second;
}

Status SqliteBoxStore::begin() {
    return database_.begin();
}
Status SqliteBoxStore::commit() {
    return database_.commit();
}

void SqliteBoxStore::rollback() {
    for (auto& [sql, statement] : statements_) statement.reset();
    database_.rollback();
}

Status SqliteBoxStore::put_item(const QueuedItem& item, Instant now) {
    auto* sql = TRY(statement("INSERT INTO item(item,sealed,queued_at,urgency) VALUES(?1,?2,?3,?4)"));
    return sql->bind(1, BytesView(item.item.value))
        .bind(2, BytesView(item.sealed))
        .bind(3, to_unix(now))
        .bind(4, integer(item.urgency))
        .run();
}

Result<std::vector<QueuedItem>> SqliteBoxStore::queued_items(std::size_t most) {
    return queued_up_to(std::numeric_limits<std::int64_t>::max(), most);
}

Result<std::vector<QueuedItem>> SqliteBoxStore::queued_up_to(std::size_t size, std::size_t most) {
    auto* sql =
        TRY(statement("SELECT item,sealed,urgency,queued_at,sms_tries,sms_due FROM item "
                      "WHERE retired_at IS NULL AND length(sealed)<=?2 ORDER BY urgency, place LIMIT ?1"));
    sql->bind(1, integer(most)).bind(2, integer(size));
    return all_of<QueuedItem>(*sql, [](const Statement& row) {
        QueuedItem out;
        out.item.value = array_of<16>(row.blob(0));
        out.sealed = row.blob(1);
        out.urgency = static_cast<box::Urgency>(row.integer(2));
        out.queued_at = instant(row, 3);
        out.by_sms = {static_cast<std::uint8_t>(row.integer(4)), instant(row, 5)};
        return out;
    });
}

Status SqliteBoxStore::put_by_sms(ItemId item, const box::Resend& resend) {
    auto* sql =
        TRY(statement("UPDATE item SET sms_tries=?2, sms_due=?3 WHERE item=?1 AND retired_at IS NULL"));
    return sql->bind(1, BytesView(item.value))
        .bind(2, integer(resend.tries))
        .bind(3, to_unix(resend.due))
        .run();
}

Result<std::vector<ItemId>> SqliteBoxStore::queued_between(const ItemId& first, const ItemId& last) {
    auto* sql = TRY(statement("SELECT item FROM item WHERE item BETWEEN ?1 AND ?2 AND retired_at IS NULL "
                              "ORDER BY item"));
    sql->bind(1, BytesView(first.value)).bind(2, BytesView(last.value));
    return all_of<ItemId>(*sql, [](const Statement& row) { return ItemId{array_of<16>(row.blob(0))}; });
}

Status SqliteBoxStore::put_epoch(const EpochRow& row) {
    auto* sql = TRY(statement("INSERT INTO epoch(number,recipient,mark,items) VALUES(?1,?2,?3,?4) "
                              "ON CONFLICT(number) DO UPDATE SET recipient=?2, mark=?3, items=?4"));
    return sql->bind(1, integer(row.number))
        .bind(2, integer(row.recipient))
        .bind(3, BytesView(row.mark))
        .bind(4, integer(row.items))
        .run();
}

Result<std::optional<EpochRow>> SqliteBoxStore::epoch(std::uint16_t number) {
    auto* sql = TRY(statement("SELECT number,recipient,mark,items FROM epoch WHERE number=?1"));
    return one_of<EpochRow>(sql->bind(1, integer(number)), epoch_row);
}

Result<std::optional<EpochRow>> SqliteBoxStore::newest_epoch(domain::Recipient recipient) {
    auto* sql = TRY(statement("SELECT number,recipient,mark,items FROM epoch WHERE recipient=?1 "
                              "ORDER BY number DESC LIMIT 1"));
    return one_of<EpochRow>(sql->bind(1, integer(recipient)), epoch_row);
}

Result<std::uint16_t> SqliteBoxStore::highest_epoch() {
    auto* sql =
        TRY(statement("SELECT max(skipped_epochs, (SELECT ifnull(max(number),0) FROM epoch)) FROM contact"));
    TRY(sql->step());
    auto value = static_cast<std::uint16_t>(sql->integer(0));
    sql->reset();
    return value;
}

Status SqliteBoxStore::skip_epochs(std::uint16_t up_to) {
    auto* sql = TRY(statement("UPDATE contact SET skipped_epochs=max(skipped_epochs,?1)"));
    return sql->bind(1, integer(up_to)).run();
}

Status SqliteBoxStore::retire_item(ItemId item, Instant now) {
    auto* sql = TRY(statement("UPDATE item SET retired_at=?2 WHERE item=?1 AND retired_at IS NULL"));
    return sql->bind(1, BytesView(item.value)).bind(2, to_unix(now)).run();
}

Status SqliteBoxStore::drop_retired_before(Instant before) {
    auto* sql = TRY(statement("DELETE FROM item WHERE retired_at < ?1"));
    return sql->bind(1, to_unix(before)).run();
}

Result<std::uint32_t> SqliteBoxStore::waiting() {
    auto* sql = TRY(statement("SELECT count(*) FROM item WHERE retired_at IS NULL"));
    TRY(sql->step());
    auto count = static_cast<std::uint32_t>(sql->integer(0));
    sql->reset();
    return count;
}

Result<std::uint32_t> SqliteBoxStore::waiting_above(std::size_t size) {
    auto* sql = TRY(statement("SELECT count(*) FROM item WHERE retired_at IS NULL AND length(sealed)>?1"));
    TRY(sql->bind(1, integer(size)).step());
    auto count = static_cast<std::uint32_t>(sql->integer(0));
    sql->reset();
    return count;
}

Status SqliteBoxStore::put_case(const CaseRow& row) {
    auto* sql =
        TRY(statement("INSERT INTO \"case\"(item,code,receipt,phone,service,state,since,once,reply,codes) "
                      "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)"));
    sql->bind(1, BytesView(row.item.value)).bind(2, BytesView(row.code)).bind(3, BytesView(row.receipt));
    if (row.phone)
        sql->bind(4, BytesView(*row.phone));
    else
        sql->bind_null(4);
    sql->bind(5, std::int64_t{row.service}).bind(6, std::int64_t{row.state}).bind(7, to_unix(row.since));
    TRY(sql->bind(8, BytesView(row.once)).bind(9, BytesView(row.reply)).bind(10, BytesView(row.codes)).run());
    auto* event = TRY(statement("INSERT INTO case_event(item,state,at) VALUES(?1,?2,?3)"));
    return event->bind(1, BytesView(row.item.value))
        .bind(2, std::int64_t{row.state})
        .bind(3, to_unix(row.since))
        .run();
}

Result<std::optional<CaseRow>> SqliteBoxStore::case_of(ItemId item) {
    static const std::string text = "SELECT " + std::string(kCaseColumns) + " FROM \"case\" WHERE item=?1";
    auto* sql = TRY(statement(text));
    return one_of<CaseRow>(sql->bind(1, BytesView(item.value)), case_row);
}

Result<std::optional<CaseRow>> SqliteBoxStore::case_by_once(const Pseudonym& once) {
    static const std::string text = "SELECT " + std::string(kCaseColumns) + " FROM \"case\" WHERE once=?1";
    auto* sql = TRY(statement(text));
    return one_of<CaseRow>(sql->bind(1, BytesView(once)), case_row);
}

Result<std::optional<CaseRow>> SqliteBoxStore::case_by_code(const Pseudonym& code) {
    static const std::string text = "SELECT " + std::string(kCaseColumns) + " FROM \"case\" WHERE code=?1";
    auto* sql = TRY(statement(text));
    return one_of<CaseRow>(sql->bind(1, BytesView(code)), case_row);
}

Result<std::optional<CaseRow>> SqliteBoxStore::case_by_receipt(const Pseudonym& receipt) {
    static const std::string text = "SELECT " + std::string(kCaseColumns) + " FROM \"case\" WHERE receipt=?1";
    auto* sql = TRY(statement(text));
    return one_of<CaseRow>(sql->bind(1, BytesView(receipt)), case_row);
}

Status SqliteBoxStore::set_state(ItemId item, const CaseEvent& event, BytesView reply) {
    auto* update = TRY(statement("UPDATE \"case\" SET state=?2, since=?3, "
                                 "reply=CASE WHEN length(?4)>0 THEN ?4 ELSE reply END WHERE item=?1"));
    TRY(update->bind(1, BytesView(item.value))
            .bind(2, std::int64_t{event.state})
            .bind(3, to_unix(event.at))
            .bind(4, reply)
            .run());
    if (database_.changes() == 0) return {};
    auto* insert = TRY(statement("INSERT INTO case_event(item,state,at) VALUES(?1,?2,?3)"));
    return insert->bind(1, BytesView(item.value))
        .bind(2, std::int64_t{event.state})
        .bind(3, to_unix(event.at))
        .run();
}

Status SqliteBoxStore::put_reply(ItemId item, BytesView reply) {
    auto* sql = TRY(statement("UPDATE \"case\" SET reply=?2 WHERE item=?1"));
    return sql->bind(1, BytesView(item.value)).bind(2, reply).run();
}

Result<std::vector<CaseEvent>> SqliteBoxStore::history(ItemId item) {
    auto* sql = TRY(statement("SELECT state,at FROM case_event WHERE item=?1 ORDER BY place"));
    return all_of<CaseEvent>(sql->bind(1, BytesView(item.value)), [](const Statement& row) {
        return CaseEvent{static_cast<std::uint8_t>(row.integer(0)), instant(row, 1)};
    });
}

Result<std::vector<CaseRow>> SqliteBoxStore::cases_of_phone(const Pseudonym& phone) {
    static const std::string text =
        "SELECT " + std::string(kCaseColumns) + " FROM \"case\" WHERE phone=?1 LIMIT 1000";
    auto* sql = TRY(statement(text));
    return all_of<CaseRow>(sql->bind(1, BytesView(phone)), case_row);
}

Result<std::uint64_t> SqliteBoxStore::last_update() {
    auto* sql = TRY(statement("SELECT last_update FROM contact"));
    TRY(sql->step());
    auto value = static_cast<std::uint64_t>(sql->integer(0));
    sql->reset();
    return value;
}

Result<std::uint64_t> SqliteBoxStore::last_whole() {
    auto* sql = TRY(statement("SELECT last_whole FROM contact"));
    TRY(sql->step());
    auto value = static_cast<std::uint64_t>(sql->integer(0));
    sql->reset();
    return value;
}

Result<Instant> SqliteBoxStore::last_contact() {
    auto* sql = TRY(statement("SELECT at FROM contact"));
    TRY(sql->step());
    auto value = instant(*sql, 0);
    sql->reset();
    return value;
}

Status SqliteBoxStore::set_contact(std::uint64_t last_update, std::uint64_t last_whole, Instant at) {
    auto* sql = TRY(statement("UPDATE contact SET last_update=?1, at=?2, last_whole=?3"));
    return sql->bind(1, integer(last_update)).bind(2, to_unix(at)).bind(3, integer(last_whole)).run();
}

Result<box::Resend> SqliteBoxStore::sms_call() {
    auto* sql = TRY(statement("SELECT sms_call_tries,sms_call_due FROM contact"));
    TRY(sql->step());
    box::Resend out{static_cast<std::uint8_t>(sql->integer(0)), instant(*sql, 1)};
    sql->reset();
    return out;
}

Status SqliteBoxStore::put_sms_call(const box::Resend& resend) {
    auto* sql = TRY(statement("UPDATE contact SET sms_call_tries=?1, sms_call_due=?2"));
    return sql->bind(1, integer(resend.tries)).bind(2, to_unix(resend.due)).run();
}

Result<std::uint32_t> SqliteBoxStore::exports() {
    auto* sql = TRY(statement("SELECT exports FROM contact"));
    TRY(sql->step());
    auto value = static_cast<std::uint32_t>(sql->integer(0));
    sql->reset();
    return value;
}

Status SqliteBoxStore::put_exports(std::uint32_t newest) {
    auto* sql = TRY(statement("UPDATE contact SET exports=max(exports,?1)"));
    return sql->bind(1, integer(newest)).run();
}

} // namespace kentongan::sqlite
