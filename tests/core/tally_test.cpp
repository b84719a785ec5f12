#include "daemon/core/tally.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;
using Chunks = std::vector<ChunkTally>;

constexpr JobId first{1};
constexpr JobId second{2};

TEST(Tally, CountsSourceBytesTimesRenditions) {
    Tally tally;
    tally.add_job(1, first, 1000, 2, 0s);
    tally.set_fraction(first, 24, 0.5);
    tally.set_fraction(first, 60, 1);
    EXPECT_EQ(tally.chunks(10s), (Chunks{{1, 1500, 2000, 10, false}}));
}

TEST(Tally, GoesByTheLadderThatAJobIsPlannedWith) {
    Tally tally;
    tally.add_job(1, first, 1000, 2, 0s);
    tally.set_renditions(first, 3);
    EXPECT_EQ(tally.chunks(1s), (Chunks{{1, 0, 3000, 1, false}}));
}

TEST(Tally, NeverRunsBackwards) {
    Tally tally;
    tally.add_job(1, first, 1000, 1, 0s);
    tally.set_fraction(first, 24, 0.8);
    tally.set_fraction(first, 24, 0.1);
    EXPECT_EQ(tally.fraction(first, 24), 0.8);
}

TEST(Tally, AddsUpTheSegmentsOfARendition) {
    Tally tally;
    tally.add_job(1, first, 1000, 1, 0s);
    tally.set_segment(first, 24, 0, 0.25);
    tally.set_segment(first, 24, 90, 0.125);
    tally.set_segment(first, 24, 0, 0.5);
    EXPECT_EQ(tally.fraction(first, 24), 0.625);
    tally.set_segment(first, 24, 90, 0);
    EXPECT_EQ(tally.fraction(first, 24), 0.625);
    EXPECT_EQ(tally.done_now(first, 24), 0.5);
    tally.set_segment(first, 24, 90, 0.25);
    EXPECT_EQ(tally.chunks(1s), (Chunks{{1, 750, 1000, 1, false}}));
}

TEST(Tally, FinishesAChunkWithItsLastJob) {
    Tally tally;
    tally.add_job(1, first, 1000, 2, 0s);
    tally.add_job(1, second, 500, 2, 1s);
    tally.end_job(first, 4s);
    EXPECT_EQ(tally.chunks(5s), (Chunks{{1, 2000, 3000, 5, false}}));
    tally.end_job(second, 6s);
    EXPECT_EQ(tally.chunks(60s), (Chunks{{1, 3000, 3000, 6, true}}));
}

TEST(Tally, CountsAJobThatWasGivenBackNoMore) {
    Tally tally;
    tally.add_job(1, first, 1000, 1, 0s);
    tally.add_job(1, second, 500, 1, 0s);
    tally.set_fraction(first, 24, 0.9);
    tally.drop_job(first, 1s);
    EXPECT_EQ(tally.chunks(2s), (Chunks{{1, 0, 500, 2, false}}));
}

TEST(Tally, ForgetsAChunkOfWhichAllWasGivenBack) {
    Tally tally;
    tally.add_job(1, first, 500, 1, 0s);
    tally.drop_job(first, 1s);
    EXPECT_EQ(tally.chunks(2s), Chunks{});
}

TEST(Tally, KeepsTheLastTenFinishedChunks) {
    Tally tally;
    for (int chunk = 1; chunk <= 12; ++chunk) {
        tally.add_job(chunk, JobId{chunk}, 10, 1, 0s);
        tally.end_job(JobId{chunk}, 1s);
    }
    tally.add_job(13, JobId{13}, 10, 1, 0s);
    const auto chunks = tally.chunks(1s);
    ASSERT_EQ(chunks.size(), 11U);
    EXPECT_EQ(chunks.front().chunk, 3);
    EXPECT_EQ(chunks.back().chunk, 13);
}

TEST(Tally, SumsUpWhatWasDoneSinceTheStart) {
    Tally tally;
    tally.add_job(1, first, 2ULL << 20, 1, 0s);
    tally.end_job(first, 30s);
    tally.add_job(2, second, 4ULL << 20, 1, 30s);
    tally.set_fraction(second, 24, 0.5);
    EXPECT_EQ(tally.total(60s), (TotalTally{4ULL << 20, 60, 4}));
}

TEST(WorkClock, StandsStillWhileEverythingIsStopped) {
    const WorkClock::Ticks start{};
    WorkClock clock(start);
    clock.stop(start + 10s);
    clock.stop(start + 12s);
    EXPECT_EQ(clock.worked(start + 100s), 10s);
    clock.go_on(start + 100s);
    EXPECT_EQ(clock.worked(start + 105s), 15s);
}

} // namespace
} // namespace av1encd
