#include "daemon/system/disk_thread.hpp"

#include "common/error.hpp"
#include "tests/support/awaited.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>

#include <future>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

namespace av1encd {
namespace {

namespace asio = boost::asio;

TEST(DiskThread, WorksOnItsThreadAndResumesOnTheLoops) {
    asio::io_context loop;
    DiskThread disk;
    const auto both = [&]() -> asio::awaitable<std::pair<std::thread::id, std::thread::id>> {
        const auto there = co_await disk.run([] { return std::this_thread::get_id(); });
        co_return std::pair(there, std::this_thread::get_id());
    };
    const auto [there, here] = awaited(loop, both());
    EXPECT_NE(there, std::this_thread::get_id());
    EXPECT_EQ(here, std::this_thread::get_id());
}

TEST(DiskThread, PassesOnResultsThatCannotBeCopied) {
    asio::io_context loop;
    DiskThread disk;
    EXPECT_EQ(*awaited(loop, disk.run([] { return std::make_unique<int>(5); })), 5);
}

TEST(DiskThread, PassesOnWhatTheWorkThrows) {
    asio::io_context loop;
    DiskThread disk;
    EXPECT_THROW(awaited(loop, disk.run([] { throw Error("no disk"); })), Error);
    EXPECT_THROW(awaited(loop, disk.run([]() -> int { throw Error("no disk"); })), Error);
}

TEST(DiskThread, WorksInTheOrderOfTheCalls) {
    asio::io_context loop;
    DiskThread disk;
    std::vector<int> order;
    for (int i = 0; i < 100; ++i)
        asio::co_spawn(loop, disk.run([&order, i] { order.push_back(i); }), asio::detached);
    loop.run();
    std::vector<int> expected(100);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(order, expected);
}

TEST(DiskThread, FinishesItsWorkThoughTheCallerIsCancelled) {
    asio::io_context loop;
    DiskThread disk;
    asio::cancellation_signal cancellation;
    std::promise<void> cancelled;
    bool done = false, resumed = false;
    const auto caller = [&]() -> asio::awaitable<void> {
        co_await disk.run([&] {
            cancelled.get_future().wait();
            done = true;
        });
        resumed = true;
    };
    asio::co_spawn(loop, caller(),
                   asio::bind_cancellation_slot(cancellation.slot(), asio::detached));
    loop.poll();
    cancellation.emit(asio::cancellation_type::terminal);
    loop.poll();
    EXPECT_FALSE(resumed);
    cancelled.set_value();
    loop.run();
    EXPECT_TRUE(done);
    EXPECT_TRUE(resumed);
}

TEST(DiskThread, FinishWaitsForWhatWasHandedOver) {
    asio::io_context loop;
    DiskThread disk;
    bool done = false;
    asio::co_spawn(loop, disk.run([&] { done = true; }), asio::detached);
    loop.poll();
    disk.finish();
    EXPECT_TRUE(done);
    loop.run();
}

} // namespace
} // namespace av1encd
