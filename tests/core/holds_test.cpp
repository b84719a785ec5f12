#include "daemon/core/holds.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;

constexpr WallTime noon{12h};

Hold hold(HoldReason reason, std::string text = "") {
    return {reason, std::move(text), noon, std::nullopt, false};
}

struct Effects {
    bool suspends;
    bool keeps_from_starting;
    bool keeps_from_claiming;
    bool operator==(const Effects&) const = default;
};

Effects effects_of(Hold set) {
    Holds holds;
    holds.set(std::move(set));
    return {holds.suspends_tasks(), holds.keeps_tasks_from_starting(), holds.keeps_from_claiming()};
}

TEST(Holds, StopWhatTheirCauseIsAbout) {
    EXPECT_EQ(effects_of(hold(HoldReason::operator_pause)), (Effects{true, true, true}));
    EXPECT_EQ(effects_of(hold(HoldReason::cpu)), (Effects{true, true, true}));
    EXPECT_EQ(effects_of(hold(HoldReason::schedule)), (Effects{true, true, true}));
    EXPECT_EQ(effects_of(hold(HoldReason::disk)), (Effects{false, true, true}));
    EXPECT_EQ(effects_of(hold(HoldReason::share)), (Effects{false, false, true}));
}

TEST(Holds, LetRunningTasksEndWhereTheOperatorDrains) {
    auto draining = hold(HoldReason::operator_pause);
    draining.drain = true;
    EXPECT_EQ(effects_of(draining), (Effects{false, true, true}));
}

TEST(Holds, AreLiftedByTheirOwnCauseOnly) {
    Holds holds;
    holds.set(hold(HoldReason::operator_pause));
    holds.set(hold(HoldReason::cpu));
    EXPECT_TRUE(holds.lift(HoldReason::operator_pause));
    EXPECT_FALSE(holds.lift(HoldReason::operator_pause));
    EXPECT_EQ(holds.all(), (std::vector<Hold>{hold(HoldReason::cpu)}));
    EXPECT_TRUE(holds.suspends_tasks());
}

TEST(Holds, KeepTheTimeSinceWhenTheirTextChanges) {
    Holds holds;
    EXPECT_TRUE(holds.set(hold(HoldReason::share, "hangs")));
    auto later = hold(HoldReason::share, "gone");
    later.since = noon + 1h;
    EXPECT_FALSE(holds.set(later));
    EXPECT_EQ(holds.all(), (std::vector<Hold>{hold(HoldReason::share, "gone")}));
}

TEST(Holds, TellWhenTheOperatorsIsOver) {
    Holds holds;
    EXPECT_EQ(holds.operator_end(), std::nullopt);
    auto night = hold(HoldReason::schedule);
    night.until = noon + 1h;
    holds.set(night);
    EXPECT_EQ(holds.operator_end(), std::nullopt);
    auto brief = hold(HoldReason::operator_pause);
    brief.until = noon + 2h;
    holds.set(brief);
    EXPECT_EQ(holds.operator_end(), noon + 2h);
}

TEST(Holds, AreCalledAsTheContractCallsThem) {
    EXPECT_EQ(to_string(HoldReason::operator_pause), "operator");
    EXPECT_EQ(to_string(HoldReason::cpu), "cpu");
    EXPECT_EQ(to_string(HoldReason::schedule), "schedule");
    EXPECT_EQ(to_string(HoldReason::share), "share");
    EXPECT_EQ(to_string(HoldReason::disk), "disk");
}

TEST(CleanUp, ComesAtOnceAfterAWhileOrNever) {
    PauseConfig pause;
    EXPECT_EQ(suspended_before_clean_up(pause), 10min);
    pause.on_hold = OnHold::cleanup;
    EXPECT_EQ(suspended_before_clean_up(pause), 0s);
    pause.on_hold = OnHold::suspend;
    pause.cleanup_after.reset();
    EXPECT_EQ(suspended_before_clean_up(pause), std::nullopt);
}

} // namespace
} // namespace av1encd
