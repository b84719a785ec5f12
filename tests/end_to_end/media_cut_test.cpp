// Cutting with the real ffmpeg: sources that are hard to cut, cut where the plan says. Joined, the
// segments have the times and the pictures of the source, one by one.

#include "daemon/config/source_formats.hpp"
#include "daemon/core/screen_content.hpp"
#include "tests/support/clips.hpp"
#include "tests/support/media_fixture.hpp"

#include <fmt/format.h>

#include <optional>
#include <sstream>

namespace av1encd {
namespace {

class Cut : public Media {
protected:
    Cut() { chain.config.segment = std::chrono::seconds(1); }

    /// As outcome_of(); and that it was cut at all.
    Words outcome_of_cut(const std::filesystem::path& source) {
        const auto encoded = chain.encode(source);
        EXPECT_GE(segments_of(encoded.plan).size(), 3U) << source;
        return outcome_of(encoded);
    }
    static Words moving(const std::string& seconds = "4") {
        return {"-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=" + seconds};
    }
    static Words h264_with(const Words& more) {
        return Words{"-c:v",    "libx264", "-preset", "veryfast",      "-pix_fmt",
                     "yuv420p", "-g",      "30",      "-sc_threshold", "0"} +
               more;
    }
    static Words tone_of(const std::string& seconds) {
        return {"-f", "lavfi", "-i", "sine=sample_rate=44100:duration=" + seconds};
    }
};

const Words open_gop_of_hevc = {
    "-c:v",         "libx265",
    "-preset",      "ultrafast",
    "-pix_fmt",     "yuv420p",
    "-x265-params", "log-level=none:pools=1:keyint=30:min-keyint=30:open-gop=1:bframes=4"};

TEST_F(Cut, KeepsTheTimesOfClosedAndOpenGopsInEveryContainer) {
    const auto closed = h264_with({"-bf", "3"});
    const auto open = h264_with({"-bf", "3", "-x264-params", "open-gop=1"});
    for (const auto* const name : {"cut.mp4", "cut.mkv", "cut.ts"}) {
        EXPECT_EQ(nothing_to_say, outcome_of_cut(chain.make(moving() + closed, name))) << name;
        EXPECT_EQ(nothing_to_say, outcome_of_cut(chain.make(moving() + open, name))) << name;
        EXPECT_EQ(nothing_to_say, outcome_of_cut(chain.make(moving() + open_gop_of_hevc, name)))
            << name;
    }
}

TEST_F(Cut, KeepsJitteredTimesAndAFirstOneOffTheMillisecond) {
    const auto jitter =
        moving() + timed_by("'PTS+mod(N*7919,3001)+1001'") + h264_with({"-bf", "2"});
    EXPECT_EQ(nothing_to_say, outcome_of_cut(chain.make(jitter, "jitter.mp4")));
}

TEST_F(Cut, KeepsAVariableRate) {
    const auto varying = moving("8") +
                         Words{"-vf", "select='not(mod(n,2))+not(mod(n,5))'", "-fps_mode", "vfr"} +
                         h264_with({"-bf", "2"});
    EXPECT_EQ(nothing_to_say, outcome_of_cut(chain.make(varying, "varying.mp4")));
}

TEST_F(Cut, KeepsAudioWhereItWas) {
    const auto plain =
        chain.make(moving() + tone_of("4") + h264_with({"-bf", "2"}) + aac, "plain.mp4").string();
    for (const auto& [video_delay, audio_delay] :
         {std::pair("0.7", "0"), std::pair("0", "0.7"), std::pair("5", "5")})
        for (const auto* const name : {"delayed.mp4", "delayed.ts"}) {
            const auto source =
                chain.make({"-itsoffset", video_delay, "-i", plain, "-itsoffset", audio_delay, "-i",
                            plain, "-map", "0:v", "-map", "1:a", "-c", "copy"},
                           name);
            EXPECT_EQ(nothing_to_say, outcome_of_cut(source))
                << name << " " << video_delay << " " << audio_delay;
        }
}

TEST_F(Cut, KeepsWhatAPhonesOwnCutShows) {
    const auto whole =
        chain.make(moving("7") + tone_of("7") + h264_with({"-bf", "2"}) + aac, "whole.mp4");
    const auto phone =
        chain.make({"-ss", "1.9", "-i", whole.string(), "-t", "4", "-c", "copy"}, "phone.mp4");
    const auto encoded = chain.encode(phone);
    EXPECT_EQ(nothing_to_say, outcome_of(encoded));
    EXPECT_GE(segments_of(encoded.plan).size(), 3U);
    EXPECT_GT(encoded.source.media.streams.at(0).promised_frames.value_or(0),
              static_cast<std::int64_t>(encoded.source.times.pictures.size()))
        << "this clip has no packets that are decoded but not shown";
}

/// Checksums of the pictures, in order.
Words picture_hashes(const std::filesystem::path& file) {
    Words hashes;
    std::istringstream lines(decoded(file));
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("0,"))
            hashes.push_back(line.substr(line.rfind(' ')));
    return hashes;
}

TEST_F(Cut, KeepsEveryPictureToTheBit) {
    chain.config.encoder = Encoder::libaom_av1;
    chain.config.preset = 8;
    chain.config.extra_args = {"-aom-params", "lossless=1"};
    const auto open = h264_with({"-bf", "3", "-x264-params", "open-gop=1"});
    for (const auto* const name : {"cut.mp4", "cut.mkv", "cut.ts"}) {
        const auto source = chain.make(moving() + open, name);
        const auto encoded = chain.encode(source);
        EXPECT_EQ(segments_of(encoded.plan).size(), 3U) << name;
        EXPECT_EQ(picture_hashes(source), picture_hashes(encoded.file)) << name;
    }
}

TEST_F(Cut, IsLeftOutWhereTimesJumpBack) {
    const auto first = chain.make(moving() + h264_with({}), "first.ts").string();
    const auto twice = chain.path_of("twice.ts");
    std::ofstream(twice, std::ios::binary) << bytes_of(first) << bytes_of(first);
    const auto studied = chain.study(twice, "mpegts");
    ASSERT_TRUE(studied.packets.jumps_back);
    const auto plan = plan_encode(studied.media, studied.packets, chain.config, {});
    EXPECT_EQ(segments_of(std::get<EncodePlan>(plan)).size(), 1U);
}

TEST_F(Cut, IntoThousandsIsJoinedWithFewFilesOpen) {
    constexpr int segments = 2000;
    constexpr std::int64_t pictures = 10;
    auto encoded = chain.encode(chain.make(::av1encd::pictures + h264, "ten.mp4"));
    const auto& tick = encoded.plan.video.source.time_base;
    const auto length = pictures * tick.den / tick.num / 10; // at ten pictures a second
    std::vector<SegmentFile> files;
    for (std::int64_t number = 0; number < segments; ++number)
        files.push_back({{number * length, (number + 1) * length}, chain.path_of("segment's 0")});
    const auto list = chain.path_of("thousands");
    std::ofstream(list) << concat_list(encoded.plan, files);
    const auto joined = chain.path_of("joined");
    const auto join = join_command(encoded.plan, encoded.source.times, list, {},
                                   chain.path_of("ten.mp4"), "mov", sample_sha256(), joined);
    const auto run = chain.run(join, {"prlimit", "--nofile=32"});
    EXPECT_TRUE(run.outcome.ended_well()) << describe_with_reason(run.outcome);
    EXPECT_EQ(chain.study(joined, "mov").packets.promised_pictures,
              static_cast<std::uint64_t>(segments * pictures));
}

TEST_F(Cut, KnowsTheKeyframesThatLibaomTakesForScreenContent) {
    // The second of four seconds has two shades; noise covers the others.
    const Words grid = {"-f", "lavfi", "-i",
                        "color=c=gray:size=96x64:rate=25:duration=4,drawgrid=w=16:h=16:t=2:c=white,"
                        "noise=alls=60:allf=t:enable='lt(t,1)+gte(t,2)'"};
    for (const auto* const name : {"grid.mp4", "grid.mkv", "grid.ts"}) {
        const auto encoded =
            chain.encode(chain.make(grid + h264_with({"-g", "25", "-bf", "3", "-qp", "4"}), name));
        const auto run = chain.run(
            keyframes_command(encoded.plan, chain.path_of(name), demuxers_for(chain.extensions)));
        ScreenContentParser parser(encoded.plan.video.source.time_base);
        std::vector<std::int64_t> keyframes;
        std::vector<std::optional<bool>> screen;
        for (const auto& keyframe : parser.feed(run.output)) {
            keyframes.push_back(keyframe.time);
            screen.push_back(keyframe.screen);
        }
        EXPECT_EQ(screen, (std::vector<std::optional<bool>>{false, true, false, false})) << name;
        std::vector<std::int64_t> expected;
        for (const auto& keyframe : encoded.source.packets.keyframes)
            expected.push_back(keyframe.time);
        EXPECT_EQ(keyframes, expected) << name;
    }
}

TEST_F(Cut, ShowsLibaomNothingButKeyframesWhateverTheDecoderPassesOver) {
    // FFmpeg's AV1 decoders know no -skip_frame.
    const auto source = chain.make(
        moving("2") + Words{"-c:v", "libaom-av1", "-cpu-used", "8", "-g", "25"}, "av1.mp4");
    const auto encoded = chain.encode(source);
    const auto run =
        chain.run(keyframes_command(encoded.plan, source, demuxers_for(chain.extensions)));
    ScreenContentParser parser(encoded.plan.video.source.time_base);
    EXPECT_EQ(parser.feed(run.output).size(), encoded.source.packets.keyframes.size());
}

} // namespace
} // namespace av1encd
