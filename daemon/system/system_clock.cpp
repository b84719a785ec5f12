#include "daemon/system/system_clock.hpp"

#include "common/unique_fd.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <ctime>
#include <sys/timerfd.h>
#include <utility>

namespace av1encd {

namespace asio = boost::asio;

SystemClock::SystemClock(asio::any_io_executor executor) : executor_(std::move(executor)) {}

Ticks SystemClock::now() const {
    return std::chrono::steady_clock::now();
}

WallTime SystemClock::wall_now() const {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Awaitable<void> SystemClock::wait_until(Ticks when) {
    asio::steady_timer timer(executor_, when);
    co_await timer.async_wait(asio::use_awaitable);
}

namespace {

/// Readable once the wall clock shows that time, or is set. None where there is none to be had.
UniqueFd wall_timer(WallTime when) {
    UniqueFd timer(::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK));
    const auto seconds = std::chrono::floor<std::chrono::seconds>(when);
    itimerspec end{};
    end.it_value.tv_sec = seconds.time_since_epoch().count();
    end.it_value.tv_nsec = std::chrono::nanoseconds(when - seconds).count();
    if (timer && ::timerfd_settime(timer.get(), TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &end,
                                   nullptr) != 0)
        timer.reset();
    return timer;
}

} // namespace

Awaitable<void> SystemClock::wait_until_wall(WallTime when) {
    constexpr std::chrono::milliseconds between_looks = std::chrono::minutes(1);
    if (when <= wall_now())
        co_return;
    auto timer = wall_timer(when);
    if (!timer)
        co_return co_await wait_until(now() + std::min(when - wall_now(), between_looks));
    asio::posix::stream_descriptor descriptor(executor_, timer.release());
    co_await descriptor.async_wait(asio::posix::descriptor_base::wait_read, asio::use_awaitable);
}

std::chrono::seconds SystemClock::utc_offset(WallTime when) const {
    ::tzset(); // localtime_r() alone would stay with the zone of the start
    const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    return std::chrono::seconds(local.tm_gmtoff);
}

} // namespace av1encd
