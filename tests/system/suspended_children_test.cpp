// Children that are stopped and continued, all together.

#include "tests/system/ffmpeg_processes_fixture.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <gmock/gmock.h>

#include <chrono>
#include <sys/wait.h>
#include <vector>

namespace av1encd {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;

TEST_F(FfmpegProcessesTest, KillsAStoppedGroupWhenCancelled) {
    expect_aborted(run_until_said(request({"out=ready", "forever"}), "ready",
                                  [&](asio::cancellation_signal& cancellation) {
                                      processes_.suspend_all();
                                      cancel(cancellation);
                                  }));
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST_F(FfmpegProcessesTest, StopsAndContinuesEveryChild) {
    std::vector<pid_t> pids;
    auto wanted = request({"until=" + go_.string()});
    wanted.on_start = [&](pid_t pid) { pids.push_back(pid); };
    const auto stop_and_continue = [&]() -> Awaitable<void> {
        EXPECT_EQ(processes_.running(), 2);
        processes_.suspend_all();
        for (const pid_t pid : pids)
            co_await state_becomes(pid, 'T');
        processes_.continue_all();
        let_go();
    };
    std::vector<int> exits;
    const auto keep_exit = [&](std::exception_ptr, const ProcessOutcome& outcome) {
        exits.push_back(outcome.exit_status.value_or(-1));
    };
    asio::co_spawn(loop_, processes_.run(wanted), keep_exit);
    asio::co_spawn(loop_, processes_.run(wanted), keep_exit);
    asio::co_spawn(loop_, stop_and_continue(), asio::detached);
    loop_.run();
    EXPECT_THAT(exits, ElementsAre(0, 0));
}

TEST_F(FfmpegProcessesTest, StopsAChildThatIsStartedWhileSuspendedAndLeavesTheTimeOut) {
    constexpr auto stopped_for = std::chrono::milliseconds(100);
    processes_.suspend_all();
    auto wanted = request({"until=" + go_.string(), "exit=5"});
    pid_t pid = 0;
    wanted.on_start = [&](pid_t its) { pid = its; };
    const auto began = std::chrono::steady_clock::now();
    const auto continue_later = [&]() -> Awaitable<void> {
        co_await state_becomes(pid, 'T');
        asio::steady_timer pause(loop_, stopped_for);
        co_await pause.async_wait(asio::use_awaitable);
        EXPECT_EQ(state_of(pid), 'T');
        processes_.continue_all();
        let_go();
    };
    auto outcome = asio::co_spawn(loop_, processes_.run(wanted), asio::use_future);
    asio::co_spawn(loop_, continue_later(), asio::detached);
    loop_.run();
    const auto ended = outcome.get();
    EXPECT_EQ(ended.exit_status, 5);
    EXPECT_LE(ended.running_time + stopped_for, std::chrono::steady_clock::now() - began);
}

} // namespace
} // namespace av1encd
