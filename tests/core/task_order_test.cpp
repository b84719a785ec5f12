#include "daemon/core/task_order.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

constexpr std::uint64_t gib = 1ULL << 30;

TEST(TaskOrder, ServesTheOldestChunkFirst) {
    EXPECT_EQ(next_segment({{2, 100, 0}, {1, 5, 1}}), 1U);
}

TEST(TaskOrder, ServesTheLongestRenditionOfAChunkFirst) {
    EXPECT_EQ(next_segment({{1, 5, 0}, {1, 100, 1}, {1, 7, 2}}), 1U);
}

TEST(TaskOrder, ServesEqualOnesInTheOrderOfArrival) {
    EXPECT_EQ(next_segment({{1, 5, 8}, {1, 5, 3}}), 1U);
}

TEST(TaskOrder, HasNothingForASlotWhereNothingWaits) {
    EXPECT_EQ(next_segment({}), std::nullopt);
}

TEST(TaskOrder, GivesASlotToEveryCoreWhereAnEncoderFillsOne) {
    EXPECT_EQ(automatic_workers(Encoder::libaom_av1, 8, 64 * gib), 8);
    EXPECT_EQ(automatic_workers(Encoder::librav1e, 1, 64 * gib), 1);
}

TEST(TaskOrder, GivesASlotToTwoCoresForSvtAv1ButNeverLessThanTwo) {
    EXPECT_EQ(automatic_workers(Encoder::libsvtav1, 16, 64 * gib), 8);
    EXPECT_EQ(automatic_workers(Encoder::libsvtav1, 2, 64 * gib), 2);
}

TEST(TaskOrder, NeverStartsMoreThanTheMemoryCarries) {
    EXPECT_EQ(automatic_workers(Encoder::libaom_av1, 64, 3 * gib), 4);
    EXPECT_EQ(automatic_workers(Encoder::libaom_av1, 64, 0), 1);
}

TEST(TaskOrder, LeavesThreadsToSvtAv1AndSharesTheCoresAmongTheOthers) {
    EXPECT_EQ(automatic_threads(Encoder::libsvtav1, 8, 4), 0);
    EXPECT_EQ(automatic_threads(Encoder::libaom_av1, 8, 8), 1);
    EXPECT_EQ(automatic_threads(Encoder::libaom_av1, 8, 2), 4);
}

} // namespace
} // namespace av1encd
