#include "daemon/pipeline/pauser.hpp"

#include "tests/pipeline/pipeline_fixture.hpp"

#include <algorithm>
#include <map>

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
    Pauser after_restart(executor, config.pause, processes, memory, ledger, clock, events);
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

TEST_F(PauserTest, IsResumedWithAFullDiskTooWhichSaysWhatARestartWillDo) {
    pause(std::nullopt, false);
    ledger.full_else = 1;
    resume();
    EXPECT_FALSE(pauser.holds().suspends_tasks());
    EXPECT_EQ(events.all.back().message,
              "the disk is full and the operator hold stays recorded: after a restart it is back");
}

TEST_F(PauserTest, CountsNoTimeWhileSuspended) {
    pass(10s);
    pause(std::nullopt, false);
    pass(1h);
    resume();
    pass(5s);
    EXPECT_EQ(pauser.worked(), 15s);
}

TEST_F(PauserTest, ActsBeforeItSpeaks) {
    Words signals_at_the_first_word;
    events.on_publish = [&](const Event&) {
        if (events.all.size() == 1)
            signals_at_the_first_word = processes.signals;
    };
    pause(std::nullopt, false);
    EXPECT_EQ(signals_at_the_first_word, Words{"suspend"});
    EXPECT_EQ(events.words(), (Words{"hold-set", "paused"}));
}

TEST_F(PauserTest, SuspendsWhereADrainTurnsIntoAPauseAndContinuesTheOtherWayRound) {
    pause(std::nullopt, true);
    pause(std::nullopt, false);
    EXPECT_EQ(processes.signals, Words{"suspend"});
    pause(std::nullopt, true);
    EXPECT_EQ(processes.signals, (Words{"suspend", "continue"}));
}

TEST_F(PauserTest, KeepsTheTimeSinceWhenItIsHeldOverASecondPause) {
    pause(std::nullopt, false);
    const auto since = pauser.holds().all().front().since;
    pass(1h);
    pause(2h, false);
    EXPECT_EQ(pauser.holds().all().front().since, since);
    EXPECT_EQ(ledger.hold->since, since);
    EXPECT_EQ(ledger.hold->until, clock.wall_now() + 2h);
}

TEST_F(PauserTest, EndsAPauseWhoseTimePassedWhileNobodyRan) {
    ledger.hold = OperatorHold{"a film", clock.wall_now() - 3h, clock.wall_now() - 1h, false};
    start(pauser.load());
    settle();
    EXPECT_TRUE(pauser.holds().suspends_tasks());
    start(pauser.run());
    settle();
    EXPECT_TRUE(pauser.holds().all().empty());
    EXPECT_EQ(ledger.hold, std::nullopt);
}

TEST_F(PauserTest, EndsAPauseOverANightInWhichTheMachineWasSuspended) {
    start(pauser.run());
    pause(2h, false);
    settle();
    clock.set_forward(8h);
    pass(1min);
    EXPECT_TRUE(pauser.holds().all().empty());
}

