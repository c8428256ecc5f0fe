// What each file here asks of the real store and of the simulated one, by the MUST rules of
// district/ports/store.hpp.
#pragma once

#include "adapters/sqlite/district_store.hpp"
#include "sim/memory_district_store.hpp"
#include "tools/temporary_folder.hpp"

#include <catch2/catch.hpp>

#include <initializer_list>
#include <memory>

namespace kentongan::district {

inline const Instant kNow = from_unix(1764000000);

struct InMemory {
    sim::MemoryDistrictStore memory;
    Store& store() { return memory; }
    void restart() {}
};

struct InSqlite {
    test::TemporaryFolder folder;
    std::unique_ptr<sqlite::SqliteDistrictStore> opened;
    InSqlite() { restart(); }
    Store& store() { return *opened; }
    void restart() {
        opened.reset();
        auto again = sqlite::SqliteDistrictStore::open(folder / "district.db");
        REQUIRE(again);
        opened = std::move(*again);
    }
};

inline ItemId item(unsigned n) {
    ItemId id;
    id.value.fill(0xA0);
    id.value[0] = static_cast<std::uint8_t>(n >> 8);
    id.value[1] = static_cast<std::uint8_t>(n);
    return id;
}

inline Box box(std::uint32_t n) {
    Box out;
    out.keys.box.value = n;
    out.keys.sign.fill(static_cast<std::uint8_t>(n));
    out.keys.agree.fill(static_cast<std::uint8_t>(n + 100));
    out.village = "contoh";
    return out;
}

inline NewCase a_case(unsigned n, std::uint32_t of_box = 1) {
    NewCase out;
    out.row.id = item(n);
    out.row.box.value = of_box;
    out.row.code = "48217739";
    out.row.service = "domisili";
    out.row.lifecycle = "letter";
    out.row.state = "received";
    out.row.received_at = kNow;
    out.row.due_at = kNow + seconds(100);
    out.row.changed_at = kNow;
    out.record = Bytes{1, 2, 3, static_cast<std::uint8_t>(n)};
    return out;
}

inline Delivery delivery(std::uint32_t of_box = 1) {
    Delivery out;
    out.box.value = of_box;
    out.at = kNow;
    return out;
}

inline Quarantined bad(std::uint8_t n, std::uint32_t of_box = 1) {
    Quarantined out;
    out.box.value = of_box;
    out.digest.fill(n);
    out.reason = QuarantineReason::kRevokedBox;
    out.at = kNow;
    out.item = item(n);
    out.recipient = domain::Recipient::kInspectorate;
    out.record = Bytes{n, n};
    return out;
}

inline CaseMove a_move(unsigned n, std::uint32_t version, const char* to = "working") {
    CaseMove out;
    out.id = item(n);
    out.expected_version = version;
    out.event = {kNow + seconds(5), "Sari", "received", to, Bytes{7, 8}};
    out.update.item = item(n);
    out.update.state = 2;
    out.update.at = kNow + seconds(5);
    out.update.reply = Bytes{9};
    out.update.notice = Bytes{10};
    return out;
}

inline void put(Store& store, std::initializer_list<NewCase> cases, std::uint32_t of_box = 1) {
    auto one = delivery(of_box);
    one.cases = cases;
    REQUIRE(store.receive(one));
}

template <class T>
ErrorCode code_of(const Result<T>& result) {
    REQUIRE_FALSE(result);
    return result.error().code;
}

} // namespace kentongan::district
