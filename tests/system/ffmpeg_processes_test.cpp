#include "daemon/system/ffmpeg_processes.hpp"

#include "common/error.hpp"
#include "tests/system/ffmpeg_processes_fixture.hpp"

#include <gmock/gmock.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <iterator>
#include <sched.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Each;
using testing::SizeIs;

std::size_t open_descriptors() {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

// Orphans become children of this process, so that their end can be waited for.
class Subreaper {
public:
    Subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 1); }
    ~Subreaper() { ::prctl(PR_SET_CHILD_SUBREAPER, 0); }
    Subreaper(const Subreaper&) = delete;
    Subreaper& operator=(const Subreaper&) = delete;

    int wait_status_of(pid_t orphan) const {
        int status = 0;
        EXPECT_EQ(::waitpid(orphan, &status, 0), orphan);
        return status;
    }
};

TEST_F(FfmpegProcessesTest, GivesWhatTheChildSaidAndHowItEnded) {
    auto outcome = run(request({"out=hello", "err=one", "err=two", "exit=3"}));

    EXPECT_EQ(out_, "hello\n");
    EXPECT_GT(outcome.peak_memory_bytes, 0U);
    outcome.running_time = outcome.cpu_time = {};
    outcome.peak_memory_bytes = outcome.data_bytes = 0;
    ProcessOutcome expected;
    expected.exit_status = 3;
    expected.stderr_lines = {"one", "two"};
    EXPECT_EQ(outcome, expected);
    EXPECT_EQ(processes_.running(), 0);
}

TEST_F(FfmpegProcessesTest, TellsASignalFromAnExit) {
    const auto outcome = run(request({"signal=11"}));
    EXPECT_EQ(outcome.signal, SIGSEGV);
    EXPECT_EQ(outcome.exit_status, std::nullopt);
}

TEST_F(FfmpegProcessesTest, SaysWhyAProgramCannotBeStarted) {
    const TemporaryFolder folder;
    const auto no_program = folder.write("ffprobe", "no program");
    const auto reason = [&](const FfmpegPaths& paths, Program program) {
        FfmpegProcesses processes(loop_.get_executor(), paths);
        auto wanted = request({});
        wanted.command.program = program;
        return awaited(loop_, processes.run(wanted)).start_error;
    };
    const FfmpegPaths paths{folder.path() / "ffmpeg", no_program};
    EXPECT_EQ(reason(paths, Program::ffmpeg), "cannot start ffmpeg: No such file or directory");
    EXPECT_EQ(reason(paths, Program::ffprobe), "cannot start ffprobe: Permission denied");
    fs::permissions(no_program, fs::perms::owner_all);
    EXPECT_EQ(reason(paths, Program::ffprobe), "cannot start ffprobe: Exec format error");
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "a zombie is left";
}

TEST_F(FfmpegProcessesTest, WritesStdoutIntoANewFile) {
    const TemporaryFolder folder;
    auto wanted = request({"out=into the file", "err=not this"});
    wanted.stdout_file = folder.path() / "frames";
    EXPECT_TRUE(run(wanted).ended_well());
    EXPECT_EQ(folder.read("frames"), "into the file\n");
    EXPECT_EQ(out_, "");

    EXPECT_EQ(run(wanted).start_error, "cannot start stand_in: cannot create " +
                                           wanted.stdout_file->string() + ": File exists");
    EXPECT_EQ(folder.read("frames"), "into the file\n");
}

TEST_F(FfmpegProcessesTest, AProgramThatCannotBeStartedLeavesNoFile) {
    const TemporaryFolder folder;
    FfmpegProcesses missing(loop_.get_executor(), {"/nowhere/ffmpeg", "/nowhere/ffprobe"});
    auto wanted = request({});
    wanted.stdout_file = folder.path() / "frames";
    EXPECT_EQ(awaited(loop_, missing.run(wanted)).start_error,
              "cannot start ffmpeg: No such file or directory");
    EXPECT_FALSE(fs::exists(*wanted.stdout_file));
}

TEST_F(FfmpegProcessesTest, LeavesNoDescriptorAndNoZombieAfter500Runs) {
    EXPECT_TRUE(run(request({})).ended_well()); // what the loop opens once
    FfmpegProcesses missing(loop_.get_executor(), {"/nowhere/ffmpeg", "/nowhere/ffprobe"});
    const auto before = open_descriptors();
    for (int i = 0; i < 250; ++i) {
        EXPECT_TRUE(run(request({})).ended_well());
        EXPECT_FALSE(awaited(loop_, missing.run(request({}))).ended_well());
    }
    EXPECT_EQ(open_descriptors(), before);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
    EXPECT_EQ(errno, ECHILD);
}

