#include "daemon/core/encoder_record.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

constexpr EncoderRecord::Kind aom_24{Encoder::libaom_av1, 6, 24};
constexpr EncoderRecord::Kind aom_60{Encoder::libaom_av1, 6, 60};

TEST(EncoderRecord, TakesALowCrfForSlowerUntilItHasSeenOne) {
    const EncoderRecord record;
    EXPECT_DOUBLE_EQ(record.seconds_for(aom_24, 1e6), 2 * record.seconds_for(aom_60, 1e6));
}

TEST(EncoderRecord, GoesByWhatItHasSeenOfThatCrf) {
    EncoderRecord record;
    record.add(aom_24, {100, 10, 5, 0});
    record.add(aom_24, {300, 10, 5, 0});
    record.add(aom_60, {100, 10, 1, 0});
    EXPECT_DOUBLE_EQ(record.seconds_for(aom_24, 80), 2);
    EXPECT_DOUBLE_EQ(record.seconds_for(aom_60, 80), 0.8);
}

TEST(EncoderRecord, GoesByTheNearestCrfOfTheSameEncoderAndPreset) {
    EncoderRecord record;
    record.add(aom_60, {100, 10, 1, 0});
    record.add({Encoder::libaom_av1, 2, 24}, {100, 10, 99, 0});
    EXPECT_DOUBLE_EQ(record.seconds_for(aom_24, 100), 2);
}

TEST(EncoderRecord, KnowsTheMemoryOfTheLargestPictureThatIsNoLarger) {
    EncoderRecord record;
    EXPECT_EQ(record.memory_for(Encoder::libaom_av1, 10), std::nullopt);
    record.add(aom_24, {100, 10, 1, 1000});
    record.add(aom_60, {100, 10, 1, 800});
    record.add(aom_24, {100, 100, 1, 5000});
    EXPECT_EQ(record.memory_for(Encoder::libaom_av1, 5), 1000U);
    EXPECT_EQ(record.memory_for(Encoder::libaom_av1, 20), 2000U);
    EXPECT_EQ(record.memory_for(Encoder::libaom_av1, 100), 5000U);
    EXPECT_EQ(record.memory_for(Encoder::libsvtav1, 10), std::nullopt);
}

} // namespace
} // namespace av1encd
