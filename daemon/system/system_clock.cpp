#include "daemon/system/system_clock.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

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

} // namespace av1encd