TEST_F(PauserTest, EndsAPauseAtItsTimeThoughTheDiskIsFull) {
    start(pauser.run());
    pause(2h, false);
    ledger.hold_is_stuck = true;
    pass(2h);
    EXPECT_TRUE(pauser.holds().all().empty());
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

TEST_F(PauserTest, SaysOfADrainThatWorkIsPausedAndOfItsEndThatItGoesOn) {
    pause(std::nullopt, true);
    EXPECT_EQ(events.all.back().message,
              "paused: running segments finish, nothing new starts (operator hold)");
    pause(std::nullopt, false);
    EXPECT_EQ(events.all.back().message, "paused: encoders are suspended (operator hold)");
    resume();
    EXPECT_EQ(events.words(),
              (Words{"hold-set", "paused", "hold-set", "paused", "hold-lifted", "resumed"}));
}

/// How often each word was said above level debug.
std::map<std::string, int> counted(const Words& words) {
    std::map<std::string, int> counts;
    for (const auto& word : words)
        ++counts[word];
    return counts;
}

TEST_F(PauserTest, OfAHoldThatComesAndGoesEverySecondForADayFewLinesAreLeft) {
    for (int second = 0; second < 24 * 3600; second += 2) {
        pauser.set(HoldReason::cpu, "busy");
        pass(1s);
        pauser.lift(HoldReason::cpu);
        pass(1s);
    }
    const auto counts = counted(events.words());
    EXPECT_EQ(counts.at("hold-set"), LineBudget::at_once + 24 * 4 - 1);
    for (const auto* word : {"paused", "hold-lifted", "resumed"})
        EXPECT_EQ(counts.at(word), counts.at("hold-set")) << word;
    EXPECT_EQ(processes.signals.size(), std::size_t{24} * 3600);
}

TEST_F(PauserTest, SaysOnceThatAHoldComesAndGoes) {
    for (int i = 0; i < 100; ++i) {
        pauser.set(HoldReason::share, "flaps");
        pauser.lift(HoldReason::share);
    }
    EXPECT_EQ(counted(events.words()),
              (std::map<std::string, int>{{"share-lost", 5}, {"share-back", 5}, {"note", 1}}));
    const auto note = std::ranges::find(events.all, EventKind::note, &Event::kind);
    EXPECT_EQ(note->message,
              "the share hold comes and goes: for now it is said once in 15m, or when it lasts for "
              "5m, and else at level debug; av1ctl tail shows it as it happens");
    EXPECT_EQ(note->severity, Severity::warning);
}

TEST_F(PauserTest, SaysAHoldThatCameAndWentAndThenLasts) {
    start(pauser.run());
    for (int i = 0; i < 10; ++i) {
        pauser.set(HoldReason::cpu, "busy");
        settle();
        pauser.lift(HoldReason::cpu);
    }
    const auto before = events.words().size();
    pauser.set(HoldReason::cpu, "busier");
    pass(5min - 1s);
    EXPECT_EQ(events.words().size(), before);
    pass(1s);
    pauser.lift(HoldReason::cpu);
    const auto words = events.words();
    EXPECT_EQ(Words(words.begin() + static_cast<std::ptrdiff_t>(before), words.end()),
              (Words{"hold-set", "paused", "hold-lifted", "resumed"}));
    EXPECT_EQ(std::ranges::count(events.all, std::string("cpu hold: busier"), &Event::message), 2);
}

TEST_F(PauserTest, SaysWhatTheOperatorDoesHoweverOften) {
    for (int i = 0; i < 20; ++i) {
        pause(std::nullopt, false);
        resume();
    }
    EXPECT_EQ(counted(events.words()),
              (std::map<std::string, int>{
                  {"hold-set", 20}, {"paused", 20}, {"hold-lifted", 20}, {"resumed", 20}}));
}

TEST_F(PauserTest, SaysThePauseThatTheOperatorAddsToAHoldThatWasWithheld) {
    for (int i = 0; i < 10; ++i) {
        pauser.set(HoldReason::cpu, "busy");
        pauser.lift(HoldReason::cpu);
    }
    pauser.set(HoldReason::cpu, "busy");
    const auto before = events.words().size();
    pause(std::nullopt, false);
    pauser.lift(HoldReason::cpu);
    resume();
    const auto words = events.words();
    EXPECT_EQ(Words(words.begin() + static_cast<std::ptrdiff_t>(before), words.end()),
              (Words{"hold-set", "paused", "hold-lifted", "resumed"}));
}

TEST_F(PauserTest, TroubleIsAWarningAndAWishIsNone) {
    for (const auto reason :
         {HoldReason::share, HoldReason::disk, HoldReason::cpu, HoldReason::schedule})
        pauser.set(reason, "why");
    pause(std::nullopt, false);
    for (const auto& event : events.all)
        EXPECT_EQ(event.severity,
                  event.message == "share hold: why" || event.message == "disk hold: why"
                      ? Severity::warning
                      : Severity::notice)
            << event.message;
}

/// One child process runs, and what is suspended may be cleaned up.
class CleanUpTest : public PauserTest {
protected:
    CleanUpTest() {
        processes.held = true;
        pauser.on_clean_up([this] { ++told_of_clean_ups; });
        start([](Processes& all) -> Awaitable<void> { co_await all.run({}); }(processes));
        start(pauser.run());
        settle();
    }
    ~CleanUpTest() override { end(); }

    bool cleaned_up() const { return processes.running() == 0; }
    std::string said() const {
        return cleaned_up() ? events.all.back().message : "nothing of a clean-up";
    }

    int told_of_clean_ups = 0;
};

TEST_F(CleanUpTest, ComesAtOnceWhereItIsSoConfigured) {
    config.pause.on_hold = OnHold::cleanup;
    pause(std::nullopt, false);
    EXPECT_EQ(processes.signals, (Words{"suspend", "clean up"}));
    EXPECT_TRUE(cleaned_up());
    EXPECT_EQ(told_of_clean_ups, 1);
    EXPECT_EQ(said(), "cleaned up (pause.on_hold: cleanup): 1 suspended task was ended and will "
                      "begin anew, what is finished stays");
}

TEST_F(CleanUpTest, ComesOnceWhatIsSuspendedHasBeenSoForTheConfiguredTime) {
    pause(std::nullopt, false);
    pass(10min - 1s);
    EXPECT_FALSE(cleaned_up());
    pass(1s);
    EXPECT_EQ(said(), "cleaned up (suspended for 10m): 1 suspended task was ended and will begin "
                      "anew, what is finished stays");
    pass(24h);
    EXPECT_EQ(processes.signals, (Words{"suspend", "clean up"}));
}

TEST_F(CleanUpTest, CountsEachSuspensionForItself) {
    pause(std::nullopt, false);
    pass(9min);
    resume();
    pass(9min);
    pause(std::nullopt, false);
    pass(9min);
    EXPECT_FALSE(cleaned_up());
    pass(1min);
    EXPECT_TRUE(cleaned_up());
}

TEST_F(CleanUpTest, NeverComesByItselfWhereItIsOff) {
    config.pause.cleanup_after.reset();
    pause(std::nullopt, false);
    pass(240h);
    EXPECT_FALSE(cleaned_up());
}

TEST_F(CleanUpTest, ComesWhereMemoryRunsShort) {
    config.pause.cleanup_after.reset();
    pause(std::nullopt, false);
    memory.run_short();
    settle();
    EXPECT_EQ(said(), "cleaned up (memory runs short): 1 suspended task was ended and will begin "
                      "anew, what is finished stays");
}

TEST_F(CleanUpTest, LeavesWhatRunsAloneWhereMemoryRunsShort) {
    memory.run_short();
    settle();
    pause(std::nullopt, true);
    memory.run_short();
    settle();
    EXPECT_EQ(processes.signals, Words{});
}

TEST_F(CleanUpTest, FollowsAReload) {
    pause(std::nullopt, false);
    pass(2min);
    config.pause.cleanup_after = 1min;
    pauser.follow_config();
    settle();
    EXPECT_TRUE(cleaned_up());
}

TEST_F(CleanUpTest, IsNotWorthAWordWhereNothingRuns) {
    processes.release();
    settle();
    pause(std::nullopt, false);
    pass(10min);
    EXPECT_EQ(events.words(), (Words{"hold-set", "paused"}));
    EXPECT_EQ(told_of_clean_ups, 0);
}

} // namespace
} // namespace av1encd::test
