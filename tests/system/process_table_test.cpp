#include "daemon/system/process_table.hpp"

#include "tests/support/temporary_folder.hpp"
#include "tests/support/waiting.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <ctime>
#include <functional>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>

namespace av1encd {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::Not;
using ::testing::Optional;

void use_cpu(std::chrono::milliseconds time) {
    const auto end = std::clock() + time.count() * CLOCKS_PER_SEC / 1000;
    while (std::clock() < end) {
    }
}

[[noreturn]] void wait_for_ever() {
    for (;;)
        ::pause();
}

/// A child of the test that does what it is told, in a group of its own, and ends with this object.
class Child {
public:
    explicit Child(const std::function<void()>& act) : pid_(::fork()) {
        if (pid_ != 0)
            return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::setpgid(0, 0);
        act();
        wait_for_ever();
    }
    ~Child() { end(); }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    pid_t pid() const { return pid_; }
    void end() {
        if (pid_ <= 0)
            return;
        ::kill(-pid_, SIGKILL);
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

private:
    pid_t pid_;
};

std::optional<ProcessUse> find(SystemProcessTable& table, pid_t pid) {
    for (const auto& process : table.others())
        if (process.pid == pid)
            return process;
    return std::nullopt;
}

std::vector<std::string> names(SystemProcessTable& table) {
    std::vector<std::string> list;
    for (const auto& process : table.others())
        list.push_back(process.name);
    return list;
}

/// Where another process of the test is the daemon, the test's children are others.
class ProcessTableTest : public testing::Test {
protected:
    const Child daemon_{[] {}};
    SystemProcessTable table_{"/proc", daemon_.pid()};
};

TEST_F(ProcessTableTest, TellsWhatAnotherProcessUses) {
    const Child busy([] {
        ::prctl(PR_SET_NAME, "busy ) one");
        ::setpriority(PRIO_PROCESS, 0, 7);
        use_cpu(150ms); // what /proc shows is rounded down
    });
    ASSERT_TRUE(eventually([&] {
        const auto use = find(table_, busy.pid());
        return use && use->cpu >= 100ms;
    }));
    const auto use = *find(table_, busy.pid());
    EXPECT_EQ(use.name, "busy ) one");
    EXPECT_EQ(use.nice, 7);
    EXPECT_GT(use.start, 0s);
    EXPECT_LE(use.start, table_.machine()->at);
}

TEST_F(ProcessTableTest, CountsEveryThreadOfAProcessAndThoseThatEnded) {
    const Child busy([] {
        std::thread([] { use_cpu(80ms); }).join();
        std::thread([] { use_cpu(80ms); }).detach();
    });
    EXPECT_TRUE(eventually([&] {
        const auto use = find(table_, busy.pid());
        return use && use->cpu >= 110ms;
    }));
}

TEST_F(ProcessTableTest, CountsNoTimeTwiceWhenAParentWaitsForItsChild) {
    const Child parent([] {
        const auto child = ::fork();
        if (child == 0) {
            use_cpu(200ms);
            ::_exit(0);
        }
        ::waitpid(child, nullptr, 0);
        ::prctl(PR_SET_NAME, "has waited");
    });
    ASSERT_TRUE(eventually([&] {
        const auto use = find(table_, parent.pid());
        return use && use->name == "has waited";
    }));
    EXPECT_LT(find(table_, parent.pid())->cpu, 200ms);
}

TEST_F(ProcessTableTest, LeavesOutWhatBelongsToTheDaemon) {
    std::array<int, 2> pids{};
    ASSERT_EQ(::pipe(pids.data()), 0);
    // ffmpeg under a wrapper, which dies and leaves it to the first process of the machine.
    const Child other_daemon([&] {
        const auto wrapper = ::fork();
        if (wrapper != 0) {
            ::waitpid(wrapper, nullptr, 0);
            return;
        }
        ::setpgid(0, 0);
        const auto ffmpeg = ::fork();
        if (ffmpeg == 0)
            wait_for_ever();
        const std::array<pid_t, 2> both = {::getpid(), ffmpeg};
        if (::write(pids[1], both.data(), sizeof both) > 0)
            wait_for_ever();
    });
    std::array<pid_t, 2> both{};
    ASSERT_EQ(::read(pids[0], both.data(), sizeof both), static_cast<ssize_t>(sizeof both));
    const auto [wrapper, ffmpeg] = both;

    EXPECT_TRUE(find(table_, ffmpeg)) << "to a stranger it is there";
    SystemProcessTable table("/proc", other_daemon.pid());
    for (const auto pid : {other_daemon.pid(), wrapper, ffmpeg})
        EXPECT_FALSE(find(table, pid));
    ::kill(wrapper, SIGKILL);
    ASSERT_TRUE(eventually([&] { return !find(table_, wrapper); }));
    EXPECT_TRUE(find(table_, ffmpeg));
    EXPECT_FALSE(find(table, ffmpeg));
    ::kill(ffmpeg, SIGKILL);
    ::close(pids[0]);
    ::close(pids[1]);
}

TEST_F(ProcessTableTest, LeavesOutThreadsOfTheKernel) {
    EXPECT_THAT(names(table_), Not(Contains("kthreadd")));
}

TEST_F(ProcessTableTest, KeepsCountOfTheDaemonsOwnTimeWhenChildrenEnd) {
    SystemProcessTable own;
    const auto before = own.machine()->own;
    Child child([] { use_cpu(150ms); });
    ASSERT_TRUE(eventually([&] { return own.machine()->own >= before + 100ms; }));
    auto last = own.machine()->own;
    child.end();
    EXPECT_GE(own.machine()->own, last);
    use_cpu(50ms);
    EXPECT_GE(own.machine()->own, before + 120ms);
}

TEST_F(ProcessTableTest, SurvivesHundredsOfProcessesThatVanish) {
    const Child mother([] {
        ::prctl(PR_SET_NAME, "mother");
        for (;;) {
            std::array<pid_t, 20> children{};
            for (auto& child : children) {
                child = ::fork();
                if (child == 0) {
                    ::prctl(PR_SET_NAME, "short-lived");
                    ::_exit(0);
                }
            }
            for (const auto child : children)
                ::waitpid(child, nullptr, 0);
        }
    });
    SystemProcessTable table("/proc", mother.pid());
    bool seen = false;
    for (int look = 0; look < 100 || !seen; ++look) {
        ASSERT_TRUE(table.machine());
        EXPECT_THAT(names(table), Not(Contains("short-lived")));
        const auto others = table_.others();
        EXPECT_TRUE(std::ranges::all_of(others, [](const auto& use) { return use.pid > 0; }));
        seen = seen || std::ranges::count(others, "short-lived", &ProcessUse::name) > 0;
    }
}

TEST_F(ProcessTableTest, LeavesNothingOpen) {
    const auto open_descriptors = [] {
        return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
    };
    const auto before = open_descriptors();
    for (int look = 0; look < 20; ++look) {
        table_.machine();
        table_.others();
    }
    EXPECT_EQ(open_descriptors(), before);
}

TEST_F(ProcessTableTest, TellsOfTheMachineWhatTheKernelDoes) {
    const auto before = table_.machine();
    ASSERT_TRUE(before);
    EXPECT_EQ(before->cores, ::sysconf(_SC_NPROCESSORS_ONLN));
    use_cpu(30ms);
    const auto after = table_.machine();
    EXPECT_GE(after->at, before->at + 30ms);
    EXPECT_LE(after->idle - before->idle,
              before->cores * (after->at - before->at) + 4 * process_time_tick);
}

// --- a made-up /proc

class MadeUpProc : public testing::Test {
protected:
    MadeUpProc() {
        folder_.write("stat", "cpu  1 2 3 400 50 6 7 8 9 0\ncpu0 1 2\ncpu3 1 2\nintr 5 cpu\n");
        add(1, 0, 1);
    }
    void add(pid_t pid, pid_t parent, pid_t group) {
        folder_.write(fmt::format("{}/stat", pid),
                      fmt::format("{} (x) S {} {} 1 0 -1 0 0 0 0 0 10 0 5 0 20 0 1 0 600 0\n", pid,
                                  parent, group));
    }
    void add_children(pid_t pid, const std::string& children) {
        folder_.write(fmt::format("{0}/task/{0}/children", pid), children);
    }
    SystemProcessTable table(pid_t daemon = 100) {
        return SystemProcessTable(folder_.path(), daemon);
    }

