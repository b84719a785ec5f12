#include "ctl/time_argument.hpp"

#include "common/human_format.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace av1encd {
namespace {

/// Two hours before UTC in winter, one in summer: from the last Sunday of March at 2.
class PastTime : public ::testing::Test {
protected:
    PastTime() {
        ::setenv("TZ", "XST+2XDT+1,M3.5.0/2,M10.5.0/3", 1);
        ::tzset();
    }
    std::string parsed(std::string_view text) const {
        const auto time = parse_past_time(text, *from_iso_time("2026-03-30T12:00:00Z"));
        return time ? iso_time(*time) : "none";
    }
};

TEST_F(PastTime, TakesMidnightsOfTheLocalZone) {
    EXPECT_EQ(parsed("today"), "2026-03-30T01:00:00Z");
    EXPECT_EQ(parsed("yesterday"), "2026-03-29T02:00:00Z");
}

TEST_F(PastTime, TakesHowLongAgo) {
    EXPECT_EQ(parsed("2h"), "2026-03-30T10:00:00Z");
    EXPECT_EQ(parsed("3d"), "2026-03-27T12:00:00Z");
    EXPECT_EQ(parsed("1h30m"), "2026-03-30T10:30:00Z");
}

TEST_F(PastTime, TakesLocalDatesAndTimes) {
    EXPECT_EQ(parsed("2026-01-31"), "2026-01-31T02:00:00Z");
    EXPECT_EQ(parsed("2026-01-31 18:30"), "2026-01-31T20:30:00Z");
    EXPECT_EQ(parsed("2026-07-31T18:30:15"), "2026-07-31T19:30:15Z");
}

TEST_F(PastTime, TakesTimesInUtc) {
    EXPECT_EQ(parsed("2026-01-31T18:30:15Z"), "2026-01-31T18:30:15Z");
    EXPECT_EQ(parsed("2026-01-31 18:30Z"), "2026-01-31T18:30:00Z");
    EXPECT_EQ(parsed("2026-01-31Z"), "2026-01-31T00:00:00Z");
}

TEST_F(PastTime, TakesNothingElse) {
    for (const auto* text :
         {"", "Z", "tomorrow", "2", "-2h", "2h ago", "2026", "2026-01", "2026-02-30",
          "2026-01-31 1", "2026-01-31 25:00", "2026-01-31T18:30:15+01", "31.01.2026"})
        EXPECT_EQ(parsed(text), "none") << text;
}

} // namespace
} // namespace av1encd
