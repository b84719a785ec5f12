// What the daemon is told before and while it runs, and what it wants of the machine.

#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class DaemonConfiguration : public Fleet {
protected:
    std::string place_in_test_yaml(const std::string& place) const {
        return (folder() / "m1/conf.d/test.yaml").native() + ":" + place + ": ";
    }
    std::string configuration() { return machine().ctl({"config"}).output; }
    /// A folder whose ffmpeg and ffprobe do what these lines of shell say.
    std::string path_with(const std::string& lines) const {
        for (const auto* program : {"ffmpeg", "ffprobe"}) {
            const auto script = folder() / "bin" / program;
            write_file(script, "#!/bin/sh\nprogram=" + std::string(program) + "\n" + lines + "\n");
            fs::permissions(script, fs::perms::owner_all);
        }
        return "PATH=" + (folder() / "bin").native() + ":" + ::getenv("PATH");
    }
    void expect_no_start(const std::string& reason) {
        EXPECT_EQ(machine().run_once().exit_status, 78);
        EXPECT_THAT(machine().said(), HasSubstr(reason));
        EXPECT_THAT(machine().said(), HasSubstr("apt install ffmpeg"));
    }
};

TEST_F(DaemonConfiguration, IsCheckedAsAWholeAndEveryMistakeHasItsPlace) {
    machine().configure("chunksize: 1MiB\n"
                        "retries: many\n"
                        "share:\n"
                        "  settle: 5 parsecs\n");
    machine().start({"--check-config"});
    EXPECT_EQ(machine().end().exit_status, 78);
    std::vector<std::string> lines;
    std::istringstream said(machine().said());
    for (std::string line; std::getline(said, line);)
        lines.push_back(line);
    using ::testing::AllOf;
    using ::testing::StartsWith;
    EXPECT_THAT(lines,
                ElementsAre(AllOf(StartsWith(place_in_test_yaml("1:1")), HasSubstr("chunksize"),
                                  HasSubstr("chunk_size")),
                            AllOf(StartsWith(place_in_test_yaml("2:10")), HasSubstr("many")),
                            AllOf(StartsWith(place_in_test_yaml("4:11")), HasSubstr("5 parsecs"))));
    EXPECT_FALSE(fs::exists(machine().work_dir() / "lock"));
}

TEST_F(DaemonConfiguration, IsFoundValidWithoutAnythingBeingStarted) {
    machine().start({"--check-config"});
    EXPECT_EQ(machine().end().exit_status, 0);
    EXPECT_THAT(machine().said(), HasSubstr("valid"));
    EXPECT_FALSE(fs::exists(machine().work_dir() / "lock"));
    EXPECT_FALSE(fs::exists(place("to_assign")));
}

TEST_F(DaemonConfiguration, IsReadAgainOnReloadAndOnSighup) {
    machine().serve();
    machine().configure("workers: 3");
    EXPECT_EQ(machine().ctl({"reload"}).outcome.exit_status, 0) << machine().said();
    EXPECT_THAT(machine().status()->slots, SizeIs(3));
    machine().configure("workers: 1");
    machine().daemon().send(SIGHUP);
    EXPECT_TRUE(eventually([&] { return machine().status()->slots.size() == 1; }));
    EXPECT_THAT(configuration(), HasSubstr("workers: 1\n"));
}

TEST_F(DaemonConfiguration, StaysAsItWasWhereTheNewOneIsBad) {
    machine().serve();
    const auto before = configuration();
    machine().configure("workers: none");
    const auto refused = machine().ctl({"reload"});
    EXPECT_EQ(refused.outcome.exit_status, 1);
    EXPECT_THAT(refused.outcome.stderr_lines, ElementsAre(HasSubstr(place_in_test_yaml("1:10"))));
    machine().daemon().send(SIGHUP);
    EXPECT_TRUE(eventually([&] {
        return machine().said().find(place_in_test_yaml("1:10")) != std::string::npos;
    })) << machine().said();
    EXPECT_EQ(configuration(), before);
}

TEST_F(DaemonConfiguration, NeedsARestartForAnotherShareOrMachine) {
    machine().serve();
    const auto before = configuration();
    machine().configure("machine_id: other\nshare: { root: /srv/elsewhere }");
    const auto refused = machine().ctl({"reload"});
    EXPECT_EQ(refused.outcome.exit_status, 1);
    EXPECT_THAT(refused.outcome.stderr_lines,
                ElementsAre(HasSubstr("machine_id, share.root needs a restart")));
    EXPECT_EQ(configuration(), before);
}

TEST_F(DaemonConfiguration, GivesWayToTheEnvironmentInTheMachinesName) {
    machine().environment = {"MACHINE_ID=from-outside"};
    machine().serve();
    EXPECT_EQ(machine().status()->machine, "from-outside");
    EXPECT_TRUE(fs::is_directory(place("in_progress/from-outside")));
}

TEST_F(DaemonConfiguration, IsOfNoUseWithoutFfmpeg) {
    machine().environment = {"PATH=" + folder().native()};
    expect_no_start("ffmpeg is not installed");
}

TEST_F(DaemonConfiguration, IsOfNoUseWithAnFfmpegThatIsTooOld) {
    machine().environment = {path_with("echo \"$program version 4.3.6-0+deb11u1 Copyright\"")};
    expect_no_start("ffmpeg 4.3.6-0+deb11u1 is too old");
}

TEST_F(DaemonConfiguration, IsOfNoUseWithAnFfmpegThatLacksTheEncoder) {
    machine().environment = {
        path_with("case \"$*\" in *libsvtav1*) echo \"Unknown encoder 'libsvtav1'\" >&2; exit 1;; "
                  "*) echo \"$program version 5.1.6 Copyright\";; esac")};
    expect_no_start("libsvtav1");
}

TEST_F(DaemonConfiguration, IsNotReachedByWrongUse) {
    machine().start({"--onse"});
    EXPECT_EQ(machine().end().exit_status, 64);
    EXPECT_EQ(machine().said(), "av1encd: unknown option '--onse'\nTry 'av1encd --help'.\n");
}

} // namespace
} // namespace av1encd
