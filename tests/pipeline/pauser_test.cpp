#include "daemon/pipeline/pauser.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

namespace av1encd::test {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

class PauserTest : public PipelineTest {
protected:
    void pause(std::optional<std::chrono::seconds> duration, bool drain) {
        start(pauser.pause("for a film (by anna)", duration, drain));
        settle();
    }
    void resume() {
        start([](Pauser& which) -> Awaitable<void> { co_await which.resume(); }(pauser));
        settle();
    }
};

TEST_F(PauserTest, SuspendsEveryChildAndContinuesThem) {
    pause(std::nullopt, false);
    EXPECT_EQ(processes.signals, Words{"suspend"});
    resume();
    EXPECT_EQ(processes.signals, (Words{"suspend", "continue"}));
}

TEST_F(PauserTest, LeavesRunningTasksAloneWhereItDrains) {
    pause(std::nullopt, true);
    EXPECT_EQ(processes.signals, Words{});
    EXPECT_TRUE(pauser.holds().keeps_tasks_from_starting());
}

TEST_F(PauserTest, EndsAPauseAtItsTime) {
    start(pauser.run());
    pause(2h, false);
    pass(2h - 1s);
    EXPECT_TRUE(pauser.holds().suspends_tasks());
    pass(1s);
    EXPECT_FALSE(pauser.holds().suspends_tasks());
    EXPECT_EQ(ledger.hold, std::nullopt);
}

TEST_F(PauserTest, EndsAPauseWhoseTimePassedWhileTheMachineWasSuspended) {
    start(pauser.run());
    pause(2h, false);
    clock.set_wall(clock.wall_now() + 3h);
    settle();
    EXPECT_FALSE(pauser.holds().suspends_tasks());
}

TEST_F(PauserTest, KeepsAPauseThatComesWhileTheEndOfTheLastIsWritten) {
    pause(std::nullopt, false);
    ledger.on_hold_saved = [this] { start(pauser.pause("again", std::nullopt, false)); };
    resume();
    EXPECT_TRUE(pauser.holds().suspends_tasks());
    ASSERT_TRUE(ledger.hold);
    EXPECT_EQ(ledger.hold->text, "again");
}

TEST_F(PauserTest, LeavesTheHoldsOfTheMachineAloneWhateverTheirTime) {
    start(pauser.run());
    pauser.set(HoldReason::schedule, "night", clock.wall_now() + 1h);
    pause(2h, false);
    pass(2h);
    EXPECT_FALSE(pauser.holds().has(HoldReason::operator_pause));
    EXPECT_TRUE(pauser.holds().has(HoldReason::schedule));
}

TEST_F(PauserTest, RemembersTheOperatorsHoldOverARestart) {
    pause(std::nullopt, true);
    Pauser after_restart(executor, processes, ledger, clock, events);
    start(after_restart.load());
    settle();
    EXPECT_EQ(after_restart.holds().all(), pauser.holds().all());
}

TEST_F(PauserTest, GoesOnAtTheEndOfAPauseThatAFullDiskCannotRecord) {
    start(pauser.run());
    pause(2h, false);
    ledger.full_else = 1;
    pass(2h);
    EXPECT_FALSE(pauser.holds().suspends_tasks());
    pause(1h, false);
    pass(1h);
    EXPECT_FALSE(pauser.holds().suspends_tasks());
}

TEST_F(PauserTest, CountsNoTimeWhileSuspended) {
    pass(10s);
    pause(std::nullopt, false);
    pass(1h);
    resume();
    pass(5s);
    EXPECT_EQ(pauser.worked(), 15s);
}

TEST_F(PauserTest, ContinuesNothingWhileAnotherHoldSuspends) {
    pause(std::nullopt, false);
    pauser.set(HoldReason::cpu, "busy");
    resume();
    EXPECT_EQ(processes.signals, Words{"suspend"});
    pauser.lift(HoldReason::cpu);
    EXPECT_EQ(processes.signals, (Words{"suspend", "continue"}));
}

TEST_F(PauserTest, SaysAHoldOnce) {
    pauser.set(HoldReason::share, "gone");
    pauser.set(HoldReason::share, "gone");
    pauser.lift(HoldReason::share);
    EXPECT_EQ(events.words(), (Words{"share-lost", "share-back"}));
}

} // namespace
} // namespace av1encd::test
