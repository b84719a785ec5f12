#include "daemon/system/child_process.hpp"

#include "tests/support/awaited.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace av1encd {
namespace {

namespace asio = boost::asio;

ChildCommand stand_in(std::vector<std::string> arguments) {
    return {
        AV1ENCD_STAND_IN, std::move(arguments), {}, {0, IoClass::none, CpuPolicy::other}, {}, {}};
}

TEST(ChildProcess, EndsItsChildWhenDropped) {
    asio::io_context loop;
    pid_t pid = 0;
    {
        const ChildProcess child(loop.get_executor(), stand_in({"ignore-term", "forever"}));
        pid = child.pid();
        EXPECT_EQ(::kill(pid, 0), 0);
    }
    EXPECT_EQ(::kill(pid, 0), -1);
    EXPECT_EQ(errno, ESRCH);
}

TEST(ChildProcess, EndKillsAndTellsBySignal) {
    asio::io_context loop;
    ChildProcess child(loop.get_executor(), stand_in({"forever"}));
    const auto end = awaited(loop, child.end());
    EXPECT_EQ(WTERMSIG(end.wait_status), SIGKILL);
    child.signal_group(SIGKILL); // nobody's group any more
}

TEST(ChildProcess, EndAfterTheExitGivesItsStatus) {
    asio::io_context loop;
    ChildProcess child(loop.get_executor(), stand_in({"exit=7"}));
    awaited(loop, child.exited());
    EXPECT_EQ(WEXITSTATUS(awaited(loop, child.end()).wait_status), 7);
}

// What a parent does that starts a child, stops it, tells its pid and is killed.
[[noreturn]] void start_stopped_child(int tell) {
    asio::io_context loop;
    const SyscallFilter calls;
    auto command = stand_in({"forever"});
    command.confinement = ConfinementWishes{&calls, {}, {}, {}};
    const ChildProcess child(loop.get_executor(), command);
    child.signal_group(SIGSTOP);
    const pid_t pid = child.pid();
    if (::write(tell, &pid, sizeof pid) != sizeof pid)
        ::_exit(1);
    for (;;)
        ::pause();
}

TEST(ChildProcess, DiesWithItsParentEvenWhileStopped) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t parent = ::fork();
    if (parent == 0)
        start_stopped_child(ends[1]);
    pid_t child = 0;
    ASSERT_EQ(::read(ends[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
    ::kill(parent, SIGKILL);
    int status = 0;
    EXPECT_EQ(::waitpid(parent, &status, 0), parent);
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(WTERMSIG(status), SIGKILL);
    ::close(ends[0]);
    ::close(ends[1]);
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

} // namespace
} // namespace av1encd
