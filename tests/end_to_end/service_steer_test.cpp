// Who may see and steer the installed service, and what it tells: socket, bus, journal.

#include "tests/support/installed_service.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace av1encd {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ServiceSteering : public InstalledService {
protected:
    ProgramRun call(const std::string& user, std::vector<std::string> method) {
        const std::vector<std::string> busctl = {"busctl", "call", "org.av1encd", "/org/av1encd",
                                                 "org.av1encd.Manager1"};
        method.insert(method.begin(), busctl.begin(), busctl.end());
        return as(user, method);
    }
    static std::string complaint(const ProgramRun& run) {
        return fmt::format("{}", fmt::join(run.outcome.stderr_lines, "\n"));
    }
};

TEST_F(ServiceSteering, BySocketIsForMembersOfTheGroup) {
    enable();
    const auto paused = as("alice", {"av1ctl", "pause", "--reason", "a film"});
    EXPECT_EQ(complaint(paused), "");
    EXPECT_EQ(state(), "paused");
    EXPECT_EQ(complaint(as("alice", {"av1ctl", "resume"})), "");
    EXPECT_EQ(state(), "idle");
}

TEST_F(ServiceSteering, BySocketIsRefusedToOthersWithTheReason) {
    enable();
    const auto refused = as("mallory", {"av1ctl", "pause"});
    EXPECT_NE(refused.outcome.exit_status, 0);
    EXPECT_THAT(complaint(refused), HasSubstr("membership in the group 'av1encd'"));
    EXPECT_EQ(state(), "idle");
}

TEST_F(ServiceSteering, ByBusIsForMembersOfTheGroup) {
    enable();
    EXPECT_EQ(complaint(call("alice", {"Pause", "st", "a film", "0"})), "");
    EXPECT_EQ(bus_property("State"), "s \"paused\"");
    EXPECT_THAT(bus_property("Holds"), HasSubstr("a film"));
    EXPECT_EQ(complaint(call("alice", {"Resume"})), "");
    EXPECT_EQ(bus_property("State"), "s \"idle\"");
}

TEST_F(ServiceSteering, ByBusIsRefusedToOthersWithTheReason) {
    enable();
    const auto refused = call("mallory", {"Pause", "st", "", "0"});
    EXPECT_NE(refused.outcome.exit_status, 0);
    EXPECT_THAT(complaint(refused), HasSubstr("org.av1encd.control"));
    EXPECT_EQ(state(), "idle");
}

TEST_F(ServiceSteering, GoesOnAfterTheBusWasStartedAnew) {
    enable();
    const auto pid = daemon_pid();
    machine().demand({"systemctl", "restart", "dbus"});
    EXPECT_TRUE(eventually([&] { return bus_property("State") == "s \"idle\""; }));
    EXPECT_EQ(daemon_pid(), pid);
}

TEST_F(ServiceSteering, GoesOnWithoutABus) {
    machine().demand({"systemctl", "mask", "--now", "dbus.socket", "dbus.service"});
    machine().demand({"systemctl", "start", "av1encd"});
    drop("clip.mp4");
    EXPECT_TRUE(eventually([&] { return is_done("clip.mp4"); }));
}

TEST_F(ServiceSteering, LeavesEntriesWithFieldsAndCatalogTextInTheJournal) {
    enable();
    drop("clip.mp4");
    EXPECT_TRUE(eventually([&] { return is_done("clip.mp4"); }));
    machine().demand({"journalctl", "--sync"});
    const auto entries =
        machine().demand({"journalctl", "--no-pager", "AV1ENCD_SOURCE=clip.mp4", "--output=json"});
    EXPECT_THAT(entries, AllOf(HasSubstr("\"MESSAGE_ID\""), HasSubstr("\"AV1ENCD_CRF\":\"50\""),
                               HasSubstr("\"AV1ENCD_MACHINE\"")));
    const auto explained =
        machine().demand({"journalctl", "--no-pager", "-x", "AV1ENCD_SOURCE=clip.mp4"});
    EXPECT_THAT(explained, HasSubstr("Subject: The video is encoded"));
}

TEST_F(ServiceSteering, GivesWayToABusyProcessOfRoot) {
    configure("cpu_watchdog: { enabled: true, window: 2s, resume_after: 2s }\n");
    enable();
    machine().shell("systemd-run --unit=busy sh -c 'while :; do :; done'");
    EXPECT_TRUE(eventually([&] { return !holds().empty(); }));
    EXPECT_THAT(holds(), ElementsAre("cpu"));
    EXPECT_THAT(status()->holds.front().text, HasSubstr("sh"));
    machine().demand({"systemctl", "stop", "busy"});
    EXPECT_TRUE(eventually([&] { return holds().empty(); }));
}

} // namespace
} // namespace av1encd
