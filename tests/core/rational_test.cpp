#include "daemon/core/rational.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace av1encd {
namespace {

constexpr auto earliest = std::numeric_limits<std::int64_t>::min();
constexpr auto latest = std::numeric_limits<std::int64_t>::max();
constexpr Rational coarsest{std::numeric_limits<std::int32_t>::max(), 1};
constexpr Rational finest{1, std::numeric_limits<std::int32_t>::max()};

TEST(Rational, ComparesTicksOfDifferentTimeBasesByTheirTime) {
    EXPECT_EQ(compare_ticks(1001, {1, 30000}, 3003, {1, 90000}), 0);
    EXPECT_LT(compare_ticks(1000, {1, 30000}, 3003, {1, 90000}), 0);
    EXPECT_GT(compare_ticks(1, {1, 24}, 1, {1, 25}), 0);
    EXPECT_LT(compare_ticks(-1, {1, 24}, -1, {1, 25}), 0);
}

TEST(Rational, TellsApartTimesThatDoublesDoNot) {
    EXPECT_GT(compare_ticks(9007199254740993, {1, 1}, 9007199254740992, {1, 1}), 0);
    EXPECT_LT(compare_ticks(9007199254740992, {1, 90000}, 9007199254740993, {1, 90000}), 0);
}

TEST(Rational, ComparesTheLargestTicksInTheLargestAndSmallestTimeBases) {
    EXPECT_GT(compare_ticks(latest, coarsest, latest, finest), 0);
    EXPECT_LT(compare_ticks(earliest, coarsest, latest, coarsest), 0);
    EXPECT_EQ(compare_ticks(earliest, finest, earliest, finest), 0);
}

TEST(Rational, ComparesSpansThatNoSingleTimestampHolds) {
    const TickSpan whole{earliest, latest, coarsest};
    const TickSpan half{0, latest, coarsest};
    EXPECT_GT(compare_spans(whole, half), 0);
    EXPECT_EQ(compare_spans(whole, whole), 0);
}

TEST(Rational, ComparesSpansWhereverTheyBegin) {
    EXPECT_EQ(compare_spans({133200, 136800, {1, 90000}}, {0, 512, {1, 12800}}), 0);
    EXPECT_LT(compare_spans({133200, 136799, {1, 90000}}, {0, 512, {1, 12800}}), 0);
}

TEST(Rational, GivesASpanInSeconds) {
    EXPECT_DOUBLE_EQ((TickSpan{133200, 136800, {1, 90000}}.seconds()), 0.04);
    EXPECT_DOUBLE_EQ((TickSpan{earliest, latest, {1, 1}}.seconds()), 18446744073709551615.0);
}

} // namespace
} // namespace av1encd
