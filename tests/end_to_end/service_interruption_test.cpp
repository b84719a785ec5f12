// The installed service, interrupted in mid-encode: it goes on, its finished segments are used
// again, and nothing it started is left behind.

#include "tests/support/installed_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace av1encd {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ServiceInterruption : public InstalledService {
protected:
    static std::vector<std::string> lines_of(const std::string& text) {
        std::istringstream rest(text);
        std::vector<std::string> lines;
        for (std::string line; std::getline(rest, line);)
            lines.push_back(line);
        return lines;
    }

    /// `kept` are the segments at the interruption: none was made again, and the source is done.
    void expect_to_go_on_from(const std::string& kept) {
        const auto before = lines_of(kept);
        std::vector<std::string> now;
        EXPECT_TRUE(eventually([&] {
            now = lines_of(kept_segments());
            return now.size() > before.size() || is_done("long.mp4");
        }));
        EXPECT_TRUE(now.empty() ||
                    std::includes(now.begin(), now.end(), before.begin(), before.end()))
            << kept << "\n\n"
            << kept_segments();
        EXPECT_TRUE(eventually([&] { return is_done("long.mp4"); }));
        EXPECT_TRUE(exists(tree + "output/av1_crf50/long.mp4"));
    }
};

TEST_F(ServiceInterruption, ByStopEndsEveryProcessAndTheNextStartGoesOn) {
    be_in_mid_encode();
    machine().demand({"systemctl", "stop", "av1encd"});
    EXPECT_EQ(property("Result"), "success");
    EXPECT_THAT(processes(), IsEmpty());
    const auto kept = kept_segments();
    EXPECT_THAT(kept, Not(IsEmpty()));
    machine().demand({"systemctl", "start", "av1encd"});
    expect_to_go_on_from(kept);
}

TEST_F(ServiceInterruption, ByKillIsMendedBySystemdAndLeavesNoEncoder) {
    be_in_mid_encode();
    const auto pid = daemon_pid();
    const auto children = processes();
    machine().demand({"kill", "-KILL", pid});
    EXPECT_TRUE(eventually([&] { return processes().find("ffmpeg") == std::string::npos; }));
    const auto kept = kept_segments();
    EXPECT_TRUE(eventually([&] { return !daemon_pid().empty() && daemon_pid() != pid; }));
    EXPECT_EQ(property("NRestarts"), "1");
    expect_to_go_on_from(kept);
}

TEST_F(ServiceInterruption, ByALoopThatHangsIsMendedByTheWatchdog) {
    machine().write("/etc/systemd/system/av1encd.service.d/test.conf",
                    "[Service]\nWatchdogSec=3s\nEnvironment=AV1ENCD_TEST_HANG_LOOP=yes\n");
    machine().demand({"systemctl", "daemon-reload"});
    be_in_mid_encode();
    const auto pid = daemon_pid();
    machine().demand({"kill", "-USR2", pid});
    EXPECT_TRUE(eventually([&] { return !daemon_pid().empty() && daemon_pid() != pid; }));
    EXPECT_THAT(machine().demand({"journalctl", "--no-pager", "UNIT=av1encd.service"}),
                HasSubstr("Watchdog timeout"));
    expect_to_go_on_from(kept_segments());
}

TEST_F(ServiceInterruption, ByRestartLeavesNoProcessOfBefore) {
    be_in_mid_encode();
    const auto before = lines_of(processes());
    machine().demand({"systemctl", "restart", "av1encd"});
    for (const auto& process : before)
        EXPECT_THAT(lines_of(processes()), Not(::testing::Contains(process)));
    expect_to_go_on_from(kept_segments());
}

TEST_F(ServiceInterruption, ByARebootGoesOnAfterIt) {
    be_in_mid_encode();
    machine().reboot();
    EXPECT_TRUE(eventually([&] { return property("ActiveState") == "active"; }));
    expect_to_go_on_from(kept_segments());
}

TEST_F(ServiceInterruption, ByAnUpgradeLosesNothing) {
    be_in_mid_encode();
    const auto pid = daemon_pid();
    const auto kept = kept_segments();
    machine().shell("cd /root; dpkg-deb --raw-extract av1encd.deb newer;"
                    "sed -i 's/^Version: .*/&+newer/' newer/DEBIAN/control;"
                    "dpkg-deb --build -z0 newer newer.deb; dpkg --install newer.deb");
    EXPECT_NE(daemon_pid(), pid);
    EXPECT_EQ(property("ActiveState"), "active");
    EXPECT_EQ(property("UnitFileState"), "enabled");
    expect_to_go_on_from(kept);
}

TEST_F(ServiceInterruption, ByAnUpgradeDoesNotStartWhatWasStopped) {
    enable();
    machine().demand({"systemctl", "stop", "av1encd.service", "av1encd.socket"});
    machine().demand({"dpkg", "--install", package()});
    EXPECT_EQ(property("ActiveState"), "inactive");
}

TEST_F(ServiceInterruption, ByRemovalAndPurgeTakesStateAndNeverMedia) {
    enable();
    drop("first.mp4");
    EXPECT_TRUE(eventually([&] { return is_done("first.mp4"); }));
    be_in_mid_encode();
    machine().demand({"dpkg", "--remove", "av1encd"});
    EXPECT_THAT(processes(), IsEmpty());
    EXPECT_TRUE(exists("/var/lib/av1encd/ledger.db"));
    EXPECT_TRUE(exists("/etc/av1encd/av1encd.yaml"));
    machine().demand({"rm", extra_config});
    machine().demand({"dpkg", "--purge", "av1encd"});
    EXPECT_EQ(machine().shell("ls -d /var/lib/av1encd /run/av1encd /etc/av1encd "
                              "/etc/systemd/system/*.wants/av1encd* 2>/dev/null || :"),
              "");
    EXPECT_EQ(machine().shell("cd /srv/av1encd; find jobs output -name '*.mp4' | "
                              "sed 's|in_progress/[^/]*|in_progress/MACHINE|' | sort"),
              "jobs/done/first.mp4\n"
              "jobs/in_progress/MACHINE/long.mp4\n"
              "output/av1_crf50/first.mp4");
    EXPECT_TRUE(machine().run({"id", "av1encd"}).outcome.ended_well());
}

} // namespace
} // namespace av1encd
