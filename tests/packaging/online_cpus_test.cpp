// What brings cores back, on a made-up /sys/devices/system/cpu.

#include "tests/support/run_program.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>

#include <unistd.h>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const fs::path packaging = fs::path(AV1ENCD_SOURCE_DIR) / "packaging";

std::string read(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

class OnlineCpus : public testing::Test {
protected:
    void set(const std::string& core, const std::string& online) {
        folder_.write(core + "/online", online + "\n");
    }
    std::string online(const std::string& core) { return folder_.read(core + "/online"); }
    ProgramRun run(std::vector<std::string> words = {}) {
        const TemporaryFolder scratch;
        for (const auto& word : {fs::path("sh"), packaging / "av1encd-online-cpus", folder_.path()})
            words.push_back(word);
        return run_program(words, {}, scratch.path());
    }
    /// cpu2 is offline, and whoever runs the program may not bring it back: root may everything.
    ProgramRun run_refused() {
        set("cpu2", "0");
        fs::permissions(folder_.path() / "cpu2/online", fs::perms(0444));
        fs::permissions(folder_.path(), fs::perms(0755));
        if (::geteuid() != 0)
            return run();
        return run({"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
    }

    TemporaryFolder folder_;
};

TEST_F(OnlineCpus, BringsBackThoseThatAreOffline) {
    folder_.write("cpu0/topology", "");
    set("cpu1", "0");
    set("cpu2", "1");
    set("cpu13", "0");
    const auto ran = run();
    EXPECT_EQ(ran.outcome.exit_status, 0);
    EXPECT_EQ(online("cpu1"), "1\n");
    EXPECT_EQ(online("cpu13"), "1\n");
    EXPECT_THAT(ran.output, HasSubstr("cpu1 is online again\n"));
    EXPECT_THAT(ran.output, HasSubstr("cpu13 is online again\n"));
}

TEST_F(OnlineCpus, TouchesNothingElse) {
    set("cpu1", "1");
    set("cpufreq", "0");
    set("cpuidle", "0");
    folder_.write("online", "0\n");
    const auto ran = run();
    EXPECT_EQ(ran.outcome.exit_status, 0);
    EXPECT_EQ(ran.output, "");
    EXPECT_EQ(online("cpufreq"), "0\n");
    EXPECT_EQ(online("cpuidle"), "0\n");
    EXPECT_EQ(folder_.read("online"), "0\n");
}

TEST_F(OnlineCpus, HasNothingToDoWhereNoCoreCanBeTakenAway) {
    const auto ran = run();
    EXPECT_EQ(ran.outcome.exit_status, 0);
    EXPECT_THAT(ran.outcome.stderr_lines, IsEmpty());
}

TEST_F(OnlineCpus, GoesOnAfterACoreThatCannotBeBroughtBack) {
    set("cpu3", "0");
    fs::permissions(folder_.path() / "cpu3/online", fs::perms(0666));
    const auto ran = run_refused();
    EXPECT_EQ(ran.outcome.exit_status, 1);
    EXPECT_THAT(ran.outcome.stderr_lines,
                ElementsAre("av1encd-online-cpus: cpu2 stays offline: Permission denied"));
    EXPECT_EQ(online("cpu3"), "1\n");
}

TEST_F(OnlineCpus, LeavesThreadsAloneThatTheAdministratorTurnedOff) {
    folder_.write("smt/control", "off\n");
    const auto ran = run_refused();
    EXPECT_EQ(ran.outcome.exit_status, 0);
    EXPECT_THAT(ran.outcome.stderr_lines, IsEmpty());
}

TEST(OnlineCpusUnit, RunsTheProgramWhereItIsInstalled) {
    EXPECT_THAT(read(packaging / "systemd/av1encd-online-cpus.service"),
                HasSubstr("\nExecStart=/usr/libexec/av1encd/av1encd-online-cpus\n"));
    EXPECT_THAT(
        read(fs::path(AV1ENCD_BINARY_DIR) / "packaging/systemd/av1encd-online-cpus.service"),
        HasSubstr("libexec/av1encd/av1encd-online-cpus\n"));
}

} // namespace
} // namespace av1encd
