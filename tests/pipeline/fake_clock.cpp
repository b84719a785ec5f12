#include "tests/pipeline/fake_clock.hpp"

namespace av1encd::test {

void FakeClock::pass(std::chrono::milliseconds time) {
    now_ += time;
    wall_ += time;
    moved_.notify_all();
}

void FakeClock::set_wall(WallTime wall) {
    wall_ = wall;
    ++times_set_;
    moved_.notify_all();
}

Awaitable<void> FakeClock::wait_until(Ticks when) {
    while (now_ < when)
        co_await moved_.wait();
}

Awaitable<void> FakeClock::wait_until_wall(WallTime when) {
    const int times_set = times_set_;
    while (wall_ < when && times_set_ == times_set)
        co_await moved_.wait();
}

} // namespace av1encd::test
