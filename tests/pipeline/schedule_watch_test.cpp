#include "daemon/pipeline/schedule_watch.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

/// The clock begins at midnight, UTC, with a Friday.
constexpr WallTime midnight{24h};

class ScheduleWatchTest : public PipelineTest {
protected:
    ~ScheduleWatchTest() override { end(); }

    void begin(std::vector<std::string> schedule) {
        config.schedule = std::move(schedule);
        start(watch.run());
        settle();
    }
    void reload(std::vector<std::string> schedule) {
        config.schedule = std::move(schedule);
        watch.reload();
        settle();
    }
    bool holds() { return pauser.holds().has(HoldReason::schedule); }
    std::optional<WallTime> until() { return pauser.holds().all().at(0).until; }

    ScheduleWatch watch{executor, config, pauser, clock};
};

TEST_F(ScheduleWatchTest, HoldsOutsideTheHoursAndTellsUntilWhen) {
    begin({"08:00..17:00"});
    EXPECT_TRUE(holds());
    EXPECT_EQ(until(), midnight + 8h);
    EXPECT_TRUE(pauser.holds().suspends_tasks());
    pass(8h - 1s);
    EXPECT_TRUE(holds());
    pass(1s);
    EXPECT_FALSE(holds());
    pass(9h);
    EXPECT_TRUE(holds());
    EXPECT_EQ(until(), midnight + 32h);
}

TEST_F(ScheduleWatchTest, SaysEachChangeOnce) {
    begin({"08:00..17:00"});
    for (int hour = 0; hour < 24; ++hour)
        pass(1h);
    EXPECT_EQ(events.words(),
              (Words{"hold-set", "paused", "hold-lifted", "resumed", "hold-set", "paused"}));
}

TEST_F(ScheduleWatchTest, HoldsNothingWithoutASchedule) {
    begin({});
    pass(48h);
    EXPECT_EQ(events.words(), Words{});
}

TEST_F(ScheduleWatchTest, FollowsAReloadAtOnce) {
    begin({});
    reload({"Sat"});
    EXPECT_TRUE(holds());
    EXPECT_EQ(until(), midnight + 24h);
    reload({"12:00..13:00"});
    EXPECT_EQ(until(), midnight + 12h);
    reload({"Fri"});
    EXPECT_FALSE(holds());
    reload({"Sat"});
    reload({});
    EXPECT_FALSE(holds());
}

TEST_F(ScheduleWatchTest, FollowsAClockThatIsSet) {
    begin({"08:00..17:00"});
    clock.set_wall(midnight + 10h);
    settle();
    EXPECT_FALSE(holds());
    clock.set_wall(midnight + 3h);
    settle();
    EXPECT_TRUE(holds());
    EXPECT_EQ(until(), midnight + 8h);
    clock.set_wall(midnight + 18h);
    settle();
    EXPECT_EQ(until(), midnight + 32h);
    EXPECT_EQ(events.words(),
              (Words{"hold-set", "paused", "hold-lifted", "resumed", "hold-set", "paused"}));
}

TEST_F(ScheduleWatchTest, FollowsAnotherTimeZoneWithinAnHour) {
    begin({"08:00..17:00"});
    clock.ahead_of_utc = 10h;
    pass(1h);
    EXPECT_FALSE(holds());
}

TEST_F(ScheduleWatchTest, IsTheOnlyOneToLiftItsHold) {
    config.pause.cleanup_after.reset();
    begin({"08:00..17:00"});
    start(pauser.run());
    start(pauser.pause("by anna", 1h, false));
    settle();
    pass(1h);
    EXPECT_FALSE(pauser.holds().has(HoldReason::operator_pause));
    start([](Pauser& which) -> Awaitable<void> { co_await which.resume(); }(pauser));
    settle();
    EXPECT_TRUE(holds());
    EXPECT_EQ(processes.signals, Words{"suspend"});
    pauser.lift(HoldReason::cpu);
    EXPECT_TRUE(holds());
}

} // namespace
} // namespace av1encd::test
