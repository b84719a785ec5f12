#include "daemon/core/line_budget.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;
using Line = LineBudget::Line;

constexpr LineBudget::Ticks begin{1h};

/// How many of `times` are said, one each `apart`.
int said(LineBudget& budget, LineBudget::Ticks from, int times, std::chrono::seconds apart) {
    int count = 0;
    for (int i = 0; i < times; ++i)
        count += budget.spend(from + i * apart) == Line::withheld ? 0 : 1;
    return count;
}

TEST(LineBudget, LetsTheFirstFewThroughAndSaysWhichIsTheLast) {
    LineBudget budget;
    for (int i = 1; i < LineBudget::at_once; ++i)
        EXPECT_EQ(budget.spend(begin), Line::said);
    EXPECT_EQ(budget.spend(begin), Line::said_as_last);
    EXPECT_EQ(budget.spend(begin), Line::withheld);
}

TEST(LineBudget, OfWhatComesEverySecondForADayOneLineAQuarterOfAnHourIsLeft) {
    LineBudget budget;
    EXPECT_EQ(said(budget, begin, 24 * 3600, 1s), LineBudget::at_once + 24 * 4 - 1);
}

TEST(LineBudget, NeverWithholdsWhatComesRarely) {
    LineBudget budget;
    EXPECT_EQ(said(budget, begin, 1000, 15min), 1000);
}

TEST(LineBudget, IsWholeAgainAfterACalmTime) {
    LineBudget budget;
    said(budget, begin, 100, 1s);
    EXPECT_EQ(said(budget, begin + 24h, 100, 1s), LineBudget::at_once);
}

} // namespace
} // namespace av1encd
