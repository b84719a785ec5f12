#include "daemon/config/schedule.hpp"

#include <gmock/gmock.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;
using ::testing::Optional;

ScheduleEntry entry(const char* days_from_monday, std::chrono::minutes begin,
                    std::chrono::minutes end) {
    ScheduleEntry result{.days = {}, .begin = begin, .end = end};
    for (std::size_t day = 0; day < result.days.size(); ++day)
        result.days[day] = days_from_monday[day] == 'x';
    return result;
}

TEST(Schedule, DaysAloneAreWholeDays) {
    EXPECT_THAT(parse_schedule_entry("Sat,Sun"), Optional(entry("-----xx", 0min, 24h)));
    EXPECT_THAT(parse_schedule_entry("Wed"), Optional(entry("--x----", 0min, 24h)));
}

TEST(Schedule, ATimeAloneIsEveryDay) {
    EXPECT_THAT(parse_schedule_entry("22:00..06:30"), Optional(entry("xxxxxxx", 22h, 6h + 30min)));
    EXPECT_THAT(parse_schedule_entry("00:00..24:00"), Optional(entry("xxxxxxx", 0min, 24h)));
}

TEST(Schedule, DaysAndTimeGoTogether) {
    EXPECT_THAT(parse_schedule_entry("Mon..Fri 19:00..07:00"), Optional(entry("xxxxx--", 19h, 7h)));
    EXPECT_THAT(parse_schedule_entry("Mon,Wed..Thu 01:05..02:00"),
                Optional(entry("x-xx---", 65min, 2h)));
}

TEST(Schedule, ARangeOfDaysMayRunOverTheEndOfTheWeek) {
    EXPECT_THAT(parse_schedule_entry("Sat..Mon"), Optional(entry("x----xx", 0min, 24h)));
}

TEST(Schedule, WhatIsNoEntryIsRefused) {
    for (const char* text : {"",
                             " ",
                             "mon",
                             "Monday",
                             "Mon..",
                             "..Fri",
                             "Mon,",
                             "Mon  19:00..20:00",
                             "Mon 19:00",
                             "Mon 19:00-20:00",
                             "19..20",
                             "9:00..10:00",
                             "24:01..03:00",
                             "24:00..03:00",
                             "12:60..13:00",
                             "12:00..12:00",
                             "Mon..Fri..Sun",
                             "Mon 10:00..11:00 ",
                             "10:00..11:00 Mon",
                             "-1:00..02:00",
                             "+1:00..02:00",
                             "25:00..26:00"})
        EXPECT_EQ(parse_schedule_entry(text), std::nullopt) << text;
}

} // namespace
} // namespace av1encd
