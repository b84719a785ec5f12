#pragma once
// Wakes coroutines that wait for something to change. One thread; the waiter tests its condition
// again after each wake-up, as a wake-up says only that something may have changed.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace av1encd {

class Notifier {
public:
    explicit Notifier(const boost::asio::any_io_executor& executor);

    void notify_all();
    /// Until the next notify_all(). Throws operation_aborted where the coroutine is cancelled.
    boost::asio::awaitable<void> wait();
    /// As wait(), but returns where the coroutine is cancelled.
    boost::asio::awaitable<void> wait_quietly();

private:
    boost::asio::steady_timer timer_; ///< never expires; cancelling it is the wake-up
};

} // namespace av1encd
