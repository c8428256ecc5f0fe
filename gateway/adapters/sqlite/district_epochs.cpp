// What the district's store keeps of boxes' epochs: openings, and which items are here.
#include "adapters/sqlite/district_store.hpp"
#include "adapters/sqlite/rows.hpp"

namespace kentongan::sqlite {

using namespace district;

Status SqliteDistrictStore::put_epoch(const EpochRow& epoch) {
    std::optional<wire::ReceivedSet> here;
    {
        auto known = TRY(database_.prepare("SELECT received FROM epoch WHERE box=? AND number=? AND mark=?"));
        known.bind(1, integer(epoch.box.value)).bind(2, integer(epoch.number)).bind(3, BytesView(epoch.mark));
        if (TRY(known.step())) here = TRY(wire::ReceivedSet::read(known.blob(0)));
    }
    if (here) {
        here->add(TRY(wire::ReceivedSet::read(epoch.received)));
        auto update = TRY(
            database_.prepare("UPDATE epoch SET received=?, items=? WHERE box=? AND number=? AND mark=?"));
        return update.bind(1, BytesView(here->bytes()))
            .bind(2, integer(here->count()))
            .bind(3, integer(epoch.box.value))
            .bind(4, integer(epoch.number))
            .bind(5, BytesView(epoch.mark))
            .run();
    }
    if (epoch.opening.empty()) return {};
    auto insert = TRY(database_.prepare("INSERT INTO epoch(box,number,mark,recipient,opening,received,items,"
                                        "copied,previous,previous_items) VALUES(?,?,?,?,?,?,?,?,?,?)"));
    return insert.bind(1, integer(epoch.box.value))
        .bind(2, integer(epoch.number))
        .bind(3, BytesView(epoch.mark))
        .bind(4, integer(epoch.recipient))
        .bind(5, BytesView(epoch.opening))
        .bind(6, BytesView(epoch.received))
        .bind(7, integer(epoch.items))
        .bind(8, integer(epoch.copied))
        .bind(9, integer(epoch.previous.number))
        .bind(10, integer(epoch.previous.items))
        .run();
}

Result<std::vector<EpochRow>> SqliteDistrictStore::epochs(BoxId box, std::uint16_t number) {
    auto query = TRY(database_.prepare("SELECT mark,recipient,opening,received,items,copied,previous,"
                                       "previous_items FROM epoch WHERE box=? AND number=? ORDER BY mark"));
    query.bind(1, integer(box.value)).bind(2, integer(number));
    std::vector<EpochRow> out;
    while (TRY(query.step())) {
        EpochRow row;
        row.box = box;
        row.number = number;
        row.mark = array_of<4>(query.blob(0));
        row.recipient = static_cast<domain::Recipient>(query.integer(1));
        row.opening = query.blob(2);
        row.received = query.blob(3);
        row.items = static_cast<std::uint16_t>(query.integer(4));
        row.copied = query.integer(5) != 0;
        row.previous = {static_cast<std::uint16_t>(query.integer(6)),
                        static_cast<std::uint16_t>(query.integer(7))};
        out.push_back(std::move(row));
    }
    return out;
}

Result<std::uint16_t> SqliteDistrictStore::newest_epoch(BoxId box) {
    return static_cast<std::uint16_t>(
        TRY(number_of(box, "SELECT ifnull(max(number),0) FROM epoch WHERE box=?")));
}

Result<std::uint64_t> SqliteDistrictStore::missing_of(BoxId box) {
    return number_of(box,
                     "SELECT ifnull(sum(max(0, later.previous_items - ifnull((SELECT max(items) FROM epoch "
                     "AS earlier WHERE earlier.box=later.box AND earlier.number=later.previous),0))),0) "
                     "FROM epoch AS later WHERE later.box=? AND later.previous>0");
}

Result<std::uint64_t> SqliteDistrictStore::number_of(BoxId box, const char* sql) {
    auto query = TRY(database_.prepare(sql));
    query.bind(1, integer(box.value));
    TRY(query.step());
    return static_cast<std::uint64_t>(query.integer(0));
}

} // namespace kentongan::sqlite
