#include "common/human_format.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <limits>

namespace av1encd {
namespace {

using std::chrono::milliseconds;
using std::chrono::sys_days;
using namespace std::chrono_literals;

std::string duration(double seconds) {
    return human_duration(std::chrono::duration<double>(seconds));
}

TEST(HumanFormat, WritesSizesInDecimalUnitsAsTheFleetsDo) {
    EXPECT_EQ(human_size(0), "0B");
    EXPECT_EQ(human_size(999), "999B");
    EXPECT_EQ(human_size(1'000), "1.0kB");
    EXPECT_EQ(human_size(3'500'000), "3.5MB");
    EXPECT_EQ(human_size(82'000'000), "82MB");
    EXPECT_EQ(human_size(145'499'999), "145MB");
    EXPECT_EQ(human_size(1'200'000'000'000), "1.2TB");
    EXPECT_EQ(human_size(std::numeric_limits<std::uint64_t>::max()), "18EB");
}

TEST(HumanFormat, NeverRoundsASizeToThousandOfAUnitOrTenWithADecimal) {
    EXPECT_EQ(human_size(9'949'999), "9.9MB");
    EXPECT_EQ(human_size(9'950'000), "10MB");
    EXPECT_EQ(human_size(999'499), "999kB");
    EXPECT_EQ(human_size(999'500), "1.0MB");
    EXPECT_EQ(human_size(999'999'999), "1.0GB");
}

TEST(HumanFormat, WritesARateOrADashWhereThereIsNone) {
    EXPECT_EQ(human_rate(3.5e6), "3.5MB/s");
    EXPECT_EQ(human_rate(0.4), "0B/s");
    EXPECT_EQ(human_rate(0), "-");
    EXPECT_EQ(human_rate(-1), "-");
    EXPECT_EQ(human_rate(std::numeric_limits<double>::quiet_NaN()), "-");
    EXPECT_EQ(human_rate(std::numeric_limits<double>::infinity()), "-");
}

TEST(HumanFormat, WritesDurationsAsAClockDoes) {
    EXPECT_EQ(duration(0), "00:00");
    EXPECT_EQ(duration(24.99), "00:24");
    EXPECT_EQ(duration(3599), "59:59");
    EXPECT_EQ(duration(3723), "1:02:03");
    EXPECT_EQ(duration(360'000), "100:00:00");
}

TEST(HumanFormat, WritesADurationThatCannotBeAsZero) {
    EXPECT_EQ(duration(-5), "00:00");
    EXPECT_EQ(duration(std::numeric_limits<double>::quiet_NaN()), "00:00");
}

TEST(HumanFormat, WritesAPercentageWithADecimalBelowTen) {
    EXPECT_EQ(human_percentage(0), "0%");
    EXPECT_EQ(human_percentage(0.0412), "4.1%");
    EXPECT_EQ(human_percentage(0.412), "41%");
    EXPECT_EQ(human_percentage(1.25), "125%");
}

TEST(HumanFormat, SaysHundredPerCentOnlyOfAWhole) {
    EXPECT_EQ(human_percentage(0.9999), "99%");
    EXPECT_EQ(human_percentage(1), "100%");
}

TEST(HumanFormat, WritesTimesAsIso8601InUtc) {
    EXPECT_EQ(iso_time(sys_days(std::chrono::year(2026) / 1 / 1)), "2026-01-01T00:00:00Z");
    EXPECT_EQ(iso_time(sys_days(std::chrono::year(2024) / 2 / 29) + 23h + 59min + 58s + 999ms),
              "2024-02-29T23:59:58Z");
    EXPECT_EQ(iso_time(std::chrono::sys_time<milliseconds>(-1ms)), "1969-12-31T23:59:59Z");
}

TEST(HumanFormat, ReadsTheTimesThatItWrites) {
    EXPECT_EQ(from_iso_time("2024-02-29T23:59:58Z"),
              sys_days(std::chrono::year(2024) / 2 / 29) + 23h + 59min + 58s);
}

TEST(HumanFormat, ReadsNoOtherFormOfATime) {
    for (const auto* text :
         {"", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00+",
          "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z",
          "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z", "2026-01-01T-1:00:00Z",
          "2026-01-01T00:00:00Zx", "+026-01-01T00:00:00Z"})
        EXPECT_EQ(from_iso_time(text), std::nullopt) << text;
}

TEST(HumanFormat, WritesTheLocalTimeOfTheEnvironmentsZone) {
    ::setenv("TZ", "XYZ-2", 1);
    ::tzset();
    EXPECT_EQ(local_time(sys_days(std::chrono::year(2026) / 1 / 1) + 23h), "2026-01-02 01:00:00");
}

} // namespace
} // namespace av1encd
