#include "daemon/pipeline/coroutine_scope.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include <cassert>
#include <utility>

namespace av1encd {

namespace asio = boost::asio;

namespace {

bool is_cancellation(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const boost::system::system_error& error) {
        return error.code() == asio::error::operation_aborted;
    } catch (const asio::multiple_exceptions& errors) {
        // Both sides of `a || b` were cancelled.
        return is_cancellation(errors.first_exception());
    } catch (...) {
        return false;
    }
}

} // namespace

CoroutineScope::CoroutineScope(asio::any_io_executor executor, FailureHandler on_failure)
    : executor_(std::move(executor)),
      on_failure_(std::move(on_failure)),
      changed_(executor_) {}

CoroutineScope::~CoroutineScope() {
    assert(running_.empty());
}

void CoroutineScope::start(asio::awaitable<void> coroutine) {
    const auto which = running_.emplace(running_.end());
    auto at_end = [this, which](const std::exception_ptr& failure) { ended(which, failure); };
    asio::co_spawn(executor_, run(*which, std::move(coroutine)),
                   asio::bind_cancellation_slot(which->signal.slot(), std::move(at_end)));
}

/// Asio 1.81 awaits once before and once after the coroutine of co_spawn; where it is cancelled by
/// then, that throws out of io_context::run() and nobody ever hears of the end.
asio::awaitable<void> CoroutineScope::run(Running& entry, asio::awaitable<void> coroutine) {
    std::exception_ptr failure;
    entry.begun = true;
    if (entry.cancelled)
        co_return;
    try {
        co_await std::move(coroutine);
    } catch (...) {
        failure = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(false);
    if (failure)
        std::rethrow_exception(failure);
}

void CoroutineScope::cancel() {
    // A coroutine may end, and so leave the list, while its signal is still being emitted.
    for (auto next = running_.begin(); next != running_.end();) {
        auto& entry = *next++;
        entry.cancelled = true;
        if (entry.begun)
            entry.signal.emit(asio::cancellation_type::terminal);
    }
}

asio::awaitable<void> CoroutineScope::wait() {
    const auto state = co_await asio::this_coro::cancellation_state;
    co_await asio::this_coro::throw_if_cancelled(false);
    bool passed_on = false;
    while (!running_.empty()) {
        if (state.cancelled() != asio::cancellation_type::none && !passed_on) {
            passed_on = true;
            cancel();
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            continue;
        }
        co_await changed_.wait_quietly();
    }
    co_await asio::this_coro::throw_if_cancelled(true);
    if (passed_on)
        throw boost::system::system_error(asio::error::operation_aborted);
    if (failure_)
        std::rethrow_exception(std::exchange(failure_, nullptr));
}

void CoroutineScope::ended(std::list<Running>::iterator which, const std::exception_ptr& failure) {
    running_.erase(which);
    if (failure && !is_cancellation(failure)) {
        if (on_failure_) {
            on_failure_(failure);
        } else if (!failure_) {
            failure_ = failure;
            cancel();
        }
    }
    changed_.notify_all();
}

} // namespace av1encd
