#include "daemon/system/idle_watch.hpp"

#include "tests/system/ffmpeg_processes_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <sys/wait.h>

namespace av1encd {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;

TEST_F(FfmpegProcessesTest, EndsAChildThatSleepsAndSaysNothingAnyMore) {
    auto patience = short_patience();
    patience.stall = std::chrono::milliseconds(100);
    FfmpegProcesses impatient(loop_.get_executor(), {stand_in, stand_in}, patience);
    const auto outcome = awaited(loop_, impatient.run(request({"err=No space left", "forever"})));
    EXPECT_EQ(outcome.stall, "it complained and then slept for 100ms");
    EXPECT_EQ(outcome.signal, SIGKILL);
    EXPECT_THAT(outcome.stderr_lines, ElementsAre("No space left"));
    EXPECT_GE(outcome.running_time, patience.stall);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST_F(FfmpegProcessesTest, LetsAChildThatWorksInSilenceWork) {
    auto patience = short_patience();
    patience.stall = std::chrono::milliseconds(100);
    FfmpegProcesses impatient(loop_.get_executor(), {stand_in, stand_in}, patience);
    EXPECT_EQ(awaited(loop_, impatient.run(request({"spin=500", "exit=3"}))).exit_status, 3);
}

TEST_F(FfmpegProcessesTest, DoesNotTakeASuspendedChildForAStalledOne) {
    auto patience = short_patience();
    patience.stall = std::chrono::milliseconds(20);
    FfmpegProcesses impatient(loop_.get_executor(), {stand_in, stand_in}, patience);
    impatient.suspend_all();
    const auto continue_later = [&]() -> Awaitable<void> {
        asio::steady_timer pause(loop_, 10 * patience.stall);
        co_await pause.async_wait(asio::use_awaitable);
        EXPECT_EQ(impatient.running(), 1);
        let_go();
        impatient.continue_all();
    };
    asio::co_spawn(loop_, continue_later(), asio::detached);
    auto wanted = request({"until=" + go_.string(), "exit=5"});
    EXPECT_EQ(awaited(loop_, impatient.run(wanted)).exit_status, 5);
}

} // namespace
} // namespace av1encd
