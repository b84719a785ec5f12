#include "daemon/core/ffmpeg_args.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace av1encd {
namespace {

using Words = std::vector<std::string>;

const std::string hash(64, 'e');

EncodePlan plan_of_video(const std::string& pixel_format = "yuv420p") {
    EncodePlan plan;
    plan.video.source.kind = StreamKind::video;
    plan.video.source.time_base = {1, 90000};
    plan.video.source.average_frame_rate = {25, 1};
    plan.video.source.pixel_format = pixel_format;
    plan.video.pixel_format = "yuv420p";
    plan.segments = {{0, std::nullopt}};
    return plan;
}

Words segment(const EncodePlan& plan, const SegmentRange& range = {0, std::nullopt}, int crf = 24,
              const SegmentTweaks& tweaks = {}) {
    return segment_command(plan, crf, range, 1, tweaks, "/w/source", "mov", "/w/24/0").arguments;
}

/// The value of an option; the option as often as it may be there.
std::string value_of(const Words& words, const std::string& option) {
    if (std::ranges::count(words, option) != 1)
        return "not there once";
    return *std::next(std::ranges::find(words, option));
}

Words join(const EncodePlan& plan, const FrameTimes& times, const std::filesystem::path& audio) {
    return join_command(plan, times, "/w/list", audio, "/w/source", "mov", hash, "/w/out")
        .arguments;
}

TEST(ProbeCommand, ReadsOneFileAndLittleOfIt) {
    EXPECT_EQ((FfmpegCommand{Program::ffprobe,
                             {"-hide_banner",
                              "-v",
                              "error",
                              "-protocol_whitelist",
                              "file,pipe",
                              "-format_whitelist",
                              "mov",
                              "-max_alloc",
                              "140000000",
                              "-threads",
                              "1",
                              "-of",
                              "json",
                              "-show_format",
                              "-show_streams",
                              "-show_chapters",
                              "-show_entries",
                              "frame=stream_index:frame_side_data",
                              "-read_intervals",
                              "%+#40",
                              "-i",
                              "file:/w/a:b"},
                             {}}),
              probe_command("/w/a:b", "mov"));
}

TEST(PacketsCommand, ShowsThePacketsOfOneStream) {
    EXPECT_EQ((FfmpegCommand{Program::ffprobe,
                             {"-hide_banner", "-v", "error", "-protocol_whitelist", "file,pipe",
                              "-format_whitelist", "mov", "-select_streams", "2", "-show_entries",
                              "packet=pts,dts,flags", "-of", "csv=p=0", "-i", "file:/w/source"},
                             {}}),
              packets_command("/w/source", "mov", 2));
}

TEST(DecodeCommand, PassesTimesThroughAndKeepsNoPictures) {
    const auto command = decode_command("/w/source", "mov", {1, 3}, true);
    EXPECT_EQ((FfmpegCommand{Program::ffmpeg,
                             {"-nostdin",
                              "-hide_banner",
                              "-v",
                              "error",
                              "-xerror",
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
                              "-map",
                              "0:1",
                              "-map",
                              "0:3",
                              "-fps_mode",
                              "passthrough",
                              "-enc_time_base:v",
                              "-1",
                              "-vf",
                              "crop=min(2\\,iw):min(2\\,ih):0:0:exact=1",
                              "-c:v",
                              "rawvideo",
                              "-c:a",
                              "pcm_s16le",
                              "-max_muxing_queue_size",
                              "10000000",
                              "-f",
                              "framecrc",
                              "pipe:1"},
                             {}}),
              command);
}

TEST(DecodeCommand, EndsAtTheFirstErrorOnlyWhereItIsStrict) {
    auto strict = decode_command("/w/source", "mov", {}, true).arguments;
    std::erase(strict, "-xerror");
    EXPECT_EQ(strict, decode_command("/w/source", "mov", {}, false).arguments);
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

Words encoder_part(const Words& words) {
    return {std::ranges::find(words, "-c:v"), std::ranges::find(words, "-video_track_timescale")};
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
    plan.segments = {{0, 180'000}, {180'000, 360'000}, {360'000, std::nullopt}};
    const auto first = segment(plan, plan.segments[0]);
    const auto middle = segment(plan, plan.segments[1]);
    const auto last = segment(plan, plan.segments[2]);
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

TEST(SegmentTimesCommand, ReadsThePacketsWithoutDecoding) {
    const auto words = segment_times_command("/w/s").arguments;
    EXPECT_EQ("copy", value_of(words, "-c"));
    EXPECT_EQ("framecrc", value_of(words, "-f"));
    EXPECT_EQ("mov", value_of(words, "-format_whitelist"));
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

TEST(AudioCommand, EncodesEachStreamInItsLayout) {
    auto plan = plan_of_video();
    AudioPlan surround;
    surround.source.index = 1;
    surround.source.time_base = {1, 1000};
    surround.source.start_pts = -500;
    surround.source.channel_layout = "5.1(side)";
    surround.codec = "libopus";
    surround.bitrate = 96'000;
    auto placeless = surround;
    placeless.source.index = 4;
    placeless.source.channel_layout = "";
    placeless.source.channels = 12;
    plan.audio = {surround, placeless};
    EXPECT_EQ((FfmpegCommand{Program::ffmpeg,
                             {"-nostdin",
                              "-hide_banner",
                              "-v",
                              "error",
                              "-xerror",
                              "-copyts",
                              "-itsoffset",
                              "11.000000",
                              "-protocol_whitelist",
                              "file,pipe",
                              "-format_whitelist",
                              "mov",
                              "-i",
                              "file:/w/source",
                              "-map",
                              "0:1",
                              "-map",
                              "0:4",
                              "-map_metadata",
                              "-1",
                              "-map_chapters",
                              "-1",
                              "-filter:a:0",
                              "aformat=sample_rates=48000:channel_layouts=5.1",
                              "-c:a:0",
                              "libopus",
                              "-b:a:0",
                              "96000",
                              "-mapping_family:a:1",
                              "255",
                              "-filter:a:1",
                              "aformat=sample_rates=48000",
                              "-c:a:1",
                              "libopus",
                              "-b:a:1",
                              "96000",
                              "-max_muxing_queue_size",
                              "10000000",
                              "-movie_timescale",
                              "48000",
                              "-f",
                              "mp4",
                              "-y",
                              "file:/w/audio"},
                             {}}),
              audio_command(plan, "/w/source", "mov", "/w/audio"));
}

TEST(ConcatList, NamesOneFileWithoutADuration) {
    EXPECT_EQ("ffconcat version 1.0\nfile 'file:/w/a'\\''b'\n",
              concat_list(plan_of_video(), {{{0, std::nullopt}, "/w/a'b"}}));
}

TEST(ConcatList, RoundsNoErrorUpOverManyCuts) {
    auto plan = plan_of_video();
    plan.video.source.time_base = {1001, 30000};
    plan.cuts.start = 10;
    EXPECT_EQ(
        "ffconcat version 1.0\n"
        "file 'file:/a'\nduration 33367us\n"
        "file 'file:/b'\nduration 33366us\n"
        "file 'file:/c'\nduration 33367us\n"
        "file 'file:/d'\n",
        concat_list(
            plan,
            {{{10, 11}, "/a"}, {{11, 12}, "/b"}, {{12, 13}, "/c"}, {{13, std::nullopt}, "/d"}}));
}

TEST(JoinCommand, PutsTheFirstPictureAtZeroAndTheRestBesideIt) {
    auto plan = plan_of_video();
    plan.video.source.dispositions = {{"default", 1}};
    AudioPlan audio;
    audio.source.index = 1;
    audio.source.tags = {{"language", "deu"}, {"title", "Ton"}, {"handler_name", "SoundHandler"}};
    audio.source.dispositions = {{"comment", 1}, {"default", 1}};
    plan.audio = {audio};
    SubtitlePlan subtitle;
    subtitle.source.index = 3;
    subtitle.codec = "mov_text";
    plan.subtitles = {subtitle};
    plan.tags = {{"title", "T"}, {"keywords", "sea"}, {"major_brand", "isom"}};
    FrameTimes times;
    times.time_base = {1, 90000};
    times.pictures = {90'000};
    times.audio = {{{1, 48000}, 36'000, 96'000, 1024}};

    EXPECT_EQ((Words{"-nostdin",
                     "-hide_banner",
                     "-v",
                     "error",
                     "-xerror",
                     "-copyts",
                     "-safe",
                     "0",
                     "-f",
                     "concat",
                     "-protocol_whitelist",
                     "file,pipe",
                     "-format_whitelist",
                     "concat,mov",
                     "-i",
                     "file:/w/list",
                     "-itsoffset",
                     "-11.000000",
                     "-protocol_whitelist",
                     "file,pipe",
                     "-format_whitelist",
                     "mov",
                     "-i",
                     "file:/w/audio",
                     "-itsoffset",
                     "-1.000000",
                     "-protocol_whitelist",
                     "file,pipe",
                     "-format_whitelist",
                     "mov",
                     "-i",
                     "file:/w/source",
                     "-map",
                     "0:v:0",
                     "-map",
                     "1:a",
                     "-map",
                     "2:3",
                     "-c",
                     "copy",
                     "-c:s:0",
                     "mov_text",
                     "-map_chapters",
                     "2",
                     "-map_metadata:g",
                     "-1",
                     "-metadata",
                     "title=T",
                     "-metadata",
                     "keywords=sea, av1encd-source:" + hash,
                     "-disposition:v:0",
                     "default",
                     "-metadata:s:a:0",
                     "language=deu",
                     "-metadata:s:a:0",
                     "title=Ton",
                     "-metadata:s:a:0",
                     "handler_name=Ton",
                     "-disposition:a:0",
                     "comment+default",
                     "-disposition:s:0",
                     "0",
                     "-output_ts_offset",
                     "0.250000",
                     "-video_track_timescale",
                     "90000",
                     "-movie_timescale",
                     "90000",
                     "-movflags",
                     "+faststart",
                     "-write_tmcd",
                     "0",
                     "-f",
                     "mp4",
                     "-y",
                     "file:/w/out"}),
              join(plan, times, "/w/audio"));
}

TEST(JoinCommand, KeepsTagsThatMp4HasNoPlaceFor) {
    auto plan = plan_of_video();
    plan.tags = {{"com.example.strange", "kept"}};
    const auto words = join(plan, {}, "");
    EXPECT_EQ("+faststart+use_metadata_tags", value_of(words, "-movflags"));
    EXPECT_EQ(1, std::ranges::count(words, "com.example.strange=kept"));
    EXPECT_EQ("1", value_of(words, "-map_chapters"));
}

TEST(JoinCommand, KeepsTheHandlersNameInMp4WhereThereIsNoTitle) {
    auto plan = plan_of_video();
    plan.video.source.tags = {{"handler_name", "Kamera 1"}};
    const auto kept = "handler_name=Kamera 1";
    EXPECT_EQ(1, std::ranges::count(join(plan, {}, ""), kept));
    plan.container = Container::mkv;
    EXPECT_EQ(0, std::ranges::count(join(plan, {}, ""), kept));
}

TEST(JoinCommand, NamesTheChaptersThatNeedIt) {
    auto plan = plan_of_video();
    plan.named_chapters = {1};
    EXPECT_EQ("title=Chapter 2", value_of(join(plan, {}, ""), "-metadata:c:1"));
}

TEST(JoinCommand, GivesSharedTimesBackInMp4) {
    auto plan = plan_of_video();
    plan.video.shared_times = true;
    EXPECT_EQ("setts=pts=floor(PTS/16)*16:dts=DTS-16", value_of(join(plan, {}, ""), "-bsf:v"));
    plan.container = Container::mkv;
    EXPECT_EQ("not there once", value_of(join(plan, {}, ""), "-bsf:v"));
}

TEST(JoinCommand, MovesToMatroskasMillisecondAndMakesUpForTheOpusSkip) {
    auto plan = plan_of_video();
    plan.container = Container::mkv;
    plan.audio = {AudioPlan{}};
    FrameTimes times;
    times.time_base = {1, 90000};
    times.pictures = {90};
    times.audio = {{{1, 48000}, 0, 48'000, 960}};
    const auto words = join(plan, times, "/w/audio");
    EXPECT_EQ(1, std::ranges::count(words, "-9.994000"));
    EXPECT_EQ("0.001000", value_of(words, "-output_ts_offset"));
    EXPECT_EQ((Words{"-f", "matroska", "-y", "file:/w/out"}),
              (Words{words.end() - 4, words.end()}));
}

TEST(Container, HasADemuxerAndAnExtension) {
    EXPECT_EQ("mov", rendition_demuxers(Container::mp4));
    EXPECT_EQ("matroska", rendition_demuxers(Container::mkv));
    EXPECT_EQ("mp4", extension_of(Container::mp4));
    EXPECT_EQ("mkv", extension_of(Container::mkv));
}

} // namespace
} // namespace av1encd
