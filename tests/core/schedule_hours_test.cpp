#include "daemon/core/schedule_hours.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;
using namespace std::chrono;

std::vector<ScheduleEntry> schedule(const std::vector<std::string_view>& texts) {
    std::vector<ScheduleEntry> entries;
    for (const auto text : texts)
        entries.push_back(parse_schedule_entry(text).value());
    return entries;
}

/// As the zone's rules have it in 2026: clocks are put forward on 29 March at 01:00 UTC, and back
/// on 25 October at 01:00 UTC.
seconds berlin(WallTime when) {
    const bool summer =
        when >= sys_days(2026y / March / 29d) + 1h && when < sys_days(2026y / October / 25d) + 1h;
    return summer ? 2h : 1h;
}

seconds utc(WallTime) {
    return 0s;
}

WallTime at(sys_days day, minutes time) {
    return day + time;
}

// A Wednesday, far from any change of clocks.
constexpr sys_days wednesday = 2026y / June / 17d;
constexpr sys_days saturday = wednesday + days(3);
constexpr sys_days sunday = wednesday + days(4);
constexpr sys_days monday = wednesday + days(5);

ScheduleState runs_until(WallTime until) {
    return {true, until};
}
ScheduleState waits_until(WallTime until) {
    return {false, until};
}

TEST(ScheduleHours, AreAlwaysWithoutASchedule) {
    EXPECT_EQ(schedule_at(at(wednesday, 12h), {}, utc), (ScheduleState{true, std::nullopt}));
}

TEST(ScheduleHours, BeginAndEndAtTheirMinute) {
    const auto entries = schedule({"08:00..17:30"});
    EXPECT_EQ(schedule_at(at(wednesday, 8h) - 1ms, entries, utc), waits_until(at(wednesday, 8h)));
    EXPECT_EQ(schedule_at(at(wednesday, 8h), entries, utc), runs_until(at(wednesday, 17h + 30min)));
    EXPECT_EQ(schedule_at(at(wednesday, 17h + 30min) - 1ms, entries, utc),
              runs_until(at(wednesday, 17h + 30min)));
    EXPECT_EQ(schedule_at(at(wednesday, 17h + 30min), entries, utc),
              waits_until(at(wednesday, 32h)));
}

TEST(ScheduleHours, RunOnOverMidnight) {
    const auto entries = schedule({"Mon..Fri 19:00..07:00"});
    EXPECT_EQ(schedule_at(at(wednesday, 23h), entries, utc), runs_until(at(wednesday, 31h)));
    EXPECT_EQ(schedule_at(at(wednesday, 6h), entries, utc), runs_until(at(wednesday, 7h)));
    EXPECT_EQ(schedule_at(at(wednesday, 12h), entries, utc), waits_until(at(wednesday, 19h)));
}

TEST(ScheduleHours, BelongToTheDayTheyBeginOn) {
    const auto entries = schedule({"Mon..Fri 19:00..07:00"});
    EXPECT_EQ(schedule_at(at(saturday, 6h), entries, utc), runs_until(at(saturday, 7h)));
    EXPECT_EQ(schedule_at(at(saturday, 20h), entries, utc), waits_until(at(monday, 19h)));
    EXPECT_EQ(schedule_at(at(monday, 6h), entries, utc), waits_until(at(monday, 19h)));
}

TEST(ScheduleHours, OfSeveralEntriesAreJoined) {
    const auto entries = schedule({"Mon..Fri 19:00..07:00", "Sat,Sun"});
    const auto friday = saturday - days(1);
    EXPECT_EQ(schedule_at(at(friday, 20h), entries, utc), runs_until(at(monday, 0h)));
    EXPECT_EQ(schedule_at(at(sunday, 23h), entries, utc), runs_until(at(monday, 0h)));
    EXPECT_EQ(schedule_at(at(monday, 0h), entries, utc), waits_until(at(monday, 19h)));
}

TEST(ScheduleHours, OfAWholeWeekNeverEnd) {
    EXPECT_EQ(schedule_at(at(wednesday, 12h), schedule({"Mon..Sun"}), utc),
              (ScheduleState{true, std::nullopt}));
    EXPECT_EQ(schedule_at(at(wednesday, 12h), schedule({"12:00..00:00", "00:00..12:00"}), utc),
              (ScheduleState{true, std::nullopt}));
}

