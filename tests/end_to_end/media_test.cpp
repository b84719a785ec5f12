// The project's own command lines carried out by the real ffmpeg and its encoders, on clips that
// are hard on timestamps: a rendition has those of its source.

#include "tests/support/media_fixture.hpp"

namespace av1encd {
namespace {

TEST_F(Media, KeepsJitteredTimesOf90000ASecondAndAudioOf44100) {
    const auto source =
        chain.make(pictures + Words{"-f", "lavfi", "-i", "sine=duration=1:sample_rate=44100"} +
                       timed_by("'PTS+mod(N*7919,3001)+11'") + h264 + aac + Words{"-bf", "2"},
                   "jitter.mp4");
    EXPECT_EQ(nothing_to_say, outcome_of(source));
}

TEST_F(Media, KeepsAFirstTimeOffTheMillisecond) {
    const auto source = chain.make(pictures + tone + timed_by("PTS+1001") + h264 + aac, "off.mp4");
    EXPECT_EQ(nothing_to_say, outcome_of(source));
}

TEST_F(Media, KeepsAudioThatBeginsBeforeTheVideoOrAfterItOrWithItLater) {
    EXPECT_EQ(nothing_to_say, outcome_of(delayed("0.7", "0", "before.mp4")));
    EXPECT_EQ(nothing_to_say, outcome_of(delayed("0", "0.7", "after.mp4")));
    EXPECT_EQ(nothing_to_say, outcome_of(delayed("5", "5", "later.mp4")));
}

TEST_F(Media, KeepsAudioThatIsShorter) {
    const auto source = chain.make(
        pictures + Words{"-f", "lavfi", "-i", "sine=duration=0.3"} + h264 + aac, "short.mp4");
    EXPECT_EQ(nothing_to_say, outcome_of(source));
}

TEST_F(Media, KeepsWhatACutWithoutEncodingShows) {
    const auto whole = chain.make({"-f", "lavfi", "-i", "testsrc2=size=96x64:rate=25:duration=6",
                                   "-f", "lavfi", "-i", "sine=duration=6", "-g", "100", "-c:v",
                                   "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p"},
                                  "whole.mp4");
    const auto cut =
        chain.make({"-ss", "2.1", "-i", whole.string(), "-t", "2", "-c", "copy"}, "cut.mp4");
    const auto encoded = chain.encode(cut);
    EXPECT_EQ(nothing_to_say, outcome_of(encoded));
    EXPECT_GT(encoded.source.media.streams.at(0).promised_frames.value_or(0),
              static_cast<std::int64_t>(encoded.source.times.pictures.size()))
        << "this clip has no packets that are decoded but not shown";
}

TEST_F(Media, KeepsAGapOfTenHours) {
    const auto source = chain.make(
        pictures +
            Words{"-vf", "setpts='if(lt(N,5),N,360000+N)/10/TB'", "-fps_mode", "passthrough"} +
            h264,
        "gap.mp4");
    const auto encoded = chain.encode(source);
    EXPECT_EQ(nothing_to_say, outcome_of(encoded));
    EXPECT_GT(encoded.result.media.duration_seconds.value_or(0), 36000);
}

TEST_F(Media, KeepsOnePicture) {
    const auto source = chain.make(pictures + h264 + Words{"-frames:v", "1"}, "one.mp4");
    EXPECT_EQ(nothing_to_say, outcome_of(source));
}

TEST_F(Media, KeepsAClockOfOneTickASecond) {
    const auto source =
        chain.make(pictures + h264 + Words{"-video_track_timescale", "1"}, "tick.mp4");
    EXPECT_EQ(nothing_to_say, outcome_of(source));
}

TEST_F(Media, KeepsTimesThatPicturesShare) {
    const auto close =
        chain.make(pictures + timed_by("'floor(N/2)*9000+mod(N,2)*9'") + h264 + Words{"-bf", "0"},
                   "close.mp4");
    const auto shared = chain.make({"-i", close.string(), "-c", "copy"}, "shared.mkv");
    const auto encoded = chain.encode(shared);
    ASSERT_TRUE(encoded.plan.video.shared_times);
    EXPECT_EQ(nothing_to_say, outcome_of(encoded));
}

TEST_F(Media, TakesMatroskaTransportStreamsAndAvi) {
    const auto plain = plain_clip().string();
    EXPECT_EQ(nothing_to_say, outcome_of(delayed("0.7", "0", "before.mkv")));
    EXPECT_EQ(nothing_to_say, outcome_of(delayed("0.7", "0", "before.ts")));
    EXPECT_EQ(nothing_to_say,
              outcome_of(chain.make(pictures + Words{"-c:v", "mpeg4", "-bf", "2"}, "b.avi")));
}

TEST_F(Media, MakesMatroskaOnTheMillisecond) {
    chain.config.container = Container::mkv;
    EXPECT_EQ(nothing_to_say, outcome_of(delayed("0.7", "0", "before.mkv")));
    EXPECT_EQ(nothing_to_say, outcome_of(delayed("0", "0.7", "after.mkv")));
}

TEST_F(Media, KeepsEveryAudioStreamWhateverItsLayout) {
    Words made = pictures;
    const Words layouts = {"mono", "stereo", "5.1(side)", "7.1", "2.1"};
    for (const auto& layout : layouts)
        made =
            made + Words{"-f", "lavfi", "-i", "sine=duration=1,aformat=channel_layouts=" + layout};
    made = made + Words{"-map", "0"};
    for (std::size_t i = 0; i < layouts.size(); ++i)
        made = made + Words{"-map", std::to_string(i + 1)};
    const auto source = chain.make(made + h264 + Words{"-c:a", "pcm_s16le"}, "layouts.mov");
    const auto encoded = chain.encode(source);
    EXPECT_EQ(Words{"audio of stream 5 (pcm_s16le): 2.1 is carried in 5.1"}, outcome_of(encoded));
    Words found;
    for (const auto& stream : encoded.result.media.streams)
        if (stream.kind == StreamKind::audio)
            found.push_back(stream.codec + " " + std::to_string(stream.channels));
    EXPECT_EQ((Words{"opus 1", "opus 2", "opus 6", "opus 8", "opus 6"}), found);
}

TEST_F(Media, EncodesTheSamePicturesOfADamagedSourceThatItsDecodeGave) {
    chain.config.damaged = OnDamaged::keep;
    const auto source = chain.make({"-f", "lavfi", "-i", "testsrc2=size=192x128:rate=25:duration=2",
                                    "-c:v", "libx264", "-g", "25", "-pix_fmt", "yuv420p"},
                                   "sound.mp4");
    auto bytes = bytes_of(source);
    const auto begin = bytes.find("mdat") + 4000;
    for (auto at = begin; at < begin + 4000; at += 97)
        bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x24);
    const auto damaged = chain.path_of("damaged.mp4");
    std::ofstream(damaged, std::ios::binary) << bytes;
    const auto encoded = chain.encode(damaged);
    EXPECT_FALSE(encoded.source.decode.stderr_lines.empty()) << "this clip is not damaged";
    EXPECT_EQ(nothing_to_say, outcome_of(encoded));
}

} // namespace
} // namespace av1encd
