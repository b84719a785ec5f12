// What children of ours are kept from, seen from inside by a stand-in that tries it.

#include "daemon/core/encoder_verdict.hpp"
#include "tests/support/ordinary_user.hpp"
#include "tests/system/ffmpeg_processes_fixture.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <linux/landlock.h>
#include <sstream>
#include <sys/syscall.h>
#include <unistd.h>

namespace av1encd {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

int landlock_version() {
    return static_cast<int>(
        ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION));
}

class ConfinedChildren : public FfmpegProcessesTest {
protected:
    /// What it said, a line each.
    std::vector<std::string> lines_of(ProcessRequest request) {
        out_.clear();
        outcome_ = run(std::move(request));
        EXPECT_EQ(outcome_.start_error, "");
        std::vector<std::string> lines;
        std::istringstream rest(out_);
        for (std::string line; std::getline(rest, line);)
            lines.push_back(line);
        return lines;
    }
    std::string line_of(const std::string& name, ProcessRequest request) {
        for (const auto& line : lines_of(std::move(request)))
            if (line.starts_with(name))
                return line.substr(name.size());
        return "not said";
    }
    std::vector<std::string> reading(const fs::path& file, Reach reach) {
        auto wanted = request({"read=" + file.native()});
        wanted.reach = std::move(reach);
        return lines_of(std::move(wanted));
    }
    static std::string status_of(pid_t pid, const std::string& name) {
        std::ifstream lines("/proc/" + std::to_string(pid) + "/status");
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with(name + ":\t"))
                return line.substr(name.size() + 2);
        return "not there";
    }
};

TEST_F(ConfinedChildren, CallNobodyAndTouchNoOtherProcessNorTheSystem) {
    if (!processes_.what_is_not_confined().empty())
        GTEST_SKIP() << processes_.what_is_not_confined().front();
    auto tried = lines_of(request({"calls"}));
    if (landlock_version() < 6)
        std::erase_if(tried, [](const auto& line) { return line.starts_with("tgkill"); });
    std::vector<std::string> allowed;
    std::erase_if(tried, [&](const std::string& line) {
        const bool done = line.ends_with(": done");
        if (done)
            allowed.push_back(line);
        return done;
    });
    EXPECT_EQ(allowed, (std::vector<std::string>{"own tgkill: done", "private memory: done",
                                                 "own limit: done", "thread: done"}));
    EXPECT_GE(tried.size(), 15U);
    EXPECT_THAT(tried, Each(EndsWith(": Operation not permitted")));
}

TEST_F(ConfinedChildren, HaveNoRightsBeyondTheirUsersWhoeverRunsThem) {
    const auto rights = line_of("rights:", request({"rights"}));
    EXPECT_THAT(rights,
                AllOf(HasSubstr("NoNewPrivs:1"), HasSubstr("Seccomp:2"),
                      HasSubstr("CapInh:0000000000000000"), HasSubstr("CapPrm:0000000000000000"),
                      HasSubstr("CapEff:0000000000000000"), HasSubstr("CapAmb:0000000000000000")));
    if (::geteuid() == 0) {
        EXPECT_THAT(rights, HasSubstr("CapBnd:0000000000000000"));
    }
    const OrdinaryUser user;
    EXPECT_THAT(line_of("rights:", request({"rights"})),
                AllOf(HasSubstr("NoNewPrivs:1"), HasSubstr("Seccomp:2"),
                      HasSubstr("CapPrm:0000000000000000"), HasSubstr("CapEff:0000000000000000")));
}

TEST_F(ConfinedChildren, AreSeenToBeConfinedFromOutside) {
    auto wanted = request({"out=here", "until=" + go_.native()});
    std::string rights;
    wanted.on_start = [&](pid_t pid) {
        rights = status_of(pid, "NoNewPrivs") + " " + status_of(pid, "Seccomp") + " " +
                 status_of(pid, "CapEff");
        let_go();
    };
    run(std::move(wanted));
    EXPECT_EQ(rights, "1 2 0000000000000000");
}

TEST_F(ConfinedChildren, ReachTheFilesOfTheirTaskOnly) {
    if (const auto reason = why_no_file_rules())
        GTEST_SKIP() << *reason;
    const auto source = folder_.write("job/source", "video");
    const auto ledger = folder_.write("ledger.db", "secret");
    const auto other = folder_.write("other/source", "another's video");
    const auto written = folder_.path() / "job/out";
    auto wanted =
        request({"read=" + source.native(), "write=" + written.native(), "read=" + written.native(),
                 "read=" + ledger.native(), "read=" + other.native(), "read=/etc/hostname",
                 "read=/proc/" + std::to_string(::getpid()) + "/status", "write=" + source.native(),
                 "write=" + ledger.native(), "write=" + (folder_.path() / "job/more").native()});
    wanted.reach.readable = {folder_.path() / "job"};
    wanted.reach.writable = {written};
    EXPECT_EQ(lines_of(std::move(wanted)),
              (std::vector<std::string>{"read: done", "write: done", "read: done",
                                        "read: Permission denied", "read: Permission denied",
                                        "read: Permission denied", "read: Permission denied",
                                        "write: Permission denied", "write: Permission denied",
                                        "write: Permission denied"}));
    EXPECT_EQ(folder_.read("job/out"), "x");
    EXPECT_EQ(folder_.read("job/source"), "video");
}

