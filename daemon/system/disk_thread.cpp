#include "daemon/system/disk_thread.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <future>

namespace av1encd {

namespace asio = boost::asio;

DiskThread::DiskThread() : thread_(1) {}

DiskThread::~DiskThread() {
    thread_.join();
}

void DiskThread::finish() {
    std::promise<void> done;
    asio::post(thread_, [&] { done.set_value(); });
    done.get_future().wait();
}

asio::awaitable<void> DiskThread::run_erased(std::function<void()> work) {
    std::exception_ptr failure;
    // The handler, and with it this frame, is kept by the thread until the work is done, so the
    // references hold. It takes no cancellation slot: a half-done commit cannot be called back.
    const auto hand_over = [&](auto handler) {
        auto loop = asio::make_work_guard(handler);
        asio::post(thread_, [&work, &failure, loop = std::move(loop),
                             handler = std::move(handler)]() mutable {
            try {
                work();
            } catch (...) {
                failure = std::current_exception();
            }
            asio::post(loop.get_executor(), std::move(handler));
        });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(hand_over,
                                                                         asio::use_awaitable);
    if (failure)
        std::rethrow_exception(failure);
}

} // namespace av1encd
