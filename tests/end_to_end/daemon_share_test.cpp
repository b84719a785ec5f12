// A share that hangs, that goes away, that turns out to be another one.

#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class DaemonShare : public Fleet {
protected:
    using Holds = std::vector<std::string>;

    void send_helpers(int signal) {
        for (const auto& helper : machine().processes("av1encd-share"))
            ::kill(helper.pid, signal);
    }
    bool is_held() { return machine().holds() == Holds{"share"}; }
    /// At work on a source, all of it on this machine until the gate is opened.
    void begin() {
        machine().close_gate(50);
        machine().serve();
        drop("a.mp4");
        ASSERT_TRUE(eventually([&] { return machine().is_encoding(); })) << machine().said();
    }
    void expect_end() {
        EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
        EXPECT_TRUE(eventually([&] { return machine().state_of("a.mp4") == "done"; }));
        EXPECT_TRUE(machine().holds().empty());
        EXPECT_TRUE(machine().show("a.mp4").attempts.empty());
    }
};

TEST_F(DaemonShare, ThatHangsIsAHoldThatStatusTellsAtOnceAndItGoesOnByItself) {
    begin();
    machine().open_gate();
    // Whatever helper takes its place hangs as well, most of them before they did anything.
    EXPECT_TRUE(eventually([&] {
        send_helpers(SIGSTOP);
        const auto before = std::chrono::steady_clock::now();
        const auto status = machine().status();
        constexpr std::chrono::seconds deadline_on_the_share{10};
        EXPECT_LT(std::chrono::steady_clock::now() - before, deadline_on_the_share);
        return status && !status->holds.empty() && status->holds[0].reason == "share";
    })) << machine().said();
    EXPECT_TRUE(eventually([&] {
        send_helpers(SIGCONT);
        return is_done("a.mp4");
    })) << machine().said();
    EXPECT_TRUE(eventually([&] { return machine().holds().empty(); }));
    // The logs of the chunk are handed over after its end.
    const auto expected = and_what_is_always_there(
        {"jobs/done/a.mp4", "output/av1_crf50/a.mp4", "jobs/logs/m1/errors_av1_job_TIME.log"});
    EXPECT_TRUE(eventually([&] { return files() == expected; }))
        << ::testing::PrintToString(files()) << machine().said();
}

TEST_F(DaemonShare, ThatIsMovedAwayIsNotMadeAnewAndGoesOnOnceItIsBack) {
    begin();
    const auto elsewhere = folder() / "elsewhere";
    fs::rename(share(), elsewhere);
    machine().open_gate();
    EXPECT_TRUE(eventually([&] { return is_held(); })) << machine().said();
    EXPECT_THAT(machine().status()->holds[0].text, HasSubstr(share().native()));
    EXPECT_FALSE(fs::exists(share()));
    fs::rename(elsewhere, share());
    expect_end();
}

TEST_F(DaemonShare, ThatIsAnEmptyFolderIsNotWorkedOn) {
    drop("a.mp4");
    ASSERT_EQ(machine().run_once().exit_status, 0) << machine().said();
    fs::rename(share(), folder() / "elsewhere");
    fs::create_directory(share());
    machine().start();
    EXPECT_TRUE(eventually([&] { return is_held(); })) << machine().said();
    EXPECT_TRUE(fs::is_empty(share()));
    fs::remove(share());
    fs::rename(folder() / "elsewhere", share());
    EXPECT_TRUE(eventually([&] { return machine().holds().empty(); })) << machine().said();
}

TEST_F(DaemonShare, ThatIsAnotherTreeIsWorkedOnOnlyOnceItIsAdopted) {
    drop("a.mp4");
    ASSERT_EQ(machine().run_once().exit_status, 0) << machine().said();
    fs::rename(share(), folder() / "old");
    fs::create_directories(share());
    ASSERT_EQ(machine("m2").run_once().exit_status, 0) << machine("m2").said();
    drop("b.mp4", clip({.hue = 90}));
    machine().start();
    EXPECT_TRUE(eventually([&] { return is_held(); })) << machine().said();
    EXPECT_THAT(machine().status()->holds[0].text, AllOf(HasSubstr("av1ctl adopt")));
    EXPECT_TRUE(fs::exists(place("to_assign/b.mp4")));
    EXPECT_EQ(machine().ctl({"adopt"}).outcome.exit_status, 0) << machine().said();
    EXPECT_TRUE(eventually([&] { return is_done("b.mp4"); })) << machine().said();
}

TEST_F(DaemonShare, ThatIsNotMountedIsNotWorkedOnWhereAMountIsRequired) {
    machine().configure("share: { require_mount: true }");
    drop("a.mp4");
    machine().start();
    EXPECT_TRUE(eventually([&] { return is_held(); })) << machine().said();
    EXPECT_THAT(machine().status()->holds[0].text, HasSubstr("mount"));
    EXPECT_EQ(files(), Files{"jobs/to_assign/a.mp4"});
}

} // namespace
} // namespace av1encd
