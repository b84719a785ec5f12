// The operator's hold: what it stops, how it ends, and that it outlives the daemon.

#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <poll.h>
#include <random>

namespace av1encd {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DaemonPause : public Fleet {
protected:
    /// Long enough at it to be met.
    void begin_long_encode() {
        machine().configure("encode: { crf: [40, 50], preset: 6 }");
        machine().serve();
        drop("a.mp4", clip(long_clip));
        ASSERT_TRUE(eventually([&] { return has_encoded(); })) << machine().said();
    }
    /// With two encoders that have begun to use the CPU.
    bool has_encoded() {
        const auto now = machine().status();
        return now && std::ranges::all_of(now->slots,
                                          [](const auto& slot) { return slot.pid.has_value(); });
    }
    bool all_stopped() {
        const auto encoders = machine().encoders();
        return encoders.size() >= 2 && std::ranges::all_of(encoders, [](const auto& encoder) {
                   return encoder.state == 'T' && encoder.group == encoder.pid;
               });
    }
    std::map<pid_t, std::uint64_t> cpu_ticks() {
        std::map<pid_t, std::uint64_t> ticks;
        for (const auto& encoder : machine().encoders())
            ticks[encoder.pid] = encoder.cpu_ticks;
        return ticks;
    }
    void pause(std::vector<std::string> options = {}) {
        options.insert(options.begin(), "pause");
        EXPECT_EQ(machine().ctl(options).outcome.exit_status, 0);
    }
    /// What a clip becomes that is encoded while `disturb` goes on.
    template <typename Disturb>
    std::string encoded_as(const std::string& source, Disturb disturb) {
        drop(source, clip(long_clip));
        EXPECT_TRUE(eventually([&] { return machine().is_encoding(); })) << machine().said();
        disturb();
        EXPECT_TRUE(eventually([&] { return is_done(source); })) << machine().said();
        return decoded(rendition(50, source));
    }
    void resume() { EXPECT_EQ(machine().ctl({"resume"}).outcome.exit_status, 0); }
};

TEST_F(DaemonPause, StopsEveryEncoderAndItsGroupAndGoesOnWhereTheyWere) {
    begin_long_encode();
    pause({"--reason", "a film"});
    EXPECT_TRUE(eventually([&] { return all_stopped(); })) << machine().said();
    const auto status = machine().status();
    EXPECT_EQ(status->state, "paused");
    ASSERT_EQ(status->holds.size(), 1U);
    EXPECT_EQ(status->holds[0].reason, "operator");
    EXPECT_THAT(status->holds[0].text, HasSubstr("a film"));
    const auto before = cpu_ticks();
    for (int look = 0; look < 20; ++look)
        ASSERT_EQ(machine().status()->slots, status->slots) << "time that is held counts";
    EXPECT_EQ(machine().status()->totals, status->totals);
    EXPECT_EQ(cpu_ticks(), before);
    resume();
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
    EXPECT_THAT(machine().show("a.mp4").attempts, IsEmpty());
}

TEST_F(DaemonPause, LeavesNoTraceInARenditionWhereverItStopsTheEncoder) {
    machine().configure("encode: { crf: [50], preset: 6 }");
    machine().serve();
    std::minstd_rand random;
    const auto undisturbed = encoded_as("a.mp4", [] {});
    const auto disturbed = encoded_as("b.mp4", [&] {
        for (int times = 0; times < 20; ++times) {
            pause();
            resume();
            ::poll(nullptr, 0, static_cast<int>(random() % 20));
        }
        EXPECT_TRUE(machine().is_encoding()) << "it was too fast to be disturbed 20 times";
    });
    EXPECT_EQ(disturbed, undisturbed);
    EXPECT_THAT(machine().show("b.mp4").attempts, IsEmpty());
}

TEST_F(DaemonPause, ClaimsNothingNewUntilItEndsByItself) {
    machine().serve();
    pause({"--for", "2s"});
    drop("a.mp4");
    const auto status = machine().status();
    ASSERT_EQ(status->holds.size(), 1U) << "a pause of two seconds was over before it was seen";
    EXPECT_TRUE(status->holds[0].until);
    while (machine().holds() == std::vector<std::string>{"operator"})
        ASSERT_TRUE(fs::exists(place("to_assign/a.mp4")) || machine().holds().empty());
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
}

TEST_F(DaemonPause, LetsRunningSegmentsFinishWhereItDrains) {
    machine().configure("workers: 1\nencode: { crf: [40, 50] }");
    machine().close_gate(40);
    machine().serve();
    drop("a.mp4");
    ASSERT_TRUE(eventually([&] { return machine().is_encoding(); })) << machine().said();
    pause({"--drain"});
    EXPECT_EQ(machine().status()->state, "draining");
    machine().open_gate();
    EXPECT_TRUE(eventually([&] { return machine().status()->state == "paused"; }));
    EXPECT_TRUE(eventually([&] {
        return fs::exists(machine().work_dir() / "jobs/1/40/0-end") && machine().encoders().empty();
    })) << machine().said();
    EXPECT_FALSE(fs::exists(machine().work_dir() / "jobs/1/50/0-end"));
    resume();
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
}

TEST_F(DaemonPause, LastsOverARestart) {
    machine().serve();
    pause({"--reason", "till tomorrow"});
    const auto holds = machine().status()->holds;
    EXPECT_EQ(machine().stop().exit_status, 0);
    drop("a.mp4");
    machine().serve();
    EXPECT_EQ(machine().status()->holds, holds);
    EXPECT_TRUE(fs::exists(place("to_assign/a.mp4")));
    resume();
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
}

TEST_F(DaemonPause, LastsOverACrashWithItsEndAndItsWayOfPausing) {
    machine().serve();
    pause({"--drain", "--for", "1h"});
    const auto before = machine().status();
    EXPECT_TRUE(before->holds.at(0).until);
    machine().kill();
    drop("a.mp4");
    machine().serve();
    EXPECT_EQ(machine().status()->holds, before->holds);
    EXPECT_EQ(machine().status()->state, before->state);
    resume();
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
    EXPECT_EQ(machine().stop().exit_status, 0);
    machine().serve();
    EXPECT_THAT(machine().holds(), IsEmpty());
}

TEST_F(DaemonPause, HoldsAOnceRunBackAndSaysSo) {
    machine().serve();
    pause({"--reason", "not now"});
    machine().stop();
    drop("a.mp4");
    machine().start({"--once"});
    EXPECT_TRUE(eventually([&] {
        const auto said = machine().said();
        return said.find("not now", said.rfind("starts as m1")) != said.npos;
    }));
    ASSERT_TRUE(eventually([&] { return machine().status().has_value(); }));
    resume();
    EXPECT_EQ(machine().end().exit_status, 0);
    EXPECT_TRUE(is_done("a.mp4"));
}

TEST_F(DaemonPause, TellsAtItsEndWhatElseHolds) {
    machine().configure("share: { require_mount: true }");
    machine().start();
    EXPECT_TRUE(eventually([&] { return machine().holds() == std::vector<std::string>{"share"}; }))
        << machine().said();
    pause();
    EXPECT_THAT(machine().ctl({"resume"}).output, HasSubstr("Still held by: share."));
    EXPECT_THAT(machine().holds(), ElementsAre("share"));
}

} // namespace
} // namespace av1encd