TEST(ScheduleHours, ComeRoundInAWeek) {
    const auto entries = schedule({"Wed 10:00..11:00"});
    EXPECT_EQ(schedule_at(at(wednesday, 11h), entries, utc),
              waits_until(at(wednesday + days(7), 10h)));
}

TEST(ScheduleHours, AreThoseOfTheLocalClock) {
    const auto entries = schedule({"Wed 00:30..01:00"});
    EXPECT_EQ(schedule_at(at(wednesday, 0h) - 90min, entries, berlin),
              runs_until(at(wednesday, 0h) - 1h));
    const auto far_west = [](WallTime) -> seconds { return -12h; };
    EXPECT_EQ(schedule_at(at(wednesday, 12h + 30min), entries, far_west),
              runs_until(at(wednesday, 13h)));
}

// --- clocks put forward: on 29 March, 02:00 is followed by 03:00

constexpr sys_days spring = 2026y / March / 29d;

TEST(ScheduleHours, AreAnHourShorterWhereClocksArePutForward) {
    const auto entries = schedule({"19:00..07:00"});
    EXPECT_EQ(schedule_at(at(spring, 0h), entries, berlin), runs_until(at(spring, 5h)));
    EXPECT_EQ(schedule_at(at(spring, 5h), entries, berlin), waits_until(at(spring, 17h)));
}

TEST(ScheduleHours, BeginWithTheChangeWhereItSkipsTheirBeginning) {
    const auto entries = schedule({"02:30..05:00"});
    EXPECT_EQ(schedule_at(at(spring, 1h) - 1ms, entries, berlin), waits_until(at(spring, 1h)));
    EXPECT_EQ(schedule_at(at(spring, 1h), entries, berlin), runs_until(at(spring, 3h)));
}

TEST(ScheduleHours, EndWithTheChangeWhereItSkipsTheirEnd) {
    const auto entries = schedule({"22:00..02:30"});
    EXPECT_EQ(schedule_at(at(spring, 0h), entries, berlin), runs_until(at(spring, 1h)));
    EXPECT_EQ(schedule_at(at(spring, 1h), entries, berlin), waits_until(at(spring, 20h)));
}

TEST(ScheduleHours, AreNotThatDayWhereTheChangeSkipsThemAltogether) {
    const auto entries = schedule({"Sun 02:15..02:45"});
    EXPECT_EQ(schedule_at(at(spring, 1h), entries, berlin),
              waits_until(at(spring + days(7), 15min)));
}

// --- clocks put back: on 25 October, 03:00 is followed by 02:00

constexpr sys_days autumn = 2026y / October / 25d;

TEST(ScheduleHours, AreAnHourLongerWhereClocksArePutBack) {
    const auto entries = schedule({"19:00..07:00"});
    EXPECT_EQ(schedule_at(at(autumn, 0h), entries, berlin), runs_until(at(autumn, 6h)));
}

TEST(ScheduleHours, AreNotBrokenWhereClocksArePutBack) {
    const auto entries = schedule({"02:30..05:00"});
    EXPECT_EQ(schedule_at(at(autumn, 0h), entries, berlin), waits_until(at(autumn, 30min)));
    for (const auto time : {30min, 59min, 60min, 75min, 90min, 239min})
        EXPECT_EQ(schedule_at(at(autumn, time), entries, berlin), runs_until(at(autumn, 4h)));
}

TEST(ScheduleHours, AreNotRepeatedWhereClocksArePutBack) {
    const auto entries = schedule({"22:00..02:30"});
    EXPECT_EQ(schedule_at(at(autumn, 0h), entries, berlin), runs_until(at(autumn, 30min)));
    EXPECT_EQ(schedule_at(at(autumn, 75min), entries, berlin), waits_until(at(autumn, 21h)));
}

TEST(ScheduleHours, OfAWholeDayFollowAChangeAtMidnight) {
    // As in Beirut: the last hour of 24 October comes twice.
    const auto beirut = [](WallTime when) -> seconds {
        return when < sys_days(2026y / October / 24d) + 21h ? 3h : 2h;
    };
    const auto entries = schedule({"Sun"});
    EXPECT_EQ(schedule_at(at(autumn, -3h), entries, beirut), waits_until(at(autumn, -2h)));
    EXPECT_EQ(schedule_at(at(autumn, -2h), entries, beirut), runs_until(at(autumn, 22h)));
}

} // namespace
} // namespace av1encd
