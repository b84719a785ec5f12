// The CPU watchdog: that av1encd gives way to other processes and never to itself. Each test has a
// niceness of its own that counts, so that nothing else on the machine takes part.

#include "tests/support/fleet.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sched.h>

namespace av1encd {
namespace {

using ::testing::AnyOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Holds = std::vector<std::string>;

class DaemonWatch : public Fleet {
protected:
    static std::string watchdog(int nice, const std::string& enabled = "enabled: true, ") {
        return fmt::format("cpu_watchdog: {{ {}threshold: 0%, nice_range: [{}, {}], "
                           "sample_interval: 100ms, window: 1s, resume_after: 1s }}\n",
                           enabled, nice, nice);
    }
    /// A process that needs the CPU until its end.
    std::unique_ptr<RunningProgram> busy(int nice) {
        RunningProgram::Start start;
        start.arguments = {"nice", "-n", std::to_string(nice), "sh", "-c", "while :; do :; done"};
        start.output = folder() / "busy";
        return std::make_unique<RunningProgram>(start);
    }
    void begin_long_encode() {
        drop("a.mp4", clip(long_clip));
        ASSERT_TRUE(eventually([&] { return machine().encoders().size() >= 2; }))
            << machine().said();
    }
    bool all_stopped() {
        const auto encoders = machine().encoders();
        return !encoders.empty() && std::ranges::all_of(encoders, [](const auto& encoder) {
            return encoder.state == 'T';
        });
    }
    /// Of every thread.
    std::vector<int> policies_of_encoders() {
        std::vector<int> policies;
        for (const auto& encoder : machine().encoders()) {
            std::error_code gone;
            for (const auto& thread : std::filesystem::directory_iterator(
                     fmt::format("/proc/{}/task", encoder.pid), gone))
                policies.push_back(
                    ::sched_getscheduler(std::stoi(thread.path().filename().native())));
        }
        return policies;
    }
    bool held_by(const Holds& holds) {
        return eventually([&] { return machine().holds() == holds; });
    }
    void reload() { EXPECT_EQ(machine().ctl({"reload"}).outcome.exit_status, 0); }
};

TEST_F(DaemonWatch, GivesWayToABusyProcessAndGoesOnAfterIt) {
    machine().configure(watchdog(7) + "encode: { crf: [40, 50], preset: 6 }");
    machine().serve();
    begin_long_encode();
    EXPECT_THAT(machine().holds(), IsEmpty());
    auto competitor = busy(7);
    EXPECT_TRUE(held_by({"cpu"})) << machine().said();
    EXPECT_TRUE(eventually([&] { return all_stopped(); }));
    const auto status = machine().status();
    EXPECT_EQ(status->state, "paused");
    ASSERT_EQ(status->holds.size(), 1U);
    EXPECT_THAT(status->holds[0].text, HasSubstr(fmt::format("(pid {})", competitor->pid())));
    competitor.reset();
    EXPECT_TRUE(held_by({})) << machine().said();
    EXPECT_TRUE(eventually([&] { return is_done("a.mp4"); })) << machine().said();
    EXPECT_THAT(machine().show("a.mp4").attempts, IsEmpty());
}

TEST_F(DaemonWatch, LetsNoThreadOfAnEncoderBeAboveOtherProcesses) {
    machine().configure("encode: { crf: [40], preset: 6 }");
    machine().serve();
    drop("a.mp4", clip(long_clip));
    // SVT-AV1 begins its threads with the first frame.
    constexpr int many = 10;
    ASSERT_TRUE(eventually([&] {
        const auto policies = policies_of_encoders();
        EXPECT_THAT(policies, Each(Not(AnyOf(SCHED_FIFO, SCHED_RR))));
        return policies.size() > many;
    })) << machine().said();
}

TEST_F(DaemonWatch, NeverGivesWayToItsOwnEncoders) {
    machine().configure(watchdog(13) + "encode: { crf: [40, 50] }\npriority: { nice: 13 }");
    machine().before_every_encode(fmt::format("nice >>'{}'", (folder() / "niceness").native()));
    drop("a.mp4", clip({"320x240", 4, 0}));
    drop("b.mp4");
    EXPECT_EQ(machine().run_once().exit_status, 0);
    EXPECT_THAT(read_file(folder() / "niceness"), HasSubstr("13\n"));
    EXPECT_THAT(machine().said(), Not(HasSubstr("cpu hold")));
}

TEST_F(DaemonWatch, TellsAtTheEndOfAPauseThatTheMachineIsStillNeeded) {
    machine().configure(watchdog(6));
    machine().serve();
    const auto competitor = busy(6);
    EXPECT_TRUE(held_by({"cpu"})) << machine().said();
    EXPECT_EQ(machine().ctl({"pause"}).outcome.exit_status, 0);
    EXPECT_EQ(machine().holds(), (Holds{"cpu", "operator"}));
    EXPECT_THAT(machine().ctl({"resume"}).output, HasSubstr("Still held by: cpu."));
    EXPECT_EQ(machine().holds(), Holds{"cpu"});
}

TEST_F(DaemonWatch, IsTurnedOnByThrottleAndStaysSoOverAReload) {
    machine().configure(watchdog(5, ""));
    machine().serve({"--throttle"});
    const auto competitor = busy(5);
    EXPECT_TRUE(held_by({"cpu"})) << machine().said();
    reload();
    EXPECT_EQ(machine().holds(), Holds{"cpu"});
}

TEST_F(DaemonWatch, IsOffUntilAReloadTurnsItOnAndLetsGoWhenOneTurnsItOff) {
    machine().configure(watchdog(4, ""));
    machine().serve();
    const auto competitor = busy(4);
    machine().configure(watchdog(4));
    EXPECT_THAT(machine().holds(), IsEmpty());
    reload();
    EXPECT_TRUE(held_by({"cpu"})) << machine().said();
    machine().configure(watchdog(4, ""));
    reload();
    EXPECT_THAT(machine().holds(), IsEmpty());
}

TEST_F(DaemonWatch, GivesUpSlotsOnceTheMachineHasFewerCores) {
    // So many slots as cores.
    machine().configure("workers: auto\nencode: { encoder: libaom-av1, preset: 8 }");
    machine().serve();
    if (machine().status()->slots.size() < 2)
        GTEST_SKIP() << "this machine has one core, or memory for one encoder";
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &one);
    ASSERT_EQ(::sched_setaffinity(machine().daemon().pid(), sizeof one, &one), 0);
    EXPECT_TRUE(eventually([&] {
        return machine().said().find("cores: 1, before ") != std::string::npos;
    })) << machine().said();
    EXPECT_EQ(machine().status()->slots.size(), 1U);
}

} // namespace
} // namespace av1encd
