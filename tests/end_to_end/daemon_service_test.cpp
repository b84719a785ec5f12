// What the service manager is told by the real av1encd, and the socket that it passes.

#include "tests/support/fleet.hpp"
#include "tests/support/notify_socket.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <sysexits.h>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class DaemonService : public Fleet {
protected:
    void set(const std::string& variable) { machine().environment.push_back(variable); }
    void listen() { set("NOTIFY_SOCKET=" + manager.path().native()); }
    bool heard(const std::string& message) {
        const auto& all = manager.heard();
        return std::find(all.begin(), all.end(), message) != all.end();
    }
    bool heard_line(const std::string& begin) {
        const auto& all = manager.heard();
        return std::any_of(all.begin(), all.end(), [&](const auto& message) {
            return message.starts_with("STATUS=" + begin);
        });
    }
    std::ptrdiff_t times_alive() {
        const auto& all = manager.heard();
        return std::count(all.begin(), all.end(), "WATCHDOG=1");
    }
    bool is_silent_for(int milliseconds) {
        const auto before = manager.heard().size();
        return manager.heard(milliseconds).size() == before;
    }

    NotifySocket manager{folder() / "notify"};
};

TEST_F(DaemonService, IsReadyOnlyOnceItServes) {
    const auto gate = folder() / "ffmpeg may run";
    machine().run_ffmpeg_after(
        fmt::format("until [ -e '{}' ]; do sleep 0.05; done", gate.native()));
    listen();
    machine().start();
    ASSERT_TRUE(eventually([&] { return machine().status().has_value(); })) << machine().said();
    EXPECT_EQ(machine().status()->state, "starting");
    EXPECT_TRUE(heard("STATUS=starting"));
    EXPECT_TRUE(heard("EXTEND_TIMEOUT_USEC=30000000"));
    EXPECT_FALSE(heard("READY=1"));
    write_file(gate, {});
    ASSERT_TRUE(eventually([&] { return heard("READY=1"); })) << machine().said();
    EXPECT_NE(machine().status()->state, "starting");
    EXPECT_TRUE(eventually([&] { return heard("STATUS=idle"); }));
}

TEST_F(DaemonService, IsReadyAndSaysWhyItWaitsWhereTheShareIsAway) {
    machine().configure("share: { require_mount: true }");
    listen();
    machine().start();
    ASSERT_TRUE(eventually([&] { return heard("READY=1"); })) << machine().said();
    EXPECT_EQ(machine().status()->state, "starting");
    EXPECT_TRUE(eventually([&] { return heard_line("starting; held: share, "); }));
}

TEST_F(DaemonService, SaysWhatItDoesAndThatItStops) {
    machine().close_gate(50);
    listen();
    machine().serve();
    drop("a.mp4");
    EXPECT_TRUE(eventually([&] { return heard_line("encoding 1 source"); })) << machine().said();
    machine().ctl({"pause", "--reason", "backup"});
    EXPECT_TRUE(eventually([&] { return heard_line("paused: operator, backup"); }));
    EXPECT_FALSE(heard("STOPPING=1"));
    EXPECT_EQ(machine().stop().exit_status, 0);
    const auto& all = manager.heard();
    const auto stop = std::find(all.begin(), all.end(), "STOPPING=1");
    ASSERT_NE(stop, all.end());
    EXPECT_THAT(std::vector<std::string>(stop + 1, all.end()),
                Contains("EXTEND_TIMEOUT_USEC=30000000"));
}

TEST_F(DaemonService, ShowsThatItsLoopTurnsUntilItDoesNot) {
    listen();
    set("WATCHDOG_USEC=200000");
    set("AV1ENCD_TEST_HANG_LOOP=1");
    machine().serve();
    EXPECT_TRUE(eventually([&] { return times_alive() > 3; }));
    machine().daemon().send(SIGUSR2);
    EXPECT_TRUE(eventually([&] { return is_silent_for(2000); }));
    EXPECT_FALSE(machine().daemon().wait_for_end({}));
}

TEST_F(DaemonService, HangsOnlyWhereATestAsksForIt) {
    machine().serve();
    machine().daemon().send(SIGUSR2);
    EXPECT_EQ(machine().end().signal, SIGUSR2);
}

TEST_F(DaemonService, LeavesNothingOfTheServiceManagerToItsChildren) {
    listen();
    set("WATCHDOG_USEC=60000000");
    machine().serve();
    const auto helpers = machine().processes("av1encd-share");
    ASSERT_FALSE(helpers.empty());
    const auto environment = read_file(fmt::format("/proc/{}/environ", helpers.front().pid));
    EXPECT_THAT(environment, HasSubstr("AV1ENCD_TEST_MACHINE="));
    EXPECT_THAT(environment, Not(HasSubstr("NOTIFY_SOCKET")));
    EXPECT_THAT(environment, Not(HasSubstr("WATCHDOG_")));
}

class DaemonActivated : public DaemonService {
protected:
    /// Whoever connects from now on waits for the daemon, which gets it as the only passed one.
    void pass_socket(int type) {
        socket_ = UniqueFd(::socket(AF_UNIX, type, 0)); // the daemon inherits it
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        machine().socket().native().copy(address.sun_path, sizeof address.sun_path - 1);
        ASSERT_EQ(
            ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        ::listen(socket_.get(), 8);
        machine().wrapper = {"bash", "-c",
                             fmt::format("export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=control;"
                                         "exec \"$@\" 3<&{}",
                                         socket_.get()),
                             "--"};
    }

private:
    UniqueFd socket_;
};

TEST_F(DaemonActivated, ServesTheSocketThatWasPassedAndLeavesItsFile) {
    pass_socket(SOCK_STREAM);
    machine().serve();
    EXPECT_EQ(machine().ctl({"pause"}).outcome.exit_status, 0);
    EXPECT_EQ(machine().status()->state, "paused");
    EXPECT_EQ(machine().stop().exit_status, 0);
    EXPECT_TRUE(fs::is_socket(machine().socket()));
}

TEST_F(DaemonActivated, SaysWhereItListensInsteadOfTheConfiguredSocket) {
    pass_socket(SOCK_STREAM);
    const auto elsewhere = folder() / "elsewhere.sock";
    machine().configure("control_socket: " + elsewhere.native());
    machine().serve();
    EXPECT_FALSE(fs::exists(elsewhere));
    EXPECT_THAT(machine().said(),
                HasSubstr(fmt::format("listens on the service manager's {}, not on control_socket "
                                      "{}: ",
                                      machine().socket().native(), elsewhere.native())));
}

TEST_F(DaemonActivated, RefusesASocketOfAnotherKindForGood) {
    pass_socket(SOCK_DGRAM);
    machine().start();
    EXPECT_EQ(machine().end().exit_status, EX_CONFIG);
    EXPECT_THAT(machine().said(), HasSubstr("is no listening stream socket"));
}

} // namespace
} // namespace av1encd
