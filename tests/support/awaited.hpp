#pragma once
// A coroutine's result, its loop run until then.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <utility>

namespace av1encd {

template <typename T>
T awaited(boost::asio::io_context& loop, boost::asio::awaitable<T> coroutine) {
    auto result = boost::asio::co_spawn(loop, std::move(coroutine), boost::asio::use_future);
    loop.restart();
    loop.run();
    return result.get();
}

} // namespace av1encd
