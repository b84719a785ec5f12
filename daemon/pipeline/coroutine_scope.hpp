#pragma once
// Owns coroutines: starts them, cancels them, waits for all. The only place that calls co_spawn, so
// none is ever detached.
//
// Used from the loop's thread only. A coroutine that ends by an exception other than its own
// cancellation is reported to `on_failure`. Without one it cancels all others, which may wait for
// what it will not do any more, and the next wait() throws it.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>

#include <exception>
#include <functional>
#include <list>

#include "daemon/pipeline/notifier.hpp"

namespace av1encd {

class CoroutineScope {
public:
    using FailureHandler = std::function<void(std::exception_ptr)>;

    explicit CoroutineScope(boost::asio::any_io_executor executor, FailureHandler on_failure = {});
    /// Nothing may run any more: cancel() and wait() come first.
    ~CoroutineScope();
    CoroutineScope(const CoroutineScope&) = delete;
    CoroutineScope& operator=(const CoroutineScope&) = delete;

    /// Called on the loop, it may begin, and even end, inside this call.
    void start(boost::asio::awaitable<void> coroutine);
    /// Asks all that run to end: their pending operations throw operation_aborted. Called on the
    /// loop: Asio 1.81 posts a cancellation from elsewhere, and may find its coroutine gone.
    void cancel();
    /// Until nothing runs any more. Cancelling the wait cancels what runs, and waits all the same.
    boost::asio::awaitable<void> wait();
    bool empty() const { return running_.empty(); }

private:
    struct Running {
        boost::asio::cancellation_signal signal;
        bool begun = false;
        bool cancelled = false;
    };

    boost::asio::awaitable<void> run(Running& entry, boost::asio::awaitable<void> coroutine);
    void ended(std::list<Running>::iterator which, const std::exception_ptr& failure);

    boost::asio::any_io_executor executor_;
    FailureHandler on_failure_;
    std::exception_ptr failure_;
    std::list<Running> running_;
    Notifier changed_;
};

} // namespace av1encd
