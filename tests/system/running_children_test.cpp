// What is done to children while they run: they are cleaned up, ended since they stall, raised.

#include "daemon/system/ffmpeg_processes.hpp"

#include "tests/support/awaited.hpp"
#include "tests/support/ordinary_user.hpp"
#include "tests/support/temporary_folder.hpp"

#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <gmock/gmock.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>

namespace av1encd {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::SizeIs;

const fs::path stand_in = AV1ENCD_STAND_IN;

class RunningChildren : public testing::Test {
protected:
    /// Runs until it has said a line; then `act` is called with its pid.
    template <typename Act>
    ProcessOutcome run(std::vector<std::string> arguments, Act act) {
        return run(processes_, std::move(arguments), act);
    }
    template <typename Act>
    ProcessOutcome run(FfmpegProcesses& processes, std::vector<std::string> arguments, Act act) {
        ProcessRequest request;
        request.command.arguments = std::move(arguments);
        request.priority = {19, IoClass::none, CpuPolicy::idle};
        pid_t pid = 0;
        request.on_start = [&](pid_t its) { pid = its; };
        request.on_stdout = [&, acted = false](std::string_view text) mutable {
            said_ += text;
            if (said_.find('\n') != said_.npos && !std::exchange(acted, true))
                asio::co_spawn(loop_, act(pid), asio::detached);
        };
        return awaited(loop_, processes.run(std::move(request)));
    }
    Awaitable<void> pass(std::chrono::milliseconds time) {
        asio::steady_timer timer(loop_, time);
        co_await timer.async_wait(asio::use_awaitable);
    }
    void let_go() const { std::ofstream file(go_); }

    /// Of every thread of the child and of its own child.
    std::vector<int> niceness_of_threads(pid_t pid) const {
        std::vector<int> all;
        for (const auto& process : {std::to_string(pid), said_.substr(0, said_.find('\n'))})
            for (const auto& thread : fs::directory_iterator("/proc/" + process + "/task"))
                all.push_back(::getpriority(
                    PRIO_PROCESS, static_cast<id_t>(std::stoi(thread.path().filename().native()))));
        return all;
    }