    TemporaryFolder folder_;
};

TEST_F(MadeUpProc, HasIdleTimeAndCoresOfTheMachine) {
    const auto use = table().machine();
    ASSERT_TRUE(use);
    EXPECT_EQ(use->idle, 4500ms);
    EXPECT_EQ(use->cores, 2);
}

TEST_F(MadeUpProc, HasTheTimeOfTheDaemonAndOfAllThatCameOfIt) {
    add(100, 1, 100);
    add(200, 100, 200);
    add(300, 200, 200);
    add_children(100, "200 999 ");
    add_children(200, "300 ");
    EXPECT_EQ(table().machine()->own, 3 * 150ms);
}

TEST_F(MadeUpProc, SaysNothingWhereTheKernelSaysNothing) {
    for (const char* text : {"", "cpu", "cpu  1 2 3\n", "cpu  1 2 3 4 5\n", "intr 5\n"}) {
        folder_.write("stat", text);
        EXPECT_FALSE(table().machine()) << text;
    }
    fs::remove(folder_.path() / "stat");
    EXPECT_FALSE(table().machine());
    SystemProcessTable none(folder_.path() / "none", 100);
    EXPECT_FALSE(none.machine());
    EXPECT_TRUE(none.others().empty());
}

TEST_F(MadeUpProc, LooksAtProcessesOnly) {
    add(42, 1, 42);
    for (const char* name : {"self/stat", "42a/stat", "-7/stat", "sys/stat", "0/stat"})
        folder_.write(name, "42 (x) S 1 42 1 0 -1 0 0 0 0 0 1 0 0 0 20 0 1 0 600 0\n");
    folder_.write("43/stat", "43 (cut");
    fs::create_directory(folder_.path() / "44");
    auto all = table().others();
    std::ranges::sort(all, {}, &ProcessUse::pid);
    EXPECT_EQ(all, (std::vector<ProcessUse>{{1, 6s, 100ms, 0, "x"}, {42, 6s, 100ms, 0, "x"}}));
}

TEST_F(MadeUpProc, SaysWhatItHides) {
    EXPECT_EQ(table().blind_spot(), std::nullopt);
    fs::create_directories(folder_.path() / "self/ns");
    fs::create_symlink("pid:[4026531836]", folder_.path() / "self/ns/pid");
    EXPECT_EQ(table().blind_spot(), std::nullopt);
    fs::remove_all(folder_.path() / "1");
    EXPECT_THAT(table().blind_spot(), Optional(testing::HasSubstr("hidepid")));
    fs::remove(folder_.path() / "self/ns/pid");
    fs::create_symlink("pid:[4026532511]", folder_.path() / "self/ns/pid");
    EXPECT_THAT(table().blind_spot(), Optional(testing::HasSubstr("container")));
}

} // namespace
} // namespace av1encd
