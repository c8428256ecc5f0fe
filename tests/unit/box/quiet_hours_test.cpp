#include "box/sms_outbox.hpp"

#include <catch2/catch.hpp>

using namespace kentongan;

namespace {

/// Hours of one day in a place seven hours east of Greenwich, as a quiet notice would leave.
double leaves_at(const std::optional<domain::QuietHours>& quiet, double hour) {
    constexpr int kOffset = 420;
    auto midnight = from_unix(1795453200); // 24 November 2026, 00:00 there
    auto now = midnight + seconds(static_cast<std::int64_t>(hour * 3600));
    return static_cast<double>((box::after_quiet_hours(now, quiet, kOffset) - midnight).count()) / 3600;
}

} // namespace

TEST_CASE("a notice leaves when the quiet hours end") {
    domain::QuietHours night{20, 6};
    for (double hour : {6.0, 12.0, 19.5}) CHECK(leaves_at(night, hour) == hour);
    for (double hour : {0.0, 3.5, 5.99}) CHECK(leaves_at(night, hour) == 6);
    for (double hour : {20.0, 23.5}) CHECK(leaves_at(night, hour) == 30); // the next morning
}

TEST_CASE("quiet hours may lie within one day, or be none") {
    domain::QuietHours noon{12, 14};
    for (double hour : {0.0, 11.5, 14.0, 23.5}) CHECK(leaves_at(noon, hour) == hour);
    for (double hour : {12.0, 13.5}) CHECK(leaves_at(noon, hour) == 14);
    domain::QuietHours until_midnight{22, 0};
    CHECK(leaves_at(until_midnight, 23) == 24);
    CHECK(leaves_at(until_midnight, 0) == 0);
    for (double hour : {0.0, 12.0, 23.0}) CHECK(leaves_at(std::nullopt, hour) == hour);
}
