#include "daemon/core/cpu_pressure.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace av1encd {
namespace {

using namespace std::chrono_literals;

/// A machine of two cores, an hour after its boot, whose use is told second by second.
class Machine {
public:
    explicit Machine(CpuWatchdogConfig config = {}) : pressure(config) { pass(0s); }

    CpuPressure pressure;
    MachineUse use{1h, 2, 2h, 0s};
    std::vector<ProcessUse> others;
    std::size_t looks = 0; ///< at the processes
    std::vector<SinceBoot> changes;
    CpuVerdict verdict;

    /// One that began long ago.
    std::size_t add_process(pid_t pid, Nanoseconds cpu = 0s, int nice = 0) {
        others.push_back({pid, 1min, cpu, nice, "other"});
        return others.size() - 1;
    }

    /// Time goes by, and a sample is taken. `used`: by each of the others, in their order.
    CpuVerdict pass(Nanoseconds elapsed, const std::vector<Nanoseconds>& used = {},
                    Nanoseconds own = 0s) {
        const auto before = verdict.hold;
        for (std::size_t at = 0; at < used.size(); ++at)
            others.at(at).cpu += used[at];
        use.at += elapsed;
        use.own += own;
        use.idle += use.cores * elapsed - own - std::accumulate(used.begin(), used.end(), 0ns);
        std::optional<std::vector<ProcessUse>> seen;
        if (pressure.needs_processes(use)) {
            ++looks;
            seen = others;
        }
        verdict = pressure.add(use, seen);
        if (verdict.hold != before)
            changes.push_back(use.at);
        return verdict;
    }

