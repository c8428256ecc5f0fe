#include "adapters/sqlite/district_store.hpp"

#include "adapters/sqlite/rows.hpp"

#include <algorithm>

namespace kentongan::sqlite {
namespace {

using namespace district;

// Append only: a migration that has shipped is never edited.
constexpr const char* kMigrations[] = {
    R"sql(
CREATE TABLE box(
  box INTEGER PRIMARY KEY,
  sign BLOB NOT NULL UNIQUE,
  agree BLOB NOT NULL UNIQUE,
  village TEXT NOT NULL,
  revoked INTEGER NOT NULL,
  last_contact INTEGER NOT NULL,
  waiting INTEGER NOT NULL,
  issued INTEGER NOT NULL,
  acknowledged INTEGER NOT NULL);
CREATE TABLE "case"(
  arrival INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL UNIQUE,
  box INTEGER NOT NULL REFERENCES box(box),
  recipient INTEGER NOT NULL,
  code TEXT NOT NULL,
  service TEXT NOT NULL,
  lifecycle TEXT NOT NULL,
  state TEXT NOT NULL,
  channel INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  open INTEGER NOT NULL,
  version INTEGER NOT NULL);
CREATE INDEX case_newest ON "case"(recipient, received_at DESC, arrival DESC);
CREATE INDEX case_state ON "case"(recipient, lifecycle, state, open, due_at);
CREATE INDEX case_code ON "case"(code);
CREATE TABLE envelope(id BLOB PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE event(
  place INTEGER PRIMARY KEY AUTOINCREMENT,
  id BLOB NOT NULL,
  at INTEGER NOT NULL,
  officer TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  words BLOB NOT NULL);
CREATE INDEX event_id ON event(id, place);
CREATE TABLE box_update(
  box INTEGER NOT NULL REFERENCES box(box),
  sequence INTEGER NOT NULL,
  item BLOB NOT NULL,
  state INTEGER NOT NULL,
  at INTEGER NOT NULL,
  reply BLOB NOT NULL,
  notice BLOB NOT NULL,
  PRIMARY KEY(box, sequence)) WITHOUT ROWID;
CREATE INDEX box_update_notice ON box_update(box, sequence) WHERE length(notice) > 0;
CREATE TABLE quarantine(
  place INTEGER PRIMARY KEY AUTOINCREMENT,
  box INTEGER NOT NULL REFERENCES box(box),
  digest BLOB NOT NULL,
  reason INTEGER NOT NULL,
  at INTEGER NOT NULL,
  envelope BLOB NOT NULL,
  UNIQUE(box, digest));
CREATE TABLE officer(name TEXT PRIMARY KEY, role INTEGER NOT NULL, password TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE attempt(
  name BLOB PRIMARY KEY,
  known INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  locked_until INTEGER NOT NULL,
  last INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX attempt_stranger ON attempt(last) WHERE known = 0;
CREATE TABLE session(
  token_hash BLOB PRIMARY KEY,
  officer TEXT NOT NULL,
  started INTEGER NOT NULL,
  seen INTEGER NOT NULL) WITHOUT ROWID;
)sql",
    R"sql(
CREATE TABLE psk(box INTEGER PRIMARY KEY REFERENCES box(box), sealed BLOB NOT NULL);
CREATE TABLE invitation(
  code BLOB PRIMARY KEY,
  village TEXT NOT NULL,
  issued INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  used_by INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE published(name TEXT PRIMARY KEY, kind INTEGER NOT NULL, newest INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE publication(
  name TEXT NOT NULL REFERENCES published(name),
  version INTEGER NOT NULL,
  box INTEGER NOT NULL,
  at INTEGER NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY(name, version));
CREATE TABLE bulletin(
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  base INTEGER NOT NULL,
  bulletin BLOB NOT NULL,
  PRIMARY KEY(name, version, base),
  FOREIGN KEY(name, version) REFERENCES publication(name, version) ON DELETE CASCADE);
)sql",
    // Items of epochs. What was sealed one by one before them was never released and has no reader any more.
    R"sql(
DELETE FROM event;
DELETE FROM box_update;
DELETE FROM "case";
DROP TABLE envelope;
DROP TABLE quarantine;
CREATE TABLE record(id BLOB PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE quarantine(
  place INTEGER PRIMARY KEY AUTOINCREMENT,
  box INTEGER NOT NULL REFERENCES box(box),
  digest BLOB NOT NULL,
  reason INTEGER NOT NULL,
  at INTEGER NOT NULL,
  item BLOB NOT NULL,
  recipient INTEGER NOT NULL,
  record BLOB NOT NULL,
  UNIQUE(box, digest));
CREATE TABLE epoch(
  box INTEGER NOT NULL REFERENCES box(box),
  number INTEGER NOT NULL,
  mark BLOB NOT NULL,
  recipient INTEGER NOT NULL,
  opening BLOB NOT NULL,
  received BLOB NOT NULL,
  items INTEGER NOT NULL,
  copied INTEGER NOT NULL,
  previous INTEGER NOT NULL,
  previous_items INTEGER NOT NULL,
  PRIMARY KEY(box, number, mark));
)sql",
    // A number here is that of a SIM in a village hall.
    R"sql(
ALTER TABLE box ADD COLUMN last_link INTEGER NOT NULL DEFAULT 0;
CREATE TABLE sms_route(
  box INTEGER PRIMARY KEY REFERENCES box(box),
  number TEXT NOT NULL DEFAULT '',
  as_text INTEGER NOT NULL DEFAULT 0,
  modem TEXT NOT NULL DEFAULT '',
  heard INTEGER NOT NULL DEFAULT 0,
  sent INTEGER NOT NULL DEFAULT 0,
  pushed INTEGER NOT NULL DEFAULT 0,
  told_to INTEGER NOT NULL DEFAULT 0,
  day INTEGER NOT NULL DEFAULT 0,
  sent_today INTEGER NOT NULL DEFAULT 0,
  pushed_today INTEGER NOT NULL DEFAULT 0);
)sql",
    R"sql(
ALTER TABLE box ADD COLUMN last_carrier INTEGER NOT NULL DEFAULT 0;
CREATE TABLE box_use(
  box INTEGER NOT NULL REFERENCES box(box),
  day INTEGER NOT NULL,
  carrier INTEGER NOT NULL,
  up INTEGER NOT NULL,
  down INTEGER NOT NULL,
  messages INTEGER NOT NULL,
  cost INTEGER NOT NULL,
  PRIMARY KEY(box, day, carrier)) WITHOUT ROWID;
)sql",
};

constexpr const char* kCaseColumns =
    "id,box,recipient,code,service,lifecycle,state,channel,received_at,due_at,"
    "changed_at,open,version";

CaseRow case_of(const Statement& row) {
    CaseRow out;
    out.id.value = array_of<16>(row.blob(0));
    out.box.value = static_cast<std::uint32_t>(row.integer(1));
    out.recipient = static_cast<domain::Recipient>(row.integer(2));
    out.code = row.text(3);
    out.service = row.text(4);
    out.lifecycle = row.text(5);
    out.state = row.text(6);
    out.channel = static_cast<domain::Channel>(row.integer(7));
    out.received_at = instant(row, 8);
    out.due_at = instant(row, 9);
    out.changed_at = instant(row, 10);
    out.open = row.integer(11) != 0;
    out.version = static_cast<std::uint32_t>(row.integer(12));
    return out;
}

} // namespace

Result<std::unique_ptr<SqliteDistrictStore>> SqliteDistrictStore::open(const std::string& path,
                                                                       const OpenOptions& options) {
    auto database = TRY(Database::open(path, kMigrations, options));
    return std::unique_ptr<SqliteDistrictStore>(new SqliteDistrictStore(std::move(database)));
}

// --- intake ---

Result<bool> SqliteDistrictStore::insert_case(const NewCase& found) {
    const auto& row = found.row;
    auto insert = TRY(database_.prepare(
        "INSERT INTO "
        "\"case\"(id,box,recipient,code,service,lifecycle,state,channel,received_at,due_at,changed_at,"
        "open,version) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO NOTHING"));
    TRY(insert.bind(1, BytesView(row.id.value))
            .bind(2, integer(row.box.value))
            .bind(3, integer(row.recipient))
            .bind(4, std::string_view(row.code))
            .bind(5, std::string_view(row.service))
            .bind(6, std::string_view(row.lifecycle))
            .bind(7, std::string_view(row.state))
            .bind(8, integer(row.channel))
            .bind(9, to_unix(row.received_at))
            .bind(10, to_unix(row.due_at))
            .bind(11, to_unix(row.changed_at))
            .bind(12, integer(row.open))
            .bind(13, integer(row.version))
            .run());
    if (database_.changes() == 0) return false;
    auto record = TRY(database_.prepare("INSERT INTO record(id,sealed) VALUES(?,?)"));
    TRY(record.bind(1, BytesView(row.id.value)).bind(2, BytesView(found.record)).run());
    return true;
}

Status SqliteDistrictStore::receive(const Delivery& delivery) {
    return together([&]() -> Status {
        auto contact = TRY(database_.prepare("UPDATE box SET last_contact=?2, waiting=ifnull(?3,waiting), "
                                             "acknowledged=max(acknowledged,?4), issued=max(issued,?4), "
                                             "last_link=CASE WHEN ?5 THEN ?2 ELSE last_link END, "
                                             "last_carrier=?6 WHERE box=?1"));
        contact.bind(1, integer(delivery.box.value)).bind(2, to_unix(delivery.at));
        if (delivery.waiting)
            contact.bind(3, integer(*delivery.waiting));
        else
            contact.bind_null(3);
        contact.bind(4, integer(delivery.acknowledged)).bind(5, integer(delivery.linked));
        TRY(contact.bind(6, delivery.by ? integer(*delivery.by) : 0).run());
        if (database_.changes() == 0) return fail(ErrorCode::kNotFound, "district_store.box");
        if (delivery.sms) TRY(hear_sms(delivery.box, *delivery.sms, delivery.at));
        auto notices = TRY(database_.prepare(
            "UPDATE box_update SET notice=x'' WHERE box=?1 AND sequence<=?2 AND length(notice)>0"));
        TRY(notices.bind(1, integer(delivery.box.value)).bind(2, integer(delivery.acknowledged)).run());
        for (const auto& found : delivery.cases) TRY(insert_case(found));
        auto quarantine =
            TRY(database_.prepare("INSERT INTO quarantine(box,digest,reason,at,item,recipient,record) "
                                  "VALUES(?,?,?,?,?,?,?) ON CONFLICT(box,digest) DO NOTHING"));
        for (const auto& one : delivery.quarantined)
            TRY(quarantine.bind(1, integer(one.box.value))
                    .bind(2, BytesView(one.digest))
                    .bind(3, integer(one.reason))
                    .bind(4, to_unix(one.at))
                    .bind(5, BytesView(one.item.value))
                    .bind(6, integer(one.recipient))
                    .bind(7, BytesView(one.record))
                    .run());
        for (const auto& epoch : delivery.epochs) TRY(put_epoch(epoch));
        if (delivery.used) TRY(put_use(delivery.box, *delivery.used));
        return {};
    });
}

Result<std::vector<wire::StatusUpdate>> SqliteDistrictStore::updates_after(BoxId box, std::uint64_t sequence,
                                                                           std::size_t limit) {
    constexpr std::uint64_t kLargest = INT64_MAX;
    auto query = TRY(database_.prepare("SELECT sequence,item,state,at,reply,notice FROM box_update "
                                       "WHERE box=? AND sequence>? ORDER BY sequence LIMIT ?"));
    query.bind(1, integer(box.value)).bind(2, integer(std::min(sequence, kLargest))).bind(3, integer(limit));
    std::vector<wire::StatusUpdate> out;
    while (TRY(query.step())) {
        wire::StatusUpdate update;
        update.sequence = static_cast<std::uint64_t>(query.integer(0));
        update.item.value = array_of<16>(query.blob(1));
        update.state = static_cast<std::uint8_t>(query.integer(2));
        update.at = instant(query, 3);
        update.reply = query.blob(4);
        update.notice = query.blob(5);
        out.push_back(std::move(update));
    }
    return out;
}

Result<std::vector<Quarantined>> SqliteDistrictStore::quarantined(std::size_t skip, std::size_t limit) {
    auto query = TRY(
        database_.prepare("SELECT box,digest,reason,at,item,recipient,record FROM quarantine ORDER BY place "
                          "LIMIT ? OFFSET ?"));
    query.bind(1, integer(limit)).bind(2, integer(skip));
    std::vector<Quarantined> out;
    while (TRY(query.step())) {
        Quarantined one;
        one.box.value = static_cast<std::uint32_t>(query.integer(0));
        one.digest = array_of<32>(query.blob(1));
        one.reason = static_cast<QuarantineReason>(query.integer(2));
        one.at = instant(query, 3);
        one.item.value = array_of<16>(query.blob(4));
        one.recipient = static_cast<domain::Recipient>(query.integer(5));
        one.record = query.blob(6);
        out.push_back(std::move(one));
    }
    return out;
}

Result<std::uint64_t> SqliteDistrictStore::quarantined_of(BoxId box) {
    return number_of(box, "SELECT count(*) FROM quarantine WHERE box=?");
}

Status SqliteDistrictStore::adopt(const Quarantined& quarantined, const NewCase& found) {
    return together([&]() -> Status {
        auto remove = TRY(database_.prepare("DELETE FROM quarantine WHERE box=? AND digest=?"));
        TRY(remove.bind(1, integer(quarantined.box.value)).bind(2, BytesView(quarantined.digest)).run());
        if (database_.changes() == 0) return fail(ErrorCode::kNotFound, "district_store.quarantined");
        if (!TRY(insert_case(found))) return fail(ErrorCode::kConflict, "district_store.case");
        return {};
    });
}

// --- cases ---

Result<CaseRow> SqliteDistrictStore::case_row(const ItemId& id) {
    auto query = TRY(database_.prepare(std::string("SELECT ") + kCaseColumns + " FROM \"case\" WHERE id=?"));
    query.bind(1, BytesView(id.value));
    if (!TRY(query.step())) return fail(ErrorCode::kNotFound, "district_store.case");
    return case_of(query);
}

Result<Bytes> SqliteDistrictStore::record(const ItemId& id) {
    auto query = TRY(database_.prepare("SELECT sealed FROM record WHERE id=?"));
    query.bind(1, BytesView(id.value));
    if (!TRY(query.step())) return fail(ErrorCode::kNotFound, "district_store.record");
    return query.blob(0);
}

Result<std::vector<Event>> SqliteDistrictStore::events(const ItemId& id) {
    auto query = TRY(database_.prepare("SELECT at,officer,from_state,to_state,words FROM event WHERE id=? "
                                       "ORDER BY place"));
    query.bind(1, BytesView(id.value));
    std::vector<Event> out;
    while (TRY(query.step()))
        out.push_back({instant(query, 0), query.text(1), query.text(2), query.text(3), query.blob(4)});
    return out;
}

Result<CasePage> SqliteDistrictStore::list(const CaseFilter& filter) {
    // Only the conditions that are set are in the text; every value is bound.
    std::string where = "WHERE recipient=?1";
    if (!filter.state.empty()) where += " AND state=?2";
    if (!filter.service.empty()) where += " AND service=?3";
    if (!filter.code.empty()) where += " AND code=?4";
    if (filter.box) where += " AND box=?5";
    if (filter.open_only) where += " AND open=1";
    auto bind = [&](Statement& query) {
        query.bind(1, integer(filter.recipient));
        if (!filter.state.empty()) query.bind(2, std::string_view(filter.state));
        if (!filter.service.empty()) query.bind(3, std::string_view(filter.service));
        if (!filter.code.empty()) query.bind(4, std::string_view(filter.code));
        if (filter.box) query.bind(5, integer(filter.box->value));
    };
    CasePage page;
    {
        auto query = TRY(database_.prepare("SELECT count(*) FROM \"case\" " + where));
        bind(query);
        TRY(query.step());
        page.total = static_cast<std::uint64_t>(query.integer(0));
    }
    auto query = TRY(database_.prepare(std::string("SELECT ") + kCaseColumns + " FROM \"case\" " + where +
                                       " ORDER BY received_at DESC, arrival DESC LIMIT ?6 OFFSET ?7"));
    bind(query);
    query.bind(6, integer(filter.limit)).bind(7, integer(filter.offset));
    while (TRY(query.step())) page.rows.push_back(case_of(query));
    return page;
}

Result<std::vector<StateCount>> SqliteDistrictStore::counts(domain::Recipient recipient, Instant now) {
    auto query =
        TRY(database_.prepare("SELECT lifecycle,state,count(*),sum(open AND due_at<?2) FROM \"case\" "
                              "WHERE recipient=?1 GROUP BY lifecycle,state ORDER BY lifecycle,state"));
    query.bind(1, integer(recipient)).bind(2, to_unix(now));
    std::vector<StateCount> out;
    while (TRY(query.step()))
        out.push_back({query.text(0), query.text(1), static_cast<std::uint64_t>(query.integer(2)),
                       static_cast<std::uint64_t>(query.integer(3))});
    return out;
}

Result<std::uint64_t> SqliteDistrictStore::move(const CaseMove& move) {
    return together([&]() -> Result<std::uint64_t> {
        auto change =
            TRY(database_.prepare("UPDATE \"case\" SET state=?, open=?, changed_at=?, version=version+1 "
                                  "WHERE id=? AND version=?"));
        TRY(change.bind(1, std::string_view(move.event.to))
                .bind(2, integer(move.open))
                .bind(3, to_unix(move.event.at))
                .bind(4, BytesView(move.id.value))
                .bind(5, integer(move.expected_version))
                .run());
        auto changed = database_.changes();
        auto row = TRY(case_row(move.id));
        if (changed == 0) return fail(ErrorCode::kConflict, "district_store.version", row.version);

        auto event = TRY(database_.prepare("INSERT INTO event(id,at,officer,from_state,to_state,words) "
                                           "VALUES(?,?,?,?,?,?)"));
        TRY(event.bind(1, BytesView(move.id.value))
                .bind(2, to_unix(move.event.at))
                .bind(3, std::string_view(move.event.officer))
                .bind(4, std::string_view(move.event.from))
                .bind(5, std::string_view(move.event.to))
                .bind(6, BytesView(move.event.words))
                .run());

        auto next = TRY(database_.prepare("UPDATE box SET issued=issued+1 WHERE box=?"));
        TRY(next.bind(1, integer(row.box.value)).run());
        auto sequence = TRY(box(row.box)).issued;
        auto update = TRY(database_.prepare("INSERT INTO box_update(box,sequence,item,state,at,reply,notice) "
                                            "VALUES(?,?,?,?,?,?,?)"));
        TRY(update.bind(1, integer(row.box.value))
                .bind(2, integer(sequence))
                .bind(3, BytesView(move.update.item.value))
                .bind(4, integer(move.update.state))
                .bind(5, to_unix(move.update.at))
                .bind(6, BytesView(move.update.reply))
                .bind(7, BytesView(move.update.notice))
                .run());
        return sequence;
    });
}

} // namespace kentongan::sqlite
