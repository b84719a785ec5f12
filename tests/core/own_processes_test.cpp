#include "daemon/core/own_processes.hpp"

#include <gmock/gmock.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr pid_t daemon_pid = 100;
constexpr pid_t shell = 50; ///< leads the group that the daemon is in

SeenProcess process(pid_t pid, pid_t parent, pid_t group, SinceBoot start = 1min) {
    return {{pid, start, 0s, 0, "any"}, parent, group};
}

const SeenProcess the_daemon = process(daemon_pid, shell, shell);

std::vector<pid_t> others(OwnProcesses& own, std::vector<SeenProcess> all) {
    std::vector<pid_t> pids;
    for (const auto& use : own.without_own(std::move(all)))
        pids.push_back(use.pid);
    return pids;
}

TEST(OwnProcesses, AreTheDaemonItsChildrenAndTheirs) {
    OwnProcesses own(daemon_pid);
    EXPECT_THAT(others(own, {process(1, 0, 1), process(shell, 1, shell), the_daemon,
                             process(200, daemon_pid, 200), process(300, 200, 300),
                             process(400, 300, 400), process(500, 1, 500)}),
                ElementsAre(1, shell, 500));
}

TEST(OwnProcesses, AreFoundWhateverTheirNumbers) {
    OwnProcesses own(daemon_pid);
    EXPECT_THAT(others(own, {process(3, 5, 3), process(5, 7, 5), process(7, daemon_pid, 7),
                             the_daemon, process(500, 1, 500)}),
                ElementsAre(500));
}

TEST(OwnProcesses, AreNotThoseThatAShellPutIntoTheDaemonsGroup) {
    OwnProcesses own(daemon_pid);
    EXPECT_THAT(others(own, {the_daemon, process(200, daemon_pid, shell), // not in its group yet
                             process(300, shell, shell)}),
                ElementsAre(300));
}

TEST(OwnProcesses, AreTheGroupOfAChildWithoutItsParent) {
    OwnProcesses own(daemon_pid);
    EXPECT_THAT(
        others(own, {the_daemon, process(200, daemon_pid, 200), process(300, 1, 200, 2min)}),
        IsEmpty());
}

TEST(OwnProcesses, StayItWhenTheyLoseTheirParent) {
    OwnProcesses own(daemon_pid);
    EXPECT_THAT(others(own, {the_daemon, process(200, daemon_pid, 200), process(300, 200, 300)}),
                IsEmpty());
    EXPECT_THAT(others(own, {the_daemon, process(300, 1, 300), process(400, 300, 300)}), IsEmpty());
    EXPECT_THAT(others(own, {the_daemon, process(400, 1, 300)}), IsEmpty());
}

TEST(OwnProcesses, AreNotThoseThatTakeTheirNumbers) {
    OwnProcesses own(daemon_pid);
    EXPECT_THAT(others(own, {the_daemon, process(200, daemon_pid, 200)}), IsEmpty());
    EXPECT_THAT(others(own, {the_daemon, process(200, 1, 200, 5min)}), ElementsAre(200));
    EXPECT_THAT(others(own, {the_daemon, process(300, 1, 200, 6min)}), ElementsAre(300));
}

TEST(OwnProcesses, AreTheDaemonsChildrenEvenWhereItCannotBeSeenItself) {
    OwnProcesses own(daemon_pid);
    EXPECT_THAT(others(own, {process(200, daemon_pid, 200), process(300, 1, 300)}),
                ElementsAre(300));
}

} // namespace
} // namespace av1encd
