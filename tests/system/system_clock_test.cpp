#include "daemon/system/system_clock.hpp"

#include "tests/support/awaited.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <gtest/gtest.h>

#include <cstdlib>

namespace av1encd {
namespace {

using namespace std::chrono_literals;

TEST(SystemClock, WaitsUntilThatTimeAndNotForOnePast) {
    boost::asio::io_context loop;
    SystemClock clock(loop.get_executor());
    const auto when = clock.now() + 10ms;
    awaited(loop, clock.wait_until(when));
    EXPECT_GE(clock.now(), when);
    awaited(loop, clock.wait_until(when - 1h));
}

TEST(SystemClock, TellsTheTimeOfDay) {
    boost::asio::io_context loop;
    const SystemClock clock(loop.get_executor());
    const auto before = std::chrono::system_clock::now();
    const auto wall = clock.wall_now();
    EXPECT_LE(before - 1ms, wall);
    EXPECT_LE(wall, std::chrono::system_clock::now());
}

TEST(SystemClock, WaitsUntilTheWallClockShowsThatTimeAndNotForOnePast) {
    boost::asio::io_context loop;
    SystemClock clock(loop.get_executor());
    const auto when = clock.wall_now() + 10ms;
    awaited(loop, clock.wait_until_wall(when));
    EXPECT_GE(clock.wall_now(), when);
    awaited(loop, clock.wait_until_wall(when - 1h));
    awaited(loop, clock.wait_until_wall(WallTime(-1h)));
}

TEST(SystemClock, GivesUpWaitingWhenItIsCancelled) {
    using namespace boost::asio::experimental::awaitable_operators;
    boost::asio::io_context loop;
    SystemClock clock(loop.get_executor());
    const auto before = clock.now();
    awaited(loop, clock.wait_until_wall(clock.wall_now() + 24h) || clock.wait_until(before + 5ms));
    EXPECT_LT(clock.now(), before + 24h);
}

class LocalTime : public testing::Test {
protected:
    ~LocalTime() override { ::unsetenv("TZ"); }
    /// The rules themselves, whatever the machine knows of the world's zones.
    static void live_in_berlin() { ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1); }
};

TEST_F(LocalTime, IsAheadOfUtcByWhatTheZoneSaysOfThatMoment) {
    using namespace std::chrono;
    boost::asio::io_context loop;
    const SystemClock clock(loop.get_executor());
    live_in_berlin();
    constexpr sys_days spring = 2026y / March / 29d;
    constexpr sys_days autumn = 2026y / October / 25d;
    EXPECT_EQ(clock.utc_offset(spring + 59min), 1h);
    EXPECT_EQ(clock.utc_offset(spring + 60min), 2h);
    EXPECT_EQ(clock.utc_offset(autumn + 59min), 2h);
    EXPECT_EQ(clock.utc_offset(autumn + 60min), 1h);
}

TEST_F(LocalTime, FollowsAZoneThatIsSetLater) {
    boost::asio::io_context loop;
    const SystemClock clock(loop.get_executor());
    live_in_berlin();
    EXPECT_EQ(clock.utc_offset(WallTime(0h)), 1h);
    ::setenv("TZ", "XXX+3:30", 1);
    EXPECT_EQ(clock.utc_offset(WallTime(0h)), -210min);
}

} // namespace
} // namespace av1encd
