// Holds, as they are seen and felt from outside.

#include "tests/support/fleet.hpp"
#include "tests/support/waiting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

namespace av1encd {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DaemonPause : public Fleet {
protected:
    void meet_it_at_work() {
        machine().configure("encode: { preset: 4 }");
        drop("a.mp4", clip(long_clip));
        machine().serve();
        ASSERT_TRUE(eventually([&] { return machine().is_encoding(); })) << machine().said();
    }
    bool all_stopped() {
        const auto encoders = machine().encoders();
        return !encoders.empty() &&
               std::ranges::all_of(encoders, [](const auto& seen) { return seen.state == 'T'; });
    }
    std::uint64_t cpu_ticks() {
        std::uint64_t sum = 0;
        for (const auto& seen : machine().encoders())
            sum += seen.cpu_ticks;
        return sum;
    }
};

TEST_F(DaemonPause, StopsEveryEncoderAndGoesOnWhereItWas) {
    meet_it_at_work();
    EXPECT_EQ(machine().ctl({"pause", "--reason", "a film"}).outcome.exit_status, 0);
    EXPECT_TRUE(eventually([&] { return all_stopped(); }));
    EXPECT_EQ(machine().status()->state, "paused");
    EXPECT_THAT(machine().holds(), ElementsAre("operator"));
    const auto before = cpu_ticks();
    for (int look = 0; look < 20; ++look)
        EXPECT_TRUE(machine().status().has_value());
    EXPECT_EQ(cpu_ticks(), before);
    EXPECT_EQ(machine().ctl({"resume"}).outcome.exit_status, 0);
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
    EXPECT_THAT(machine().show("a.mp4").attempts, IsEmpty());
}

TEST_F(DaemonPause, LastsOverARestart) {
    machine().serve();
    machine().ctl({"pause"});
    machine().kill();
    drop("a.mp4");
    machine().serve();
    EXPECT_TRUE(eventually([&] { return machine().status()->state == "paused"; }));
    EXPECT_THAT(machine().encoders(), IsEmpty());
    machine().ctl({"resume"});
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
}

TEST_F(DaemonPause, EndsByItselfAtItsTime) {
    machine().serve();
    machine().ctl({"pause", "--for", "1s"});
    EXPECT_TRUE(eventually([&] { return machine().holds().empty(); }));
}

TEST_F(DaemonPause, LetsRunningSegmentsEndWhereItDrains) {
    meet_it_at_work();
    machine().ctl({"pause", "--drain"});
    EXPECT_EQ(machine().status()->state, "draining");
    EXPECT_TRUE(eventually([&] { return machine().encoders().empty(); }));
    EXPECT_TRUE(eventually([&] { return machine().status()->state == "paused"; }));
    EXPECT_FALSE(is_done("a.mp4"));
}

class DaemonShare : public Fleet {
protected:
    void signal_helpers(int signal) {
        for (const auto& helper : machine().processes("av1encd-share"))
            ::kill(helper.pid, signal);
    }
};

TEST_F(DaemonShare, ThatHangsIsSaidWhileStatusAnswersAtOnce) {
    machine().serve();
    signal_helpers(SIGSTOP);
    drop("a.mp4");
    EXPECT_TRUE(machine().status().has_value());
    // The hung helpers are left behind and replaced, and work goes on.
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
    signal_helpers(SIGCONT);
}

TEST_F(DaemonShare, ThatIsGoneHoldsUntilItIsBack) {
    machine().serve();
    std::filesystem::rename(share(), folder() / "elsewhere");
    EXPECT_TRUE(eventually([&] {
        const auto holds = machine().holds();
        return !holds.empty() && holds.front() == "share";
    })) << machine().said();
    EXPECT_FALSE(std::filesystem::exists(share())) << "made a new tree in place of the lost one";
    std::filesystem::rename(folder() / "elsewhere", share());
    EXPECT_TRUE(eventually([&] { return machine().holds().empty(); })) << machine().said();
    drop("a.mp4");
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
}

TEST_F(DaemonShare, OfAnotherMarkerIsWorkedOnOnlyOnceItWasAdopted) {
    machine().serve();
    machine().kill();
    write_file(share() / ".av1encd-share", "0123456789abcdef0123456789abcdef\n");
    drop("a.mp4");
    machine().start();
    EXPECT_TRUE(eventually([&] {
        return machine().status().has_value() && !machine().holds().empty();
    })) << machine().said();
    EXPECT_THAT(machine().holds(), Contains("share"));
    EXPECT_FALSE(is_done("a.mp4"));
    EXPECT_EQ(machine().ctl({"adopt"}).outcome.exit_status, 0) << machine().said();
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
}

} // namespace
} // namespace av1encd
