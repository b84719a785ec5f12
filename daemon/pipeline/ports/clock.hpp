#pragma once
// The door to time. Decisions are given the time; only waiting needs this door.

#include "daemon/core/job.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace av1encd {

template <typename T>
using Awaitable = boost::asio::awaitable<T>;

using Ticks = std::chrono::steady_clock::time_point;

class Clock {
public:
    virtual ~Clock() = default;
    virtual Ticks now() const = 0;
    virtual WallTime wall_now() const = 0;
    virtual Awaitable<void> wait_until(Ticks when) = 0;
    /// Until the wall clock shows that time, or is set, or the machine wakes up: look again then.
    virtual Awaitable<void> wait_until_wall(WallTime when) = 0;
    /// How far local time is ahead of UTC at that moment, in the time zone that is set now.
    virtual std::chrono::seconds utc_offset(WallTime when) const = 0;
};

} // namespace av1encd
