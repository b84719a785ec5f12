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
    EXPECT_EQ(automatic_workers(Encoder::libaom_av1, {8, 64 * gib}), 8);
    EXPECT_EQ(automatic_workers(Encoder::librav1e, {1, 64 * gib}), 1);
}

TEST(TaskOrder, GivesASlotToTwoCoresForSvtAv1ButNeverLessThanTwo) {
    EXPECT_EQ(automatic_workers(Encoder::libsvtav1, {16, 64 * gib}), 8);
    EXPECT_EQ(automatic_workers(Encoder::libsvtav1, {2, 64 * gib}), 2);
}

TEST(TaskOrder, NeverStartsMoreThanTheMemoryCarries) {
    EXPECT_EQ(automatic_workers(Encoder::libaom_av1, {64, 3 * gib}), 4);
    EXPECT_EQ(automatic_workers(Encoder::libaom_av1, {64, 0}), 1);
}

TEST(TaskOrder, LeavesThreadsToSvtAv1AndSharesTheCoresAmongTheOthers) {
    const WorkLeft much{100, 10, 20, true};
    EXPECT_EQ(automatic_threads(Encoder::libsvtav1, 8, 4, 5, much), 0);
    EXPECT_EQ(automatic_threads(Encoder::libaom_av1, 8, 8, 5, much), 1);
    EXPECT_EQ(automatic_threads(Encoder::libaom_av1, 8, 2, 5, much), 4);
    EXPECT_EQ(automatic_threads(Encoder::libaom_av1, 4, 3, 5, much), 1);
    EXPECT_EQ(automatic_threads(Encoder::libaom_av1, 16, 3, 5, much), 5);
}

TEST(TaskOrder, GivesTheLastSegmentTheCoresThatWouldStandEmpty) {
    EXPECT_EQ(automatic_threads(Encoder::libaom_av1, 2, 2, 10, {10, 1, 2, false}), 2);
    EXPECT_EQ(automatic_threads(Encoder::libaom_av1, 2, 2, 10, {10, 5, 2, false}), 2);
    EXPECT_EQ(automatic_threads(Encoder::libaom_av1, 2, 2, 10, {10, 9, 2, false}), 1);
    EXPECT_EQ(automatic_threads(Encoder::libaom_av1, 8, 8, 10, {10, 68, 8, false}), 1);
    EXPECT_EQ(automatic_threads(Encoder::libaom_av1, 2, 2, 10, {30, 9, 4, false}), 1);
    EXPECT_EQ(automatic_threads(Encoder::libaom_av1, 2, 2, 10, {10, 0, 1, true}), 1);
}

TEST(TaskOrder, BeginsWithHalfOfAnEvenShareWhereTheEndIsInSight) {
    EXPECT_EQ(piece_to_begin(100, {100, 0, 1, false}, 2), 25);
    EXPECT_EQ(piece_to_begin(40, {40, 60, 3, false}, 2), 25);
}

TEST(TaskOrder, BeginsWithAllOfASegmentWhereTheEndIsFarOff) {
    EXPECT_EQ(piece_to_begin(30, {300, 30, 11, false}, 2), std::nullopt);
    EXPECT_EQ(piece_to_begin(100, {100, 0, 1, true}, 2), std::nullopt);
}

TEST(TaskOrder, CutsNothingFinerWhereOneProcessKeepsEveryCoreBusy) {
    EXPECT_EQ(processes_to_fill(Encoder::libsvtav1, 2, 2), 1);
    EXPECT_EQ(processes_to_fill(Encoder::libsvtav1, 3, 3), 2);
    EXPECT_EQ(processes_to_fill(Encoder::libsvtav1, 16, 8), 8);
    EXPECT_EQ(processes_to_fill(Encoder::libsvtav1, 8, 2), 2);
    EXPECT_EQ(processes_to_fill(Encoder::libaom_av1, 2, 2), 2);
    EXPECT_EQ(processes_to_fill(Encoder::librav1e, 16, 12), 12);
    EXPECT_EQ(piece_to_begin(100, {100, 0, 1, false}, 1), std::nullopt);
}

TEST(TaskOrder, GoesByTheMemoryThatAnEncoderWasSeenToTake) {
    EXPECT_EQ(automatic_workers(Encoder::libaom_av1, {64, 8 * gib, 0, 2 * gib}), 4);
    EXPECT_EQ(automatic_workers(Encoder::libaom_av1, {2, 8 * gib, 0, 1}), 2);
    EXPECT_EQ(automatic_workers(Encoder::libaom_av1, {64, 4 * gib, 3, 2 * gib}), 5);
}

} // namespace
} // namespace av1encd
