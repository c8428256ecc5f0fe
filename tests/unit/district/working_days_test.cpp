#include "district/working_days.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;
using namespace kentongan::district;
using namespace std::chrono;

namespace {

Instant at(int y, unsigned m, unsigned d, int h, int min = 0, int s = 0) {
    return sys_days(year(y) / static_cast<int>(m) / static_cast<int>(d)) + hours(h) + minutes(min) +
           seconds(s);
}

constexpr minutes kEast{420};

} // namespace

TEST_CASE("due is the end of the working day, in the place", "[district]") {
    WorkingDays plain;
    // 09:00 on Tuesday there
    CHECK(plain.due(at(2025, 11, 25, 2), 2, kEast) == at(2025, 11, 27, 16, 59, 59));
    // Friday: over the weekend
    CHECK(plain.due(at(2025, 11, 28, 2), 1, kEast) == at(2025, 12, 1, 16, 59, 59));
    // Saturday and Sunday count from Monday on
    CHECK(plain.due(at(2025, 11, 29, 2), 1, kEast) == at(2025, 12, 1, 16, 59, 59));
    CHECK(plain.due(at(2025, 11, 30, 2), 0, kEast) == at(2025, 12, 1, 16, 59, 59));
    CHECK(plain.due(at(2025, 11, 25, 2), 0, kEast) == at(2025, 11, 25, 16, 59, 59));
    // 17:30 UTC is the next day already
    CHECK(plain.due(at(2025, 11, 25, 17, 30), 1, kEast) == at(2025, 11, 27, 16, 59, 59));
    CHECK(plain.due(at(2025, 11, 25, 17, 30), 1, minutes(-180)) == at(2025, 11, 27, 2, 59, 59));
    CHECK(plain.due(at(2025, 11, 25, 2), -5, kEast) == plain.due(at(2025, 11, 25, 2), 0, kEast));
}

TEST_CASE("holidays do not count", "[district]") {
    auto days = WorkingDays::read("# 2025\n2025-11-26\n\n 2025-11-27 # long weekend\r\n2025-11-28");
    REQUIRE(days);
    CHECK_FALSE(days->works(sys_days(year(2025) / 11 / 26)));
    CHECK(days->works(sys_days(year(2025) / 11 / 25)));
    CHECK(days->due(at(2025, 11, 25, 2), 1, kEast) == at(2025, 12, 1, 16, 59, 59));
}

TEST_CASE("a list of holidays that cannot be read says where", "[district]") {
    for (const char* text : {"2025-11-26\n2025-13-01", "2025-11-26\n2025-02-30", "2025-11-26\n26-11-2025",
                             "2025-11-26\n2025-1a-01", "2025-11-26\nx", "2025-11-26\n2025/11/27"}) {
        auto days = WorkingDays::read(text);
        REQUIRE_FALSE(days);
        CHECK(days.error().code == ErrorCode::kInvalid);
        CHECK(days.error().native == 2);
    }
    CHECK(WorkingDays::read(""));
}

TEST_CASE("a calendar of holidays only still ends", "[district]") {
    std::set<sys_days> all;
    for (int i = 0; i < 9000; ++i) all.insert(sys_days(year(2025) / 11 / 25) + days(i));
    CHECK(WorkingDays(all).due(at(2025, 11, 25, 2), 3, kEast) > at(2025, 11, 25, 2));
}