    TemporaryFolder folder_;
    fs::path go_ = folder_.path() / "go";
    asio::io_context loop_;
    FfmpegProcesses processes_{loop_.get_executor(), {stand_in, stand_in}};
    std::string said_;
};

TEST_F(RunningChildren, AreAllGoneOnceTheyAreCleanedUp) {
    std::vector<ProcessOutcome> outcomes;
    ProcessRequest request;
    request.command.arguments = {"forever"};
    const auto keep = [&](std::exception_ptr, ProcessOutcome outcome) {
        outcomes.push_back(std::move(outcome));
    };
    asio::co_spawn(loop_, processes_.run(request), keep);
    asio::co_spawn(loop_, processes_.run(request), keep);
    int count = 0;
    const auto clean_up = [&]() -> Awaitable<void> {
        processes_.suspend_all();
        count = co_await processes_.clean_up();
        EXPECT_EQ(processes_.running(), 0);
    };
    asio::co_spawn(loop_, clean_up(), asio::detached);
    loop_.run();
    EXPECT_EQ(count, 2);
    ASSERT_EQ(outcomes.size(), 2U);
    for (const auto& outcome : outcomes) {
        EXPECT_TRUE(outcome.cleaned_up);
        EXPECT_EQ(outcome.signal, SIGKILL);
    }
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST_F(RunningChildren, AreNotEvenBegunBetweenACleanUpAndTheEndOfTheHold) {
    ProcessRequest request;
    request.command.arguments = {"exit=3"};
    processes_.suspend_all();
    EXPECT_EQ(awaited(loop_, processes_.clean_up()), 0);
    const auto outcome = awaited(loop_, processes_.run(request));
    EXPECT_TRUE(outcome.cleaned_up);
    EXPECT_EQ(outcome.exit_status, std::nullopt);
    processes_.continue_all();
    EXPECT_EQ(awaited(loop_, processes_.run(request)).exit_status, 3);
}

TEST_F(RunningChildren, AreEndedByTheirPidWhereTheyStall) {
    const auto outcome = run({"out=ready", "spin=3600000"}, [&](pid_t pid) -> Awaitable<void> {
        processes_.end_stalled(pid, "it made no progress for 2m");
        co_return;
    });
    EXPECT_EQ(outcome.stall, "it made no progress for 2m");
    EXPECT_EQ(outcome.signal, SIGKILL);
}

TEST_F(RunningChildren, MayBeStoppedByAStrangerForAWhile) {
    Patience patience;
    patience.stall = 20ms;
    patience.between_looks = 5ms;
    FfmpegProcesses impatient(loop_.get_executor(), {stand_in, stand_in}, patience);
    const auto outcome =
        run(impatient, {"out=ready", "spin=100", "exit=3"}, [&](pid_t pid) -> Awaitable<void> {
            ::kill(pid, SIGSTOP);
            co_await pass(10 * patience.stall);
            ::kill(pid, SIGCONT);
        });
    EXPECT_EQ(outcome.stall, "");
    EXPECT_EQ(outcome.exit_status, 3);
}

TEST_F(RunningChildren, AreEndedWhereAStrangerStoppedThemForTooLong) {
    Patience patience;
    patience.silence = 50ms;
    patience.between_looks = 5ms;
    FfmpegProcesses impatient(loop_.get_executor(), {stand_in, stand_in}, patience);
    const auto outcome = run(impatient, {"out=ready", "forever"}, [](pid_t pid) -> Awaitable<void> {
        ::kill(pid, SIGSTOP);
        co_return;
    });
    EXPECT_EQ(outcome.stall, "it was stopped by somebody else for 50ms");
    EXPECT_EQ(outcome.signal, SIGKILL);
    EXPECT_GE(outcome.running_time, patience.silence);
}

TEST_F(RunningChildren, MaySleepInSilenceForLongerThanAfterAComplaint) {
    Patience patience;
    patience.stall = 20ms;
    patience.silence = 200ms;
    patience.between_looks = 5ms;
    FfmpegProcesses impatient(loop_.get_executor(), {stand_in, stand_in}, patience);
    const auto nothing = [](pid_t) -> Awaitable<void> { co_return; };
    EXPECT_EQ(run(impatient, {"out=ready", "err=trouble", "forever"}, nothing).stall,
              "it complained and then slept for 20ms");
    EXPECT_EQ(run(impatient, {"out=ready", "forever"}, nothing).stall,
              "it slept and said nothing for 200ms");
}

TEST_F(RunningChildren, TellHowMuchOfTheCpuTheyHad) {
    run({"spin=100", "out=spun", "until=" + go_.string()}, [&](pid_t pid) -> Awaitable<void> {
        EXPECT_GE(processes_.cpu_times(pid).used, 90ms);
        let_go();
        co_return;
    });
}

TEST_F(RunningChildren, AreRaisedWithAllTheirThreadsAndProcesses) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "only root may raise a priority here";
    run({"threads=3", "grandchild", "until=" + go_.string()}, [&](pid_t pid) -> Awaitable<void> {
        EXPECT_THAT(niceness_of_threads(pid), AllOf(SizeIs(5), Each(19)));
        EXPECT_EQ(processes_.set_priority(pid, -3, CpuPolicy::batch), std::nullopt);
        EXPECT_THAT(niceness_of_threads(pid), AllOf(SizeIs(5), Each(-3)));
        EXPECT_EQ(::sched_getscheduler(pid), SCHED_BATCH);
        EXPECT_EQ(processes_.set_priority(pid, 19, CpuPolicy::idle), std::nullopt);
        EXPECT_THAT(niceness_of_threads(pid), AllOf(SizeIs(5), Each(19)));
        EXPECT_EQ(::sched_getscheduler(pid), SCHED_IDLE);
        let_go();
        co_return;
    });
}

/// The limit on the niceness of this process, set while it lives.
class NiceLimit {
public:
    explicit NiceLimit(rlim_t limit) {
        ::getrlimit(RLIMIT_NICE, &usual_);
        const rlimit own{limit, std::max(limit, usual_.rlim_max)};
        set_ = ::setrlimit(RLIMIT_NICE, &own) == 0;
    }
    ~NiceLimit() { ::setrlimit(RLIMIT_NICE, &usual_); }
    NiceLimit(const NiceLimit&) = delete;
    NiceLimit& operator=(const NiceLimit&) = delete;
    bool is_set() const { return set_; }

private:
    rlimit usual_{};
    bool set_ = false;
};

TEST_F(RunningChildren, CannotBeRaisedByAnOrdinaryUser) {
    const NiceLimit none(0);
    const OrdinaryUser user;
    run({"grandchild", "forever"}, [&](pid_t pid) -> Awaitable<void> {
        EXPECT_EQ(processes_.set_priority(pid, 0, CpuPolicy::batch), "Permission denied");
        EXPECT_THAT(niceness_of_threads(pid), Each(19));
        ::kill(pid, SIGKILL);
        co_return;
    });
}

TEST_F(RunningChildren, AreRaisedByAnOrdinaryUserWhoseLimitAllowsIt) {
    constexpr rlim_t niceness_0 = 20;
    const NiceLimit limit(niceness_0);
    if (!limit.is_set())
        GTEST_SKIP() << "this user may not raise the limit";
    const OrdinaryUser user;
    run({"grandchild", "forever"}, [&](pid_t pid) -> Awaitable<void> {
        EXPECT_EQ(processes_.set_priority(pid, 0, CpuPolicy::batch), std::nullopt);
        EXPECT_THAT(niceness_of_threads(pid), Each(0));
        EXPECT_EQ(::sched_getscheduler(pid), SCHED_BATCH);
        ::kill(pid, SIGKILL);
        co_return;
    });
}

TEST_F(RunningChildren, AreNoneAnyMoreForWhoeverComesTooLate) {
    constexpr pid_t nobody = 1 << 30;
    EXPECT_EQ(processes_.set_priority(nobody, 5, CpuPolicy::batch), std::nullopt);
    EXPECT_EQ(processes_.cpu_times(nobody).used, 0ns);
    processes_.end_stalled(nobody, "it is not there");
}

} // namespace
} // namespace av1encd
