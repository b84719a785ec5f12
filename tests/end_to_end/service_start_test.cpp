// The installed package, from its installation to the first rendition.

#include "tests/support/installed_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace av1encd {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ServiceStart : public InstalledService {};

TEST_F(ServiceStart, IsTheUsersToAskForAfterTheInstallation) {
    EXPECT_EQ(property("UnitFileState"), "disabled");
    EXPECT_EQ(property("ActiveState"), "inactive");
    EXPECT_THAT(machine().demand({"getfacl", "--omit-header", tree + "jobs/to_assign"}),
                AllOf(HasSubstr("group::rwx"), HasSubstr("default:group:av1encd:rwx")));
    EXPECT_EQ(machine().demand({"stat", "-c", "%U %G %a", tree + "jobs/to_assign"}),
              "av1encd av1encd 2775");
    EXPECT_TRUE(machine().run({"av1encd", "--check-config"}).outcome.ended_well());
}

TEST_F(ServiceStart, IsOverOnlyOnceItCanServe) {
    enable();
    EXPECT_THAT(state(), AnyOf("idle", "running"));
    EXPECT_EQ(property("UnitFileState"), "enabled");
    EXPECT_EQ(property("ActiveState"), "active");
    EXPECT_EQ(property("StatusText"), "idle");
    EXPECT_EQ(machine().demand({"systemctl", "is-active", "av1encd.socket"}), "active");
    EXPECT_EQ(bus_property("State"), "s \"idle\"");
    EXPECT_THAT(machine().run({"systemctl", "--failed", "--plain", "--no-legend"}).output,
                IsEmpty());
}

TEST_F(ServiceStart, LeavesToEncodersOnlyTheFilesOfTheirJob) {
    constexpr unsigned int ask_for_version = 1;
    if (::syscall(SYS_landlock_create_ruleset, nullptr, 0, ask_for_version) < 1)
        GTEST_SKIP() << "this kernel has no Landlock";
    enable();
    EXPECT_THAT(journal(), Not(HasSubstr("ffmpeg may reach every file")));
}

TEST_F(ServiceStart, OfTheSocketAloneStartsTheServiceForTheFirstClient) {
    machine().demand({"systemctl", "start", "av1encd.socket"});
    EXPECT_EQ(property("ActiveState"), "inactive");
    EXPECT_NE(state(), "");
    EXPECT_TRUE(eventually([&] { return property("ActiveState") == "active"; }));
}

TEST_F(ServiceStart, IsCausedByAClientOfTheBusToo) {
    EXPECT_THAT(machine().demand({"busctl", "get-property", "org.av1encd", "/org/av1encd",
                                  "org.av1encd.Manager1", "Version"}),
                HasSubstr("s \""));
    EXPECT_TRUE(eventually([&] { return property("ActiveState") == "active"; }));
}

TEST_F(ServiceStart, LeadsToARenditionOfAClipThatAMemberOfTheGroupDrops) {
    enable();
    drop("clip.mp4");
    EXPECT_TRUE(eventually([&] { return is_done("clip.mp4"); }));
    EXPECT_TRUE(exists(tree + "output/av1_crf50/clip.mp4"));
    EXPECT_THAT(machine().demand({"av1ctl", "list", "--state", "done"}), HasSubstr("clip.mp4"));
    const auto taken =
        as("alice", {"mv", tree + "output/av1_crf50/clip.mp4", tree + "output/mine.mp4"});
    EXPECT_THAT(taken.outcome.stderr_lines, IsEmpty());
    const auto removed = as("alice", {"rm", tree + "jobs/done/clip.mp4"});
    EXPECT_THAT(removed.outcome.stderr_lines, IsEmpty());
}

TEST_F(ServiceStart, WithTheConfigurationAsShippedEncodesAtTheWholeLadder) {
    machine().demand({"rm", extra_config});
    enable();
    drop("clip.mp4");
    EXPECT_TRUE(eventually([&] { return is_done("clip.mp4"); }));
    EXPECT_TRUE(exists(tree + "output/av1_crf24/clip.mp4"));
    EXPECT_TRUE(exists(tree + "output/av1_crf60/clip.mp4"));
}

TEST_F(ServiceStart, WithABadConfigurationFailsOnceAndSaysWhere) {
    configure("workers: many\n");
    const auto started = machine().run({"systemctl", "enable", "--now", "av1encd"});
    EXPECT_EQ(started.outcome.exit_status, 1);
    EXPECT_TRUE(eventually([&] { return property("ActiveState") == "failed"; }));
    EXPECT_EQ(property("ExecMainStatus"), "78");
    EXPECT_EQ(property("NRestarts"), "0");
    EXPECT_THAT(journal(), HasSubstr(extra_config + ":1:10: "));
    configure(fast);
    machine().demand({"systemctl", "start", "av1encd"});
    EXPECT_NE(state(), "");
}

TEST_F(ServiceStart, OfAReloadTakesAGoodFileAndRefusesABadOneWithItsReason) {
    enable();
    const auto pid = daemon_pid();
    configure("workers: 1\n");
    EXPECT_TRUE(machine().run({"systemctl", "reload", "av1encd"}).outcome.ended_well());
    EXPECT_EQ(status()->slots.size(), 1U);
    configure("workers: 2\nworkers: 3\n");
    EXPECT_FALSE(machine().run({"systemctl", "reload", "av1encd"}).outcome.ended_well());
    EXPECT_THAT(journal(), HasSubstr(extra_config + ":2:1: "));
    EXPECT_EQ(status()->slots.size(), 1U);
    EXPECT_EQ(daemon_pid(), pid);
    EXPECT_EQ(property("ActiveState"), "active");
}

TEST_F(ServiceStart, LetsEveryEncoderRunInTheUnit) {
    for (const std::string encoder : {"libsvtav1", "libaom-av1", "librav1e"}) {
        configure("encode: { crf: [50], preset: 8, encoder: " + encoder + " }\n");
        machine().demand({"systemctl", "restart", "av1encd"});
        drop(encoder + ".mp4");
        EXPECT_TRUE(
            eventually([&] { return is_done(encoder + ".mp4") || is_failed(encoder + ".mp4"); }));
        EXPECT_FALSE(is_failed(encoder + ".mp4"));
    }
}

} // namespace
} // namespace av1encd
