#include "daemon/core/opus_layout.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

OpusLayout layout_of(const std::string& layout, int channels) {
    StreamInfo audio;
    audio.channel_layout = layout;
    audio.channels = channels;
    return opus_layout_for(audio);
}

TEST(OpusLayout, IsTheSourcesOrHasTheSamePlacesForTheEar) {
    EXPECT_EQ((OpusLayout{"mono", 1, ""}), layout_of("mono", 1));
    EXPECT_EQ((OpusLayout{"stereo", 2, ""}), layout_of("stereo", 2));
    EXPECT_EQ((OpusLayout{"5.1", 6, ""}), layout_of("5.1(side)", 6));
    EXPECT_EQ((OpusLayout{"7.1", 8, ""}), layout_of("7.1", 8));
}

TEST(OpusLayout, HasRoomForEveryChannelAndSaysSo) {
    EXPECT_EQ((OpusLayout{"5.1", 6, "2.1 is carried in 5.1"}), layout_of("2.1", 3));
    EXPECT_EQ((OpusLayout{"6.1", 7, "4.0 is carried in 6.1"}), layout_of("4.0", 4));
}

TEST(OpusLayout, MixesOnlyWhatOpusHasNoRoomForAndSaysSo) {
    EXPECT_EQ((OpusLayout{"7.1", 8, "hexadecagonal is mixed to 7.1, the most that Opus has"}),
              layout_of("hexadecagonal", 16));
}

TEST(OpusLayout, OfChannelsWithoutPlacesIsFfmpegsGuessUpToEight) {
    EXPECT_EQ((OpusLayout{"stereo", 2, ""}), layout_of("", 2));
    EXPECT_EQ((OpusLayout{"5.1", 6, ""}), layout_of("", 6));
    EXPECT_EQ((OpusLayout{"mono", 1, ""}), layout_of("", 0));
    EXPECT_EQ((OpusLayout{"", 12, "12 channels whose places are not told stay so"}),
              layout_of("", 12));
}

TEST(OpusBitrate, IsAtMost256kAChannel) {
    EXPECT_EQ(96'000U, opus_bitrate(96'000, layout_of("mono", 1)));
    EXPECT_EQ(256'000U, opus_bitrate(300'000, layout_of("mono", 1)));
    EXPECT_EQ(300'000U, opus_bitrate(300'000, layout_of("stereo", 2)));
}

} // namespace
} // namespace av1encd
