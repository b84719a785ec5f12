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
};

} // namespace av1encd
