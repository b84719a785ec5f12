#include "daemon/core/frame_times.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace av1encd {
namespace {

FrameTimes parse(std::string_view text) {
    FrameTimesParser parser;
    parser.feed(text);
    return parser.finish();
}

constexpr std::string_view video_and_two_audio_streams =
    "#software: Lavf59.27.100\n"
    "#tb 0: 1/12800\n"
    "#media_type 0: video\n"
    "#codec_id 0: rawvideo\n"
    "#dimensions 0: 2x2\n"
    "#sar 0: 1/1\n"
    "#tb 1: 1/48000\n"
    "#media_type 1: audio\n"
    "#tb 2: 1/44100\n"
    "#media_type 2: audio\n"
    "1,      -1024,      -1024,     1024,     2048, 0xb4f3f517\n"
    "0,          0,          0,      512,        6, 0xb55b1fad\n"
    "2,          7,          7,     1152,     2304, 0x969af994\n"
    "1,          0,          0,     1024,     2048, 0x969af994\n"
    "0,        512,        512,      512,        6, 0xadca16fc\n"
    "1,       1024,       1024,      960,     1920, 0x564a0397\n";

FrameTimes times_of_those() {
    FrameTimes times;
    times.time_base = {1, 12800};
    times.pictures = {0, 512};
    times.audio = {{{1, 48000}, -1024, 1984, 1024}, {{1, 44100}, 7, 1159, 1152}};
    return times;
}

FrameTimes pictures_at(Rational base, std::vector<std::int64_t> pictures) {
    FrameTimes times;
    times.time_base = base;
    times.pictures = std::move(pictures);
    return times;
}

TEST(FrameTimes, TakesPicturesAndTheSpansOfAudioStreams) {
    EXPECT_EQ(parse(video_and_two_audio_streams), times_of_those());
}

TEST(FrameTimes, GivesTheSameForEverySplitOfTheText) {
    for (std::size_t piece = 1; piece <= video_and_two_audio_streams.size(); ++piece) {
        FrameTimesParser parser;
        for (std::size_t at = 0; at < video_and_two_audio_streams.size(); at += piece) {
            parser.feed(video_and_two_audio_streams.substr(at, piece));
        }
        EXPECT_EQ(parser.finish(), times_of_those()) << "pieces of " << piece;
    }
}

TEST(FrameTimes, LeavesOutAnAudioStreamThatGaveNothing) {
    FrameTimes expected = pictures_at({1, 10}, {0});
    expected.audio = {{{1, 48000}, 5, 10, 5}};
    EXPECT_EQ(parse("#tb 0: 1/10\n#tb 1: 1/44100\n#tb 2: 1/48000\n"
                    "0, 0, 0, 1, 6, 0x0\n2, 5, 5, 5, 20, 0x0\n"),
              expected);
}

TEST(FrameTimes, KeepsPicturesInTheOrderTheyCame) {
    EXPECT_EQ(parse("#tb 0: 1/10\n0, 1, 5, 1, 6, 0x0\n0, 2, 3, 1, 6, 0x0\n"),
              pictures_at({1, 10}, {5, 3}));
}

TEST(FrameTimes, EndsAudioAtItsLatestTimeHoweverItCame) {
    EXPECT_EQ(parse("#tb 1: 1/8\n1, 9, 9, 4, 0, 0x0\n1, 3, 3, 4, 0, 0x0\n").audio,
              (std::vector<AudioSpan>{{{1, 8}, 9, 13, 4}}));
}

TEST(FrameTimes, LeavesOutWhatIsNotFramecrc) {
    EXPECT_EQ(parse("\n#\n#tb\n#tb x\n#tb 0: 1/0\n#tb 99999999999: 1/1\nhello\n0, 1\n"
                    "99999999999, 1, 1, 1, 1, 0x0\n-1, 1, 1, 1, 1, 0x0\n"),
              FrameTimes{});
}

TEST(FrameTimes, TakesALastLineWithoutNewlineAndIsAsNewAfterTheEnd) {
    FrameTimesParser parser;
    parser.feed("#tb 0: 1/10\n#tb 1: 1/8\n1, 0, 0, 1, 1, 0x0\n0, 4, 4, 1, 6, 0x0");
    EXPECT_EQ(parser.finish().pictures, (std::vector<std::int64_t>{4}));
    parser.feed("0, 7, 7, 1, 6, 0x0\n");
    EXPECT_EQ(parser.finish(), pictures_at({1, 1}, {7}));
}

TEST(FrameTimes, TakesAMillionLines) {
    constexpr std::size_t lines = 1'000'000;
    std::string text = "#tb 0: 1/25\n";
    for (std::size_t i = 0; i < lines; ++i) {
        text += "0,          7,          7,        1,        6, 0x01234567\n";
    }
    EXPECT_EQ(parse(text), pictures_at({1, 25}, std::vector<std::int64_t>(lines, 7)));
}

TEST(FrameTimesDifference, FindsNoneBetweenEqualTimesInOtherTimeBasesAndFromOtherStarts) {
    EXPECT_EQ(difference(pictures_at({1, 90000}, {133200, 136800, 144000}),
                         pictures_at({1, 12800}, {0, 512, 1536})),
              std::nullopt);
    EXPECT_EQ(difference({}, {}), std::nullopt);
}

TEST(FrameTimesDifference, NamesTheNumbersOfFrames) {
    EXPECT_EQ(difference(pictures_at({1, 25}, {0, 1, 2}), pictures_at({1, 25}, {0, 1})),
              "2 frames instead of 3");
    EXPECT_EQ(difference({}, pictures_at({1, 25}, {0})), "1 frames instead of 0");
}

TEST(FrameTimesDifference, NamesTheFirstFrameThatIsElsewhere) {
    EXPECT_EQ(difference(pictures_at({1, 2000}, {500, 1000, 1500, 2000}),
                         pictures_at({1, 2000}, {0, 501, 1001, 1500})),
              "frame 2 at 0.2505 s instead of 0.25 s");
}

TEST(FrameTimesDifference, SeesOneTickOfAFineClockAfterADay) {
    EXPECT_EQ(difference(pictures_at({1, 90000}, {0, 7776000000}),
                         pictures_at({1, 90000}, {0, 7776000001})),
              "frame 2 at 86400.00001 s instead of 86400 s");
}

TEST(FrameTimesDifference, ComparesTimesAsFarApartAsTheyCanBe) {
    constexpr auto earliest = std::numeric_limits<std::int64_t>::min();
    constexpr auto latest = std::numeric_limits<std::int64_t>::max();
    const auto far_apart = pictures_at({1, 1}, {earliest, latest});
    EXPECT_EQ(difference(far_apart, far_apart), std::nullopt);
    EXPECT_NE(difference(far_apart, pictures_at({1, 1}, {0, -1})), std::nullopt);
}

TEST(SegmentDifference, ComparesWithThePicturesOfTheRangeAlone) {
    const FrameTimes source{{1, 10}, {3, 4, 5, 6, 7, 9}, {}};
    const Rational clock{1, 100};
    const FrameTimes middle{{1, 1000}, {0, 100, 200}, {}};
    EXPECT_EQ(segment_difference(source, 50, 80, clock, middle), std::nullopt);
    EXPECT_EQ(segment_difference(source, 50, 70, clock, middle), "3 frames instead of 2");
    EXPECT_EQ(segment_difference(source, 60, std::nullopt, clock, middle),
              "frame 3 at 0.2 s instead of 0.3 s");
    EXPECT_EQ(segment_difference(source, std::nullopt, 60, clock, middle), std::nullopt);
}

} // namespace
} // namespace av1encd