    /// Seconds until the state is that, under one load.
    int seconds_until(bool hold, const std::vector<Nanoseconds>& used, int most = 1000) {
        for (int second = 1; second <= most; ++second)
            if (pass(1s, used).hold == hold)
                return second;
        return -1;
    }
};

// --- what sets the hold

TEST(CpuPressure, HoldsOnceTheAverageOverTheWindowIsAboveTheThreshold) {
    Machine machine;
    machine.add_process(100);
    machine.pass(1s, {1s}); // its first sample counts nothing
    EXPECT_EQ(machine.pass(1s, {1s}).percent, 5);
    EXPECT_EQ(machine.pass(1s, {1s}).percent, 10);
    EXPECT_FALSE(machine.verdict.hold);
    EXPECT_EQ(machine.pass(1s, {1s}).percent, 15);
    EXPECT_TRUE(machine.verdict.hold);
}

TEST(CpuPressure, ComparesWholePercentRoundedUp) {
    Machine exactly;
    exactly.add_process(100);
    for (int second = 0; second < 60; ++second)
        exactly.pass(1s, {200ms});
    EXPECT_EQ(exactly.verdict.percent, 10);
    EXPECT_FALSE(exactly.verdict.hold);

    Machine slightly_more;
    slightly_more.add_process(100);
    for (int second = 0; second < 60; ++second)
        slightly_more.pass(1s, {201ms});
    EXPECT_EQ(slightly_more.verdict.percent, 11);
    EXPECT_TRUE(slightly_more.verdict.hold);

    CpuWatchdogConfig config;
    config.threshold_percent = 12.5;
    Machine between(config);
    between.add_process(100);
    for (int second = 0; second < 60; ++second)
        between.pass(1s, {242ms}); // 12.1 %
    EXPECT_EQ(between.verdict.percent, 13);
    EXPECT_TRUE(between.verdict.hold);
}

TEST(CpuPressure, ReactsToEveryLoadAboveTheThresholdWithinTheWindowAndTwoSeconds) {
    for (const int cores : {1, 2, 8, 64})
        for (const auto share : {11, 12, 20, 50, 100}) {
            Machine machine;
            machine.use.cores = cores;
            machine.add_process(100);
            for (int second = 0; second < 30; ++second)
                machine.pass(1s);
            const auto load = Nanoseconds(1s) * cores * share / 100;
            EXPECT_LE(machine.seconds_until(true, {load}), 12) << cores << " cores, " << share;
        }
}

TEST(CpuPressure, PassesOverAShortBurst) {
    Machine machine;
    machine.add_process(100);
    machine.pass(1s);
    machine.pass(1s, {2s});
    machine.pass(1s, {1s});
    for (int second = 0; second < 60; ++second)
        EXPECT_FALSE(machine.pass(1s).hold);
}

TEST(CpuPressure, AddsUpManySmallProcesses) {
    Machine machine;
    const std::vector<Nanoseconds> used(300, 1ms);
    for (pid_t pid = 100; pid < 400; ++pid)
        machine.add_process(pid);
    EXPECT_GT(machine.seconds_until(true, used), 0);
}

TEST(CpuPressure, TellsWhoUsesMost) {
    Machine machine;
    machine.add_process(100);
    machine.add_process(200);
    machine.others[1].name = "busy one";
    machine.seconds_until(true, {300ms, 900ms});
    ASSERT_TRUE(machine.verdict.busiest);
    EXPECT_EQ(machine.verdict.busiest->name, "busy one");
    EXPECT_EQ(machine.verdict.busiest->pid, 200);
}

// --- what does not count

TEST(CpuPressure, NeverCountsWhatAv1encdUses) {
    Machine machine;
    for (int second = 0; second < 600; ++second)
        EXPECT_EQ(machine.pass(1s, {}, 2s).percent, 0);
    EXPECT_EQ(machine.changes, std::vector<SinceBoot>{});
}

TEST(CpuPressure, CountsOnlyTheNicenessInTheRange) {
    Machine machine;
    machine.add_process(100, 0s, 19);
    machine.add_process(200, 0s, 11);
    EXPECT_EQ(machine.seconds_until(true, {800ms, 800ms}), -1);
    machine.add_process(300, 0s, 10);
    machine.add_process(400, 0s, -20);
    EXPECT_GT(machine.seconds_until(true, {0s, 0s, 300ms, 300ms}), 0);
}

TEST(CpuPressure, CountsNothingOfAProcessInItsFirstSample) {
    Machine machine;
    machine.add_process(100, 1000h);
    machine.pass(1s, {1s});
    EXPECT_EQ(machine.verdict.percent, 0);
    machine.add_process(200, 1000h); // hidden so far
    EXPECT_EQ(machine.pass(1s, {1s, 1s}).percent, 5);
}

TEST(CpuPressure, CountsAllOfAProcessYoungerThanTheSampleBefore) {
    Machine machine;
    machine.others.push_back({100, machine.use.at, 0s, 0, "young"});
    EXPECT_EQ(machine.pass(1s, {1s}).percent, 5);
}

TEST(CpuPressure, TakesAReusedPidForAnotherProcess) {
    Machine machine;
    machine.add_process(100, 1s);
    machine.pass(1s, {1s});
    machine.others[0] = {100, machine.use.at + 500ms, 0s, 0, "next"};
    EXPECT_EQ(machine.pass(1s, {400ms}).percent, 2);
    machine.others[0] = {100, 2min, 1000h, 0, "hidden before"};
    EXPECT_EQ(machine.pass(1s, {400ms}).percent, 2);
}

TEST(CpuPressure, ForgetsProcessesThatVanish) {
    Machine machine;
    for (pid_t pid = 100; pid < 500; ++pid)
        machine.add_process(pid, 1h);
    machine.pass(1s, std::vector<Nanoseconds>(400, 1ms));
    const auto all = machine.others;
    machine.others.resize(1);
    machine.pass(1s, {500ms});
    EXPECT_EQ(machine.verdict.percent, 3); // 2.5 %
    machine.others = all;                  // as if they came back from nowhere
    EXPECT_EQ(machine.pass(1s, std::vector<Nanoseconds>(400, 1ms)).percent, 3);
}

TEST(CpuPressure, CountsNothingWhereCountersRunBackwards) {
    Machine machine;
    machine.add_process(100, 1h);
    machine.pass(1s, {1s});
    machine.others[0].cpu -= 10min;
    machine.use.idle -= 10min;
    machine.use.own -= 10min;
    EXPECT_EQ(machine.pass(1s).percent, 0);
    EXPECT_FALSE(machine.verdict.hold);
}

// --- when processes are looked at

TEST(CpuPressure, LooksAtNoProcessWhileTotalsShowThatOthersUseLittle) {
    Machine machine;
    machine.add_process(100);
    for (int second = 0; second < 100; ++second)
        machine.pass(1s, {100ms}); // 5 %
    for (int second = 0; second < 100; ++second)
        machine.pass(1s, {100ms}, 1900ms);
    EXPECT_EQ(machine.looks, 0U);
}

TEST(CpuPressure, LooksAtProcessesWhereOthersMayUseMore) {
    Machine machine;
    machine.add_process(100, 0s, 19);
    for (int second = 0; second < 100; ++second)
        machine.pass(1s, {1s});
    EXPECT_EQ(machine.looks, 100U);
    EXPECT_FALSE(machine.verdict.hold);
}

TEST(CpuPressure, LooksOnForAsLongAsTheWindowCouldStillBeAbove) {
    Machine machine;
    machine.add_process(100);
    machine.pass(1s, {1s});
    machine.pass(1s, {1s});
    machine.pass(1s, {900ms});
    machine.looks = 0;
    machine.pass(1s, {150ms}); // 7.5 % alone, 10.25 % with the two seconds before
    EXPECT_EQ(machine.looks, 1U);
    EXPECT_TRUE(machine.verdict.hold);
}

TEST(CpuPressure, KnowsExactlyWhatWasUsedInSamplesThatItPassedOver) {
    Machine machine;
    machine.add_process(100);
    machine.pass(1s, {1s});
    machine.pass(1s, {100ms});
    machine.pass(1s, {100ms});
    EXPECT_EQ(machine.looks, 1U);
    EXPECT_EQ(machine.pass(1s, {600ms}).percent, 4);
    EXPECT_EQ(machine.looks, 2U);
}

TEST(CpuPressure, LooksAtProcessesWhenCoresComeOrGo) {
    Machine machine;
    machine.add_process(100);
    machine.pass(1s);
    machine.use.cores = 4;
    machine.use.idle += 1h; // a core's count from before it went
    machine.pass(1s, {1s});
    EXPECT_EQ(machine.looks, 1U);
    EXPECT_EQ(machine.pass(1s, {1s}).percent, 3); // of four cores: 2.5 %
}

// --- release

TEST(CpuPressure, ReleasesOnceTheAverageWasNotAboveForSoLong) {
    Machine machine;
    machine.add_process(100);
    machine.seconds_until(true, {1s});
    int seconds_above = 0;
    while (machine.pass(1s).percent > 10)
        ++seconds_above;
    EXPECT_EQ(seconds_above, 7); // then the first of three seconds leaves the window
    for (int second = 1; second < 30; ++second)
        EXPECT_TRUE(machine.pass(1s).hold) << second;
    EXPECT_FALSE(machine.pass(1s).hold);
}

TEST(CpuPressure, WaitsAnewWhereTheLoadComesBack) {
    Machine machine;
    machine.add_process(100);
    machine.seconds_until(true, {1s});
    for (int second = 0; second < 35; ++second)
        machine.pass(1s);
    for (int second = 0; second < 4; ++second)
        machine.pass(1s, {1s});
    for (int second = 0; second < 30; ++second)
        EXPECT_TRUE(machine.pass(1s).hold);
    EXPECT_GT(machine.seconds_until(false, {0s}), 0);
}

TEST(CpuPressure, ReleasesAtOnceWhereItIsToldTo) {
    CpuWatchdogConfig config;
    config.resume_after = 0s;
    config.window = 1s;
    Machine machine(config);
    machine.add_process(100);
    EXPECT_EQ(machine.seconds_until(true, {1s}), 2);
    EXPECT_EQ(machine.seconds_until(false, {0s}), 1);
}

TEST(CpuPressure, DoesNotSwingUnderALoadThatComesAndGoesEveryFewSeconds) {
    for (const int on : {1, 2, 3, 5, 8, 13, 20, 30})
        for (const int off : {1, 2, 3, 5, 8, 13, 20, 29}) {
            Machine machine;
            machine.add_process(100);
            for (int second = 0; second < 600; ++second)
                machine.pass(1s, {second % (on + off) < on ? 2s : 0s});
            EXPECT_LE(machine.changes.size(), 1U) << on << " s on, " << off << " s off";
        }
}

TEST(CpuPressure, DoesNotSwingUnderALoadAroundTheThreshold) {
    Machine machine;
    machine.add_process(100);
    for (int second = 0; second < 3600; ++second)
        machine.pass(1s, {second % 7 < 3 ? 260ms : 140ms});
    EXPECT_LE(machine.changes.size(), 1U);
}

// --- time and configuration

TEST(CpuPressure, ForgetsTheWindowWhenTheMachineWasSuspended) {
    Machine machine;
    machine.add_process(100);
    machine.pass(1s, {1s});
    machine.pass(1s, {1s});
    machine.pass(1s, {1s});
    EXPECT_EQ(machine.verdict.percent, 10);
    machine.use.idle -= 2 * 8h; // no core counted while there was no power
    EXPECT_EQ(machine.pass(8h, {1s}).percent, 0);
    EXPECT_EQ(machine.pass(1s, {1s}).percent, 0) << "what it used before the jump is not new";
    EXPECT_EQ(machine.pass(1s, {1s}).percent, 5);
}

TEST(CpuPressure, KeepsTheHoldOverASuspendedMachineUntilItWasCalmForSoLong) {
    Machine machine;
    machine.add_process(100);
    machine.seconds_until(true, {1s});
    machine.use.idle -= 2 * 8h;
    EXPECT_TRUE(machine.pass(8h).hold);
    EXPECT_EQ(machine.seconds_until(false, {0s}), 30);
}

TEST(CpuPressure, TakesALateSampleForWhatItIs) {
    Machine machine;
    machine.add_process(100);
    machine.pass(1s, {1s});
    EXPECT_EQ(machine.pass(5s, {1s}).percent, 5);
    EXPECT_EQ(machine.pass(5s, {5s}).percent, 30);
    EXPECT_EQ(machine.pass(7500ms, {0s}).percent, 13); // half of the five seconds are out of it
}

TEST(CpuPressure, WorksWithAWindowOfOneInterval) {
    CpuWatchdogConfig config;
    config.window = 1s;
    Machine machine(config);
    machine.add_process(100);
    machine.pass(1003ms, {1s});
    EXPECT_EQ(machine.pass(1003ms, {1003ms}).percent, 50);
}

TEST(CpuPressure, PassesOverASampleAtTheSameTime) {
    Machine machine;
    machine.add_process(100);
    machine.pass(1s, {1s});
    machine.pass(0s);
    EXPECT_EQ(machine.pass(1s, {1s}).percent, 5);
}

TEST(CpuPressure, FollowsItsConfigurationAtOnce) {
    Machine machine;
    machine.add_process(100, 0s, 15);
    EXPECT_EQ(machine.seconds_until(true, {1s}), -1);
    CpuWatchdogConfig config;
    config.nice_range = {-20, 19};
    machine.pressure.configure(config);
    EXPECT_EQ(machine.seconds_until(true, {1s}), 3);
    config.threshold_percent = 60;
    config.resume_after = 0s;
    machine.pressure.configure(config);
    EXPECT_FALSE(machine.pass(1s, {1s}).hold);
}

} // namespace
} // namespace av1encd
