#pragma once
// A clock that stands still until it is moved.

#include "daemon/pipeline/notifier.hpp"
#include "daemon/pipeline/ports/clock.hpp"

#include <chrono>

namespace av1encd::test {

/// pass() moves it and wakes those whose time has come.
class FakeClock final : public Clock {
public:
    explicit FakeClock(const boost::asio::any_io_executor& executor) : moved_(executor) {}

    std::chrono::seconds ahead_of_utc{};

    void pass(std::chrono::milliseconds time);
    /// No time goes by, as far as ticks tell.
    void set_wall(WallTime wall);
    /// Sets the wall clock forward, as after a night in which the machine was suspended.
    void set_forward(std::chrono::milliseconds time) { wall_ += time; }
    Ticks now() const override { return now_; }
    WallTime wall_now() const override { return wall_; }
    Awaitable<void> wait_until(Ticks when) override;
    Awaitable<void> wait_until_wall(WallTime when) override;
    std::chrono::seconds utc_offset(WallTime) const override { return ahead_of_utc; }

private:
    Ticks now_{std::chrono::hours(1)};
    WallTime wall_{std::chrono::hours(24)};
    int times_set_ = 0;
    Notifier moved_;
};

} // namespace av1encd::test
