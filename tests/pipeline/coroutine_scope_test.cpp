#include "daemon/pipeline/coroutine_scope.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <stdexcept>

namespace av1encd {
namespace {

namespace asio = boost::asio;

struct Loop {
    asio::io_context io;
    asio::any_io_executor executor = io.get_executor();

    /// Runs `coroutine` in a scope of its own until the loop is empty.
    void run(asio::awaitable<void> coroutine) {
        CoroutineScope scope(executor,
                             [](std::exception_ptr failure) { std::rethrow_exception(failure); });
        scope.start(std::move(coroutine));
        io.run();
    }
};

asio::awaitable<void> wait_for_ever(Notifier& never, bool& ended) {
    try {
        co_await never.wait();
    } catch (const boost::system::system_error&) {
        ended = true;
        throw;
    }
}

asio::awaitable<void> fail(asio::any_io_executor executor) {
    co_await asio::post(executor, asio::use_awaitable);
    throw std::runtime_error("no ledger");
}

TEST(CoroutineScope, WaitsUntilAllThatRunHaveEnded) {
    Loop loop;
    Notifier never(loop.executor);
    CoroutineScope scope(loop.executor);
    bool first = false;
    bool second = false;
    bool waited = false;
    scope.start(wait_for_ever(never, first));
    scope.start(wait_for_ever(never, second));
    auto body = [&]() -> asio::awaitable<void> {
        co_await asio::post(loop.executor, asio::use_awaitable);
        scope.cancel();
        co_await scope.wait();
        waited = true;
    };
    loop.run(body());
    EXPECT_TRUE(first);
    EXPECT_TRUE(second);
    EXPECT_TRUE(waited);
    EXPECT_TRUE(scope.empty());
}

TEST(CoroutineScope, PassesACancelledWaitOnToWhatRunsAndStillWaits) {
    Loop loop;
    Notifier never(loop.executor);
    CoroutineScope inner(loop.executor);
    CoroutineScope outer(loop.executor);
    bool ended = false;
    bool aborted = false;
    inner.start(wait_for_ever(never, ended));
    auto waiter = [&]() -> asio::awaitable<void> {
        try {
            co_await inner.wait();
        } catch (const boost::system::system_error&) {
            aborted = inner.empty();
        }
    };
    outer.start(waiter());
    auto body = [&]() -> asio::awaitable<void> {
        co_await asio::post(loop.executor, asio::use_awaitable);
        co_await asio::post(loop.executor, asio::use_awaitable);
        outer.cancel();
        co_await outer.wait();
    };
    loop.run(body());
    EXPECT_TRUE(ended);
    EXPECT_TRUE(aborted);
}

TEST(CoroutineScope, GivesAFailureToTheNextWait) {
    Loop loop;
    CoroutineScope scope(loop.executor);
    scope.start(fail(loop.executor));
    std::string reason;
    auto body = [&]() -> asio::awaitable<void> {
        try {
            co_await scope.wait();
        } catch (const std::runtime_error& error) {
            reason = error.what();
        }
    };
    loop.run(body());
    EXPECT_EQ(reason, "no ledger");
}

TEST(CoroutineScope, TakesTheCancellationOfBothSidesOfAChoiceForOne) {
    using namespace asio::experimental::awaitable_operators;
    Loop loop;
    Notifier never(loop.executor);
    CoroutineScope scope(loop.executor);
    auto choice = [&]() -> asio::awaitable<void> { co_await (never.wait() || never.wait()); };
    scope.start(choice());
    auto body = [&]() -> asio::awaitable<void> {
        co_await asio::post(loop.executor, asio::use_awaitable);
        co_await asio::post(loop.executor, asio::use_awaitable);
        scope.cancel();
        co_await scope.wait();
    };
    EXPECT_NO_THROW(loop.run(body()));
    EXPECT_TRUE(scope.empty());
}

TEST(CoroutineScope, SurvivesACoroutineThatCancelsItsOwnScopeBeforeItEverWaited) {
    Loop loop;
    CoroutineScope scope(loop.executor);
    auto give_up = [&]() -> asio::awaitable<void> {
        scope.cancel();
        co_return;
    };
    auto body = [&]() -> asio::awaitable<void> {
        scope.start(give_up());
        co_await scope.wait();
    };
    EXPECT_NO_THROW(loop.run(body()));
    EXPECT_TRUE(scope.empty());
}

TEST(CoroutineScope, NeverBeginsWhatWasCancelledBeforeItCouldBegin) {
    Loop loop;
    bool begun = false;
    CoroutineScope scope(loop.executor);
    auto begin = [&]() -> asio::awaitable<void> {
        begun = true;
        co_return;
    };
    asio::post(loop.executor, [&] { scope.cancel(); });
    scope.start(begin());
    EXPECT_NO_THROW(loop.io.run());
    EXPECT_FALSE(begun);
    EXPECT_TRUE(scope.empty());
}

TEST(CoroutineScope, CancelsTheOthersWhereOneFails) {
    Loop loop;
    Notifier never(loop.executor);
    CoroutineScope scope(loop.executor);
    bool ended = false;
    scope.start(wait_for_ever(never, ended));
    scope.start(fail(loop.executor));
    auto body = [&]() -> asio::awaitable<void> {
        try {
            co_await scope.wait();
        } catch (const std::runtime_error&) {
            EXPECT_TRUE(ended);
        }
    };
    loop.run(body());
    EXPECT_TRUE(scope.empty());
}

TEST(CoroutineScope, TellsItsHandlerOfAFailureAtOnce) {
    Loop loop;
    int failures = 0;
    CoroutineScope scope(loop.executor, [&](std::exception_ptr) { ++failures; });
    scope.start(fail(loop.executor));
    loop.io.run();
    EXPECT_EQ(failures, 1);
}

} // namespace
} // namespace av1encd
