#include "daemon/core/packet_times.hpp"

#include <gtest/gtest.h>

namespace av1encd {
namespace {

PacketTimes parse(std::string_view text) {
    PacketTimesParser parser;
    parser.feed(text);
    return parser.finish();
}

// I P B B I P B B of a closed GOP, as ffprobe gives a good MP4.
constexpr std::string_view two_gops = "1024,0,K_\n2560,512,__\n1536,1024,__\n2048,1536,__\n"
                                      "3072,2048,K_\n4608,2560,__\n3584,3072,__\n4096,3584,__\n";

PacketTimes times_of_two_gops() {
    PacketTimes times;
    times.promised_pictures = 8;
    times.distinct_times = 8;
    times.keyframes = {{1024, 0}, {3072, 4}};
    times.last_time = 4608;
    return times;
}

TEST(PacketTimes, CountsPicturesAndFindsKeyframes) {
    EXPECT_EQ(parse(two_gops), times_of_two_gops());
}

TEST(PacketTimes, GivesTheSameForEverySplitOfTheText) {
    for (std::size_t piece = 1; piece <= two_gops.size(); ++piece) {
        PacketTimesParser parser;
        for (std::size_t at = 0; at < two_gops.size(); at += piece) {
            parser.feed(two_gops.substr(at, piece));
        }
        EXPECT_EQ(parser.finish(), times_of_two_gops()) << "pieces of " << piece;
    }
}

TEST(PacketTimes, TakesALastLineWithoutNewline) {
    EXPECT_EQ(parse("0,0,K_\n512,512,__").promised_pictures, 2U);
}

TEST(PacketTimes, PromisesNoPictureForPacketsThatAreNotShown) {
    PacketTimes expected;
    expected.promised_pictures = 2;
    expected.distinct_times = 2;
    expected.last_time = 512;
    EXPECT_EQ(parse("-1024,-1024,KD\n-512,-512,_D\n0,0,__\n512,512,__\n"), expected);
}

TEST(PacketTimes, CountsPicturesThatShareATimestampOnce) {
    PacketTimes expected;
    expected.promised_pictures = 4;
    expected.distinct_times = 2;
    expected.keyframes = {{0, 0}};
    expected.last_time = 1;
    EXPECT_EQ(parse("0,0,K_\n0,0,__\n1,1,__\n1,1,__\n"), expected);
}

TEST(PacketTimes, CountsThePicturesShownBeforeTheFirstKeyframe) {
    PacketTimes expected;
    expected.promised_pictures = 4;
    expected.distinct_times = 4;
    expected.leading_pictures = 2;
    expected.keyframes = {{147600, 2}};
    expected.last_time = 151200;
    EXPECT_EQ(parse("147600,126000,K_,\n\n140400,129600,__,\n\n144000,133200,__,\n\n"
                    "151200,136800,__,\n\n"),
              expected);
}

TEST(PacketTimes, GoesByDecodingTimesWhereThereAreNoOthers) {
    PacketTimes expected;
    expected.promised_pictures = 3;
    expected.distinct_times = 3;
    expected.last_time = 2;
    EXPECT_EQ(parse("N/A,0,K_\nN/A,1,__\nN/A,2,__\n"), expected);
}

TEST(PacketTimes, CountsPacketsWithNoTimeAsPicturesButNotAsTimes) {
    PacketTimes expected;
    expected.promised_pictures = 3;
    expected.distinct_times = 2;
    expected.keyframes = {{0, 0}};
    expected.last_time = 40;
    EXPECT_EQ(parse("0,N/A,K_\nN/A,N/A,__\n40,0,__\n"), expected);
}

TEST(PacketTimes, SeesDecodingTimesThatJumpBack) {
    EXPECT_FALSE(parse("5,0,K_\n3,1,__\n4,1,__\n").jumps_back);
    EXPECT_TRUE(parse("5,8,K_\n6,9,__\n5,8,__\n").jumps_back);
}

TEST(PacketTimes, SeesPacketsThatTheDemuxerFlagsCorrupt) {
    EXPECT_FALSE(parse("0,0,K__\n1,1,___\n").corrupt);
    EXPECT_TRUE(parse("0,0,K__\n1,1,__C\n").corrupt);
}

TEST(PacketTimes, SortsKeyframesAndNamesEachOnce) {
    EXPECT_EQ(parse("9,0,K_\n3,1,K_\n9,2,K_\n").keyframes, (std::vector<Keyframe>{{3, 0}, {9, 1}}));
}

TEST(PacketTimes, GivesNothingForNoPackets) {
    EXPECT_EQ(parse("\n\n"), PacketTimes{});
}

TEST(PacketTimes, TellsHowManyPicturesThereAreSoFar) {
    PacketTimesParser parser;
    parser.feed("0,0,K_\n1,1,__\n2,2,_");
    EXPECT_EQ(parser.pictures(), 2U);
    parser.feed("_\n");
    EXPECT_EQ(parser.pictures(), 3U);
}

TEST(PacketTimes, IsAsNewAfterTheEnd) {
    PacketTimesParser parser;
    parser.feed("7,7,KC\n6,6,__\n");
    parser.finish();
    parser.feed(two_gops);
    EXPECT_EQ(parser.finish(), times_of_two_gops());
}

TEST(PacketTimes, TakesAMillionLinesInPieces) {
    constexpr std::uint64_t rounds = 250'000;
    PacketTimesParser parser;
    for (std::uint64_t i = 0; i < rounds; ++i) {
        parser.feed("0,0,K_\n1,1,__\n1,1");
        parser.feed(",__\n2,2,_D\n0,0,__\n");
    }
    const auto times = parser.finish();
    EXPECT_EQ(times.promised_pictures, rounds * 4);
    EXPECT_EQ(times.distinct_times, 2U);
    EXPECT_EQ(times.keyframes, (std::vector<Keyframe>{{0, 0}}));
}

} // namespace
} // namespace av1encd
