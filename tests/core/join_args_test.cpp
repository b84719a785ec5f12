#include "daemon/core/ffmpeg_args.hpp"

#include "tests/core/command_words.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace av1encd {
namespace {

const std::string hash(64, 'e');

Words join(const EncodePlan& plan, const FrameTimes& times, const std::filesystem::path& audio) {
    return join_command(plan, times, "/w/list", audio, "/w/source", "mov", hash, "/w/out")
        .arguments;
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

} // namespace
} // namespace av1encd