TEST_F(ConfinedChildren, ReachThePlacesThatTheOwnerOfAWrapperNames) {
    const auto file = folder_.path() / "log/of-my-wrapper";
    fs::create_directory(file.parent_path());
    FfmpegProcesses processes(loop_.get_executor(), {stand_in, stand_in, {file.parent_path()}});
    auto wanted = request({"write=" + file.native()});
    wanted.on_stdout = [this](std::string_view text) { out_ += text; };
    EXPECT_TRUE(awaited(loop_, processes.run(std::move(wanted))).ended_well());
    EXPECT_EQ(out_, "write: done\n");
}

TEST_F(ConfinedChildren, OfRootReachAFolderThatAnotherUserKeepsToItself) {
    if (::geteuid() != 0)
        GTEST_SKIP() << "this user is not root";
    const auto source = folder_.write("job/source", "video");
    fs::permissions(source.parent_path(), fs::perms::owner_all);
    constexpr uid_t nobody = 65534;
    ASSERT_EQ(::chown(source.c_str(), nobody, nobody), 0);
    ASSERT_EQ(::chown(source.parent_path().c_str(), nobody, nobody), 0);
    EXPECT_THAT(reading(source, {{source}, {}}), Each("read: done"));
    auto facts = request({"rights"});
    facts.reach.readable = {source};
    EXPECT_THAT(line_of("rights:", std::move(facts)),
                AllOf(HasSubstr("CapEff:0000000000000002"), HasSubstr("CapBnd:0000000000000002")));
}

TEST_F(ConfinedChildren, TakeNoMoreMemoryThanTheirTaskMay) {
    const auto taking = [this](std::uint64_t mebibytes) {
        auto wanted = request({"memory=100", "out=had it"});
        wanted.memory_limit = mebibytes << 20;
        outcome_ = run(std::move(wanted));
        return outcome_.memory_limit_bytes == mebibytes << 20;
    };
    EXPECT_TRUE(taking(400));
    EXPECT_EQ(out_, "had it\n");
    out_.clear();
    EXPECT_TRUE(taking(80));
    EXPECT_EQ(out_, "");
    EXPECT_EQ(outcome_.signal, SIGABRT);
    EXPECT_THAT(outcome_.stderr_lines, Not(IsEmpty()));
}

TEST_F(ConfinedChildren, AreSeenToTakeWhatTheirLimitCounts) {
    auto wanted = request({"memory=90", "out=ready", "until=" + go_.native(), "exit=1"});
    wanted.memory_limit = 200ULL << 20;
    EXPECT_FALSE(run_until_said(std::move(wanted), "ready", [this](auto&) { let_go(); }));
    EXPECT_EQ(outcome_.exit_status, 1);
    EXPECT_GE(outcome_.data_bytes, 90ULL << 20);
    EXPECT_LE(outcome_.data_bytes, 200ULL << 20);
}

TEST_F(ConfinedChildren, ThatHangForLackOfMemoryAreToldFromOthersThatHang) {
    auto patience = short_patience();
    patience.stall = std::chrono::milliseconds(100);
    FfmpegProcesses impatient(loop_.get_executor(), {stand_in, stand_in}, patience);
    const auto verdict_with = [&](std::uint64_t mebibytes) {
        auto wanted = request({"memory=90", "err=trouble", "forever"});
        wanted.memory_limit = mebibytes << 20;
        outcome_ = awaited(loop_, impatient.run(std::move(wanted)));
        EXPECT_EQ(outcome_.signal, SIGKILL);
        return judge_task(TaskKind::segment, outcome_, 1ULL << 40, {});
    };
    const auto short_of_it = verdict_with(98);
    ASSERT_TRUE(std::holds_alternative<TryAgain>(short_of_it));
    EXPECT_THAT(std::get<TryAgain>(short_of_it).cause, StartsWith("out of memory: it complained"));
    EXPECT_TRUE(std::holds_alternative<Stalled>(verdict_with(300)));
}

TEST_F(ConfinedChildren, TakeTheMemoryThatTheEnvironmentSaysInstead) {
    for (const auto& [memory, limit] : {std::pair{500ULL << 20, 500ULL << 20}, {0ULL, 0ULL}}) {
        FfmpegProcesses processes(loop_.get_executor(), {stand_in, stand_in, {}, memory});
        auto wanted = request({"facts"});
        wanted.memory_limit = 100ULL << 20;
        EXPECT_EQ(awaited(loop_, processes.run(std::move(wanted))).memory_limit_bytes, limit);
    }
}

TEST_F(ConfinedChildren, KnowOfOurEnvironmentOnlyWhatProgramsGoBy) {
    ::setenv("SOME_TOKEN", "secret", 1);
    ::setenv("AV1ENCD_OF_A_TEST", "1", 1);
    auto wanted = request({"environment"});
    wanted.command.environment = {"SVT_LOG=1"};
    const auto variables = lines_of(std::move(wanted));
    ::unsetenv("SOME_TOKEN");
    ::unsetenv("AV1ENCD_OF_A_TEST");
    EXPECT_THAT(variables, Not(::testing::Contains(StartsWith("SOME_TOKEN"))));
    EXPECT_THAT(variables, ::testing::IsSupersetOf({"SVT_LOG=1", "AV1ENCD_OF_A_TEST=1"}));
    EXPECT_THAT(variables, ::testing::Contains(StartsWith("PATH=")));
}

} // namespace
} // namespace av1encd
