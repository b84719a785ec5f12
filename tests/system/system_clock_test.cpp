#include "daemon/system/system_clock.hpp"

#include "tests/support/awaited.hpp"

#include <gtest/gtest.h>

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

} // namespace
} // namespace av1encd
