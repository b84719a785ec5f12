#include "daemon/core/stall_watch.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

using namespace std::chrono_literals;
using Look = StallWatch::Look;

constexpr std::uint64_t small_picture = 320 * 240;
constexpr std::uint64_t full_hd = 1920 * 1080;

/// With one thread that always has the CPU.
Look at(StallWatch::Span ran, std::int64_t frames) {
    return {ran, frames, 0, ran, 0s};
}

bool stalls(StallWatch& watch, const Look& look) {
    return watch.stalled(look).has_value();
}

TEST(StallWatch, GivesTwoMinutesAtLeast) {
    StallWatch watch(small_picture, at(0s, 0));
    EXPECT_FALSE(stalls(watch, at(1s, 25)));
    EXPECT_FALSE(stalls(watch, at(1s + 119s, 25)));
    EXPECT_EQ(watch.stalled(at(1s + 120s, 25)), 120s);
}

TEST(StallWatch, TakesBytesForProgressToo) {
    StallWatch watch(small_picture, at(0s, 0));
    EXPECT_FALSE(stalls(watch, at(1s, 25)));
    auto flushed = at(121s, 25);
    flushed.bytes = 1;
    EXPECT_FALSE(stalls(watch, flushed));
}

TEST(StallWatch, GivesASlowEncoderTheTimeOfManyFrames) {
    StallWatch watch(full_hd, at(0s, 0));
    for (int frame = 1; frame <= 10; ++frame)
        EXPECT_FALSE(stalls(watch, at(frame * 3s, frame)));
    EXPECT_EQ(watch.patience(), 600s);
    EXPECT_FALSE(stalls(watch, at(30s + 599s, 10)));
    EXPECT_TRUE(stalls(watch, at(30s + 600s, 10)));
}

TEST(StallWatch, RemembersTheLongestSilence) {
    StallWatch watch(small_picture, at(0s, 0));
    EXPECT_FALSE(stalls(watch, at(100s, 1'000)));
    EXPECT_FALSE(stalls(watch, at(100s + 499s, 1'000)));
    EXPECT_TRUE(stalls(watch, at(100s + 500s, 1'000)));
}

TEST(StallWatch, GivesALargePictureMoreTimeForItsFirstFrame) {
    StallWatch small(small_picture, at(0s, 0));
    StallWatch large(full_hd, at(0s, 0));
    EXPECT_TRUE(stalls(small, at(120s, 0)));
    EXPECT_FALSE(stalls(large, at(30min, 0)));
    EXPECT_TRUE(stalls(large, at(35min, 0)));
}

TEST(StallWatch, CountsNoTimeInWhichOthersHadTheCpu) {
    StallWatch watch(small_picture, {0s, 0, 0, 0s, 0s});
    EXPECT_FALSE(stalls(watch, {1s, 25, 0, 1s, 0s}));
    // A tenth of the CPU that it wanted.
    EXPECT_FALSE(stalls(watch, {1s + 1'190s, 25, 0, 1s + 119s, 1'071s}));
    EXPECT_TRUE(stalls(watch, {1s + 1'210s, 25, 0, 1s + 121s, 1'089s}));
}

TEST(StallWatch, CountsTheTimeOfOneThatSleeps) {
    StallWatch watch(small_picture, {0s, 0, 0, 0s, 0s});
    EXPECT_TRUE(stalls(watch, {120s, 0, 0, 0s, 0s}));
}

TEST(StallWatch, IsNotLedAstrayByThreadsThatEnded) {
    StallWatch watch(small_picture, {0s, 0, 0, 50s, 50s});
    EXPECT_TRUE(stalls(watch, {120s, 0, 0, 10s, 20s}));
}

} // namespace
} // namespace av1encd