// Whichever of the descriptors that a start needs is the first that is not to be had.
TEST_F(FfmpegProcessesTest, LackOfDescriptorsIsAStartErrorAndLeavesNothing) {
    EXPECT_TRUE(run(request({})).ended_well());
    rlimit usual{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
    const auto before = open_descriptors();
    const int next_free = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ASSERT_EQ(::close(next_free), 0);

    std::vector<std::string> errors;
    bool started = false;
    for (rlim_t more = 0; more < 64 && !started; ++more) {
        const rlimit tight{static_cast<rlim_t>(next_free) + more, usual.rlim_max};
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
        const auto outcome = run(request({"out=started"}));
        ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &usual), 0);
        started = outcome.ended_well();
        if (!started)
            errors.push_back(outcome.start_error);
        EXPECT_EQ(open_descriptors(), before) << "with " << more << " to be had";
        EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1) << "with " << more << " to be had";
    }
    EXPECT_TRUE(started);
    EXPECT_THAT(errors, AllOf(SizeIs(testing::Ge(7U)),
                              Each(AllOf(testing::StartsWith("cannot start stand_in: "),
                                         testing::EndsWith("Too many open files")))));
}

TEST_F(FfmpegProcessesTest, ReadsAFloodOnBothPipesAndKeepsABoundedPartOfStderr) {
    const auto outcome = run(request({"flood=4000000", "err=the end"}));
    EXPECT_TRUE(outcome.ended_well());
    EXPECT_EQ(out_.size(), 4'000'000U);
    ASSERT_THAT(outcome.stderr_lines, SizeIs(2'201));
    EXPECT_EQ(outcome.stderr_lines[0], std::string(99, 'x'));
    EXPECT_EQ(outcome.stderr_lines[2'000], "... 37801 lines left out ...");
    EXPECT_EQ(outcome.stderr_lines[2'200], "the end");
}

TEST_F(FfmpegProcessesTest, KillsTheWholeGroupWhenCancelled) {
    const Subreaper orphans;
    expect_aborted(run_until_said(request({"ignore-term", "grandchild", "forever"}), "\n", cancel));
    EXPECT_EQ(processes_.running(), 0);
    EXPECT_EQ(WTERMSIG(orphans.wait_status_of(std::stoi(out_))), SIGKILL);
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST_F(FfmpegProcessesTest, DoesNotWaitForEverForPipesThatGrandchildrenHold) {
    const Subreaper orphans;
    const auto outcome = run(request({"grandchild", "exit=4"}));
    EXPECT_EQ(outcome.exit_status, 4);
    EXPECT_EQ(WTERMSIG(orphans.wait_status_of(std::stoi(out_))), SIGKILL);
}

TEST_F(FfmpegProcessesTest, DoesNotWaitForPipesHeldOutsideOfTheGroup) {
    const Subreaper orphans;
    const auto outcome = run(request({"stray", "exit=4"}));
    EXPECT_EQ(outcome.exit_status, 4);
    EXPECT_EQ(orphans.wait_status_of(std::stoi(out_)), 0);
}

TEST_F(FfmpegProcessesTest, WhatAListenerThrowsEndsTheChildAndComesOut) {
    auto wanted = request({"out=hello", "forever"});
    wanted.on_stdout = [](std::string_view) { throw Error("cannot read that"); };
    try {
        awaited(loop_, processes_.run(wanted));
        FAIL() << "nothing was thrown";
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "cannot read that");
    }
    EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST_F(FfmpegProcessesTest, GivesTheChildItsPrioritiesAndNothingElseOfOurs) {
    const int leaked = ::dup(STDOUT_FILENO); // not CLOEXEC, as a library's may be
    sigset_t blocked, usual;
    ::sigemptyset(&blocked);
    ::sigaddset(&blocked, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &blocked, &usual);
    const auto usual_pipe_handler = ::signal(SIGPIPE, SIG_IGN);
    ::setenv("STAND_IN", "ours", 1);

    auto wanted = request({"facts"});
    wanted.priority = {19, IoClass::idle, CpuPolicy::idle};
    wanted.command.environment = {"STAND_IN=given"};
    EXPECT_TRUE(run(wanted).ended_well());

    ::unsetenv("STAND_IN");
    ::signal(SIGPIPE, usual_pipe_handler);
    ::pthread_sigmask(SIG_SETMASK, &usual, nullptr);
    ::close(leaked);
    EXPECT_EQ(out_, "leads its group: 1\n"
                    "stdin: /dev/null\n"
                    "descriptors: 0 1 2\n"
                    "signals not at default:\n"
                    "signal at the parent's death: 9\n"
                    "core limit: 0\n"
                    "nice: 19\n"
                    "scheduler: " +
                        std::to_string(SCHED_IDLE) +
                        "\n"
                        "may be real-time: 0\n"
                        "io class: 3\n"
                        "STAND_IN: given\n");
}

TEST_F(FfmpegProcessesTest, MeasuresCpuTimeAndMemory) {
    const auto outcome = run(request({"spin=50", "memory=64"}));
    EXPECT_GE(outcome.cpu_time, std::chrono::milliseconds(50));
    EXPECT_GE(outcome.running_time, std::chrono::milliseconds(50));
    EXPECT_GE(outcome.peak_memory_bytes, 64U << 20);
}

} // namespace
} // namespace av1encd
