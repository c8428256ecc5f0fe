// The district's store, part for SMS: where boxes are reached, and what that has cost.
#include "adapters/sqlite/district_store.hpp"
#include "adapters/sqlite/rows.hpp"

namespace kentongan::sqlite {

using namespace district;

namespace {

constexpr const char* kRouteColumns =
    "SELECT box,number,as_text,modem,heard,sent,pushed,told_to,day,sent_today,pushed_today FROM sms_route ";

SmsRoute route_of(const Statement& row) {
    SmsRoute out;
    out.box.value = static_cast<std::uint32_t>(row.integer(0));
    out.source = {row.text(1), row.integer(2) != 0, row.text(3)};
    out.heard = instant(row, 4);
    out.sent = instant(row, 5);
    out.pushed = instant(row, 6);
    out.told_to = static_cast<std::uint64_t>(row.integer(7));
    out.day = static_cast<std::int32_t>(row.integer(8));
    out.sent_today = static_cast<std::uint32_t>(row.integer(9));
    out.pushed_today = static_cast<std::uint32_t>(row.integer(10));
    return out;
}

} // namespace

Status SqliteDistrictStore::hear_sms(BoxId box, const SmsSource& source, Instant at) {
    auto upsert = TRY(database_.prepare("INSERT INTO sms_route(box,number,as_text,modem,heard) "
                                        "VALUES(?1,?2,?3,?4,?5) ON CONFLICT(box) DO UPDATE SET "
                                        "number=?2, as_text=?3, modem=?4, heard=?5"));
    return upsert.bind(1, integer(box.value))
        .bind(2, std::string_view(source.number))
        .bind(3, integer(source.as_text))
        .bind(4, std::string_view(source.modem))
        .bind(5, to_unix(at))
        .run();
}

Result<SmsRoute> SqliteDistrictStore::sms_route(BoxId box) {
    auto query = TRY(database_.prepare(std::string(kRouteColumns) + "WHERE box=?"));
    query.bind(1, integer(box.value));
    if (!TRY(query.step())) return fail(ErrorCode::kNotFound, "district_store.sms_route");
    return route_of(query);
}

Result<std::vector<SmsRoute>> SqliteDistrictStore::sms_routes() {
    auto query = TRY(database_.prepare(std::string(kRouteColumns) + "ORDER BY box"));
    std::vector<SmsRoute> out;
    while (TRY(query.step())) out.push_back(route_of(query));
    return out;
}

Status SqliteDistrictStore::count_sms(const SmsRoute& route) {
    return together([&]() -> Status {
        TRY(box(route.box));
        auto upsert = TRY(
            database_.prepare("INSERT INTO sms_route(box,sent,pushed,told_to,day,sent_today,pushed_today) "
                              "VALUES(?1,?2,?3,?4,?5,?6,?7) ON CONFLICT(box) DO UPDATE SET "
                              "sent=?2, pushed=?3, told_to=?4, day=?5, sent_today=?6, pushed_today=?7"));
        return upsert.bind(1, integer(route.box.value))
            .bind(2, to_unix(route.sent))
            .bind(3, to_unix(route.pushed))
            .bind(4, integer(route.told_to))
            .bind(5, integer(route.day))
            .bind(6, integer(route.sent_today))
            .bind(7, integer(route.pushed_today))
            .run();
    });
}

} // namespace kentongan::sqlite
