// What each carrier was used for: rows of box::Carriers.
#include "adapters/sqlite/box_store.hpp"
#include "adapters/sqlite/rows.hpp"

namespace kentongan::sqlite {

using box::CarrierBook;
using box::CarrierDay;

Result<std::optional<CarrierBook>> SqliteBoxStore::carrier_book() {
    auto* sql = TRY(statement("SELECT day,ran,said FROM carrier_book"));
    auto book = TRY(one_of<CarrierBook>(*sql, [](const Statement& row) {
        CarrierBook out;
        out.day = static_cast<std::int32_t>(row.integer(0));
        out.ran = static_cast<std::uint32_t>(row.integer(1));
        out.said = static_cast<std::int32_t>(row.integer(2));
        return out;
    }));
    if (!book) return book;
    using Contact = std::pair<domain::Carrier, Instant>;
    auto* contacts = TRY(statement("SELECT carrier,at FROM carrier_contact"));
    for (const auto& [carrier, at] : TRY(all_of<Contact>(*contacts, [](const Statement& row) {
             return Contact(static_cast<domain::Carrier>(row.integer(0)), instant(row, 1));
         })))
        book->contacts[carrier] = at;
    return book;
}

Status SqliteBoxStore::put_carrier_book(const CarrierBook& book) {
    auto* sql = TRY(statement("INSERT INTO carrier_book(only,day,ran,said) VALUES(1,?1,?2,?3) "
                              "ON CONFLICT(only) DO UPDATE SET day=?1, ran=?2, said=?3"));
    TRY(sql->bind(1, integer(book.day)).bind(2, integer(book.ran)).bind(3, integer(book.said)).run());
    for (const auto& [carrier, at] : book.contacts) {
        auto* contact = TRY(statement("INSERT INTO carrier_contact(carrier,at) VALUES(?1,?2) "
                                      "ON CONFLICT(carrier) DO UPDATE SET at=?2 WHERE at<>?2"));
        TRY(contact->bind(1, integer(carrier)).bind(2, to_unix(at)).run());
    }
    return {};
}

Status SqliteBoxStore::put_carrier_day(const CarrierDay& row) {
    auto* sql = TRY(statement("INSERT INTO carrier_days(day,carrier,up,down,messages,cost) "
                              "VALUES(?1,?2,?3,?4,?5,?6) "
                              "ON CONFLICT(day,carrier) DO UPDATE SET up=?3, down=?4, messages=?5, cost=?6"));
    return sql->bind(1, integer(row.day))
        .bind(2, integer(row.carrier))
        .bind(3, static_cast<std::int64_t>(row.up))
        .bind(4, static_cast<std::int64_t>(row.down))
        .bind(5, static_cast<std::int64_t>(row.messages))
        .bind(6, static_cast<std::int64_t>(row.cost))
        .run();
}

Result<std::vector<CarrierDay>> SqliteBoxStore::carrier_days(std::int32_t first, std::int32_t last) {
    auto* sql = TRY(statement("SELECT day,carrier,up,down,messages,cost FROM carrier_days "
                              "WHERE day BETWEEN ?1 AND ?2 ORDER BY day,carrier"));
    sql->bind(1, integer(first)).bind(2, integer(last));
    return all_of<CarrierDay>(*sql, [](const Statement& row) {
        return CarrierDay{
            static_cast<std::int32_t>(row.integer(0)),  static_cast<domain::Carrier>(row.integer(1)),
            static_cast<std::uint64_t>(row.integer(2)), static_cast<std::uint64_t>(row.integer(3)),
            static_cast<std::uint64_t>(row.integer(4)), static_cast<std::uint64_t>(row.integer(5))};
    });
}

Status SqliteBoxStore::keep_carrier_days(std::int32_t first, std::int32_t last) {
    auto* sql = TRY(statement("DELETE FROM carrier_days WHERE day NOT BETWEEN ?1 AND ?2"));
    return sql->bind(1, integer(first)).bind(2, integer(last)).run();
}

} // namespace kentongan::sqlite
