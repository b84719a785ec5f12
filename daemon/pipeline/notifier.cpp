#include "daemon/pipeline/notifier.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace av1encd {

namespace asio = boost::asio;

Notifier::Notifier(const asio::any_io_executor& executor)
    : timer_(executor, asio::steady_timer::time_point::max()) {}

void Notifier::notify_all() {
    timer_.cancel();
}

asio::awaitable<void> Notifier::wait() {
    co_await wait_quietly();
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
}

asio::awaitable<void> Notifier::wait_quietly() {
    co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
}

} // namespace av1encd
