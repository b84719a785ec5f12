#include "daemon/pipeline/cpu_watch.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

#include <gmock/gmock.h>

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using Words = std::vector<std::string>;

/// Two cores, and one process that is not av1encd's.
class FakeProcessTable final : public ProcessTable {
public:
    MachineUse use{1h, 2, 2h, 0s};
    ProcessUse other{42, 1min, 0s, 0, "editor"};
    std::optional<std::string> hidden;
    bool silent = false; ///< the kernel does not say
    int samples = 0;
    int times_read = 0; ///< all processes

    std::optional<MachineUse> machine() override {
        ++samples;
        return silent ? std::nullopt : std::optional(use);
    }
    std::vector<ProcessUse> others() override {
        ++times_read;
        return {other};
    }
    std::optional<std::string> blind_spot() override { return hidden; }
};

class CpuWatchTest : public PipelineTest {
protected:
    CpuWatchTest() { config.cpu_watchdog.enabled = true; }
    ~CpuWatchTest() override { end(); }

    void begin() {
        start(watch.run());
        settle();
    }
    /// `used`: of a core, by the process.
    void seconds(int count, Nanoseconds used) {
        for (int second = 0; second < count; ++second) {
            table.use.at += 1s;
            table.use.idle += 2s - used;
            table.other.cpu += used;
            pass(1s);
        }
    }
    void reload() {
        watch.reload();
        settle();
    }
    void disable() {
        config.cpu_watchdog.enabled = false;
        reload();
    }
    Words reasons() {
        Words words;
        for (const auto& hold : pauser.holds().all())
            words.push_back(to_string(hold.reason));
        return words;
    }
    std::vector<std::string> messages(EventKind kind) {
        std::vector<std::string> list;
        for (const auto& event : events.all)
            if (event.kind == kind)
                list.push_back(event.message);
        return list;
    }

    FakeProcessTable table;
    CpuWatch watch{executor, config, table, pauser, clock, events};
};

TEST_F(CpuWatchTest, SleepsWhileItIsNotEnabled) {
    config.cpu_watchdog.enabled = false;
    begin();
    pass(24h);
    EXPECT_EQ(table.samples, 0);
}

TEST_F(CpuWatchTest, SetsAndLiftsTheHold) {
    begin();
    seconds(6, 1s);
    EXPECT_EQ(reasons(), Words{"cpu"});
    EXPECT_EQ(processes.signals, Words{"suspend"});
    seconds(35, 0s);
    EXPECT_EQ(reasons(), Words{"cpu"});
    seconds(6, 0s);
    EXPECT_EQ(reasons(), Words{});
    EXPECT_EQ(processes.signals, (Words{"suspend", "continue"}));
    EXPECT_EQ(events.words(), (Words{"hold-set", "paused", "hold-lifted", "resumed"}));
}

TEST_F(CpuWatchTest, SaysWhoNeedsTheMachine) {
    table.other.name = "a\nb";
    begin();
    seconds(6, 1s);
    EXPECT_THAT(messages(EventKind::hold_set),
                ElementsAre("cpu hold: other processes use 15% of all cores, more than 10%, most "
                            "of all a\\x0ab (pid 42)"));
}

TEST_F(CpuWatchTest, TakesASampleEachInterval) {
    config.cpu_watchdog.sample_interval = 250ms;
    begin();
    EXPECT_EQ(table.samples, 1);
    pass(249ms);
    EXPECT_EQ(table.samples, 1);
    pass(1ms);
    EXPECT_EQ(table.samples, 2);
}

TEST_F(CpuWatchTest, ReadsNoProcessWhileTheWholeMachineIsQuiet) {
    begin();
    seconds(60, 10ms);
    EXPECT_EQ(table.samples, 61);
    EXPECT_EQ(table.times_read, 0);
    seconds(1, 1s);
    EXPECT_EQ(table.times_read, 1);
}

TEST_F(CpuWatchTest, LeavesTheHoldsOfOthersAlone) {
    begin();
    start(pauser.pause("by anna", std::nullopt, false));
    settle();
    pauser.set(HoldReason::disk, "full");
    seconds(6, 1s);
    EXPECT_EQ(reasons(), (Words{"operator", "disk", "cpu"}));
    seconds(60, 0s);
    EXPECT_EQ(reasons(), (Words{"operator", "disk"}));
    EXPECT_EQ(processes.signals, Words{"suspend"});
}

TEST_F(CpuWatchTest, IsNotOverruledByTheOperatorsResume) {
    begin();
    start(pauser.pause("by anna", std::nullopt, false));
    seconds(6, 1s);
    start([](Pauser& which) -> Awaitable<void> { co_await which.resume(); }(pauser));
    settle();
    EXPECT_EQ(reasons(), Words{"cpu"});
    EXPECT_EQ(processes.signals, Words{"suspend"});
}

TEST_F(CpuWatchTest, LiftsItsHoldAtOnceWhenItIsDisabled) {
    begin();
    seconds(6, 1s);
    disable();
    EXPECT_EQ(reasons(), Words{});
    const int samples = table.samples;
    pass(1h);
    EXPECT_EQ(table.samples, samples);
}

TEST_F(CpuWatchTest, BeginsWhenItIsEnabled) {
    disable();
    begin();
    config.cpu_watchdog.enabled = true;
    reload();
    seconds(6, 1s);
    EXPECT_EQ(reasons(), Words{"cpu"});
}

TEST_F(CpuWatchTest, FollowsAnotherThresholdAtOnce) {
    begin();
    seconds(20, 200ms);
    EXPECT_EQ(reasons(), Words{});
    config.cpu_watchdog.threshold_percent = 5;
    reload();
    seconds(8, 200ms);
    EXPECT_EQ(reasons(), Words{"cpu"});
    config.cpu_watchdog.threshold_percent = 50;
    config.cpu_watchdog.resume_after = 0s;
    reload();
    EXPECT_EQ(reasons(), Words{});
}

TEST_F(CpuWatchTest, SaysOnceWhatItDoesNotSee) {
    table.hidden = "the processes outside of this container";
    begin();
    disable();
    config.cpu_watchdog.enabled = true;
    reload();
    EXPECT_THAT(messages(EventKind::note),
                ElementsAre("the CPU watchdog does not see the processes outside of this "
                            "container"));
}

TEST_F(CpuWatchTest, PassesOverWhatTheKernelDoesNotSay) {
    begin();
    seconds(6, 1s);
    table.silent = true;
    seconds(5, 0s);
    EXPECT_EQ(reasons(), Words{"cpu"});
    table.silent = false;
    seconds(60, 0s);
    EXPECT_EQ(reasons(), Words{});
}

} // namespace
} // namespace av1encd::test
