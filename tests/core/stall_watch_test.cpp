#include "daemon/core/stall_watch.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace av1encd {
namespace {

using namespace std::chrono_literals;
using Span = StallWatch::Span;

constexpr std::uint64_t small_picture = 320 * 240;
constexpr std::uint64_t full_hd = 1920 * 1080;

/// An encoder that is looked at every 10 s, and in the end.
class Encoder {
public:
    explicit Encoder(std::uint64_t pixels) : watch(pixels, {}) {}

    /// It got so many frames on, after that time; false: taken for stalled.
    bool encodes(std::int64_t frames, Span time) { return works_on(time - 1ns) && gets_on(frames); }
    /// It made no progress for that time; false: taken for stalled.
    bool works_on(Span time) {
        for (; time > Span::zero(); time -= 10s) {
            const auto step = std::min<Span>(time, 10s);
            look.ran += step;
            look.cpu_used += step / 10 * tenths_of_cpu;
            look.cpu_waited_for += step / 10 * (10 - tenths_of_cpu);
            if (watch.stalled(look))
                return false;
        }
        return true;
    }

    StallWatch watch;
    StallWatch::Look look;
    int tenths_of_cpu = 10; ///< of what it wants

private:
    bool gets_on(std::int64_t frames) {
        look.ran += 1ns;
        look.frames += frames;
        return !watch.stalled(look);
    }
};

TEST(StallWatch, GivesTwoMinutesAtLeastAndTellsHowLongItWas) {
    Encoder encoder(small_picture);
    EXPECT_TRUE(encoder.encodes(25, 1s));
    EXPECT_TRUE(encoder.works_on(119s));
    encoder.look.ran += 1s;
    EXPECT_EQ(encoder.watch.stalled(encoder.look), 120s);
}

TEST(StallWatch, TakesBytesForProgressToo) {
    Encoder encoder(small_picture);
    EXPECT_TRUE(encoder.encodes(25, 1s));
    EXPECT_TRUE(encoder.works_on(119s));
    encoder.look.bytes = 1;
    EXPECT_TRUE(encoder.works_on(2s));
}

TEST(StallWatch, GivesASlowEncoderTheTimeOfManyFrames) {
    Encoder encoder(full_hd);
    for (int frame = 0; frame < 10; ++frame)
        EXPECT_TRUE(encoder.encodes(1, 3s));
    EXPECT_EQ(encoder.watch.patience(), 600s);
    EXPECT_TRUE(encoder.works_on(599s));
    EXPECT_FALSE(encoder.works_on(1s));
}

TEST(StallWatch, RemembersTheLongestSilence) {
    Encoder encoder(small_picture);
    EXPECT_TRUE(encoder.encodes(1'000, 100s));
    EXPECT_TRUE(encoder.works_on(499s));
    EXPECT_FALSE(encoder.works_on(1s));
}

TEST(StallWatch, GivesALargePictureMoreTimeForItsFirstFrame) {
    EXPECT_FALSE(Encoder(small_picture).works_on(120s));
    EXPECT_TRUE(Encoder(full_hd).works_on(34min));
    EXPECT_FALSE(Encoder(full_hd).works_on(35min));
}

TEST(StallWatch, CountsNoTimeInWhichOthersHadTheCpu) {
    Encoder encoder(small_picture);
    encoder.tenths_of_cpu = 1;
    EXPECT_TRUE(encoder.works_on(1'190s));
    EXPECT_FALSE(encoder.works_on(20s));
}

TEST(StallWatch, CountsTheTimeOfOneThatSleeps) {
    Encoder encoder(small_picture);
    for (int look = 0; look < 11; ++look) {
        encoder.look.ran += 10s;
        EXPECT_FALSE(encoder.watch.stalled(encoder.look));
    }
    encoder.look.ran += 10s;
    EXPECT_TRUE(encoder.watch.stalled(encoder.look));
}

TEST(StallWatch, CountsLittleOfATimeInWhichNobodyLooked) {
    Encoder encoder(small_picture);
    encoder.look.ran += 24h;
    EXPECT_FALSE(encoder.watch.stalled(encoder.look));
    EXPECT_TRUE(encoder.works_on(59s));
    EXPECT_FALSE(encoder.works_on(1s));
}

TEST(StallWatch, IsNotLedAstrayByThreadsThatEnded) {
    StallWatch watch(small_picture, {0s, 0, 0, 50s, 50s});
    EXPECT_FALSE(watch.stalled({60s, 0, 0, 10s, 20s}));
    EXPECT_TRUE(watch.stalled({120s, 0, 0, 10s, 20s}));
}

} // namespace
} // namespace av1encd
