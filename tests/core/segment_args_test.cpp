#include "daemon/core/ffmpeg_args.hpp"

#include "tests/core/command_words.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace av1encd {
namespace {

Words segment(const EncodePlan& plan, const SegmentRange& range = {0, std::nullopt}, int crf = 24,
              const SegmentTweaks& tweaks = {}) {
    return segment_command(plan, crf, range, 1, tweaks, "/w/source", "mov", "/w/24/0").arguments;
}

Words encoder_part(const Words& words) {
    return {std::ranges::find(words, "-c:v"), std::ranges::find(words, "-video_track_timescale")};
}

TEST(SegmentCommand, EncodesAWholeRenditionWithSvtAv1) {
    EXPECT_EQ((FfmpegCommand{Program::ffmpeg,
                             {"-nostdin",
                              "-hide_banner",
                              "-v",
                              "error",
                              "-xerror",
                              "-nostats",
                              "-progress",
                              "pipe:1",
                              "-stats_period",
                              "1",
                              "-copyts",
                              "-noautorotate",
                              "-max_pixels",
                              "268435456",
                              "-protocol_whitelist",
                              "file,pipe",
                              "-format_whitelist",
                              "mov",
                              "-i",
                              "file:/w/source",
                              "-map",
                              "0:V:0",
                              "-map_metadata",
                              "-1",
                              "-map_chapters",
                              "-1",
                              "-vf",
                              "setpts=PTS-STARTPTS",
                              "-fps_mode",
                              "passthrough",
                              "-enc_time_base:v",
                              "-1",
                              "-c:v",
                              "libsvtav1",
                              "-preset",
                              "6",
                              "-svtav1-params",
                              "crf=24:fps-num=25:fps-denom=1:lp=1",
                              "-video_track_timescale",
                              "90000",
                              "-movie_timescale",
                              "90000",
                              "-f",
                              "mp4",
                              "-y",
                              "file:/w/24/0"},
                             {"SVT_LOG=1"}}),
              segment_command(plan_of_video(), 24, {0, std::nullopt}, 1, {}, "/w/source", "mov",
                              "/w/24/0"));
}

TEST(SegmentCommand, HandsSvtAv1HdrMetadataAndTheSettingsOfExtraArgsTogether) {
    auto plan = plan_of_video();
    plan.video.source.mastering_display = "G(1,2)";
    plan.video.source.content_light = "1000,400";
    plan.video.source.average_frame_rate = {0, 1};
    plan.video.extra_args = {"-svtav1-params", "tune=0", "-g", "240"};
    const auto words = segment(plan);
    EXPECT_EQ("crf=24:fps-num=25:fps-denom=1:lp=1:mastering-display=G(1,2):content-light=1000,400:"
              "tune=0",
              value_of(words, "-svtav1-params"));
    EXPECT_EQ("240", value_of(words, "-g"));
}

TEST(SegmentCommand, TellsSvtAv1AFrameRateThatItTakes) {
    const auto parameters = [](Rational rate) {
        auto plan = plan_of_video();
        plan.video.source.average_frame_rate = rate;
        return value_of(segment(plan), "-svtav1-params");
    };
    EXPECT_EQ("crf=24:fps-num=240:fps-denom=1:lp=1", parameters({90000, 1}));
    EXPECT_EQ("crf=24:fps-num=1:fps-denom=1:lp=1", parameters({1, 3600}));
    EXPECT_EQ("crf=24:fps-num=30000:fps-denom=1001:lp=1", parameters({30000, 1001}));
}

TEST(SegmentCommand, EncodesWithLibaom) {
    auto plan = plan_of_video();
    plan.video.encoder = Encoder::libaom_av1;
    plan.video.source.chroma_location = "topleft";
    plan.video.extra_args = {"-aom-params", "sharpness=1", "-lag-in-frames", "19"};
    Words expected = {"-c:v",           "libaom-av1",
                      "-cpu-used",      "6",
                      "-crf",           "24",
                      "-b:v",           "0",
                      "-row-mt",        "1",
                      "-threads",       "1",
                      "-aom-params",    "chroma-sample-position=colocated:sharpness=1",
                      "-lag-in-frames", "19"};
    EXPECT_EQ(expected, encoder_part(segment(plan)));
    expected.insert(expected.end(), {"-lag-in-frames", "0"});
    EXPECT_EQ(expected,
              encoder_part(segment(plan, {0, std::nullopt}, 24, {.no_lag_in_frames = true})));
}

TEST(SegmentCommand, EncodesWithRav1eAtTheQuantizerNearestToTheCrf) {
    auto plan = plan_of_video();
    plan.video.encoder = Encoder::librav1e;
    EXPECT_EQ((Words{"-c:v", "librav1e", "-speed", "6", "-qp", "97", "-threads", "1"}),
              encoder_part(segment(plan)));
    EXPECT_EQ("255", value_of(segment(plan, {0, std::nullopt}, 63), "-qp"));
}

TEST(SegmentCommand, KeepsTheRangeWhenItWritesAPictureAnotherWay) {
    EXPECT_EQ("setpts=PTS-STARTPTS,scale=in_range=full:out_range=full,format=yuv420p",
              value_of(segment(plan_of_video("yuvj420p")), "-vf"));
    auto limited = plan_of_video("nv12");
    limited.video.source.color_range = "tv";
    EXPECT_EQ("setpts=PTS-STARTPTS,scale=in_range=limited:out_range=limited,format=yuv420p",
              value_of(segment(limited), "-vf"));
    auto rgb = plan_of_video("rgb24");
    rgb.video.pixel_format = "gbrp";
    EXPECT_EQ("setpts=PTS-STARTPTS,format=gbrp", value_of(segment(rgb), "-vf"));
}

TEST(SegmentCommand, TakesExactlyThePicturesOfItsRange) {
    auto plan = plan_of_video();
    const auto first = segment(plan, {0, 180'000});
    const auto middle = segment(plan, {180'000, 360'000});
    const auto last = segment(plan, {360'000, std::nullopt});
    EXPECT_EQ("trim=end_pts=180000,setpts=PTS-STARTPTS", value_of(first, "-vf"));
    EXPECT_EQ("trim=start_pts=180000:end_pts=360000,setpts=PTS-STARTPTS", value_of(middle, "-vf"));
    EXPECT_EQ("trim=start_pts=360000,setpts=PTS-STARTPTS", value_of(last, "-vf"));
    EXPECT_EQ(0, std::ranges::count(first, "-ss"));
    const auto seek = std::ranges::find(middle, "-seek_timestamp");
    EXPECT_EQ((Words{"-seek_timestamp", "1", "-ss", "1.000000", "-noaccurate_seek"}),
              (Words{seek, seek + 5}));
}

TEST(SegmentCommand, SeeksToTheKeyframeItselfWhereTheDemuxerFindsIt) {
    auto plan = plan_of_video();
    plan.video.exact_seeks = true;
    EXPECT_EQ("2.000001", value_of(segment(plan, {180'000, 360'000}), "-ss"));
}

TEST(SegmentCommand, GivesPicturesThatShareATimeTicksOfTheirOwn) {
    auto plan = plan_of_video();
    plan.video.shared_times = true;
    const auto words = segment(plan);
    EXPECT_EQ("setpts=PTS-STARTPTS,settb=1/1440000,"
              "setpts=if(N\\,max(PTS\\,PREV_OUTPTS+1)\\,PTS)",
              value_of(words, "-vf"));
    EXPECT_EQ("1:1440000", value_of(words, "-enc_time_base:v"));
    EXPECT_EQ("1440000", value_of(words, "-video_track_timescale"));
}

TEST(SegmentCommand, HasAClockOfWholeTicksThatIsNotTooCoarse) {
    const auto clock_of = [](std::int64_t ticks_per_second) {
        auto plan = plan_of_video();
        plan.video.source.time_base = {1, ticks_per_second};
        return value_of(segment(plan), "-video_track_timescale");
    };
    EXPECT_EQ("16384", clock_of(1));
    EXPECT_EQ("16000", clock_of(1000));
    EXPECT_EQ("2147483647", clock_of(2147483647));
}

TEST(SegmentCommand, PassesErrorsOverWhereDamageIsKept) {
    auto plan = plan_of_video();
    auto strict = segment(plan);
    std::erase(strict, "-xerror");
    plan.damaged = OnDamaged::keep;
    EXPECT_EQ(strict, segment(plan));
}

TEST(KeyframesCommand, HasEachKeyframeEncodedByItself) {
    const auto words = keyframes_command(plan_of_video(), "/w/source", "mov").arguments;
    // -skip_frame is the decoder's.
    EXPECT_LT(std::ranges::find(words, "-skip_frame"), std::ranges::find(words, "-i"));
    EXPECT_EQ(value_of(words, "-skip_frame"), "nokey");
    EXPECT_EQ(value_of(words, "-c:v"), "libaom-av1");
    EXPECT_EQ(value_of(words, "-usage"), "allintra");
    EXPECT_EQ(value_of(words, "-enc_time_base:v"), "-1");
    EXPECT_EQ(value_of(words, "-vf"), "select=key");
    EXPECT_EQ(words.back(), "pipe:1");
}

TEST(KeyframesCommand, ShowsThePicturesAsTheSegmentsDo) {
    const auto words = keyframes_command(plan_of_video("yuv440p"), "/w/source", "mov").arguments;
    EXPECT_EQ(value_of(words, "-vf"), "select=key,format=yuv420p");
}

} // namespace
} // namespace av1encd
